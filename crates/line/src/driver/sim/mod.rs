//! Rehearsals: simulated boards from a tray, through a programmer or through their own diagnostic firmware.
//!
//! What a rehearsal proves is the line, not the board: keys and pages of simulated boards are worth nothing.

mod fixture;

use std::{fmt, sync::Arc, time::Duration};

use device::{
    Board, BoardError, DiagnosticsOptions, Fault, FaultPlan, FlashTime, Power, Sleep, Tray,
};

use self::fixture::{Fixture, SharedFixture};
use super::{
    BoardRequest, Confirmation, Delivery, Driver, DriverError, FoundPage, KeyOrigin, Naming,
    Presence,
    diag::{ChipCommand, DiagDriver, DiagSettings},
    page_file,
};

/// How simulated boards behave.
#[derive(Clone, Default)]
pub struct SimSettings {
    /// Who makes the keys.
    pub keys: SimKeys,
    /// What goes wrong with every board.
    pub faults: Vec<Fault>,
    /// How long flash takes, and who sleeps.
    pub time: Option<(FlashTime, Arc<dyn Sleep>)>,
    /// Decides what is left to chance, the boards' own keys among it.
    pub seed: u64,
}

/// Who makes the keys of simulated boards.
#[derive(Clone, Debug, Default)]
pub enum SimKeys {
    /// The host; a page is programmed.
    #[default]
    Host,
    /// The board's diagnostic firmware, which behaves like this.
    Board(Box<DiagnosticsOptions>),
}

/// A fixture that takes one board after another from a tray.
pub struct SimDriver {
    tray: Arc<Tray>,
    slot: u32,
    settings: SimSettings,
    fixture: SharedFixture,
    diag: Option<DiagDriver>,
    boards_taken: u64,
}

impl SimDriver {
    /// A fixture for a slot of the tray.
    pub fn new(tray: Arc<Tray>, slot: u32, settings: SimSettings) -> Self {
        let fixture = SharedFixture::new(Fixture::empty());
        let diag = match &settings.keys {
            SimKeys::Host => None,
            SimKeys::Board(_) => Some(DiagDriver::new(fixture.source(slot), diag_settings())),
        };
        Self { tray, slot, settings, fixture, diag, boards_taken: 0 }
    }

    /// Lets `work` use the board in the fixture.
    fn with_board<T>(
        &self,
        work: impl FnOnce(&mut Board) -> Result<T, BoardError>,
    ) -> Result<T, DriverError> {
        let mut fixture = self.fixture.lock();
        let board = fixture.board_mut().ok_or_else(|| DriverError::NoBoard {
            detail: format!("slot {} of the tray is empty", self.slot),
        })?;
        work(board).map_err(|error| driver_error(&error))
    }

    /// Puts the next board into the fixture, where one waits.
    fn take_next(&mut self) -> Result<(), DriverError> {
        let next = self.tray.next(self.slot).map_err(|error| DriverError::Io {
            action: "take a board from the tray".to_owned(),
            cause: error.to_string(),
        })?;
        let Some(mut board) = next else { return Ok(()) };
        // Every board has chances of its own, and the same ones whenever the rehearsal is repeated.
        let seed = self.settings.seed ^ (u64::from(self.slot) << 32) ^ self.boards_taken;
        self.boards_taken += 1;
        board.set_faults(FaultPlan::new(self.settings.faults.clone(), seed));
        if let Some((time, sleeper)) = &self.settings.time {
            board.set_time(*time, Arc::clone(sleeper));
        }
        let options = match &self.settings.keys {
            SimKeys::Host => DiagnosticsOptions::default(),
            SimKeys::Board(options) => (**options).clone(),
        };
        self.fixture.lock().put_in(board, options, seed);
        Ok(())
    }
}

impl Driver for SimDriver {
    fn look(&mut self) -> Result<Presence, DriverError> {
        if self.fixture.lock().board_mut().is_none() {
            self.take_next()?;
        }
        let chip = match self.fixture.lock().board_mut() {
            None => return Ok(Presence::Empty),
            Some(board) => {
                // A board that lost its power gets it again as it would by being put in anew.
                if board.power() == Power::Off {
                    board.power_on();
                }
                board.chip_id().to_owned()
            }
        };
        let chip = chip.parse().map(Presence::Board);
        chip.map_err(|error: super::ChipIdError| DriverError::Garbled { what: error.to_string() })
    }

    fn key_origin(&self) -> KeyOrigin {
        match self.settings.keys {
            SimKeys::Host => KeyOrigin::Host,
            SimKeys::Board(_) => KeyOrigin::Board,
        }
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        self.with_board(|board| {
            let site = board.model().site();
            board.read(site.address, site.region_len).map(FoundPage::Bytes)
        })
    }

    fn request_certificates(&mut self, naming: &Naming<'_>) -> Result<BoardRequest, DriverError> {
        match &mut self.diag {
            Some(diag) => diag.request_certificates(naming),
            None => Err(DriverError::Unsupported { what: "on-device key generation" }),
        }
    }

    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError> {
        match (delivery, &mut self.diag) {
            (Delivery::Page { image, address, region_len }, None) => {
                let end = address.checked_add(u32::try_from(*region_len).unwrap_or(u32::MAX));
                let end = end.ok_or(DriverError::Unsupported { what: "page beyond 32 bits" })?;
                let whole = page_file::whole_region(image, *region_len);
                self.with_board(|board| {
                    board.erase_sectors(*address..end)?;
                    board.program(*address, &whole)
                })
            }
            (Delivery::Chains { .. }, Some(diag)) => diag.install(delivery),
            _ => Err(DriverError::Unsupported { what: "way for this delivery" }),
        }
    }

    fn confirm_installed(&mut self) -> Result<Option<Confirmation>, DriverError> {
        match &mut self.diag {
            Some(diag) => diag.confirm_installed(),
            None => Ok(None),
        }
    }

    fn converse(&mut self, line: &str, patience: Duration) -> Result<Vec<String>, DriverError> {
        match &mut self.diag {
            Some(diag) => diag.converse(line, patience),
            None => Err(DriverError::Unsupported { what: "conversation with the firmware" }),
        }
    }

    fn let_go(&mut self) -> Result<(), DriverError> {
        if let Some(diag) = &mut self.diag {
            diag.let_go()?;
        }
        let Some(board) = self.fixture.lock().take_out() else { return Ok(()) };
        self.tray.put_out(board).map_err(|error| DriverError::Io {
            action: "put a board out of the tray".to_owned(),
            cause: error.to_string(),
        })
    }
}

impl Drop for SimDriver {
    /// A board that is not done waits for the next run of the line.
    fn drop(&mut self) {
        if let Some(board) = self.fixture.lock().take_out() {
            let _waits = self.tray.put_back(board);
        }
    }
}

impl fmt::Debug for SimDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimDriver").field("slot", &self.slot).finish_non_exhaustive()
    }
}

impl fmt::Debug for SimSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimSettings")
            .field("keys", &self.keys)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// A simulated board answers at once, so nobody waits for it long.
fn diag_settings() -> DiagSettings {
    DiagSettings {
        chip: ChipCommand::new("print chipid", "chipid (?<chip>[0-9a-f]{16})").ok(),
        quiet: Duration::from_millis(2),
        ..DiagSettings::default()
    }
}

fn driver_error(error: &BoardError) -> DriverError {
    match error {
        BoardError::PoweredOff | BoardError::PowerLost | BoardError::WasReset => {
            DriverError::NoBoard { detail: error.to_string() }
        }
        BoardError::Flash(fault) => DriverError::Garbled { what: fault.to_string() },
    }
}
