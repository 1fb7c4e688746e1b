//! Directories and files that only their owner may open.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::{
    directory,
    error::{Cause, DurableError, Operation},
    new_file::{TEMPORARY_PREFIX, TEMPORARY_SUFFIX},
    permissions,
};

/// Makes a directory that only its owner may enter (mode 0700), or makes one that is there so where it is
/// empty. Directories above it must exist. Afterwards the name survives a power cut.
///
/// # Errors
///
/// It cannot be made; a file of that name exists; [`Cause::OpenToOthers`] where it holds something and
/// others may look into it.
pub fn private_directory(path: impl AsRef<Path>) -> Result<(), DurableError> {
    let path = path.as_ref();
    match permissions::create_owner_only_directory(path) {
        Ok(()) => directory::sync_parent(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if names(path)?.is_empty() {
                permissions::make_owner_only_directory(path)
                    .map_err(|error| DurableError::new(Operation::CreateDirectory, path, &error))?;
                // Whoever made it may have been killed before its name was on the disk.
                directory::sync_parent(path)?;
            }
            refuse_open_to_others(path)
        }
        Err(error) => Err(DurableError::new(Operation::CreateDirectory, path, &error)),
    }
}

/// Refuses a file or directory that anybody but its owner may read, write or enter. On Windows it refuses
/// nothing: there the directory's access list decides.
///
/// # Errors
///
/// [`Cause::OpenToOthers`]; it does not exist.
pub fn refuse_open_to_others(path: impl AsRef<Path>) -> Result<(), DurableError> {
    let path = path.as_ref();
    let explain = |error| DurableError::new(Operation::Open, path, &error);
    let metadata = fs::metadata(path).map_err(explain)?;
    match permissions::open_to_others(&metadata) {
        None => Ok(()),
        Some(mode) => {
            let cause = Cause::OpenToOthers { mode };
            Err(DurableError { operation: Operation::Open, path: path.to_owned(), cause })
        }
    }
}

/// Removes what processes that were killed left half-written in a directory. Only for whoever is sure to be
/// the only writer there, as the holder of its [`LockFile`](crate::LockFile) is.
///
/// # Errors
///
/// The directory cannot be read. A leftover that cannot be removed is left; it is never read.
pub fn remove_leftovers(path: impl AsRef<Path>) -> Result<(), DurableError> {
    for name in names(path.as_ref())? {
        let is_leftover = name.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
            name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
        });
        if is_leftover {
            let _left = fs::remove_file(name);
        }
    }
    Ok(())
}

fn names(path: &Path) -> Result<Vec<PathBuf>, DurableError> {
    let explain = |error| DurableError::new(Operation::Read, path, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(explain)? {
        names.push(entry.map_err(explain)?.path());
    }
    Ok(names)
}
