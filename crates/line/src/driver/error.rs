//! What goes wrong between the line PC and a board, and whose fault it is.

use std::time::Duration;

use sidewalk::Smsn;

/// A driver's failure. Carries no secret: neither pages nor keys.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DriverError {
    /// No board answers, or it was pulled out on the way.
    #[error("no board answers: {detail}")]
    NoBoard {
        /// What was tried.
        detail: String,
    },
    /// Another board than before is in the fixture.
    #[error("board {found} is in the fixture, {expected} was there before")]
    OtherBoard {
        /// The chip that was there.
        expected: String,
        /// The chip that is there now.
        found: String,
    },
    /// A program that does the work failed.
    #[error("{program} {how}")]
    Program {
        /// The program's name.
        program: String,
        /// How it failed: its exit code, or the pattern that is missing, and the end of what it said.
        how: String,
    },
    /// Something took too long.
    #[error("{what} took longer than {} s", waited.as_secs_f32())]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
    },
    /// The board's firmware refused.
    #[error("the board refuses {command}: error {code}{}", name_of(*code))]
    BoardRefused {
        /// The command that was said.
        command: String,
        /// Its `sid_error_t`, negative.
        code: i32,
    },
    /// The board has lost the keys that it asked certificates for.
    #[error(
        "the board has lost the keys that these chains were signed for: {command} fails with error {code}"
    )]
    KeysLost {
        /// The command that showed it.
        command: String,
        /// Its `sid_error_t`, negative.
        code: i32,
    },
    /// The board comes to another SMSN than the line.
    #[error("the board comes to SMSN {found}, {expected} was expected")]
    OtherSmsn {
        /// What the line derived.
        expected: Smsn,
        /// What the board says.
        found: Smsn,
    },
    /// What came back makes no sense.
    #[error("{what}")]
    Garbled {
        /// What is wrong with it.
        what: String,
    },
    /// What was written does not read back.
    #[error("flash reads back wrong at byte {offset} of the page")]
    ReadBack {
        /// The first byte that differs.
        offset: usize,
    },
    /// The driver has no such way.
    #[error("this driver knows no {what}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
    },
    /// A port, file or socket failed.
    #[error("failed to {action}: {cause}")]
    Io {
        /// What was being done, with the name of what it was done to.
        action: String,
        /// The operating system's words.
        cause: String,
    },
}

impl DriverError {
    /// Whether the same again may succeed without anybody touching the board.
    pub const fn is_worth_retrying(&self) -> bool {
        !matches!(
            self,
            Self::Unsupported { .. }
                | Self::OtherBoard { .. }
                | Self::KeysLost { .. }
                | Self::OtherSmsn { .. }
        )
    }

    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoBoard { .. } => {
                "press the board down until its lamp lights, or take it out".to_owned()
            }
            Self::OtherBoard { expected, .. } => {
                format!("put board {expected} back; it is half-way through")
            }
            Self::Program { program, .. } => {
                format!("run {program} by hand on this fixture; its own message says what is wrong")
            }
            Self::TimedOut { .. } => "check the cable; then take the board out and put it back".to_owned(),
            Self::BoardRefused { code: -25, .. } => {
                "the board was reset on the way; take it out and put it back".to_owned()
            }
            Self::KeysLost { .. } => {
                "the board was reset after it asked for certificates; these are lost, and it needs new ones".to_owned()
            }
            Self::OtherSmsn { .. } => {
                "check device type, stage and board id of the job; on-device firmware knows only the stage PRODUCTION"
                    .to_owned()
            }
            Self::ReadBack { .. } => "the flash of this board is bad: put it aside".to_owned(),
            Self::Garbled { .. } => "check the cable and the baud rate".to_owned(),
            Self::BoardRefused { .. } | Self::Unsupported { .. } | Self::Io { .. } => return None,
        })
    }
}

/// The name of a `sid_error_t` in parentheses, where it has one (`sid_error.h`).
fn name_of(code: i32) -> String {
    let index = code.checked_neg().and_then(|index| usize::try_from(index).ok());
    index
        .and_then(|index| SID_ERRORS.get(index))
        .map_or_else(String::new, |name| format!(" ({name})"))
}

const SID_ERRORS: [&str; 42] = [
    "NONE",
    "GENERIC",
    "TIMEOUT",
    "OUT_OF_RESOURCES",
    "OOM",
    "OUT_OF_HANDLES",
    "NOSUPPORT",
    "NO_PERMISSION",
    "NOT_FOUND",
    "NULL_POINTER",
    "PARAM_OUT_OF_RANGE",
    "INVALID_ARGS",
    "INCOMPATIBLE_PARAMS",
    "IO_ERROR",
    "TRY_AGAIN",
    "BUSY",
    "DEAD_LOCK",
    "DATA_TYPE_OVERFLOW",
    "BUFFER_OVERFLOW",
    "IN_PROGRESS",
    "CANCELED",
    "OWNER_DEAD",
    "UNRECOVERABLE",
    "PORT_INVALID",
    "PORT_NOT_OPEN",
    "UNINITIALIZED",
    "ALREADY_INITIALIZED",
    "ALREADY_EXISTS",
    "BELOW_THRESHOLD",
    "STOPPED",
    "STORAGE_READ_FAIL",
    "STORAGE_WRITE_FAIL",
    "STORAGE_ERASE_FAIL",
    "STORAGE_FULL",
    "AUTHENTICATION_FAIL",
    "ENCRYPTION_FAIL",
    "DECRYPTION_FAIL",
    "ID_OBFUSCATION_FAIL",
    "NO_ROUTE_AVAILABLE",
    "INVALID_RESPONSE",
    "INVALID_STATE",
    "INSUFFICIENT_RESULTS",
];
