//! Why a control log cannot be read.

use std::io;

use crate::{failure::IoFailure, limits::ENTRY_LEN_BYTES_MAX, shape::Field};

/// A control log that cannot be read further. Reads after "failed to read PATH: ".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}{problem}, at byte {offset_bytes}", at_record(*record))]
pub struct ReadError {
    /// The record that was being read, counted from 1; `None` outside of any.
    pub record: Option<u64>,
    /// Where in the source, counted from 0.
    pub offset_bytes: u64,
    /// What is wrong there.
    pub problem: ReadProblem,
}

/// What is wrong with a control log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadProblem {
    /// The source failed.
    #[error("reading failed: {0}")]
    Io(IoFailure),
    /// No bytes, or whitespace only.
    #[error("the file is empty")]
    Empty,
    /// The file begins with a byte-order mark, or is UTF-16.
    #[error("the file begins with a byte-order mark or is not UTF-8")]
    ByteOrderMark,
    /// The file ends too early.
    #[error("the file ends in the middle")]
    Truncated,
    /// A byte that the grammar does not allow there.
    #[error("expected {expected}, found {}", printable(*byte))]
    UnexpectedByte {
        /// What stands there.
        byte: u8,
        /// What could stand there.
        expected: &'static str,
    },
    /// A control character within a string.
    #[error("a string has the control character 0x{byte:02x}")]
    ControlCharacter {
        /// The character.
        byte: u8,
    },
    /// A string that is not UTF-8.
    #[error("a string is not UTF-8")]
    Utf8,
    /// A backslash with something that is no escape.
    #[error("a string has an unknown escape")]
    Escape,
    /// A number that no double can hold.
    #[error("a number is too large to be kept")]
    NumberOutOfRange,
    /// A key that its object has twice, so that readers would disagree on what it means.
    #[error("the key \"{key}\" stands twice in one object")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// An object with too many members.
    #[error("an object has more than {limit} members")]
    TooManyMembers {
        /// The most that is allowed.
        limit: usize,
    },
    /// Values nested too deep.
    #[error("values nest deeper than {limit}")]
    TooDeep {
        /// The deepest that is allowed.
        limit: usize,
    },
    /// An entry, or another member of the file, that is too long.
    #[error("it has more bytes than the limit of {limit_bytes}")]
    TooLong {
        /// The most that is allowed.
        limit_bytes: usize,
    },
    /// No `controlLogs` in the file.
    #[error("the file has no \"controlLogs\"")]
    ControlLogsMissing,
    /// The file's value, `controlLogs`, or an entry is of another kind.
    #[error("{what} is not {expected}")]
    WrongKind {
        /// Which value.
        what: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// Something stands behind the end.
    #[error("something follows the end of the JSON value: {}", printable(*byte))]
    TrailingData {
        /// Its first byte.
        byte: u8,
    },
    /// A member without which the entry cannot be handled at all.
    #[error("\"{}\" is missing or not a text", field.path())]
    FieldMissing {
        /// Which member.
        field: Field,
    },
    /// A version other than 4-0-1, whose members we do not know.
    #[error("control log version \"{found}\" is not known, only 4-0-1 is")]
    UnknownVersion {
        /// The version.
        found: String,
    },
    /// A serial number that is not 64 hex digits.
    #[error("\"{}\" is not 64 hex digits", Field::SerialNumber.path())]
    SerialNumber,
}

impl ReadError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        self.problem.hint().map(str::to_owned)
    }

    pub(crate) fn io(record: Option<u64>, offset_bytes: u64, error: &io::Error) -> Self {
        Self { record, offset_bytes, problem: ReadProblem::Io(IoFailure::from(error)) }
    }
}

impl ReadProblem {
    pub(crate) const TOO_LONG: Self = Self::TooLong { limit_bytes: ENTRY_LEN_BYTES_MAX };

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Empty | Self::Truncated => {
                "the file was cut, perhaps by a full disk or an interrupted copy: take the original"
            }
            Self::ByteOrderMark => "save it as UTF-8 without a byte-order mark",
            Self::ControlLogsMissing | Self::WrongKind { .. } => {
                "a control log is a JSON object with one list, \"controlLogs\""
            }
            Self::DuplicateKey { .. } => "sign the device's log again, or remove the wrong member",
            Self::TooLong { .. } => "an entry has about 2,500 bytes: is this a control log?",
            Self::UnexpectedByte { .. } | Self::TrailingData { .. } | Self::Utf8 => {
                "the file was edited or damaged: take the original"
            }
            _ => return None,
        })
    }
}

fn at_record(record: Option<u64>) -> String {
    record.map(|record| format!("record {record}: ")).unwrap_or_default()
}

fn printable(byte: u8) -> String {
    match byte {
        b'!'..=b'~' => format!("`{}`", char::from(byte)),
        _ => format!("byte 0x{byte:02x}"),
    }
}
