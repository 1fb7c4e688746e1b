//! What the journal refuses or cannot do, and what a person can do about it.

use std::path::PathBuf;

use durable::{Cause, DurableError};
use rusqlite::ErrorCode;
use sidewalk::Curve;

use crate::{
    id::{DeviceId, JobId, LogId},
    record::DeviceRecord,
    state::State,
};

/// Why a reservation was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReserveError {
    /// The DSN stands already.
    #[error("the DSN {} is taken: device {} has it ({})", existing.dsn, existing.id, existing.state)]
    DsnTaken {
        /// Who has it.
        existing: Box<DeviceRecord>,
    },
    /// The SMSN stands already.
    #[error("the SMSN {} is taken: device {} with DSN {} has it ({})",
        existing.smsn, existing.id, existing.dsn, existing.state)]
    SmsnTaken {
        /// Who has it.
        existing: Box<DeviceRecord>,
    },
    /// Anything else.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ReserveError {
    /// What a person does next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::DsnTaken { existing } | Self::SmsnTaken { existing } if existing.retired => {
                Some("a retired identity is never used again: take another serial number".into())
            }
            Self::DsnTaken { .. } => Some(
                "finish or retire that device, or take another serial number; on purpose, use the rework".into(),
            ),
            Self::SmsnTaken { .. } => {
                Some("device type, stage, DSN and APID give the SMSN: check them for a mix-up".into())
            }
            Self::Journal(error) => error.hint(),
        }
    }
}

