//! What the store asks of a disk.

use std::{io::Write as _, path::PathBuf};

use durable::{Cause, DurableError, NewFile, Operation, SyncedFile, Visibility};

/// One file that is read as a whole, changed in place, and replaced as a whole. Behind a trait so that tests
/// can cut the power between any two operations.
pub trait Disk {
    /// The whole file, or `None` where there is none. Later writes go to the file that was read.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is larger than `limit_bytes`.
    fn read(&mut self, limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError>;

    /// Writes at a place, over what is there or right behind the end. A power cut before the next
    /// [`Disk::sync`] keeps any of the sectors, in any order.
    ///
    /// # Errors
    ///
    /// The disk is full or fails. Some of the bytes may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError>;

    /// Waits until everything written is on the disk.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn sync(&mut self) -> Result<(), DurableError>;

    /// Replaces the whole file. After a power cut it is the old one or the new one; after success it is the
    /// new one, and later writes go there.
    ///
    /// # Errors
    ///
    /// The disk is full or fails. The file is the old or the new one.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError>;
}

impl<D: Disk + ?Sized> Disk for Box<D> {
    fn read(&mut self, limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError> {
        (**self).read(limit_bytes)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        (**self).write_at(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), DurableError> {
        (**self).sync()
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        (**self).replace(bytes)
    }
}

/// A file of mode 0600 on a real disk.
#[derive(Debug)]
pub struct StoreFile {
    path: PathBuf,
    file: Option<SyncedFile>,
}

impl StoreFile {
    /// The file of this name, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None }
    }

    fn file(&mut self) -> Result<&mut SyncedFile, DurableError> {
        let path = &self.path;
        self.file.as_mut().ok_or_else(|| DurableError {
            operation: Operation::Write,
            path: path.clone(),
            cause: Cause::NotFound,
        })
    }
}

impl Disk for StoreFile {
    fn read(&mut self, limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError> {
        self.file = None;
        let mut file = match SyncedFile::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.cause == Cause::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        durable::refuse_open_to_others(&self.path)?;
        let bytes = file.read(limit_bytes)?;
        self.file = Some(file);
        Ok(Some(bytes))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        self.file()?.write_at(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), DurableError> {
        self.file()?.sync()
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        // Windows replaces no file that is open.
        self.file = None;
        let mut new = NewFile::create_for(&self.path, Visibility::OwnerOnly)?;
        new.write_all(bytes)
            .map_err(|error| DurableError::new(Operation::Write, &self.path, &error))?;
        self.file = Some(new.commit_replace_open(&self.path)?);
        Ok(())
    }
}
