//! Files that a programming tool reads or writes, and nobody else.
//!
//! They hold private keys, so each slot has a directory of its own that only its owner may enter, and each file lives
//! for one step. What a killed process leaves behind is removed when the slot's driver is made again. A file is
//! overwritten before it is removed; a flash disk may keep a copy all the same, so let the directory lie in memory
//! (`/dev/shm`) where the machine has such a place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use durable::{DurableError, SyncedFile, Visibility};

use super::DriverError;

/// A directory for the files of one slot.
#[derive(Debug)]
pub(super) struct Scratch {
    directory: PathBuf,
}

/// A file that is wiped and removed when this is dropped. It need not exist.
#[derive(Debug)]
pub(super) struct ScratchFile {
    path: PathBuf,
}

impl Scratch {
    /// Makes the directory, or empties the one that a killed process left.
    pub(super) fn new(directory: PathBuf) -> Result<Self, DriverError> {
        durable::private_directory(&directory).map_err(|error| io_error(&error))?;
        // Tools run there, so the path must mean the same from everywhere.
        let directory = std::path::absolute(&directory).map_err(|error| DriverError::Io {
            action: format!("find {}", directory.display()),
            cause: error.to_string(),
        })?;
        let scratch = Self { directory };
        scratch.clear()?;
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        &self.directory
    }

    /// The place of a file that a tool will write.
    pub(super) fn place(&self, name: &str) -> ScratchFile {
        ScratchFile { path: self.directory.join(name) }
    }

    /// A file for a tool to read.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<ScratchFile, DriverError> {
        let file = self.place(name);
        durable::write_replace(&file.path, Visibility::OwnerOnly, bytes)
            .map_err(|error| io_error(&error))?;
        Ok(file)
    }

    /// Removes every file, whoever made it.
    pub(super) fn clear(&self) -> Result<(), DriverError> {
        let explain = |error: std::io::Error| DriverError::Io {
            action: format!("empty {}", self.directory.display()),
            cause: error.to_string(),
        };
        for entry in fs::read_dir(&self.directory).map_err(explain)? {
            let path = entry.map_err(explain)?.path();
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(explain)?;
            } else {
                wipe(&path);
                fs::remove_file(&path).map_err(explain)?;
            }
        }
        Ok(())
    }
}

impl ScratchFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What a tool has written there.
    pub(super) fn read(&self, len_bytes_max: u64) -> Result<Vec<u8>, DriverError> {
        durable::read_bounded(&self.path, len_bytes_max).map_err(|error| io_error(&error))
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        wipe(&self.path);
        let _gone = fs::remove_file(&self.path);
    }
}

/// What a failed file operation means to a driver.
pub(super) fn io_error(error: &DurableError) -> DriverError {
    DriverError::Io {
        action: format!("{} {}", error.operation, error.path.display()),
        cause: error.cause.to_string(),
    }
}

/// Overwrites a file with zeros; one that cannot be is removed as it is.
fn wipe(path: &Path) {
    let Ok(len) = fs::metadata(path).map(|metadata| metadata.len()) else { return };
    let Ok(mut file) = SyncedFile::open(path) else { return };
    let zeros = [0; 4096];
    let mut offset = 0;
    while offset < len {
        let part = usize::try_from(len - offset).unwrap_or(zeros.len()).min(zeros.len());
        if file.write_at(offset, &zeros[..part]).is_err() {
            return;
        }
        offset += part as u64;
    }
    let _synced = file.sync();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("slot-1");
        let scratch = Scratch::new(directory.clone()).unwrap();
        std::mem::forget(scratch.write("page.hex", b"secret").unwrap());
        assert!(directory.join("page.hex").exists());
        Scratch::new(directory.clone()).unwrap();
        assert!(!directory.join("page.hex").exists());
    }

    #[test]
    fn a_file_is_gone_with_its_step() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(parent.path().join("slot-1")).unwrap();
        let file = scratch.write("page.hex", b"secret").unwrap();
        let path = file.path().to_owned();
        assert!(path.exists());
        drop(file);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_enter() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(parent.path().join("slot-1")).unwrap();
        let file = scratch.write("page.hex", b"secret").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(scratch.path()), 0o700);
        assert_eq!(mode(file.path()), 0o600);
    }
}
