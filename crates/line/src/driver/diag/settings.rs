//! How a station talks to its diagnostic firmware, and how long it waits.

use std::time::Duration;

use super::ChipCommand;

/// The settings of a [`DiagDriver`](super::DiagDriver).
#[derive(Clone, Debug)]
pub struct DiagSettings {
    /// How the firmware tells which chip it runs on. Without it, boards are told apart by nothing.
    pub chip: Option<ChipCommand>,
    /// How long a board may take to answer at all before the fixture counts as empty.
    pub look_patience: Duration,
    /// How long a command may take that writes nothing and makes no keys.
    pub command_patience: Duration,
    /// How long the board may take to make a key pair and sign with it.
    pub key_patience: Duration,
    /// How long the board may take to verify both chains, erase its page and write it.
    pub store_patience: Duration,
    /// The pause after which an answer of unknown length counts as complete.
    pub quiet: Duration,
    /// What ends a command.
    pub line_end: LineEnd,
}

/// What ends a command. All documented firmware takes both.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LineEnd {
    /// CR, as a terminal's return key sends it.
    #[default]
    Cr,
    /// LF.
    Lf,
    /// CR and LF.
    CrLf,
}

impl LineEnd {
    /// The characters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cr => "\r",
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

impl Default for DiagSettings {
    /// Times with room for a slow microcontroller: a P-256 key pair takes tenths of a second there, storing seconds.
    fn default() -> Self {
        Self {
            chip: None,
            look_patience: Duration::from_millis(500),
            command_patience: Duration::from_secs(3),
            key_patience: Duration::from_secs(10),
            store_patience: Duration::from_secs(30),
            quiet: Duration::from_millis(150),
            line_end: LineEnd::default(),
        }
    }
}
