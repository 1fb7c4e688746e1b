//! A look at a journal that another process may be writing.

use std::path::PathBuf;

use rusqlite::Connection;

use crate::{
    counts::Counts,
    error::{JournalError, StorageFault},
    id::{DeviceId, JobId},
    job::JobRecord,
    open::opening_error,
    read,
    record::{DeviceKey, DeviceRecord, Filter, LogRecord, Note},
    schema::{self, Found},
};

/// A journal that is only read: by another process than the line, and where a newer program made it. It never
/// needs the key file, and it keeps nobody from writing.
#[derive(Debug)]
pub struct JournalView {
    connection: Connection,
    path: PathBuf,
    format: i64,
}

impl JournalView {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// It does not exist, is no journal, or may not be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, JournalError> {
        let path = path.into();
        if !path.exists() {
            return Err(JournalError::Missing { path });
        }
        let opened = schema::open_reader(&path)
            .and_then(|connection| schema::inspect(&connection).map(|found| (connection, found)));
        match opened {
            Ok((connection, Found::Journal(format))) => Ok(Self { connection, path, format }),
            Ok((_, Found::Empty | Found::Other)) => Err(JournalError::NotAJournal { path }),
            Err(error) => Err(opening_error(&path, &error)),
        }
    }

    /// The format of the file.
    pub const fn format(&self) -> i64 {
        self.format
    }

    /// Whether a newer program made it. What this program knows of it is shown; where that is not possible,
    /// the reads fail with [`JournalError::NewerFormat`].
    pub const fn is_newer(&self) -> bool {
        self.format > schema::FORMAT
    }

    /// The devices of a key, newest first, at most [`crate::FIND_MAX`].
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn find(&self, key: &DeviceKey<'_>) -> Result<Vec<DeviceRecord>, JournalError> {
        self.explained(read::find(&self.connection, key))
    }

    /// How many devices stand where, in a job or in all.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn counts(&self, job: Option<JobId>) -> Result<Counts, JournalError> {
        self.explained(read::counts(&self.connection, job))
    }

    /// Every job, in the order in which they were first run.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn jobs(&self) -> Result<Vec<(JobId, JobRecord)>, JournalError> {
        self.explained(read::jobs(&self.connection))
    }

    /// Every device that stands in no control log and is not retired, oldest first.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn unfinished_records(&self) -> Result<Vec<DeviceRecord>, JournalError> {
        self.explained(read::unfinished_records(&self.connection))
    }

    /// Shows the devices of a filter one after the other, in constant memory. The line may go on meanwhile,
    /// so this is no snapshot: a device is shown as it is when its turn comes.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn for_each(
        &self,
        filter: &Filter<'_>,
        mut visit: impl FnMut(&DeviceRecord),
    ) -> Result<(), JournalError> {
        self.explained(read::for_each(&self.connection, filter, &mut visit))
    }

    /// What happened to a device beside its steps, in its order.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn notes(&self, id: DeviceId) -> Result<Vec<Note>, JournalError> {
        self.explained(read::notes(&self.connection, id))
    }

    /// Every control log, in its order.
    ///
    /// # Errors
    ///
    /// The disk; a newer format.
    pub fn logs(&self) -> Result<Vec<LogRecord>, JournalError> {
        self.explained(read::logs(&self.connection))
    }

    fn explained<T>(&self, result: rusqlite::Result<T>) -> Result<T, JournalError> {
        result.map_err(|error| {
            let fault = StorageFault::new(&error);
            // A column that has gone, or a value that this program does not know.
            let is_misread =
                matches!(fault, StorageFault::Other { .. } | StorageFault::Damaged { .. });
            let path = self.path.clone();
            if self.is_newer() && is_misread {
                let (found, known) = (self.format, schema::FORMAT);
                return JournalError::NewerFormat { path, found, known };
            }
            JournalError::Storage { path, fault }
        })
    }
}
