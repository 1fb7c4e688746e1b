//! Page files for a gang programmer: a file for each slot in a directory that the programmer watches.
//!
//! Nobody here sees the board. The file that was written is not what is on the board, so a page counts as read back
//! only when the programmer puts down a file of its own. Where it does not, it must take the page file away when it has
//! programmed the board: until then no other page is given out, and the file that is gone is the sign for the next.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use durable::Visibility;
use page::Image;
use zeroize::Zeroizing;

pub use super::page_file::PageFormat;
use super::{
    Delivery, Driver, DriverError, FoundPage, KeyOrigin, Presence, page_file, scratch::io_error,
};

/// The largest file that is read back: a whole flash of 2 MiB as text.
const READ_BACK_LEN_MAX: u64 = 8 * 1024 * 1024;

/// How often the programmer's file is looked for. Nobody waits for the difference.
const POLL: Duration = Duration::from_millis(50);

/// Which files, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FilesSettings {
    /// The directory that the programmer watches. It must exist, and only its owner should be able to enter it.
    pub directory: PathBuf,
    /// The slot.
    pub slot: u32,
    /// The kind of file that the programmer takes.
    pub format: PageFormat,
    /// Address of the page's first byte.
    pub address: u32,
    /// Size of the page's flash region in bytes.
    pub region_len: usize,
    /// What the programmer reads back, where it does.
    pub read_back: Option<ReadBack>,
}

/// A file in which the programmer puts down what it read from the board after programming.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadBack {
    /// Its path; `{slot}` stands for the slot's number.
    pub pattern: String,
    /// Its kind. It must hold the page's whole region.
    pub format: PageFormat,
    /// How long it is waited for after the page was given out: the time that programming takes, with room.
    pub patience: Duration,
}

/// Gives out page files.
#[derive(Debug)]
pub struct FilesDriver {
    settings: FilesSettings,
    is_given_out: bool,
}

impl FilesDriver {
    /// A driver for one slot. Where the programmer reads back, a page file that a killed process left is removed: its
    /// device is not finished, and gets its page again. Without that it counts as given out, and must be taken.
    ///
    /// # Errors
    ///
    /// The old file cannot be removed.
    pub fn new(settings: FilesSettings) -> Result<Self, DriverError> {
        let driver = Self { settings, is_given_out: false };
        if driver.settings.read_back.is_some() {
            remove(&driver.page_path())?;
        }
        Ok(driver)
    }

    /// Where the page goes: `slot-N.hex`, or as the format is called.
    pub fn page_path(&self) -> PathBuf {
        let FilesSettings { directory, slot, format, .. } = &self.settings;
        directory.join(format!("slot-{slot}.{}", format.extension()))
    }

    /// Where the programmer's own file is expected.
    fn read_back_path(&self) -> Option<PathBuf> {
        let read_back = self.settings.read_back.as_ref()?;
        let slot = self.settings.slot.to_string();
        Some(PathBuf::from(read_back.pattern.replace("{slot}", &slot)))
    }

    /// What stands in the programmer's file now; `None` where there is none.
    fn read_back(&self, path: &Path, format: PageFormat) -> Result<Option<Image>, DriverError> {
        match durable::read_bounded(path, READ_BACK_LEN_MAX) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let FilesSettings { address, region_len, .. } = self.settings;
                format.decode(&bytes, address, region_len).map(Some)
            }
            Err(error) if error.cause == durable::Cause::NotFound => Ok(None),
            Err(error) => Err(io_error(&error)),
        }
    }
}

impl Driver for FilesDriver {
    /// A board is there when the programmer is ready for its page.
    fn look(&mut self) -> Result<Presence, DriverError> {
        let is_taken = !self.page_path().exists();
        Ok(if is_taken { Presence::Anonymous } else { Presence::Empty })
    }

    fn key_origin(&self) -> KeyOrigin {
        KeyOrigin::Host
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        let (Some(path), Some(settings)) = (self.read_back_path(), &self.settings.read_back) else {
            return Ok(FoundPage::Unreadable);
        };
        let deadline = Instant::now() + settings.patience;
        loop {
            // The file may be found half-written, so one that makes no sense is looked at again until the end.
            let found = self.read_back(&path, settings.format);
            let is_over = !self.is_given_out || Instant::now() >= deadline;
            match found {
                Ok(Some(image)) => return Ok(FoundPage::Bytes(image)),
                Ok(None) if !self.is_given_out => return Ok(FoundPage::Unreadable),
                Ok(None) if is_over => {
                    let what = format!("the programmer's file {}", path.display());
                    return Err(DriverError::TimedOut { what, waited: settings.patience });
                }
                Err(error) if is_over => return Err(error),
                Ok(None) | Err(_) => thread::sleep(POLL),
            }
        }
    }

    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError> {
        let Delivery::Page { image, address, region_len } = *delivery else {
            return Err(DriverError::Unsupported { what: "way to deliver chains" });
        };
        if (address, region_len) != (self.settings.address, self.settings.region_len) {
            return Err(DriverError::Unsupported { what: "other place for the page than its own" });
        }
        // An older file would be taken for this board's.
        if let Some(path) = self.read_back_path() {
            remove(&path)?;
        }
        let whole = page_file::whole_region(image, region_len);
        let bytes = self.settings.format.encode(&whole, address)?;
        // In place of a file that may be there: the same page given out once more.
        durable::write_replace(self.page_path(), Visibility::OwnerOnly, &bytes)
            .map_err(|error| io_error(&error))?;
        self.is_given_out = true;
        Ok(())
    }

    /// Takes the files away where the programmer has said that it is done: the next board in this slot must not get
    /// this one's identity.
    fn let_go(&mut self) -> Result<(), DriverError> {
        self.is_given_out = false;
        let Some(path) = self.read_back_path() else { return Ok(()) };
        remove(&self.page_path())?;
        remove(&path)
    }
}

fn remove(path: &Path) -> Result<(), DriverError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(DriverError::Io {
            action: format!("remove {}", path.display()),
            cause: error.to_string(),
        }),
        _ => Ok(()),
    }
}
