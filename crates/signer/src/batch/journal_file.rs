//! A journal in a file.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError, LockFile, NewFile, SyncedFile, Visibility};

use crate::{
    batch::journal::{Journal, JournalError, JournalState, JournalStorage, header},
    who_signs::DeviceSigner,
};

/// A file that lines are added to, by one process at a time.
#[derive(Debug)]
pub struct JournalFile {
    file: SyncedFile,
    len_bytes: u64,
    /// Something went wrong, and nobody knows what is on the disk.
    is_lost: bool,
    _lock: LockFile,
}

impl JournalFile {
    /// Opens the journal of this name, or begins one, readable by its owner only. What an interrupted append left
    /// behind is cut off.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: another process has it, it is not of this product, it is damaged, the disk fails.
    pub fn open(path: &Path, signer: &impl DeviceSigner) -> Result<Journal<Self>, OpenError> {
        let lock = LockFile::acquire(lock_path(path)).map_err(OpenError::File)?;
        let found = match durable::open_read(path) {
            Ok(file) => Some((len_bytes_of(&file, path)?, file)),
            Err(DurableError { cause: Cause::NotFound, .. }) => None,
            Err(error) => return Err(OpenError::File(error)),
        };
        // An empty file is one that somebody has touched.
        let Some((found_len_bytes, found)) = found.filter(|(len_bytes, _)| *len_bytes > 0) else {
            let header = header(signer);
            let file = begun(path, &mut &header[..])?;
            let len_bytes = header.len() as u64;
            let journal = Self { file, len_bytes, is_lost: false, _lock: lock };
            return Ok(Journal::new(journal, len_bytes, JournalState::default()));
        };
        let (state, len_bytes) = JournalState::read(BufReader::new(found), signer)
            .map_err(|error| OpenError::Content { path: path.to_owned(), error })?;
        let file = if len_bytes == found_len_bytes {
            let mut file = SyncedFile::open(path).map_err(OpenError::File)?;
            // What a killed process wrote and did not sync was read above: it counts only on the disk.
            file.sync().map_err(OpenError::File)?;
            file
        } else {
            let good = durable::open_read(path).map_err(OpenError::File)?;
            begun(path, &mut good.take(len_bytes))?
        };
        let journal = Self { file, len_bytes, is_lost: false, _lock: lock };
        Ok(Journal::new(journal, len_bytes, state))
    }
}

impl JournalStorage for JournalFile {
    fn append(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        if self.is_lost {
            let error = io::Error::other("an earlier write failed");
            return Err(DurableError::new(durable::Operation::Write, self.file.path(), &error));
        }
        let written = self.file.write_at(self.len_bytes, bytes).and_then(|()| self.file.sync());
        match written {
            Ok(()) => self.len_bytes += bytes.len() as u64,
            Err(_) => self.is_lost = true,
        }
        written
    }
}

/// Puts a journal with this content in place and keeps it open.
fn begun(path: &Path, content: &mut impl Read) -> Result<SyncedFile, OpenError> {
    let mut file = NewFile::create_for(path, Visibility::OwnerOnly).map_err(OpenError::File)?;
    let copied = io::copy(content, &mut file).and_then(|_| file.flush());
    copied.map_err(|error| OpenError::File(file.write_error(&error)))?;
    file.commit_replace_open(path).map_err(OpenError::File)
}

/// A length that cannot be had is a failure: a journal that passed for empty would be begun anew.
fn len_bytes_of(file: &File, path: &Path) -> Result<u64, OpenError> {
    let explain = |error: io::Error| {
        OpenError::File(DurableError::new(durable::Operation::Read, path, &error))
    };
    Ok(file.metadata().map_err(explain)?.len())
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Why a journal cannot be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// The file or its lock.
    #[error(transparent)]
    File(DurableError),
    /// What stands in it.
    #[error("use {}: {error}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: JournalError,
    },
}
