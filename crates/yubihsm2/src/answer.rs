//! What an answer frame can turn out to be.

use thiserror::Error;

use crate::{error_code::ErrorCode, wire::WireError};

/// Why an answer is not the one that was asked for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AnswerError {
    /// The device refused the command.
    #[error("the device answered {0}")]
    Refused(ErrorCode),
    /// The answer is for another command.
    #[error("the device answered command {found:#04x} instead of {expected:#04x}")]
    Command {
        /// The code that the answer must carry.
        expected: u8,
        /// The code that it carries.
        found: u8,
    },
    /// The answer's payload is not what the command answers with.
    #[error("the device's answer is damaged")]
    Payload(#[from] WireError),
}

impl AnswerError {
    /// The code with which the device refused.
    pub const fn refusal(self) -> Option<ErrorCode> {
        match self {
            Self::Refused(code) => Some(code),
            _ => None,
        }
    }
}
