//! A file that stays open, is changed in place, and says when what was written is on the disk.
//!
//! System calls (Linux): [`SyncedFile::write_at`] is `lseek` and `write` as often as it takes,
//! [`SyncedFile::sync`] is `fdatasync`, which covers the content and the length. Whoever needs an order
//! between two writes calls `sync` between them; the disk knows no other.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::{
    error::{DurableError, Operation},
    permissions,
    read::read_file,
};

/// An existing file, open for reading and for writing in place.
///
/// After a failed write or sync nobody knows what is on the disk, and a second sync may claim success for
/// bytes that were lost: replace the file as a whole ([`NewFile`](crate::NewFile)) or give it up.
#[derive(Debug)]
pub struct SyncedFile {
    file: File,
    path: PathBuf,
}

impl SyncedFile {
    /// Opens a file that exists.
    ///
    /// # Errors
    ///
    /// It does not exist, is a directory, or may not be read and written.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DurableError> {
        let path = path.into();
        match permissions::owner_only_options().read(true).write(true).open(&path) {
            Ok(file) => Ok(Self { file, path }),
            Err(error) => Err(DurableError::new(Operation::Open, path, &error)),
        }
    }

    pub(crate) fn from_parts(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    /// Reads the whole file, which may have at most `limit_bytes`.
    ///
    /// # Errors
    ///
    /// [`Cause::TooLarge`](crate::Cause::TooLarge); a failing disk.
    pub fn read(&mut self, limit_bytes: u64) -> Result<Vec<u8>, DurableError> {
        self.seek(0, Operation::Read)?;
        read_file(&self.file, &self.path, limit_bytes)
    }

    /// Writes bytes at a place, over what is there or behind the end. They are on the disk only after a
    /// [`SyncedFile::sync`].
    ///
    /// # Errors
    ///
    /// A full or failing disk; some of the bytes may have been written.
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        self.seek(offset, Operation::Write)?;
        self.file.write_all(bytes).map_err(|error| self.explain(Operation::Write, &error))
    }

    /// Waits until everything written is on the disk.
    ///
    /// # Errors
    ///
    /// The disk failed; what was written since the last sync may be lost.
    pub fn sync(&mut self) -> Result<(), DurableError> {
        self.file.sync_data().map_err(|error| self.explain(Operation::Sync, &error))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn seek(&mut self, offset: u64, operation: Operation) -> Result<(), DurableError> {
        match self.file.seek(SeekFrom::Start(offset)) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explain(operation, &error)),
        }
    }

    fn explain(&self, operation: Operation, error: &io::Error) -> DurableError {
        DurableError::new(operation, &self.path, error)
    }
}
