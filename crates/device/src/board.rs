//! A board on the bench: chip, flash, key store and power, with the operations that a programmer has.

use std::{fmt, ops::Range, path::Path, path::PathBuf, sync::Arc};

use page::{Catalogue, Image};
use sidewalk::{Curve, PrivateKey};

use crate::{
    board_file::{self, BoardFileError, Names},
    fault::{FaultPlan, StepFault, WrongKey},
    flash::{Flash, FlashError, WRITE_STEP_LEN},
    flash_time::{FlashTime, Sleep, TimedFlash},
    key_store::{Firmware, KeyStorage, KeyStore},
    model::{BoardModel, ModelError},
};

/// Whether a board has power.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Power {
    /// It runs.
    On,
    /// It does nothing and answers nothing.
    Off,
}

/// Why a board did not do what it was told.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoardError {
    /// It has no power.
    #[error("the board has no power")]
    PoweredOff,
    /// It lost power in the middle.
    #[error("the board lost power in the middle")]
    PowerLost,
    /// It started anew in the middle.
    #[error("the board was reset in the middle")]
    WasReset,
    /// Its flash cannot be used so.
    #[error(transparent)]
    Flash(#[from] FlashError),
}

/// Why a board cannot be taken from its file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoardOpenError {
    /// The file.
    #[error(transparent)]
    File(#[from] BoardFileError),
    /// The chip that it names.
    #[error("{} names a board that cannot be: {cause}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: ModelError,
    },
}

impl BoardOpenError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Model { cause, .. } => cause.hint(),
        }
    }
}

/// One board.
pub struct Board {
    chip_id: String,
    model: Arc<BoardModel>,
    flash: Flash,
    keys: KeyStore,
    firmware: Firmware,
    power: Power,
    boots: u64,
    faults: FaultPlan,
    time: Option<TimedFlash>,
    /// The file that it is kept in.
    path: Option<PathBuf>,
}

impl Board {
    /// A board with blank flash, in memory.
    pub fn new(model: Arc<BoardModel>, chip_id: impl Into<String>) -> Self {
        let flash = Flash::blank(model.geometry());
        Self::with_flash(model, chip_id.into(), flash)
    }

    /// A board that is kept in a file. Whatever is programmed from here on is in the file at once.
    ///
    /// # Errors
    ///
    /// [`BoardOpenError`].
    pub fn open(path: impl AsRef<Path>, catalogue: &Catalogue) -> Result<Self, BoardOpenError> {
        let path = path.as_ref();
        let opened = board_file::open(path)?;
        let Names { chip_id, platform, chip, generation } = opened.names;
        let model = BoardModel::find(catalogue, &format!("{platform}/{chip}"), Some(&generation))
            .map_err(|cause| BoardOpenError::Model { path: path.to_owned(), cause })?;
        let flash = Flash::with_medium(model.geometry(), opened.region, Box::new(opened.file));
        let mut board = Self::with_flash(model, chip_id, flash);
        board.keys = opened.keys;
        board.firmware = opened.firmware;
        board.path = Some(path.to_owned());
        Ok(board)
    }

    /// Makes the file of a board with blank flash. It must not exist.
    ///
    /// # Errors
    ///
    /// [`BoardFileError`].
    pub fn create_file(
        path: impl AsRef<Path>,
        model: &BoardModel,
        chip_id: &str,
        firmware: Firmware,
    ) -> Result<(), BoardFileError> {
        let names = Names {
            chip_id: chip_id.to_owned(),
            platform: model.platform_name().to_owned(),
            chip: model.chip().name.clone(),
            generation: model.site().generation.clone(),
        };
        board_file::create(path.as_ref(), &names, firmware, model.geometry().region_len)
    }

