//! What a program says: the end of it, kept within a limit, and quoted without what might be a key.

use std::sync::{Arc, Mutex, PoisonError};

use zeroize::{Zeroize, Zeroizing};

/// Bytes of output that are kept: programs say at the end whether they succeeded. Dumps of a page on standard output
/// have some 20 KiB.
pub(super) const OUTPUT_LEN_MAX: usize = 64 * 1024;

/// Characters of output in an error. More does not help an operator; whoever needs more runs the program by hand.
const QUOTE_LEN_MAX: usize = 300;

/// The end of what a program says, filled from both of its streams.
#[derive(Clone, Default)]
pub(super) struct Tail(Arc<Mutex<Zeroizing<Vec<u8>>>>);

impl Tail {
    pub(super) fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.capacity() == 0 {
            // All at once: a buffer that grows leaves copies behind.
            *kept = Zeroizing::new(Vec::with_capacity(OUTPUT_LEN_MAX));
        }
        let bytes = &bytes[bytes.len().saturating_sub(OUTPUT_LEN_MAX)..];
        let surplus = (kept.len() + bytes.len()).saturating_sub(OUTPUT_LEN_MAX);
        kept.copy_within(surplus.., 0);
        let len = kept.len() - surplus;
        kept[len..].zeroize();
        kept.truncate(len);
        kept.extend_from_slice(bytes);
    }

    /// What is there now.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Zeroizing::new(String::from_utf8_lossy(&kept).into_owned())
    }
}

/// The end of an output for an error message: one line, and no number in it that may be a byte of a key. Verifying
/// programs like to print what they found and what they expected.
pub(super) fn quote(output: &str) -> String {
    let words: Vec<&str> = output.split_whitespace().map(hide_numbers).collect();
    let text = words.join(" ");
    let start = text.chars().count().saturating_sub(QUOTE_LEN_MAX);
    let end: String = text.chars().skip(start).collect();
    if start > 0 { format!("…{end}") } else { end }
}

fn hide_numbers(word: &str) -> &str {
    let bare = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = match bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")) {
        Some(digits) => is_hex(digits),
        None => {
            is_hex(bare) && (bare.len() >= 16 || bare.bytes().any(|byte| byte.is_ascii_digit()))
        }
    };
    // A run of digits behind a colon or comma is no word, and just as telling.
    let longest = word.split(|character: char| !character.is_ascii_hexdigit()).map(str::len).max();
    if is_number || longest.unwrap_or(0) >= 16 { "#" } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept() {
        let tail = Tail::default();
        tail.push(&[b'a'; OUTPUT_LEN_MAX]);
        tail.push(b"failed");
        let text = tail.text();
        assert_eq!(text.len(), OUTPUT_LEN_MAX);
        assert!(text.ends_with("aafailed"));
        tail.push(&[b'b'; OUTPUT_LEN_MAX + 5]);
        assert!(tail.text().bytes().all(|byte| byte == b'b'));
    }

    #[test]
    fn a_quote_has_no_bytes_of_a_page() {
        let output = "diff 0 address 0x000ff000. Was 0xff instead of 0x53\r\nverify failed 3aF9 \
                      key=00112233445566778899aabbccddeeff";
        let quoted = quote(output);
        assert!(!quoted.contains("53") && !quoted.contains("3aF9") && !quoted.contains("0011"));
        assert!(quoted.contains("verify failed"));
    }

    #[test]
    fn a_long_output_is_quoted_from_its_end() {
        let output = format!("{} no probe", "noise ".repeat(200));
        let quoted = quote(&output);
        assert!(quoted.starts_with('…') && quoted.ends_with("no probe"));
        assert!(quoted.chars().count() <= QUOTE_LEN_MAX + 1);
    }
}
