//! From bytes to lines, as a shell edits them.

/// The longest line; what is typed beyond it is dropped. Zephyr's shell has a buffer of this size, and no command of
/// ours comes near it.
pub(super) const LINE_LEN_BYTES_MAX: usize = 256;

const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7F;
const ESCAPE: u8 = 0x1B;
const INTERRUPT: u8 = 0x03;

/// Collects a line.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    line: Vec<u8>,
    is_after_cr: bool,
    sequence: Sequence,
}

/// Where we are in what an arrow key sends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Sequence {
    #[default]
    None,
    Escape,
    Parameters,
}

/// What a byte did.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Typed {
    /// Nothing to be seen.
    Nothing,
    /// One more character.
    Character(u8),
    /// One character less.
    Erased,
    /// The line is thrown away.
    Cancelled,
    /// The line is complete.
    Line(String),
}

impl LineReader {
    pub(super) fn take(&mut self, byte: u8) -> Typed {
        let is_line_feed_after_cr = self.is_after_cr && byte == b'\n';
        self.is_after_cr = byte == b'\r';
        if is_line_feed_after_cr {
            return Typed::Nothing;
        }
        if matches!(byte, b'\r' | b'\n') {
            self.sequence = Sequence::None;
            let line = String::from_utf8_lossy(&self.line).into_owned();
            self.line.clear();
            return Typed::Line(line);
        }
        if self.is_in_sequence(byte) {
            return Typed::Nothing;
        }
        match byte {
            BACKSPACE | DELETE => match self.line.pop() {
                Some(_) => Typed::Erased,
                None => Typed::Nothing,
            },
            INTERRUPT => {
                self.line.clear();
                Typed::Cancelled
            }
            0x00..=0x1F => Typed::Nothing,
            _ if self.line.len() == LINE_LEN_BYTES_MAX => Typed::Nothing,
            _ => {
                self.line.push(byte);
                Typed::Character(byte)
            }
        }
    }

    fn is_in_sequence(&mut self, byte: u8) -> bool {
        self.sequence = match (self.sequence, byte) {
            (Sequence::None, ESCAPE) => Sequence::Escape,
            (Sequence::None, _) => return false,
            (Sequence::Escape, b'[') => Sequence::Parameters,
            (Sequence::Parameters, 0x20..=0x3F) => Sequence::Parameters,
            (Sequence::Escape | Sequence::Parameters, _) => Sequence::None,
        };
        true
    }
}

/// The words of a line; quotes hold one together.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut reader = LineReader::default();
        bytes
            .iter()
            .filter_map(|byte| match reader.take(*byte) {
                Typed::Line(line) => Some(line),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn cr_lf_and_both_end_one_line() {
        assert_eq!(lines(b"a\rb\nc\r\nd\r\n"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn mistakes_and_arrow_keys_do_not_reach_the_command() {
        assert_eq!(lines(b"cext\x08\x08rt\x1b[A\x1b[1;5C init\r"), ["cert init"]);
        assert_eq!(lines(b"rubbish\x03cert\r"), ["cert"]);
    }

    #[test]
    fn a_line_without_end_does_not_grow() {
        let mut reader = LineReader::default();
        for _ in 0..10_000 {
            reader.take(b'x');
        }
        assert_eq!(reader.take(b'\r'), Typed::Line("x".repeat(LINE_LEN_BYTES_MAX)));
    }

    #[test]
    fn quotes_hold_a_word_together_and_may_be_empty() {
        assert_eq!(words(r#"cert smsn "A B" '' x"y"z"#), ["cert", "smsn", "A B", "", "xyz"]);
    }
}
