//! A file that appears under its final name only when it is complete.
//!
//! System calls of a commit, in order (Linux; `commit_new` and `commit_replace` differ in step 4 only):
//!
//! 1. `open(dir/.curbside-XXXXXX.tmp, O_CREAT|O_EXCL|O_RDWR, 0644 or 0600)`
//! 2. `write` as often as the caller writes
//! 3. `fsync` of the file
//! 4. `renameat2(RENAME_NOREPLACE)`, on file systems without it `link` and `unlink`; or `rename`
//! 5. `open` and `fsync` of the directory
//!
//! On Windows step 4 is `MoveFileExW`, with or without `MOVEFILE_REPLACE_EXISTING`, and step 5 is left to the
//! journal of NTFS.
//!
//! Until step 4 nothing exists under the final name; from then on the whole file does. Dropping a [`NewFile`]
//! removes the temporary file.
//!
//! BUG: a process killed between steps 1 and 4 leaves its temporary file behind. The names begin with
//! [`TEMPORARY_PREFIX`] and end with [`TEMPORARY_SUFFIX`]; such a file is never read and may be deleted.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, PersistError};

use crate::{
    directory,
    error::{Cause, DurableError, Operation},
    permissions::{self, Visibility},
    synced_file::SyncedFile,
};

/// How the name of an uncommitted file begins. The dot hides it from `*` in a shell.
pub const TEMPORARY_PREFIX: &str = ".curbside-";

/// How the name of an uncommitted file ends.
pub const TEMPORARY_SUFFIX: &str = ".tmp";

/// A file under construction. Nothing exists under a final name until a commit succeeds, and nothing is left
/// behind when it is dropped before.
///
/// Reads and writes are not buffered. They return plain [`io::Error`]s; [`NewFile::write_error`] explains one.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
}

impl NewFile {
    /// Starts a file in `directory`, which must be the directory of its final path.
    ///
    /// # Errors
    ///
    /// The directory does not exist or cannot be written to.
    pub fn create_in(
        directory: impl AsRef<Path>,
        visibility: Visibility,
    ) -> Result<Self, DurableError> {
        let directory = match directory.as_ref() {
            empty if empty.as_os_str().is_empty() => Path::new("."),
            directory => directory,
        };
        let mut builder = Builder::new();
        builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
        permissions::apply(visibility, &mut builder);
        match builder.tempfile_in(directory) {
            Ok(file) => Ok(Self { file }),
            Err(error) => Err(DurableError::new(Operation::Create, directory, &error)),
        }
    }

    /// Starts a file in the directory of `final_path`.
    ///
    /// # Errors
    ///
    /// As [`NewFile::create_in`].
    pub fn create_for(
        final_path: impl AsRef<Path>,
        visibility: Visibility,
    ) -> Result<Self, DurableError> {
        Self::create_in(directory::parent(final_path.as_ref()), visibility)
    }

    /// Makes the file appear as `final_path`, which must not exist yet. Of any number of processes that commit
    /// to one name at one time exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`Cause::AlreadyExists`] when the name is taken. After any error but one of
    /// [`Operation::SyncDirectory`] nothing was put in place and nothing is left behind.
    pub fn commit_new(self, final_path: impl Into<PathBuf>) -> Result<(), DurableError> {
        let final_path = final_path.into();
        self.commit_first_free(std::iter::once(final_path)).map(drop)
    }

    /// Makes the file appear under the first of `final_paths` that is free, and returns it. Each attempt is
    /// exclusive as in [`NewFile::commit_new`], so two processes that try the same names get two files.
    ///
    /// # Errors
    ///
    /// [`Cause::AlreadyExists`] with the last name when none is free; else as [`NewFile::commit_new`].
    pub fn commit_first_free(
        self,
        final_paths: impl IntoIterator<Item = PathBuf>,
    ) -> Result<PathBuf, DurableError> {
        let mut file = self.synced()?;
        let mut last = PathBuf::new();
        for final_path in final_paths {
            match file.persist_noclobber(&final_path) {
                Ok(_) => {
                    directory::sync_parent(&final_path)?;
                    return Ok(final_path);
                }
                Err(PersistError { error, file: unplaced })
                    if error.kind() == io::ErrorKind::AlreadyExists =>
                {
                    file = unplaced;
                    last = final_path;
                }
                Err(PersistError { error, .. }) => {
                    return Err(DurableError::new(Operation::Place, final_path, &error));
                }
            }
        }
        Err(DurableError { operation: Operation::Place, path: last, cause: Cause::AlreadyExists })
    }

    /// Makes the file appear as `final_path`, in place of whatever file stands there. A reader sees the old
    /// file or the new one, never a mixture.
    ///
    /// # Errors
    ///
    /// After any error but one of [`Operation::SyncDirectory`] the old file is untouched and nothing is left
    /// behind.
    pub fn commit_replace(self, final_path: impl AsRef<Path>) -> Result<(), DurableError> {
        self.commit_replace_open(final_path).map(drop)
    }

    /// As [`NewFile::commit_replace`], and keeps the file open to be changed in place. On Windows the file
    /// that is replaced must not be open.
    ///
    /// # Errors
    ///
    /// As [`NewFile::commit_replace`].
    pub fn commit_replace_open(
        self,
        final_path: impl AsRef<Path>,
    ) -> Result<SyncedFile, DurableError> {
        let final_path = final_path.as_ref();
        match self.synced()?.persist(final_path) {
            Ok(file) => {
                directory::sync_parent(final_path)?;
                Ok(SyncedFile::from_parts(file, final_path.to_owned()))
            }
            Err(PersistError { error, .. }) => {
                Err(DurableError::new(Operation::Place, final_path, &error))
            }
        }
    }

    /// Explains an error that reading or writing this file returned.
    pub fn write_error(&self, error: &io::Error) -> DurableError {
        DurableError::new(Operation::Write, self.file.path(), error)
    }

    /// The open file, for code that needs more than [`Read`], [`Write`] and [`Seek`].
    pub fn file_mut(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    fn synced(self) -> Result<NamedTempFile, DurableError> {
        match self.file.as_file().sync_all() {
            Ok(()) => Ok(self.file),
            Err(error) => Err(DurableError::new(Operation::Sync, self.file.path(), &error)),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

impl Read for NewFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.as_file_mut().read(buffer)
    }
}

impl Seek for NewFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.as_file_mut().seek(position)
    }
}

/// Writes a file that must not exist yet.
///
/// # Errors
///
/// As [`NewFile::commit_new`]; a failed write names `path`, not the temporary file.
pub fn write_new(
    path: impl AsRef<Path>,
    visibility: Visibility,
    bytes: &[u8],
) -> Result<(), DurableError> {
    written(path.as_ref(), visibility, bytes)?.commit_new(path.as_ref())
}

/// Writes a file, in place of one that may exist.
///
/// # Errors
///
/// As [`NewFile::commit_replace`]; a failed write names `path`, not the temporary file.
pub fn write_replace(
    path: impl AsRef<Path>,
    visibility: Visibility,
    bytes: &[u8],
) -> Result<(), DurableError> {
    written(path.as_ref(), visibility, bytes)?.commit_replace(path.as_ref())
}

fn written(path: &Path, visibility: Visibility, bytes: &[u8]) -> Result<NewFile, DurableError> {
    let mut file = NewFile::create_for(path, visibility)?;
    match file.write_all(bytes) {
        Ok(()) => Ok(file),
        Err(error) => Err(DurableError::new(Operation::Write, path, &error)),
    }
}
