//! Texts from outside, made harmless for a terminal.

/// The text without anything that a terminal would obey or that would hide or reorder its neighbours, on one line, of at
/// most `len_chars_max` characters.
pub(super) fn clean(text: &str, len_chars_max: usize) -> String {
    let mut cleaned: String = text.chars().take(len_chars_max).map(harmless).collect();
    if text.chars().nth(len_chars_max).is_some() {
        let kept = len_chars_max.saturating_sub(CUT.len());
        cleaned = cleaned.chars().take(kept).chain(CUT.chars()).collect();
    }
    cleaned
}

/// The same for a text of several lines.
pub(super) fn clean_lines(text: &str, lines_max: usize, len_chars_max: usize) -> String {
    let lines: Vec<String> =
        text.lines().take(lines_max).map(|line| clean(line, len_chars_max)).collect();
    lines.join("\n")
}

/// What stands for the rest of a text that was cut.
const CUT: &str = "...";

fn harmless(letter: char) -> char {
    match letter {
        '\n' | '\r' | '\t' => ' ',
        _ if letter.is_control() => '?',
        // Soft hyphen, marks of direction, zero-width characters, line separators, invisible operators, byte order mark.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '?',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_stays_in_a_text() {
        assert_eq!(clean("a\x1b[2Jb\u{9b}c\nd\u{202e}e\0", 50), "a?[2Jb?c d?e?");
        assert_eq!(clean_lines("one\x07\ntwo", 5, 50), "one?\ntwo");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(clean("abcdefgh", 6), "abc...");
        assert_eq!(clean("abcdef", 6), "abcdef");
        assert_eq!(clean("abc", 1), "...");
    }
}
