//! Reading with a limit.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::error::{Cause, DurableError, Operation};

/// Opens a file for reading.
///
/// # Errors
///
/// It does not exist, may not be read, or is a directory.
pub fn open_read(path: impl AsRef<Path>) -> Result<File, DurableError> {
    let path = path.as_ref();
    let explain = |error: io::Error| DurableError::new(Operation::Open, path, &error);
    let file = File::open(path).map_err(explain)?;
    // Unix opens a directory and fails only at the first read.
    if file.metadata().map_err(explain)?.is_dir() {
        let cause = Cause::IsADirectory;
        return Err(DurableError { operation: Operation::Open, path: path.to_owned(), cause });
    }
    Ok(file)
}

/// Reads a whole file of at most `limit_bytes`. A larger one is refused before it is read.
///
/// # Errors
///
/// As [`open_read`]; [`Cause::TooLarge`]; a failing disk.
pub fn read_bounded(path: impl AsRef<Path>, limit_bytes: u64) -> Result<Vec<u8>, DurableError> {
    let path = path.as_ref();
    read_file(&open_read(path)?, path, limit_bytes)
}

/// The SHA-256 of a file of any size, or `None` where there is no such file.
///
/// # Errors
///
/// It may not be read; a failing disk.
pub fn sha256_of(path: impl AsRef<Path>) -> Result<Option<[u8; 32]>, DurableError> {
    let path = path.as_ref();
    let mut file = match open_read(path) {
        Ok(file) => file,
        Err(DurableError { cause: Cause::NotFound, .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hash = Sha256::new();
    let mut buffer = vec![0; HASH_CHUNK_LEN_BYTES];
    loop {
        let read = file.read(&mut buffer);
        let len = read.map_err(|error| DurableError::new(Operation::Read, path, &error))?;
        if len == 0 {
            return Ok(Some(hash.finalize().into()));
        }
        hash.update(&buffer[..len]);
    }
}

/// How much is hashed at a time: large enough that reading costs little beside it.
const HASH_CHUNK_LEN_BYTES: usize = 64 * 1024;

/// As [`read_bounded`], for a file that is open and stands at its start.
pub(crate) fn read_file(
    file: &File,
    path: &Path,
    limit_bytes: u64,
) -> Result<Vec<u8>, DurableError> {
    let metadata =
        file.metadata().map_err(|error| DurableError::new(Operation::Read, path, &error))?;
    if metadata.len() > limit_bytes {
        return Err(DurableError::too_large(path, limit_bytes, Some(metadata.len())));
    }
    // The length of a pipe or device reads as zero, and a file may grow meanwhile: the limit holds there too.
    let len = usize::try_from(metadata.len()).unwrap_or(0);
    read_into(Vec::with_capacity(len), file, path, limit_bytes)
}

/// Reads a stream of at most `limit_bytes` to its end. `name` stands for the stream in an error.
///
/// # Errors
///
/// [`Cause::TooLarge`] after `limit_bytes`; a failing stream.
pub fn read_bounded_from(
    stream: impl Read,
    name: impl AsRef<Path>,
    limit_bytes: u64,
) -> Result<Vec<u8>, DurableError> {
    read_into(Vec::new(), stream, name.as_ref(), limit_bytes)
}

fn read_into(
    mut bytes: Vec<u8>,
    stream: impl Read,
    name: &Path,
    limit_bytes: u64,
) -> Result<Vec<u8>, DurableError> {
    let read = stream.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes);
    match read {
        Err(error) => Err(DurableError::new(Operation::Read, name, &error)),
        Ok(_) if bytes.len() as u64 > limit_bytes => {
            Err(DurableError::too_large(name, limit_bytes, None))
        }
        Ok(_) => Ok(bytes),
    }
}
