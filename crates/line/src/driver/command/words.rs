//! Memory that a programmer prints as lines of `address: word word`.

use page::Image;
use zeroize::Zeroizing;

use crate::driver::DriverError;

/// Hex digits of a word: 32 bits, the lowest address in its lowest byte.
const WORD_DIGITS: usize = 8;

/// The `len` bytes from `address` on. Lines that are no memory are skipped.
pub(super) fn parse(text: &str, address: u32, len: usize) -> Result<Image, DriverError> {
    let mut bytes = Zeroizing::new(vec![0; len]);
    let mut is_known = vec![false; len];
    for line in text.lines() {
        let Some((mut at, words)) = memory_line(line) else { continue };
        for word in words {
            for byte in word.to_le_bytes() {
                let offset = at.checked_sub(u64::from(address));
                if let Some(offset) = offset.and_then(|offset| usize::try_from(offset).ok())
                    && offset < len
                {
                    bytes[offset] = byte;
                    is_known[offset] = true;
                }
                at += 1;
            }
        }
    }
    match is_known.iter().position(|known| !known) {
        None => Ok(Image::from(bytes.to_vec())),
        Some(offset) => Err(DriverError::Garbled {
            what: format!("byte {offset} of the {len} at {address:#010x} was not printed"),
        }),
    }
}

/// Address and words of a line; a column of characters may follow.
fn memory_line(line: &str) -> Option<(u64, Vec<u32>)> {
    let (address, rest) = line.split_once([':', '='])?;
    let address = address.trim().trim_start_matches("0x").trim_start_matches("0X");
    let address = u64::from(u32::from_str_radix(address, 16).ok()?);
    let words = rest.split_whitespace().map_while(|word| {
        let is_word =
            word.len() == WORD_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_word.then(|| u32::from_str_radix(word, 16).ok()).flatten()
    });
    let words: Vec<u32> = words.collect();
    (!words.is_empty()).then_some((address, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_little_endian_and_the_column_of_characters_is_no_memory() {
        let text = "Reading memory\n0x000FF000: 30444953 08000000 FFFFFFFF FFFFFFFF   |SID0....|\n";
        let image = parse(text, 0x000F_F000, 12).unwrap();
        assert_eq!(&*image, b"SID0\0\0\0\x08\xFF\xFF\xFF\xFF");
    }

    #[test]
    fn a_hole_is_told() {
        let text = "1000: 00000000\n1008: 00000000\n";
        let Err(DriverError::Garbled { what }) = parse(text, 0x1000, 12) else { panic!("taken") };
        assert!(what.starts_with("byte 4 "));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9A-F:x= |\n]{0,200}") {
            let _result = parse(&text, 0, 16);
        }
    }
}
