//! Why nothing could be remembered.

use std::path::PathBuf;

use durable::DurableError;
use signer::service::{Refusal, RefusalCode};

/// Why a change was not made durable.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database does not answer now. Whether the change was made is not known; making it again is harmless.
    #[error("reach the database {place}: {cause}")]
    Away {
        /// Which.
        place: String,
        /// What it said.
        cause: String,
    },
    /// A write failed: from now on nothing is written, since nobody knows what the disk has.
    #[error("write the database {place}: {cause}")]
    Broken {
        /// Which.
        place: String,
        /// What it said.
        cause: String,
    },
    /// The file is a database of something else, or of a newer program.
    #[error("use {}: it is no database of a signing server of this version", path.display())]
    NotAStore {
        /// Which.
        path: PathBuf,
    },
    /// The database does not fit its own rules: it was changed by hand or damaged.
    #[error("understand the database {place}: {what}")]
    Damaged {
        /// Which.
        place: String,
        /// What does not fit.
        what: String,
    },
    /// It cannot be used as it is named or set.
    #[error("use the database {place}: {what}")]
    Settings {
        /// Which.
        place: String,
        /// What will not do.
        what: String,
    },
    /// Another server has it.
    #[error("open the database {place}: another signing server has it, or one of this name")]
    InUse {
        /// Which.
        place: String,
    },
    /// A file beside it.
    #[error(transparent)]
    File(#[from] DurableError),
    /// The thread that owns the database is gone.
    #[error("reach the database: its thread has ended")]
    Gone,
}

impl StoreFault {
    /// Whether the same change may be made later without a person doing anything.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Away { .. })
    }

    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Away { .. } => "is PostgreSQL running, and may this user connect?",
            Self::Broken { .. } => {
                "look at the disk: is it full or failing? then start the server again; it finishes what was begun"
            }
            Self::NotAStore { .. } => "name another file, or use the program that made it",
            Self::Damaged { .. } => "keep a copy of it before anything else",
            Self::Settings { .. } => "change that, or name another database",
            Self::InUse { .. } => {
                "one server uses a SQLite database; several share PostgreSQL, each under a name of its own"
            }
            Self::File(error) => return error.hint(),
            Self::Gone => "please report it; start the server again",
        };
        Some(hint.to_owned())
    }
}

/// What a client is told.
impl From<&StoreFault> for Refusal {
    fn from(fault: &StoreFault) -> Self {
        Self::new(RefusalCode::Storage, format!("failed to {fault}")).hint(fault.hint())
    }
}

impl From<StoreFault> for Refusal {
    fn from(fault: StoreFault) -> Self {
        Self::from(&fault)
    }
}
