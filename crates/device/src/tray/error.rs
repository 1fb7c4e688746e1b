//! Why a tray does not give or take a board.

use std::path::PathBuf;

use durable::DurableError;

use crate::{BoardFileError, BoardOpenError};

/// A tray's failure.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TrayError {
    /// The slot has a board already.
    #[error("slot {slot} holds board {chip_id} already")]
    AlreadyLent {
        /// The slot.
        slot: u32,
        /// The board that it has.
        chip_id: String,
    },
    /// The board is in no slot of this tray.
    #[error("board {chip_id} is in no slot of this tray")]
    NotLent {
        /// The board.
        chip_id: String,
    },
    /// The directory or its lock.
    #[error("failed to {0}")]
    Disk(#[from] DurableError),
    /// A board's file cannot be made.
    #[error(transparent)]
    File(#[from] BoardFileError),
    /// A board's file cannot be opened.
    #[error(transparent)]
    Open(#[from] BoardOpenError),
    /// A board's file cannot be moved out.
    #[error("failed to move {} to {}: {cause}", from.display(), to.display())]
    Move {
        /// Where it is.
        from: PathBuf,
        /// Where it should go.
        to: PathBuf,
        /// The operating system's words.
        cause: String,
    },
}

impl TrayError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::AlreadyLent { .. } => Some("let go of the board that is there first".to_owned()),
            Self::NotLent { .. } | Self::Move { .. } => None,
            Self::Disk(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Open(error) => error.hint(),
        }
    }
}