    fn with_flash(model: Arc<BoardModel>, chip_id: String, flash: Flash) -> Self {
        Self {
            chip_id,
            model,
            flash,
            keys: KeyStore::default(),
            firmware: Firmware::default(),
            power: Power::On,
            boots: 0,
            faults: FaultPlan::none(),
            time: None,
            path: None,
        }
    }

    /// Erases every sector that the addresses touch.
    ///
    /// # Errors
    ///
    /// [`BoardError`]; sectors before the fault are erased.
    pub fn erase_sectors(&mut self, range: Range<u32>) -> Result<(), BoardError> {
        self.need_power()?;
        let unit = self.flash.geometry().erase_unit;
        let mut erased = 0;
        let mut ended = Ok(());
        let mut sector = self.flash.sector_of(range.start);
        while sector < range.end && ended.is_ok() {
            ended = self.erase_step(sector);
            erased += 1;
            let Some(next) = sector.checked_add(unit) else { break };
            sector = next;
        }
        self.pass_time(|time| time.erase, erased);
        ended
    }

    /// Programs bytes in steps of at most 64. Bits only go from one to zero: erase first.
    ///
    /// # Errors
    ///
    /// [`BoardError`]; steps before the fault are programmed.
    pub fn program(&mut self, address: u32, bytes: &[u8]) -> Result<(), BoardError> {
        self.need_power()?;
        let ended = self.program_steps(address, bytes);
        self.pass_time(|time| time.write, bytes.len().div_ceil(WRITE_STEP_LEN));
        ended
    }

    /// Reads flash.
    ///
    /// # Errors
    ///
    /// [`BoardError`].
    pub fn read(&self, address: u32, len: usize) -> Result<Image, BoardError> {
        self.need_power()?;
        self.pass_time(|time| time.read, len.div_ceil(1024));
        Ok(self.flash.read(address, len)?)
    }

    /// Erases all flash, the page's region with it.
    ///
    /// # Errors
    ///
    /// [`BoardError`].
    pub fn mass_erase(&mut self) -> Result<(), BoardError> {
        self.need_power()?;
        self.leave_for_step()?;
        self.flash.erase_all()?;
        self.pass_time(|time| time.erase, self.flash.region().len().div_ceil(4096));
        Ok(())
    }

    /// Starts the firmware anew: what it had in memory is gone.
    pub fn reset(&mut self) {
        if self.power == Power::On {
            self.boots += 1;
        }
    }

    /// Takes power away.
    pub fn power_off(&mut self) {
        self.power = Power::Off;
    }

    /// Gives power; a board that had none starts.
    pub fn power_on(&mut self) {
        if self.power == Power::Off {
            self.power = Power::On;
            self.boots += 1;
        }
    }

    /// Lets things go wrong from here on.
    pub fn set_faults(&mut self, faults: FaultPlan) {
        for cell in faults.bad_cells() {
            self.flash.add_bad_cell(cell);
        }
        self.faults = faults;
    }

    /// Lets a programmer's operations take time.
    pub fn set_time(&mut self, time: FlashTime, sleeper: Arc<dyn Sleep>) {
        self.time = Some(TimedFlash { time, sleeper });
    }

    /// Puts other firmware on the board, which starts it. Page and key store stay.
    ///
    /// # Errors
    ///
    /// [`BoardError`].
    pub fn install_firmware(&mut self, firmware: Firmware) -> Result<(), BoardError> {
        self.need_power()?;
        self.flash.medium().store_firmware(firmware.to_byte()).map_err(FlashError::File)?;
        self.firmware = firmware;
        self.reset();
        Ok(())
    }

    /// The name that the chip has from its maker.
    pub fn chip_id(&self) -> &str {
        &self.chip_id
    }

    /// What kind of board it is.
    pub fn model(&self) -> &Arc<BoardModel> {
        &self.model
    }

    /// Its flash, for who looks from outside; programmers use [`Board::read`].
    pub fn flash(&self) -> &Flash {
        &self.flash
    }

