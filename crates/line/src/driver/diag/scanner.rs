//! Finds the answers of `cert` commands in what diagnostic firmware says.
//!
//! Nordic's shell prints `{CERT OK}` on a line of its own, perhaps in colour; Amazon's puts a time stamp and a log
//! level before it. Both echo what they are told, print a prompt, and let log lines in between. So the scanner looks
//! for the braces only, wherever they stand.
//!
//! The scanner is a pure function of the bytes, however they are cut, and holds at most one line.

/// The longest line that is kept, in bytes; what is beyond is dropped. Log lines have about a hundred.
pub const LINE_LEN_MAX: usize = 1024;

/// The longest text between the braces, in bytes. Firmware of today sends fragments of 32; a newer one may name a
/// larger number at `cert init`.
pub const REPLY_LEN_MAX: usize = 512;

/// The longest colour code. Longer ones are noise, and the rest of them is taken for text.
const ESCAPE_LEN_MAX: usize = 32;

const OPENING: &[u8] = b"{CERT ";
const ESCAPE: u8 = 0x1B;

/// Something that the firmware said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scanned {
    /// An answer. It is told as soon as its brace closes.
    Reply(Reply),
    /// A whole line without its end and its colours; an answer's line comes after the answer.
    Line(String),
}

/// An answer to a `cert` command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// `BASE64_MTU=n`: how many characters a fragment has.
    Mtu(u32),
    /// A fragment of base64. Fragments are joined before they are decoded.
    Fragment(String),
    /// The command is done.
    Ok,
    /// The command failed with this `sid_error_t`.
    Error(i32),
    /// Braces around something else, or braces that a line's end tore apart.
    Torn,
}

/// Takes bytes as they come and tells lines and answers.
#[derive(Debug, Default)]
pub struct ReplyScanner {
    escape: Escape,
    line: Vec<u8>,
    reply: Progress,
}

#[derive(Debug, Default)]
enum Escape {
    #[default]
    None,
    Started,
    /// `ESC [`, and how many bytes followed.
    Sequence(usize),
}

#[derive(Debug)]
enum Progress {
    /// How many bytes of the opening stand there.
    Opening(usize),
    Inside(Vec<u8>),
}

impl Default for Progress {
    fn default() -> Self {
        Self::Opening(0)
    }
}

impl ReplyScanner {
    /// Takes the next bytes; in order, what became complete with them.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Scanned> {
        let mut found = Vec::new();
        for &byte in bytes {
            if let Some(byte) = self.escape.filter(byte) {
                self.take(byte, &mut found);
            }
        }
        found
    }

    /// The line that has no end yet: a prompt, or the beginning of something.
    pub fn open_line(&self) -> String {
        text(&self.line)
    }

    /// Forgets what is open.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn take(&mut self, byte: u8, found: &mut Vec<Scanned>) {
        if let Some(reply) = self.reply.take(byte) {
            found.push(Scanned::Reply(reply));
        }
        if matches!(byte, b'\r' | b'\n') {
            if !self.line.is_empty() {
                found.push(Scanned::Line(text(&self.line)));
                self.line.clear();
            }
        } else if self.line.len() < LINE_LEN_MAX {
            self.line.push(byte);
        }
    }
}

impl Escape {
    /// The byte, unless it belongs to a colour code.
    fn filter(&mut self, byte: u8) -> Option<u8> {
        let (next, kept) = match (&*self, byte) {
            (_, ESCAPE) => (Self::Started, None),
            (Self::None, _) => (Self::None, Some(byte)),
            (Self::Started, b'[') => (Self::Sequence(0), None),
            // A line's end is never part of a code: noise must not swallow it.
            (Self::Started | Self::Sequence(_), b'\r' | b'\n') => (Self::None, Some(byte)),
            (Self::Started, _) => (Self::None, None),
            (Self::Sequence(_), 0x40..=0x7E) => (Self::None, None),
            (Self::Sequence(len), 0x20..=0x3F) if *len < ESCAPE_LEN_MAX => {
                (Self::Sequence(len + 1), None)
            }
            (Self::Sequence(_), _) => (Self::None, Some(byte)),
        };
        *self = next;
        kept
    }
}

impl Progress {
    fn take(&mut self, byte: u8) -> Option<Reply> {
        let (next, reply) = match (std::mem::take(self), byte) {
            (Self::Opening(len), _) if byte == OPENING[len] => {
                let is_open = len + 1 == OPENING.len();
                (if is_open { Self::Inside(Vec::new()) } else { Self::Opening(len + 1) }, None)
            }
            (Self::Opening(_), b'{') => (Self::Opening(1), None),
            (Self::Opening(_), _) => (Self::Opening(0), None),
            (Self::Inside(content), b'}') => (Self::Opening(0), Some(Reply::of(&content))),
            // No answer has a brace within: this one was torn, and another begins.
            (Self::Inside(_), b'{') => (Self::Opening(1), Some(Reply::Torn)),
            (Self::Inside(_), b'\r' | b'\n') => (Self::Opening(0), Some(Reply::Torn)),
            (Self::Inside(content), _) if content.len() == REPLY_LEN_MAX => {
                (Self::Opening(0), Some(Reply::Torn))
            }
            (Self::Inside(mut content), byte) => {
                content.push(byte);
                (Self::Inside(content), None)
            }
        };
        *self = next;
        reply
    }
}

