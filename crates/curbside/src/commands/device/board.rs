//! Which board a command means, and how its failures end the command.

use std::{path::PathBuf, sync::Arc};

use clap::{ArgGroup, Args};
use device::{
    Board, BoardError, BoardFileError, BoardModel, BoardOpenError, Firmware, KeyStorage,
    ModelError, server::ServeError,
};
use durable::DurableError;
use page::Catalogue;

use crate::{exit::Exit, failure::Failure};

/// The options that name a board.
#[derive(Args, Debug)]
#[command(
    next_help_heading = "Board",
    group = ArgGroup::new("which_board").required(true).args(["board", "chip"])
)]
pub(super) struct BoardArgs {
    /// A board of a tray, or any other board's file; what happens to the board stays in the file
    #[arg(long, value_name = "FILE")]
    board: Option<PathBuf>,
    /// A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips
    #[arg(long, value_name = "NAME")]
    chip: Option<String>,
    /// The firmware generation; without this the chip's first
    #[arg(long, value_name = "GENERATION", requires = "chip")]
    firmware: Option<String>,
    /// The firmware keeps private keys in a key store (PSA), not on the page
    #[arg(long, requires = "chip")]
    key_store: bool,
}

impl BoardArgs {
    /// The board; a new one is called `chip_id`.
    pub(super) fn board(&self, chip_id: &str) -> Result<Board, Failure> {
        if let Some(path) = &self.board {
            return Ok(Board::open(path, Catalogue::built_in())?);
        }
        let mut board = Board::new(self.model()?, chip_id);
        if self.key_store {
            let firmware = Firmware { key_storage: KeyStorage::Store, ..Firmware::default() };
            board.install_firmware(firmware).map_err(|error| of_board(&error))?;
        }
        Ok(board)
    }

    /// Whether the board is new and blank.
    pub(super) fn is_new(&self) -> bool {
        self.board.is_none()
    }

    fn model(&self) -> Result<Arc<BoardModel>, Failure> {
        let chip = self.chip.as_deref().unwrap_or_default();
        Ok(BoardModel::find(Catalogue::built_in(), chip, self.firmware.as_deref())?)
    }
}

/// A board that did not do what it was told.
pub(super) fn of_board(error: &BoardError) -> Failure {
    match error {
        BoardError::Flash(device::FlashError::File(error)) => of_disk(error.clone()),
        BoardError::Flash(device::FlashError::OutOfRange { .. }) => {
            Failure::new(Exit::Malformed, error)
                .hint("the chip has no flash there; is it the right chip?".to_owned())
        }
        _ => Failure::new(Exit::Refused, error),
    }
}

fn of_disk(error: DurableError) -> Failure {
    error.into()
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self::new(Exit::Usage, &error).hint(error.hint())
    }
}

impl From<BoardOpenError> for Failure {
    fn from(error: BoardOpenError) -> Self {
        match error {
            BoardOpenError::File(BoardFileError::Disk(error)) => of_disk(error),
            error => Self::new(Exit::Malformed, &error).hint(error.hint()),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(Exit::Io, &error).hint(error.hint())
    }
}
