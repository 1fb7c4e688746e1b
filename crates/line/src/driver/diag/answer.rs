//! The whole answer to one `cert` command, put together from what the scanner finds.

use super::{Reply, Scanned};

/// Base64 characters of the largest object: a P-256 signing request has 216. Firmware that says more says nonsense.
const OBJECT_TEXT_LEN_MAX: usize = 1024;

/// What a complete answer comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// `{CERT OK}`, and what came before it.
    Done(Object),
    /// `{CERT ERROR n}`.
    Refused(i32),
    /// Something was lost or put in on the way.
    Torn,
    /// The firmware does not take the words: an older version, or a byte was lost on the way there.
    NotUnderstood(String),
}

/// What a command gave.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Object {
    /// The fragments, joined.
    pub(super) text: String,
    /// The length of fragments that the firmware takes.
    pub(super) mtu: Option<u32>,
}

impl Object {
    /// The bytes, where the text is whole base64 of `len` bytes.
    pub(super) fn bytes(&self, len: usize) -> Option<Vec<u8>> {
        let bytes = base64_simd::STANDARD.decode_to_vec(&self.text).ok()?;
        (bytes.len() == len).then_some(bytes)
    }
}

/// Collects an answer.
#[derive(Debug, Default)]
pub(super) struct AnswerBuilder {
    object: Object,
    is_torn: bool,
}

impl AnswerBuilder {
    /// Takes what the scanner found next. `Some` ends the answer.
    pub(super) fn take(&mut self, scanned: &Scanned) -> Option<Answer> {
        match scanned {
            Scanned::Line(line) if is_complaint(line) => Some(Answer::NotUnderstood(line.clone())),
            Scanned::Line(_) => None,
            Scanned::Reply(Reply::Torn) => {
                self.is_torn = true;
                None
            }
            Scanned::Reply(Reply::Mtu(mtu)) => {
                self.object.mtu = Some(*mtu);
                None
            }
            Scanned::Reply(Reply::Fragment(text)) => {
                if self.object.text.len() + text.len() > OBJECT_TEXT_LEN_MAX {
                    self.is_torn = true;
                } else {
                    self.object.text.push_str(text);
                }
                None
            }
            Scanned::Reply(Reply::Error(code)) => Some(Answer::Refused(*code)),
            Scanned::Reply(Reply::Ok) if self.is_torn => Some(Answer::Torn),
            Scanned::Reply(Reply::Ok) => Some(Answer::Done(std::mem::take(&mut self.object))),
        }
    }

    /// Whether something came, and was not what it should be.
    pub(super) const fn is_torn(&self) -> bool {
        self.is_torn
    }
}

/// Amazon's shell says the first, Zephyr's the others.
fn is_complaint(line: &str) -> bool {
    ["Syntax err", "wrong parameter count", "command not found"]
        .iter()
        .any(|complaint| line.contains(complaint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(parts: &[Reply]) -> Option<Answer> {
        let mut builder = AnswerBuilder::default();
        parts.iter().find_map(|reply| builder.take(&Scanned::Reply(reply.clone())))
    }

    #[test]
    fn fragments_cut_anywhere_are_joined_before_they_are_decoded() {
        let parts = ["S", "GVsb", "G8="].map(|text| Reply::Fragment(text.into()));
        let Some(Answer::Done(object)) = answer(&[&parts[..], &[Reply::Ok]].concat()) else {
            panic!("no answer");
        };
        assert_eq!(object.bytes(5).as_deref(), Some(b"Hello".as_slice()));
        assert_eq!(object.bytes(4), None);
    }

    #[test]
    fn an_answer_with_a_torn_fragment_is_torn_although_it_ends_well() {
        assert_eq!(answer(&[Reply::Torn, Reply::Ok]), Some(Answer::Torn));
    }

    #[test]
    fn an_object_without_an_end_is_torn() {
        let part = Reply::Fragment("A".repeat(512));
        let parts = [part.clone(), part.clone(), part, Reply::Ok];
        assert_eq!(answer(&parts), Some(Answer::Torn));
    }

    #[test]
    fn a_syntax_error_ends_the_wait() {
        let mut builder = AnswerBuilder::default();
        let line = Scanned::Line("[0001] <info> app: Syntax err".into());
        assert!(matches!(builder.take(&line), Some(Answer::NotUnderstood(_))));
    }
}