impl Reply {
    /// Reads what stands between `{CERT ` and `}`.
    fn of(content: &[u8]) -> Self {
        let Ok(content) = std::str::from_utf8(content) else { return Self::Torn };
        if content == "OK" {
            return Self::Ok;
        }
        if let Some(code) = content.strip_prefix("ERROR ") {
            return code.parse().map_or(Self::Torn, Self::Error);
        }
        if let Some(count) = content.strip_prefix("BASE64_MTU=") {
            return count.parse().map_or(Self::Torn, Self::Mtu);
        }
        let is_base64 =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if !content.is_empty() && content.bytes().all(is_base64) {
            Self::Fragment(content.to_owned())
        } else {
            Self::Torn
        }
    }
}

/// Control characters are of no use to a reader and would move a terminal's cursor.
fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replies(bytes: &[u8]) -> Vec<Reply> {
        let found = ReplyScanner::default().feed(bytes);
        found
            .into_iter()
            .filter_map(|found| match found {
                Scanned::Reply(reply) => Some(reply),
                Scanned::Line(_) => None,
            })
            .collect()
    }

    #[test]
    fn bare_lines_of_nordics_shell_are_answers() {
        assert_eq!(
            replies(b"uart:~$ cert init\r\n{CERT BASE64_MTU=32}\r\n{CERT OK}\r\nuart:~$ "),
            [Reply::Mtu(32), Reply::Ok]
        );
    }

    #[test]
    fn colours_are_no_part_of_an_answer() {
        assert_eq!(replies(b"\x1b[1;32m{CE\x1b[0mRT OK}\x1b[m\r\n"), [Reply::Ok]);
    }

    #[test]
    fn log_prefixes_of_amazons_diagnostics_stand_before_an_answer() {
        assert_eq!(
            replies(b"--> cert store\r\n[00034914] <info> app: {CERT ERROR -31}\r\n"),
            [Reply::Error(-31)]
        );
    }

    #[test]
    fn an_answer_is_told_before_its_line_ends() {
        let found = ReplyScanner::default().feed(b"{CERT OK}");
        assert_eq!(found, [Scanned::Reply(Reply::Ok)]);
    }

    #[test]
    fn fragments_are_told_as_they_stand() {
        assert_eq!(
            replies(b"{CERT d3d3}\n{CERT dw==}\n{CERT OK}\n"),
            [Reply::Fragment("d3d3".into()), Reply::Fragment("dw==".into()), Reply::Ok]
        );
    }

    #[test]
    fn a_line_end_within_an_answer_tears_it() {
        assert_eq!(replies(b"{CERT d3\r\n[1] log\r\nd3}\r\n"), [Reply::Torn]);
    }

    #[test]
    fn an_answer_that_begins_within_a_torn_one_is_found() {
        assert_eq!(replies(b"{CERT d3{CERT OK}"), [Reply::Torn, Reply::Ok]);
        assert_eq!(replies(b"{{CERT OK}"), [Reply::Ok]);
        assert_eq!(replies(b"{CE{CERT OK}"), [Reply::Ok]);
    }

    #[test]
    fn an_error_number_that_is_none_is_torn() {
        let torn = [Reply::Torn, Reply::Torn, Reply::Torn];
        assert_eq!(replies(b"{CERT ERROR -}{CERT ERROR }{CERT }"), torn);
    }

    #[test]
    fn an_answer_without_an_end_is_given_up() {
        let mut bytes = b"{CERT ".to_vec();
        bytes.extend([b'A'; 2 * REPLY_LEN_MAX]);
        bytes.extend(b"{CERT OK}");
        assert_eq!(replies(&bytes), [Reply::Torn, Reply::Ok]);
    }

    #[test]
    fn a_prompt_is_the_open_line() {
        let mut scanner = ReplyScanner::default();
        scanner.feed(b"\r\n\x1b[1;32muart:~$ \x1b[m");
        assert_eq!(scanner.open_line(), "uart:~$ ");
    }

    proptest! {
        #[test]
        fn how_bytes_are_cut_makes_no_difference(
            bytes in proptest::collection::vec(prop_oneof![
                any::<u8>(),
                prop::sample::select(b"{CERT OK}\r\n\x1b[m=ERROR -1".to_vec()),
            ], 0..400),
            cut in any::<prop::sample::Index>(),
        ) {
            let whole = ReplyScanner::default().feed(&bytes);
            let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut scanner = ReplyScanner::default();
            let mut parts = scanner.feed(first);
            parts.extend(scanner.feed(second));
            prop_assert_eq!(whole, parts);
        }

        #[test]
        fn what_is_held_is_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let mut scanner = ReplyScanner::default();
            for found in scanner.feed(&bytes) {
                if let Scanned::Line(line) = found {
                    // A byte that is no UTF-8 becomes a character of three.
                    prop_assert!(line.len() <= 3 * LINE_LEN_MAX);
                }
            }
            prop_assert!(scanner.line.len() <= LINE_LEN_MAX);
        }

        #[test]
        fn an_answer_is_found_between_any_lines(
            before in "[^{}\u{1b}]{0,80}",
            after in "[^{}\u{1b}]{0,80}",
            code in -41_i32..0,
        ) {
            let bytes = format!("{before}\r\n[1] <info> app: {{CERT ERROR {code}}}\r\n{after}");
            prop_assert_eq!(replies(bytes.as_bytes()), [Reply::Error(code)]);
        }
    }
}
