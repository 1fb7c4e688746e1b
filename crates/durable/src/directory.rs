//! What must be done to a directory so that a new name in it survives a power cut.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::error::{DurableError, Operation};

/// The directory that holds `path`'s name.
pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Flushes the directory that holds `path`'s name. Every commit does; this is for who finds a file that an earlier process
/// may have named without coming to that.
///
/// # Errors
///
/// The directory cannot be opened or flushed.
pub fn sync_parent(path: &Path) -> Result<(), DurableError> {
    let parent = parent(path);
    sync(&parent).map_err(|error| DurableError::new(Operation::SyncDirectory, parent, &error))
}

/// `open(O_RDONLY)` and `fsync` of the directory.
#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    match std::fs::File::open(directory)?.sync_all() {
        // Some network file systems have no fsync for directories; they order renames themselves.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

/// Windows has no call for it: a directory cannot be flushed without administrator rights. NTFS journals
/// the rename.
#[cfg(not(unix))]
fn sync(_directory: &Path) -> io::Result<()> {
    Ok(())
}
