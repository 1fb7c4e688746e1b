//! Why a session could not be opened or a command not be done.

use thiserror::Error;
use yubihsm2::{
    AnswerError, Command, ErrorCode, ObjectId,
    channel::{ChannelError, HandshakeError},
};

use crate::transport::TransportError;

/// Why a session could not be opened or a command not be done.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SessionError {
    /// The device could not be reached.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The PIN or key is not that of the authentication key.
    #[error("open a session: the PIN or key for authentication key {slot} is wrong")]
    WrongCredentials {
        /// The authentication key.
        slot: ObjectId,
    },
    /// The device's receipt of a P-256 session does not match. The session stays open on the device, which
    /// drops it after 30 s, since only who holds the right keys could close it.
    #[error(
        "open a session: the key for authentication key {slot} is wrong, or this is another device"
    )]
    WrongKeyOrDevice {
        /// The authentication key.
        slot: ObjectId,
    },
    /// The device has none of the authentication keys.
    #[error("open a session: the HSM has no authentication key {}", list(.slots))]
    NoSlot {
        /// Those that were tried.
        slots: Vec<ObjectId>,
    },
    /// All 16 sessions of the device are taken.
    #[error("open a session: all 16 sessions of the HSM are taken")]
    SessionsFull,
    /// The device refused to open a session for another reason.
    #[error("open a session: {0}")]
    Handshake(HandshakeError),
    /// The device refused a command.
    #[error("run {command} on the HSM: it answered {code}")]
    Refused {
        /// The command.
        command: Command,
        /// The device's reason.
        code: ErrorCode,
    },
    /// The answer to a command is not what the command answers with.
    #[error("run {command} on the HSM: {fault}")]
    Answer {
        /// The command.
        command: Command,
        /// What is wrong with the answer.
        fault: AnswerError,
    },
    /// The device no longer knows the session: it was restarted, replaced, or the session was idle.
    #[error("use the session: the HSM has dropped it")]
    Gone,
    /// The device did what it was asked and its answer was lost on the way. The session lives on.
    #[error("read the answer to {command}: it was lost on the way")]
    AnswerLost {
        /// The command.
        command: Command,
    },
    /// The encrypted channel failed.
    #[error("use the session: {0}")]
    Channel(ChannelError),
    /// The operating system gives no random numbers.
    #[error("open a session: this machine gives no random numbers")]
    NoRandomness,
}

impl SessionError {
    /// Whether trying again later, with a new session, may help without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_passing(),
            Self::SessionsFull
            | Self::Gone
            | Self::AnswerLost { .. }
            | Self::Channel(_)
            | Self::Answer { .. }
            | Self::Handshake(_) => true,
            Self::Refused { code, .. } => matches!(
                *code,
                ErrorCode::SESSION_FAILED | ErrorCode::STORAGE_FAILED | ErrorCode::LOG_FULL
            ),
            Self::WrongCredentials { .. }
            | Self::WrongKeyOrDevice { .. }
            | Self::NoSlot { .. }
            | Self::NoRandomness => false,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Transport(error) => return error.hint(),
            Self::WrongCredentials { slot: ObjectId::DEFAULT_AUTHENTICATION_KEY } => {
                "check the password of the factory's key: `password` until somebody changed it"
            }
            Self::WrongCredentials { .. } => {
                "check the PIN: it comes from Amazon for one product and stage"
            }
            Self::WrongKeyOrDevice { .. } => "check which HSM this is and which key it was given",
            Self::NoSlot { .. } => {
                "name the PIN's slot with --pin-slot, or check which HSM this is"
            }
            Self::SessionsFull => {
                "close another program that uses the HSM; sessions that were left open end after 30 s"
            }
            Self::Refused { code: ErrorCode::LOG_FULL, .. } => {
                "the audit log is full and the HSM insists on it: `curbside hsm audit --advance`"
            }
            Self::Refused { code: ErrorCode::INSUFFICIENT_PERMISSIONS, .. } => {
                "this PIN may not do that on this HSM"
            }
            Self::Gone => "was the HSM unplugged or restarted?",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn list(slots: &[ObjectId]) -> String {
    let slots: Vec<_> = slots.iter().map(|slot| slot.0.to_string()).collect();
    slots.join(" or ")
}
