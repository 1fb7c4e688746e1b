//! A device's state in a directory.

use std::{
    ffi::OsStr,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use durable::{DurableError, LockFile, Operation, TEMPORARY_PREFIX};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{
    disk::{Disk, StoreFile},
    error::{StoreError, StoreFault},
    header::KeyProtection,
    key::{KeySource, StoreKey},
    record_log::{Contents, Opening, RecordLog},
};
use crate::{
    device::{Change, State},
    randomness::OsRandomness,
};

const STATE_FILE: &str = "state";
const KEY_FILE: &str = "key";
const LOCK_FILE: &str = "lock";

/// The store of one device, held by this process until it is dropped.
#[derive(Debug)]
pub struct DeviceStore {
    directory: PathBuf,
    log: Log,
    /// Absent on a disk that only this process knows.
    _lock: Option<LockFile>,
}

type Log = RecordLog<Box<dyn Disk + Send>>;

/// A store that was opened, and what it holds.
#[derive(Debug)]
pub struct Opened {
    /// The store. [`DeviceStore::save`] must come first.
    pub store: DeviceStore,
    /// Whether the store was there.
    pub origin: Origin,
    /// The state, where it was.
    pub state: Option<State>,
}

/// Whether a store was there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// There was none.
    New,
    /// There was one, closed properly or with nothing torn.
    Existing,
    /// There was one, and a change that was never acknowledged was cut from its end.
    ExistingCut,
}

impl DeviceStore {
    /// Opens the store in a directory, or prepares a new one there. A new one is on the disk after the first
    /// [`DeviceStore::save`].
    ///
    /// Keys and nonces always come from the operating system, also in rehearsals that are otherwise seeded.
    ///
    /// # Errors
    ///
    /// [`StoreError`]. Nothing that existed was changed.
    pub fn open(directory: impl Into<PathBuf>, key: &KeySource) -> Result<Opened, StoreError> {
        let directory = directory.into();
        match open(&directory, key) {
            Ok((log, lock, contents)) => Self::opened(directory, log, Some(lock), contents),
            Err(fault) => Err(StoreError { directory, fault }),
        }
    }

    /// Opens or prepares a store on a disk of the caller's, which nobody else may have open.
    ///
    /// # Errors
    ///
    /// As [`DeviceStore::open`]; the directory in them is empty.
    pub fn open_on(disk: Box<dyn Disk + Send>, key: &StoreKey) -> Result<Opened, StoreError> {
        let directory = PathBuf::new();
        match open_on(disk, key) {
            Ok((log, contents)) => Self::opened(directory, log, None, contents),
            Err(fault) => Err(StoreError { directory, fault }),
        }
    }

    fn opened(
        directory: PathBuf,
        log: Log,
        lock: Option<LockFile>,
        contents: Option<Contents>,
    ) -> Result<Opened, StoreError> {
        let origin = match &contents {
            None => Origin::New,
            Some(contents) if contents.is_cut => Origin::ExistingCut,
            Some(_) => Origin::Existing,
        };
        match contents.map(replay).transpose() {
            Ok(state) => Ok(Opened { store: Self { directory, log, _lock: lock }, origin, state }),
            Err(fault) => Err(StoreError { directory, fault }),
        }
    }

    /// Writes the whole state anew. When this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what was acknowledged before is still there.
    pub fn save(&mut self, state: &State) -> Result<(), StoreError> {
        encode(state).and_then(|bytes| self.log.replace(&bytes)).map_err(|fault| self.error(fault))
    }

    /// Makes the changes of one command durable, which have led to `state`. When this returns, they are on
    /// the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the changes must not be acknowledged; [`DeviceStore::reload`] says what the disk has.
    pub fn record(&mut self, changes: &[Change], state: &State) -> Result<(), StoreError> {
        if !self.log.is_ready() {
            return self.save(state);
        }
        encode(&changes)
            .and_then(|bytes| self.log.append(&bytes))
            .map_err(|fault| self.error(fault))?;
        if self.log.is_snapshot_due() {
            // The changes are on the disk whether or not this works; if not, the next call tries again.
            let _later = self.save(state);
        }
        Ok(())
    }

