//! A failed read or write of something that was passed in.

use std::io;

/// An [`io::Error`] as a value: its class and its words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct IoFailure {
    /// The standard library's class of the failure.
    pub kind: io::ErrorKind,
    /// The operating system's words.
    pub message: String,
}

impl From<&io::Error> for IoFailure {
    fn from(error: &io::Error) -> Self {
        Self { kind: error.kind(), message: error.to_string() }
    }
}

impl From<io::Error> for IoFailure {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

/// For an edge that explains failures by their class.
impl From<&IoFailure> for io::Error {
    fn from(failure: &IoFailure) -> Self {
        Self::new(failure.kind, failure.message.clone())
    }
}
