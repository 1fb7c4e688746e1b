//! The desk that writes control logs: every finished device into exactly one.
//!
//! One thread owns it. It writes what has come in as one file, at most one a second, because that is how many names there
//! are; a device that comes alone is written at once. In order:
//!
//! 1. the log is complete on the disk, without a name;
//! 2. the journal says which name it will have, the hash of its bytes, and which devices stand in it;
//! 3. it gets the name, which nobody else can have;
//! 4. the journal says that it has it.
//!
//! Killed in between, the next start looks whether a file of that name has those bytes ([`settle_pending`]).

use std::{
    collections::HashSet,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use control_log::{ControlLogName, Ending, Entry, Writer, name::candidates};
use durable::{Cause, DurableError, NewFile, Operation, Visibility};
use journal::{DeviceId, Journal, JournalError, PendingLog, Unfinished};
use sha2::{Digest as _, Sha256};

use crate::{
    clock::Clock,
    event::{Event, Listeners},
};

/// How long it waits between two files: their names have room for one a second.
const BETWEEN_FILES: Duration = Duration::from_secs(1);

/// How long it waits after a failure before it tries again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// How many devices may wait before slots take no more boards in. They are safe in the journal; this bounds memory, 4 KB
/// each, and how much a full disk leaves undone.
const WAITING_MAX: usize = 20_000;

/// The most devices in one file: 8 MB, which the next stations read in one piece.
const DEVICES_PER_FILE_MAX: usize = 2000;

/// A device that waits to be written.
pub(crate) struct Waiting {
    pub(crate) id: DeviceId,
    pub(crate) entry: Entry,
}

/// The way to the desk.
pub(crate) struct LogDesk {
    tray: Arc<Tray>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Tray {
    waiting: Mutex<Inbox>,
    changed: Condvar,
    is_failing: AtomicBool,
    logged: AtomicU64,
}

#[derive(Default)]
struct Inbox {
    devices: Vec<Waiting>,
    is_closed: bool,
}

impl LogDesk {
    /// Starts the desk.
    pub(crate) fn start(
        journal: Arc<Journal>,
        directory: PathBuf,
        clock: Clock,
        listeners: Listeners,
    ) -> io::Result<Self> {
        let tray = Arc::new(Tray {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            is_failing: AtomicBool::new(false),
            logged: AtomicU64::new(0),
        });
        let clerk = Clerk { journal, directory, clock, listeners, tray: Arc::clone(&tray) };
        let thread = thread::Builder::new().name("control logs".to_owned());
        Ok(Self { thread: Mutex::new(Some(thread.spawn(move || clerk.work())?)), tray })
    }

    /// Hands a finished device over.
    pub(crate) fn hand_over(&self, device: Waiting) {
        self.tray.lock().devices.push(device);
        self.tray.changed.notify_all();
    }

    /// Whether slots must take no more boards in: logs cannot be written, or far too many wait.
    pub(crate) fn is_blocked(&self) -> bool {
        self.tray.is_failing.load(Ordering::Relaxed) || self.tray.lock().devices.len() > WAITING_MAX
    }

    /// How many devices were written.
    pub(crate) fn logged(&self) -> u64 {
        self.tray.logged.load(Ordering::Relaxed)
    }

    /// Writes what is there and ends. What cannot be written stays in the journal for the next start.
    pub(crate) fn flush(&self) {
        self.tray.lock().is_closed = true;
        self.tray.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A desk that panicked left everything in the journal.
            let _panicked = thread.join();
        }
    }
}

impl Drop for LogDesk {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Tray {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who works at the desk.
struct Clerk {
    journal: Arc<Journal>,
    directory: PathBuf,
    clock: Clock,
    listeners: Listeners,
    tray: Arc<Tray>,
}

impl Clerk {
    fn work(self) {
        let mut not_before = Instant::now();
        loop {
            let (mut devices, is_closed) = self.collect(not_before);
            if devices.is_empty() {
                return;
            }
            let written = self.leave_out_written(&mut devices).and_then(|()| {
                if devices.is_empty() {
                    return Ok(None);
                }
                write_log(&self.journal, &self.directory, self.clock, &devices).map(Some)
            });
            match written {
                Ok(None) => self.tray.is_failing.store(false, Ordering::Relaxed),
                Ok(Some(path)) => {
                    self.tray.is_failing.store(false, Ordering::Relaxed);
                    self.tray.logged.fetch_add(devices.len() as u64, Ordering::Relaxed);
                    let file = path.display().to_string();
                    self.listeners.tell(&Event::ControlLog { file, devices: devices.len() });
                    not_before = Instant::now() + BETWEEN_FILES;
                }
                Err(error) => {
                    let why = error.to_string();
                    self.listeners.tell(&Event::ControlLogFailed { why, hint: error.hint() });
                    if is_closed || !error.may_pass() {
                        // The journal keeps them; the next start writes them.
                        self.tray.is_failing.store(true, Ordering::Relaxed);
                        return;
                    }
                    self.tray.is_failing.store(true, Ordering::Relaxed);
                    let mut inbox = self.tray.lock();
                    devices.append(&mut inbox.devices);
                    inbox.devices = devices;
                    not_before = Instant::now() + AFTER_FAILURE;
                }
            }
        }
    }

    /// After a failure: a log whose directory could not be flushed has its name all the same, and its devices must come
    /// into no other.
    fn leave_out_written(&self, devices: &mut Vec<Waiting>) -> Result<(), LogDeskError> {
        if !self.tray.is_failing.load(Ordering::Relaxed) {
            return Ok(());
        }
        settle_pending(&self.journal, self.clock)?;
        let unfinished = self.journal.unfinished()?;
        let open: HashSet<DeviceId> = unfinished.iter().map(Unfinished::id).collect();
        let waiting = devices.len();
        devices.retain(|device| open.contains(&device.id));
        let written = waiting - devices.len();
        self.tray.logged.fetch_add(written as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until something is there and its time has come. Empty once the desk is closed and nothing is left.
    fn collect(&self, not_before: Instant) -> (Vec<Waiting>, bool) {
        let mut inbox = self.tray.lock();
        loop {
            let now = Instant::now();
            let is_due = now >= not_before || inbox.devices.len() >= DEVICES_PER_FILE_MAX;
            if inbox.is_closed || (!inbox.devices.is_empty() && is_due) {
                let count = inbox.devices.len().min(DEVICES_PER_FILE_MAX);
                return (inbox.devices.drain(..count).collect(), inbox.is_closed);
            }
            let wait = not_before.saturating_duration_since(now).max(Duration::from_millis(1));
            inbox = if inbox.devices.is_empty() {
                self.tray.changed.wait(inbox).unwrap_or_else(PoisonError::into_inner)
            } else {
                let waited = self.tray.changed.wait_timeout(inbox, wait);
                waited.unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }
}

/// Writes one control log of these devices.
pub(crate) fn write_log(
    journal: &Journal,
    directory: &Path,
    clock: Clock,
    devices: &[Waiting],
) -> Result<PathBuf, LogDeskError> {
    let directory = std::path::absolute(directory)
        .map_err(|error| DurableError::new(Operation::Create, directory, &error))?;
    let (mut draft, sha256) = draft(&directory, devices)?;
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let seconds = u64::try_from(clock().0 / 1000).unwrap_or(0);
    // A clock before 1970 gives the first name there is.
    let now = ControlLogName::from_unix_seconds(seconds).map_err(|_| LogDeskError::Clock)?;
    for name in candidates(now) {
        let path = directory.join(name.to_string());
        if path.exists() {
            continue;
        }
        let pending = PendingLog { file: path.to_string_lossy().into_owned(), sha256 };
        let log = journal.logging(&pending, &ids)?;
        match draft.commit_new(&path) {
            Ok(()) => {
                journal.logged(log, clock())?;
                return Ok(path);
            }
            Err(error) => {
                // After a failed sync of the directory the file has its name; the next start settles it.
                if error.operation != Operation::SyncDirectory {
                    journal.abandon_log(log)?;
                }
                if error.cause != Cause::AlreadyExists {
                    return Err(error.into());
                }
                draft = self::draft(&directory, devices)?.0;
            }
        }
    }
    Err(LogDeskError::NoName { directory })
}

/// A complete control log on the disk, without a name.
fn draft(directory: &Path, devices: &[Waiting]) -> Result<(NewFile, [u8; 32]), DurableError> {
    let failed = |error: io::Error| DurableError::new(Operation::Write, directory, &error);
    let mut writer = Writer::new(Vec::new());
    for device in devices {
        writer.push(&device.entry).map_err(failed)?;
    }
    let bytes = writer.finish(Ending::Bare).map_err(failed)?;
    let mut file = NewFile::create_in(directory, Visibility::Shared)?;
    file.write_all(&bytes).map_err(failed)?;
    Ok((file, Sha256::digest(&bytes).into()))
}

/// Decides what became of control logs that were about to get their name when the line ended.
///
/// # Errors
///
/// A file of that name cannot be read, or the journal fails.
pub(crate) fn settle_pending(journal: &Journal, clock: Clock) -> Result<(), LogDeskError> {
    for (log, pending) in journal.pending_logs()? {
        if durable::sha256_of(&pending.file)? == Some(pending.sha256) {
            // It may have got its name an instant before the kill.
            durable::sync_parent(Path::new(&pending.file))?;
            journal.logged(log, clock())?;
        } else {
            journal.abandon_log(log)?;
        }
    }
    Ok(())
}

/// Why a control log was not written.
#[derive(Debug, thiserror::Error)]
pub enum LogDeskError {
    /// The disk.
    #[error("failed to {0}")]
    Disk(#[from] DurableError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The year 10000.
    #[error("this machine's clock stands beyond the year 9999")]
    Clock,
    /// An hour of names is taken.
    #[error("no name for a control log is free in {}", directory.display())]
    NoName {
        /// Where.
        directory: PathBuf,
    },
}

impl LogDeskError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Disk(error) => error.hint(),
            Self::Journal(error) => error.hint(),
            Self::Clock => Some("set the clock; control logs are named after it".to_owned()),
            Self::NoName { .. } => Some("give each line a directory of its own".to_owned()),
        }
    }

    /// Whether the same again may succeed while the line runs on.
    const fn may_pass(&self) -> bool {
        !matches!(self, Self::Journal(_))
    }
}
