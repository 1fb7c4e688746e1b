//! Intel HEX, both ways: written as `intelhex` 2.3 does, read strictly.

use crate::{
    ImageText,
    memory::{ADDRESS_END, Memory, MemoryBuilder, MemoryError},
    text_lines::{Line, LineFault, TextError, lines},
};

/// Data bytes on a full line.
const LINE_DATA_LEN: usize = 16;

/// Data records carry 16 bits of address; the rest is set by records of type 04.
const BANK_LEN: u64 = 0x1_0000;

/// Characters of a full data line: colon, five bytes around the data, the data, newline.
const LINE_TEXT_LEN_MAX: usize = 1 + 2 * (5 + LINE_DATA_LEN) + 1;

const DATA: u8 = 0;
const END: u8 = 1;
const SEGMENT_ADDRESS: u8 = 2;
const SEGMENT_START: u8 = 3;
const LINEAR_ADDRESS: u8 = 4;
const LINEAR_START: u8 = 5;

/// `image` as Intel HEX with its first byte at `address`, in upper case, 16 bytes to a line, lines ended by
/// `\n`.
///
/// As in `intelhex`, a record of type 04 stands first and wherever 64 KiB are crossed, but nowhere if
/// all addresses are below 64 KiB.
///
/// # Errors
///
/// [`MemoryError::Overflow`] where the image would reach past 32 bits of address.
pub fn write(image: &[u8], address: u32) -> Result<ImageText, MemoryError> {
    let end = u64::from(address) + image.len() as u64;
    if end > ADDRESS_END {
        return Err(MemoryError::Overflow { address, len: image.len() });
    }
    let banks = image.len() / BANK_LEN as usize + 2;
    let lines = image.len() / LINE_DATA_LEN + 2 + 2 * banks;
    let mut text = ImageText::with_capacity(lines * LINE_TEXT_LEN_MAX);
    let needs_banks = end > BANK_LEN;
    let mut position = u64::from(address);
    let mut rest = image;
    while !rest.is_empty() {
        let in_bank = position % BANK_LEN;
        if needs_banks && (position == u64::from(address) || in_bank == 0) {
            let bank = (position / BANK_LEN) as u16;
            write_record(text.text_mut(), 0, LINEAR_ADDRESS, &bank.to_be_bytes());
        }
        let len = rest.len().min(LINE_DATA_LEN).min((BANK_LEN - in_bank) as usize);
        let (data, after) = rest.split_at(len);
        write_record(text.text_mut(), in_bank as u16, DATA, data);
        position += len as u64;
        rest = after;
    }
    write_record(text.text_mut(), 0, END, &[]);
    Ok(text)
}

/// Reads Intel HEX. Every line must be a whole record with a good checksum; the last must be the end record.
///
/// # Errors
///
/// [`TextError`] names the line.
pub fn parse(text: &[u8]) -> Result<Memory, TextError> {
    let mut memory = MemoryBuilder::default();
    let mut base = 0_u32;
    let mut end_line = None;
    let mut last_line = 0;
    for line in lines(text)? {
        last_line = line.number;
        if end_line.is_some() {
            return Err(line.fault(LineFault::AfterEnd));
        }
        let record = Record::parse(&line)?;
        match (record.kind, record.data()) {
            (DATA, data) => {
                let address = base
                    .checked_add(u32::from(record.offset))
                    .ok_or_else(|| line.fault(LineFault::AddressOverflow))?;
                memory.insert(address, data).map_err(|fault| line.fault(fault.into()))?;
            }
            (END, []) => end_line = Some(line.number),
            (SEGMENT_ADDRESS, [high, low]) => {
                base = u32::from(u16::from_be_bytes([*high, *low])) << 4;
            }
            (LINEAR_ADDRESS, [high, low]) => {
                base = u32::from(u16::from_be_bytes([*high, *low])) << 16;
            }
            // Where the program starts is of no concern to a page.
            (SEGMENT_START | LINEAR_START, [_, _, _, _]) => {}
            (END | SEGMENT_ADDRESS | LINEAR_ADDRESS | SEGMENT_START | LINEAR_START, data) => {
                return Err(line.fault(LineFault::RecordLength { found: data.len() }));
            }
            (kind, _) => return Err(line.fault(LineFault::RecordKind { found: kind })),
        }
    }
    if end_line.is_none() {
        return Err(TextError { line: last_line + 1, fault: LineFault::NoEnd });
    }
    Ok(memory.finish())
}

fn write_record(text: &mut String, offset: u16, kind: u8, data: &[u8]) {
    let [high, low] = offset.to_be_bytes();
    let head = [data.len() as u8, high, low, kind];
    let sum = head.iter().chain(data).fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    text.push(':');
    push_hex(text, &head);
    push_hex(text, data);
    push_hex(text, &[sum.wrapping_neg()]);
    text.push('\n');
}

/// Appends upper-case hex digits.
pub(crate) fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

struct Record {
    offset: u16,
    kind: u8,
    bytes: zeroize::Zeroizing<Vec<u8>>,
}

impl Record {
    fn parse(line: &Line<'_>) -> Result<Self, TextError> {
        let digits = line
            .text
            .strip_prefix(b":")
            .ok_or_else(|| line.fault(LineFault::Start { expected: ':' }))?;
        let bytes = line.hex_digits(digits)?;
        let [count, high, low, kind, .., _checksum] = bytes[..] else {
            return Err(line.fault(LineFault::Truncated));
        };
        if bytes.len() != usize::from(count) + 5 {
            let expected = usize::from(count) + 5;
            return Err(line.fault(LineFault::Count { expected, found: bytes.len() }));
        }
        let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        if sum != 0 {
            let found = bytes[bytes.len() - 1];
            let expected = found.wrapping_sub(sum);
            return Err(line.fault(LineFault::Checksum { expected, found }));
        }
        Ok(Self { offset: u16::from_be_bytes([high, low]), kind, bytes })
    }

    fn data(&self) -> &[u8] {
        &self.bytes[4..self.bytes.len() - 1]
    }
}
