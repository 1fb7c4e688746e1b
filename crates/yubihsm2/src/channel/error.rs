//! Why a session was not opened or a message not taken.

use thiserror::Error;

use crate::{answer::AnswerError, error_code::ErrorCode, frame::FrameError, wire::WireError};

/// Why a session was not opened.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum HandshakeError {
    /// The device does not hold the keys that the host expects: wrong password, or another device.
    #[error("the device's cryptogram does not match: wrong password or key")]
    DeviceCryptogram,
    /// The device's receipt of a key agreement does not match: wrong key on either side.
    #[error("the device's receipt does not match: wrong authentication key or device key")]
    Receipt,
    /// The host does not hold the keys that the device expects. The device drops the session.
    #[error("the host's cryptogram does not match: wrong password or key")]
    HostCryptogram,
    /// The host's proof does not verify. The device drops the session.
    #[error("the authentication message does not verify")]
    Mac,
    /// The proof is for another session.
    #[error("the authentication message is for session {found} instead of {expected}")]
    Session {
        /// The session that is being opened.
        expected: u8,
        /// The session that the message names.
        found: u8,
    },
    /// The device answered with a refusal or with something that is no answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl HandshakeError {
    /// The code that a device answers with where it is the one to refuse.
    pub const fn error_code(self) -> ErrorCode {
        match self {
            Self::Session { .. } => ErrorCode::INVALID_SESSION,
            _ => ErrorCode::AUTHENTICATION_FAILED,
        }
    }
}

/// Why a channel did not seal or open a message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ChannelError {
    /// The MAC does not verify: another key, a damaged or a repeated message.
    #[error("the session message does not verify")]
    Mac,
    /// The message is for another session.
    #[error("the message is for session {found} instead of {expected}")]
    Session {
        /// The session of this channel.
        expected: u8,
        /// The session that the message names.
        found: u8,
    },
    /// The envelope is no session message.
    #[error("the frame is no session message")]
    Envelope(#[source] WireError),
    /// The frame carries another command than a session message or its answer.
    #[error("the frame carries command {found:#04x} instead of a session message")]
    Command {
        /// The command's code.
        found: u8,
    },
    /// The device refused the envelope in the clear: it does not know the session or the MAC. The session
    /// is of no more use to the host.
    #[error("the device refused the session message: {0}")]
    Refused(ErrorCode),
    /// The message verifies and its padding is not one.
    #[error("the session message's padding is damaged")]
    Padding,
    /// The message verifies and what it carries is no frame.
    #[error("the session message carries no frame")]
    Inner(#[source] FrameError),
    /// The frame does not fit into a session message.
    #[error("frame of {found} bytes does not fit into a session message, which carries {limit}")]
    TooLong {
        /// The longest inner frame in bytes.
        limit: usize,
        /// The size of the frame in bytes.
        found: usize,
    },
    /// The channel was called out of turn, or after it failed.
    #[error("the channel is not in the state for this step")]
    OutOfTurn,
    /// The host has sent as many messages as one session's keys should see: open another session.
    #[error("the session has carried its last message")]
    Exhausted,
}

impl ChannelError {
    /// The code that a device answers with.
    pub const fn error_code(self) -> ErrorCode {
        match self {
            Self::Session { .. } => ErrorCode::INVALID_SESSION,
            Self::Mac => ErrorCode::AUTHENTICATION_FAILED,
            Self::Command { .. } => ErrorCode::INVALID_COMMAND,
            Self::OutOfTurn | Self::Exhausted | Self::Refused(_) => ErrorCode::SESSION_FAILED,
            Self::Envelope(_) | Self::Padding | Self::Inner(_) | Self::TooLong { .. } => {
                ErrorCode::WRONG_LENGTH
            }
        }
    }

    /// Whether a device's answer travels inside the session: the message was genuine, so the chain has
    /// moved, and only what it carries was refused. All else is answered in the clear.
    pub const fn is_answered_inside(self) -> bool {
        matches!(self, Self::Padding | Self::Inner(_))
    }
}