    /// The file that it is kept in.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Which firmware is on it.
    pub fn firmware(&self) -> Firmware {
        self.firmware
    }

    /// Whether it has power.
    pub fn power(&self) -> Power {
        self.power
    }

    /// How often it started since it was put up.
    pub fn boots(&self) -> u64 {
        self.boots
    }

    /// Whether the key store holds the device key of a curve.
    pub fn holds_key(&self, curve: Curve) -> bool {
        self.keys.key(curve).is_some()
    }

    pub(crate) fn stored_key(&self, curve: Curve) -> Option<&PrivateKey> {
        self.keys.key(curve)
    }

    /// Puts a key into the store, where it stays over a power cut.
    pub(crate) fn store_key(&mut self, key: PrivateKey) -> Result<(), BoardError> {
        self.keys.put(key);
        let exposed = self.keys.exposed();
        Ok(self.flash.medium().store_keys(&exposed).map_err(FlashError::File)?)
    }

    pub(crate) fn has_wrong_key(&self, curve: Curve, wrong: WrongKey) -> bool {
        self.faults.has_wrong_key(curve, wrong)
    }

    pub(crate) fn faults_mut(&mut self) -> &mut FaultPlan {
        &mut self.faults
    }

    pub(crate) fn keeps_keys_in_store(&self) -> bool {
        self.firmware.key_storage == KeyStorage::Store
    }

    /// What firmware itself does: erases the page's region.
    pub(crate) fn firmware_erase_region(&mut self) -> Result<(), BoardError> {
        let geometry = *self.flash.geometry();
        let sectors = geometry.region_len / geometry.erase_unit as usize;
        for index in 0..sectors as u32 {
            self.erase_step(geometry.page_address + index * geometry.erase_unit)?;
        }
        Ok(())
    }

    /// What firmware itself does: programs bytes of the page's region.
    pub(crate) fn firmware_program(
        &mut self,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), BoardError> {
        let geometry = self.flash.geometry();
        let is_inside =
            offset.checked_add(bytes.len()).is_some_and(|end| end <= geometry.region_len);
        let address = geometry.page_address.saturating_add(offset as u32);
        if !is_inside {
            return Err(FlashError::OutOfRange { address, len: bytes.len() }.into());
        }
        self.program_steps(address, bytes)
    }

    fn program_steps(&mut self, address: u32, bytes: &[u8]) -> Result<(), BoardError> {
        let mut at = u64::from(address);
        for step in bytes.chunks(WRITE_STEP_LEN) {
            self.leave_for_step()?;
            let out_of_range = || FlashError::OutOfRange { address, len: bytes.len() };
            self.flash.program_step(u32::try_from(at).map_err(|_| out_of_range())?, step)?;
            at += step.len() as u64;
        }
        Ok(())
    }

    fn erase_step(&mut self, sector: u32) -> Result<(), BoardError> {
        self.leave_for_step()?;
        Ok(self.flash.erase_sector(sector)?)
    }

    fn leave_for_step(&mut self) -> Result<(), BoardError> {
        match self.faults.step() {
            None => Ok(()),
            Some(StepFault::PowerCut) => {
                self.power_off();
                Err(BoardError::PowerLost)
            }
            Some(StepFault::Reset) => {
                self.reset();
                Err(BoardError::WasReset)
            }
        }
    }

    fn need_power(&self) -> Result<(), BoardError> {
        match self.power {
            Power::On => Ok(()),
            Power::Off => Err(BoardError::PoweredOff),
        }
    }

    fn pass_time(&self, one: impl Fn(&FlashTime) -> std::time::Duration, times: usize) {
        if let Some(timed) = &self.time {
            timed.pass(one(&timed.time), times);
        }
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board")
            .field("chip_id", &self.chip_id)
            .field("chip", &self.model.chip().name)
            .field("generation", &self.model.site().generation)
            .field("power", &self.power)
            .finish_non_exhaustive()
    }
}
