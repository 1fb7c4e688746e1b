//! Why a store cannot be opened or written to.

use std::path::PathBuf;

use durable::{Cause, DurableError};
use thiserror::Error;

use super::{
    key::PASSPHRASE_LEN_BYTES_MAX,
    record::{CHANGES_LEN_BYTES_MAX, SNAPSHOT_LEN_BYTES_MAX},
};
use crate::randomness::NoRandomness;

/// What is wrong with which store.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("store {}: {fault}", directory.display())]
pub struct StoreError {
    /// The store's directory.
    pub directory: PathBuf,
    /// What is wrong.
    #[source]
    pub fault: StoreFault,
}

/// What is wrong with a store. Nothing was changed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum StoreFault {
    /// Another process has it open.
    #[error("{}", in_use(*pid))]
    InUse {
        /// The process, where it is known.
        pid: Option<u32>,
    },
    /// A file cannot be read or written, or is open to others.
    #[error("failed to {0}")]
    Disk(DurableError),
    /// The directory holds other files and no store.
    #[error("the directory holds other things and no store")]
    NotAStore,
    /// Its file has gone since it was opened.
    #[error("its file is gone")]
    Absent,
    /// The file was damaged or tampered with.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// A newer version of this program wrote it.
    #[error("its format {version} is newer than this program")]
    Newer {
        /// The format.
        version: u16,
    },
    /// The key file is another store's.
    #[error("its key file does not open it")]
    WrongKeyFile,
    /// The passphrase is not the one.
    #[error("the passphrase does not open it")]
    WrongPassphrase,
    /// The key file is gone.
    #[error("its key file is missing")]
    KeyFileMissing,
    /// The key file has not 32 bytes.
    #[error("its key file has not 32 bytes")]
    KeyFileLength,
    /// It opens with a passphrase only.
    #[error("it opens with a passphrase, and none was given")]
    PassphraseNeeded,
    /// It opens with its key file.
    #[error("it opens with its key file, and a passphrase was given")]
    PassphraseNotNeeded,
    /// The passphrase is empty or too long.
    #[error("a passphrase of {found} bytes; it needs 1 to {PASSPHRASE_LEN_BYTES_MAX}")]
    PassphraseLength {
        /// Its size in bytes.
        found: usize,
    },
    /// The key derivation's cost is beyond what the algorithm takes.
    #[error("its cost of key derivation is out of range")]
    DerivationCost,
    /// More than fits.
    #[error(
        "{found} bytes at once; it takes {SNAPSHOT_LEN_BYTES_MAX} as a whole and {CHANGES_LEN_BYTES_MAX} a change"
    )]
    TooLarge {
        /// How many bytes.
        found: usize,
    },
    /// What was decrypted is no state of a device.
    #[error("its content is genuine and cannot be understood")]
    Content,
    /// After a failure it must be written anew first.
    #[error("it must be written anew after a failure")]
    NotReady,
    /// The operating system gives no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// How a store's file is damaged.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Damage {
    /// It is shorter than header, marks and one record.
    #[error("its file has {len_bytes} bytes and ends before its first record")]
    Short {
        /// Its size in bytes.
        len_bytes: usize,
    },
    /// The file does not begin as a store does.
    #[error("its file is not one of a store")]
    Magic,
    /// The header does not fit its checksum.
    #[error("its header does not fit its checksum")]
    Header,
    /// The header holds a value that no version has written.
    #[error("its header holds an unknown value")]
    HeaderValue,
    /// Neither mark verifies.
    #[error("both of its marks are damaged")]
    Marks,
    /// A record does not verify.
    #[error("record {sequence} at byte {offset} does not verify")]
    Record {
        /// The number that the record should have.
        sequence: u64,
        /// Where it begins.
        offset: usize,
    },
    /// Records that were acknowledged are missing at the end.
    #[error(
        "it ends at byte {offset} before record {sequence}, and {acknowledged} were acknowledged"
    )]
    Truncated {
        /// The number of the first record that is missing.
        sequence: u64,
        /// Where it should begin.
        offset: usize,
        /// The number of a record that was there.
        acknowledged: u64,
    },
}

impl StoreError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        let directory = self.directory.display();
        Some(match &self.fault {
            StoreFault::InUse { pid: Some(pid) } => {
                format!("stop process {pid}, or use another directory than {directory}")
            }
            StoreFault::InUse { pid: None } => {
                format!("stop the process that serves {directory}, or use another directory")
            }
            StoreFault::Disk(error) => return error.hint(),
            StoreFault::NotAStore => "name a directory that is empty or does not exist".to_owned(),
            StoreFault::Absent => format!("put back the file `state` that belongs to {directory}"),
            StoreFault::Damaged(_) => {
                format!("nothing was changed; put back a copy of {directory} that is whole")
            }
            StoreFault::Newer { .. } => "use the version that wrote it, or a newer one".to_owned(),
            StoreFault::WrongKeyFile | StoreFault::KeyFileMissing | StoreFault::KeyFileLength => {
                format!("put back the file `key` that belongs to {directory}")
            }
            StoreFault::WrongPassphrase => {
                "check that it is the passphrase of this store".to_owned()
            }
            StoreFault::PassphraseNeeded => "name its file with --passphrase-file".to_owned(),
            StoreFault::PassphraseNotNeeded => "leave --passphrase-file out".to_owned(),
            StoreFault::PassphraseLength { .. } => {
                "the passphrase is everything in its file but a newline at the end".to_owned()
            }
            StoreFault::NotReady
            | StoreFault::DerivationCost
            | StoreFault::TooLarge { .. }
            | StoreFault::Content
            | StoreFault::NoRandomness(_) => return None,
        })
    }
}

impl From<DurableError> for StoreFault {
    fn from(error: DurableError) -> Self {
        match error.cause {
            Cause::HeldByProcess { pid } => Self::InUse { pid },
            _ => Self::Disk(error),
        }
    }
}

impl From<Damage> for StoreFault {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

fn in_use(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid} has it open"),
        None => "another process has it open".to_owned(),
    }
}
