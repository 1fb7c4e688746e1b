//! Motorola S-records, both ways: written as S3 with 32-bit addresses (`.s37`), read strictly in any width.

use crate::{
    ImageText,
    intel_hex::push_hex,
    memory::{ADDRESS_END, Memory, MemoryBuilder, MemoryError},
    text_lines::{Line, LineFault, TextError, lines},
};

/// Data bytes on a full line.
const LINE_DATA_LEN: usize = 16;

/// Characters of a full data line: kind, six bytes around the data, the data, newline.
const LINE_TEXT_LEN_MAX: usize = 2 + 2 * (6 + LINE_DATA_LEN) + 1;

/// `image` as S-records with its first byte at `address`: an empty S0, S3 with 16 bytes to a line, S7. Upper
/// case, lines ended by `\n`.
///
/// # Errors
///
/// [`MemoryError::Overflow`] where the image would reach past 32 bits of address.
pub fn write(image: &[u8], address: u32) -> Result<ImageText, MemoryError> {
    if u64::from(address) + image.len() as u64 > ADDRESS_END {
        return Err(MemoryError::Overflow { address, len: image.len() });
    }
    let lines = image.len().div_ceil(LINE_DATA_LEN) + 2;
    let mut text = ImageText::with_capacity(lines * LINE_TEXT_LEN_MAX);
    write_record(text.text_mut(), '0', &[0, 0], &[]);
    let mut position = address;
    for data in image.chunks(LINE_DATA_LEN) {
        write_record(text.text_mut(), '3', &position.to_be_bytes(), data);
        // The last chunk may end at the last address of all.
        position = position.wrapping_add(data.len() as u32);
    }
    write_record(text.text_mut(), '7', &[0; 4], &[]);
    Ok(text)
}

/// Reads S-records. Every line must be a whole record with a good checksum; a count record must agree; the
/// last record must be S7, S8 or S9.
///
/// # Errors
///
/// [`TextError`] names the line.
pub fn parse(text: &[u8]) -> Result<Memory, TextError> {
    let mut memory = MemoryBuilder::default();
    let mut data_records = 0_u32;
    let mut ended = false;
    let mut last_line = 0;
    for line in lines(text)? {
        last_line = line.number;
        if ended {
            return Err(line.fault(LineFault::AfterEnd));
        }
        let record = Record::parse(&line)?;
        match record.kind {
            // S0 carries a comment.
            b'0' => {}
            b'1'..=b'3' => {
                data_records += 1;
                memory
                    .insert(record.address, record.data())
                    .map_err(|fault| line.fault(fault.into()))?;
            }
            _ if !record.data().is_empty() => {
                return Err(line.fault(LineFault::RecordLength { found: record.data().len() }));
            }
            b'5' | b'6' if record.address != data_records => {
                let (expected, found) = (record.address, data_records);
                return Err(line.fault(LineFault::RecordCount { expected, found }));
            }
            b'5' | b'6' => {}
            _ => ended = true,
        }
    }
    if !ended {
        return Err(TextError { line: last_line + 1, fault: LineFault::NoEnd });
    }
    Ok(memory.finish())
}

fn write_record(text: &mut String, kind: char, address: &[u8], data: &[u8]) {
    let count = (address.len() + data.len() + 1) as u8;
    let sum =
        [count].iter().chain(address).chain(data).fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    text.push('S');
    text.push(kind);
    push_hex(text, &[count]);
    push_hex(text, address);
    push_hex(text, data);
    push_hex(text, &[!sum]);
    text.push('\n');
}

struct Record {
    kind: u8,
    address: u32,
    address_len: usize,
    bytes: zeroize::Zeroizing<Vec<u8>>,
}

impl Record {
    fn parse(line: &Line<'_>) -> Result<Self, TextError> {
        let [b'S', kind, digits @ ..] = line.text else {
            return Err(line.fault(LineFault::Start { expected: 'S' }));
        };
        let address_len = match kind {
            b'0' | b'1' | b'5' | b'9' => 2,
            b'2' | b'6' | b'8' => 3,
            b'3' | b'7' => 4,
            _ => return Err(line.fault(LineFault::RecordKind { found: *kind })),
        };
        let bytes = line.hex_digits(digits)?;
        if bytes.len() < address_len + 2 {
            return Err(line.fault(LineFault::Truncated));
        }
        if bytes.len() != usize::from(bytes[0]) + 1 {
            let expected = usize::from(bytes[0]) + 1;
            return Err(line.fault(LineFault::Count { expected, found: bytes.len() }));
        }
        let (found, summed) = (bytes[bytes.len() - 1], &bytes[..bytes.len() - 1]);
        let expected = !summed.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        if found != expected {
            return Err(line.fault(LineFault::Checksum { expected, found }));
        }
        let address =
            bytes[1..=address_len].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        Ok(Self { kind: *kind, address, address_len, bytes })
    }

    fn data(&self) -> &[u8] {
        &self.bytes[1 + self.address_len..self.bytes.len() - 1]
    }
}