/// Why the journal refuses or fails.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JournalError {
    /// Another process has the journal.
    #[error("open the journal {}: {}", path.display(), held_by(*pid))]
    InUse {
        /// The journal.
        path: PathBuf,
        /// The other process, where its id is known.
        pid: Option<u32>,
    },
    /// A file beside the database.
    #[error(transparent)]
    File(#[from] DurableError),
    /// There is no journal to look at.
    #[error("open the journal {}: no such file", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The journal holds sealed private keys and the key file is gone.
    #[error("open the journal: its key file {} is missing", path.display())]
    KeyFileMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key file has another length than a key.
    #[error("open the journal: the key file {} has {found_len_bytes} bytes instead of 32", path.display())]
    KeyFileLength {
        /// The key file.
        path: PathBuf,
        /// What it has.
        found_len_bytes: u64,
    },
    /// The key file belongs to another journal.
    #[error("open the journal: the key file {} belongs to another journal", path.display())]
    KeyFileOther {
        /// The key file.
        path: PathBuf,
    },
    /// The caller's source of randomness failed.
    #[error("the source of randomness failed")]
    NoRandomness,
    /// The file is no journal.
    #[error("open the journal {}: the file is not a journal", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// A newer program made the journal.
    #[error("open the journal {}: it has format {found}, this program writes format {known}", path.display())]
    NewerFormat {
        /// The journal.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this program writes.
        known: i64,
    },
    /// The disk, the operating system or SQLite.
    #[error("use the journal {}: {fault}", path.display())]
    Storage {
        /// The journal.
        path: PathBuf,
        /// What is wrong.
        fault: StorageFault,
    },
    /// An earlier write failed, so that nobody knows what is on the disk.
    #[error("write to the journal {}: an earlier write failed ({fault})", path.display())]
    Poisoned {
        /// The journal.
        path: PathBuf,
        /// How that write failed.
        fault: StorageFault,
    },
    /// The journal's writer has ended.
    #[error("write to the journal: its writer has ended")]
    WriterGone,
    /// A row holds what no row can hold: the file was changed by somebody else, or is damaged.
    #[error("read {what} of row {row}: it holds what no journal writes")]
    Row {
        /// Which field.
        what: &'static str,
        /// Which row.
        row: i64,
    },
    /// No such device.
    #[error("the journal has no device {0}")]
    UnknownDevice(DeviceId),
    /// No such SMSN.
    #[error("the journal has no device with SMSN {0}")]
    UnknownSmsn(sidewalk::Smsn),
    /// No such job.
    #[error("the journal has no job {0}")]
    UnknownJob(JobId),
    /// No such control log.
    #[error("the journal has no control log {0}")]
    UnknownLog(LogId),
    /// No control log stands in that batch file.
    #[error("the journal has no batch {0}")]
    UnknownBatch(String),
    /// The device is not where the step begins.
    #[error("device {id} is {}{found}, the step begins at {expected}", retired_word(*retired))]
    WrongState {
        /// The device.
        id: DeviceId,
        /// Where the step begins.
        expected: State,
        /// Where the device is.
        found: State,
        /// Whether it is retired.
        retired: bool,
    },
    /// A reservation is dropped before the intent or never.
    #[error("device {id} is {found}: the HSM may have signed for it, so its DSN stays taken")]
    IntentStands {
        /// The device.
        id: DeviceId,
        /// Where it is.
        found: State,
    },
    /// The device stands in a control log, or is about to.
    #[error("device {id} stands in the control log {log} already")]
    InLog {
        /// The device.
        id: DeviceId,
        /// The other log.
        log: LogId,
    },
    /// A control log of that name is in the journal.
    #[error("the control log {file} is in the journal already")]
    LogStands {
        /// Its name.
        file: String,
        /// Its number.
        log: LogId,
    },
    /// The control log is not where the step begins.
    #[error("the control log {log} {}", log_fault(*is_logged))]
    LogState {
        /// The log.
        log: LogId,
        /// Whether its file has its name.
        is_logged: bool,
    },
    /// The control log stands in another batch.
    #[error("the control log {log} stands in the batch {batch} already")]
    LogBatched {
        /// The log.
        log: LogId,
        /// That batch.
        batch: String,
    },
    /// A control log of no devices.
    #[error("a control log has at least one device")]
    EmptyLog,
    /// The sealed private keys do not open under the journal's key.
    #[error("unseal the private keys of device {id}: they do not verify under the journal's key")]
    Unseal {
        /// The device.
        id: DeviceId,
    },
    /// The sealed private keys are not those of the public keys in the intent.
    #[error("unseal the private keys of device {id}: they do not belong to its {curve} public key")]
    KeysDiffer {
        /// The device.
        id: DeviceId,
        /// Of which curve.
        curve: Curve,
    },
    /// The device's private keys should be there and are not.
    #[error("unseal the private keys of device {id}: they are gone")]
    KeysGone {
        /// The device.
        id: DeviceId,
    },
    /// A key of the other curve stands in a curve's place.
    #[error("the {curve} key is a key of another curve")]
    WrongCurve {
        /// In whose place.
        curve: Curve,
    },
    /// Not 1 to 16 visible ASCII characters.
    #[error("the DSN is not 1 to 16 visible ASCII characters")]
    Dsn,
    /// Not 1 to 64 visible ASCII characters.
    #[error("the chip id is not 1 to 64 visible ASCII characters")]
    Chip,
}