    /// The state as it is on the disk now. [`DeviceStore::save`] must follow.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the disk does not answer, or the file was damaged meanwhile.
    pub fn reload(&mut self) -> Result<State, StoreError> {
        self.log.reread().and_then(replay).map_err(|fault| self.error(fault))
    }

    /// Closes the store, so that even the loss of its last change would show.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: nothing is lost.
    pub fn close(self) -> Result<(), StoreError> {
        let directory = self.directory;
        self.log.close().map_err(|fault| StoreError { directory, fault })
    }

    fn error(&self, fault: StoreFault) -> StoreError {
        StoreError { directory: self.directory.clone(), fault }
    }
}

type OpenLog = (Log, LockFile, Option<Contents>);

fn open(directory: &Path, key: &KeySource) -> Result<OpenLog, StoreFault> {
    refuse_other_things(directory)?;
    durable::private_directory(directory)?;
    let lock = LockFile::acquire(directory.join(LOCK_FILE))?;
    durable::remove_leftovers(directory)?;
    let mut random = OsRandomness::open()?;
    let disk: Box<dyn Disk + Send> = Box::new(StoreFile::new(directory.join(STATE_FILE)));
    let key_file = directory.join(KEY_FILE);
    let unlock = |protection: &_| key.unlock(protection, &key_file);
    match RecordLog::open(disk, Box::new(random.clone()), unlock)? {
        Opening::Log(log, contents) => Ok((log, lock, Some(contents))),
        Opening::Nothing(disk) => {
            let (key, protection) = key.make(&key_file, &mut random)?;
            Ok((RecordLog::create(disk, &key, protection, Box::new(random)), lock, None))
        }
    }
}

fn open_on(
    disk: Box<dyn Disk + Send>,
    key: &StoreKey,
) -> Result<(Log, Option<Contents>), StoreFault> {
    let random = OsRandomness::open()?;
    match RecordLog::open(disk, Box::new(random.clone()), |_| Ok(key.clone()))? {
        Opening::Log(log, contents) => Ok((log, Some(contents))),
        Opening::Nothing(disk) => {
            let protection = KeyProtection::KeyFile;
            Ok((RecordLog::create(disk, key, protection, Box::new(random)), None))
        }
    }
}

/// A mistyped directory must not fill with the files of a device.
fn refuse_other_things(directory: &Path) -> Result<(), StoreFault> {
    let explain = |error: io::Error| DurableError::new(Operation::Read, directory, &error);
    let mut has_others = false;
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(explain(error).into()),
    };
    for entry in entries {
        let name = entry.map_err(explain)?.file_name();
        if name == OsStr::new(STATE_FILE) {
            return Ok(());
        }
        let is_ours = [KEY_FILE, LOCK_FILE].iter().any(|ours| name == OsStr::new(ours))
            || name.to_string_lossy().starts_with(TEMPORARY_PREFIX);
        has_others |= !is_ours;
    }
    if has_others { Err(StoreFault::NotAStore) } else { Ok(()) }
}

fn replay(contents: Contents) -> Result<State, StoreFault> {
    let mut state: State = decode(&contents.snapshot)?;
    for changes in contents.changes {
        for change in decode::<Vec<Change>>(&changes)? {
            state.apply(change);
        }
    }
    Ok(state)
}

/// Room for all of it from the start, so that growing leaves no copy behind that is not zeroised.
fn encode(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
    let len_bytes =
        postcard::experimental::serialized_size(value).map_err(|_| StoreFault::Content)?;
    let mut bytes = Zeroizing::new(vec![0; len_bytes]);
    postcard::to_slice(value, &mut bytes).map_err(|_| StoreFault::Content)?;
    Ok(bytes)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreFault> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(StoreFault::Content),
    }
}
