//! What a system says, made fit to be shown.

/// The most characters of a system's words that are shown: a sentence or two.
pub(super) const WORDS_LEN_CHARS_MAX: usize = 200;

/// The first words, with every control character and run of blanks as one blank.
pub(super) fn cleaned(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let mut words = String::new();
    let mut len_chars = 0;
    for word in said.split(|c: char| c.is_control() || c.is_whitespace()) {
        if word.is_empty() {
            continue;
        }
        if !words.is_empty() {
            if len_chars + 1 >= WORDS_LEN_CHARS_MAX {
                return words;
            }
            words.push(' ');
            len_chars += 1;
        }
        for character in word.chars() {
            if len_chars >= WORDS_LEN_CHARS_MAX {
                return words;
            }
            words.push(character);
            len_chars += 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_safe_from_what_a_system_says() {
        assert_eq!(cleaned(b"  no\r\n\x1b[31m  rework first\x07 "), "no [31m rework first");
        assert_eq!(cleaned(b""), "");
        assert_eq!(cleaned(b"\xff"), "\u{fffd}");
        assert_eq!(cleaned("é".repeat(1000).as_bytes()).chars().count(), WORDS_LEN_CHARS_MAX);
        assert!(cleaned("ab ".repeat(1000).as_bytes()).chars().count() <= WORDS_LEN_CHARS_MAX);
    }
}