impl JournalError {
    /// What a person does next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::InUse { pid: Some(pid), .. } => {
                format!("stop process {pid} first; reading is possible meanwhile")
            }
            Self::InUse { pid: None, .. } => {
                "stop the other process first; reading is possible meanwhile".into()
            }
            Self::File(error) => return error.hint(),
            Self::Missing { path } => format!("check the spelling of {}", path.display()),
            Self::KeyFileMissing { path } => format!(
                "put {} back from a backup; without it the private keys of unfinished devices are lost",
                path.display()
            ),
            Self::KeyFileLength { .. } | Self::KeyFileOther { .. } => {
                "put the journal's own key file back from a backup".into()
            }
            Self::NoRandomness => "check the operating system's random numbers".into(),
            Self::NotAJournal { .. } => {
                "check the path; if it is right, the disk or a tool has damaged the file".into()
            }
            Self::NewerFormat { .. } => {
                "use the newer program for the line; reports and exports still read the journal"
                    .into()
            }
            Self::Storage { fault, .. } => return fault.hint(),
            Self::Poisoned { fault, .. } => match fault.hint() {
                Some(hint) => format!("{hint}; then restart the line"),
                None => "repair the disk, then restart the line".into(),
            },
            Self::WriterGone => "restart the line".into(),
            Self::Row { .. } => {
                "keep a copy of the journal and its -wal file, then restore a backup".into()
            }
            Self::Unseal { id } | Self::KeysDiffer { id, .. } | Self::KeysGone { id } => format!(
                "retire device {id}: its page cannot be made again; other devices are not affected"
            ),
            Self::IntentStands { id, .. } => {
                format!("finish device {id}, or retire it, which burns its DSN")
            }
            Self::WrongState { retired: true, .. } => {
                "a retired identity is never used again: start with another serial number".into()
            }
            Self::WrongState { .. } => {
                "look at the device again: somebody else went on with it".into()
            }
            Self::Dsn => "check the serial number scanner and the job's pattern".into(),
            _ => return None,
        })
    }
}

/// What the disk, the operating system or SQLite said.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StorageFault {
    /// No space is left.
    #[error("no space left on the disk")]
    Full,
    /// The file or its directory cannot be written.
    #[error("it cannot be written")]
    ReadOnly,
    /// The file or its directory cannot be opened.
    #[error("it cannot be opened")]
    CannotOpen,
    /// Reading, writing or flushing failed.
    #[error("the disk failed ({detail})")]
    Io {
        /// In SQLite's words.
        detail: String,
    },
    /// The file is damaged.
    #[error("the file is damaged ({detail})")]
    Damaged {
        /// In SQLite's words.
        detail: String,
    },
    /// Another process kept the file locked for longer than we wait.
    #[error("another process keeps it locked")]
    Locked,
    /// Anything else.
    #[error("{detail}")]
    Other {
        /// In SQLite's words.
        detail: String,
    },
}

impl StorageFault {
    /// What a person does next.
    pub fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Full => "free some space (`df` shows it)",
                Self::ReadOnly => {
                    "check who may write in its directory, and that the disk is not mounted read-only"
                }
                Self::CannotOpen => "check that its directory exists and who may use it",
                Self::Io { .. } => "check the disk (`dmesg` shows its errors)",
                Self::Damaged { .. } => {
                    "keep a copy of the journal and its -wal file, check the disk, then restore a backup"
                }
                Self::Locked => "stop the program that hangs while it has the file open",
                Self::Other { .. } => return None,
            }
            .into(),
        )
    }

    pub(crate) fn new(error: &rusqlite::Error) -> Self {
        let detail = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::SystemIoFailure) => Self::Io { detail },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ if is_misfit(error) => Self::Damaged { detail },
            _ => Self::Other { detail },
        }
    }
}

impl JournalError {
    pub(crate) fn storage(path: impl Into<PathBuf>, error: &rusqlite::Error) -> Self {
        Self::Storage { path: path.into(), fault: StorageFault::new(error) }
    }

    /// A lock that another process holds is told in the journal's terms.
    pub(crate) fn from_lock(path: impl Into<PathBuf>, error: DurableError) -> Self {
        match error.cause {
            Cause::HeldByProcess { pid } => Self::InUse { path: path.into(), pid },
            _ => Self::File(error),
        }
    }
}

fn held_by(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid} has it"),
        None => "another process has it".into(),
    }
}

const fn retired_word(retired: bool) -> &'static str {
    if retired { "retired, " } else { "" }
}

const fn log_fault(is_logged: bool) -> &'static str {
    if is_logged { "has its name already" } else { "has no name yet" }
}

/// Whether a column holds what no journal writes.
const fn is_misfit(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
    )
}
