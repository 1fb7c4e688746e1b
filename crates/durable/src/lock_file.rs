//! A file that one process at a time holds, as the sign that whatever lies beside it is in use.
//!
//! System calls, in order (Linux): `open(O_CREAT|O_RDWR, 0600)`, `flock(LOCK_EX|LOCK_NB)`, `ftruncate(0)`,
//! `write` of the process id. The kernel drops the lock when the process ends, however it ends: no lock is
//! ever stale, and a process id left in the file means nothing while nobody holds it.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Write},
    path::Path,
    process,
};

use crate::{
    error::{Cause, DurableError, Operation},
    permissions,
};

/// The longest process id that is read back, in bytes: ten digits and a newline, with room.
const PROCESS_ID_LEN_BYTES_MAX: u64 = 16;

/// A lock that is held until this is dropped or the process ends.
#[derive(Debug)]
pub struct LockFile {
    _file: File,
}

impl LockFile {
    /// Takes the lock of this name, creating the file, readable by its owner only, where there is none.
    ///
    /// # Errors
    ///
    /// [`Cause::HeldByProcess`] where another process, or another part of this one, holds it; else the file
    /// cannot be created, opened or locked. It never waits.
    pub fn acquire(path: impl AsRef<Path>) -> Result<Self, DurableError> {
        let path = path.as_ref();
        let explain = |error: io::Error| DurableError::new(Operation::Lock, path, &error);
        let mut options = permissions::owner_only_options();
        let mut file = options.read(true).write(true).create(true).open(path).map_err(explain)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let cause = Cause::HeldByProcess { pid: process_id(&mut file) };
                return Err(DurableError { operation: Operation::Lock, path: path.into(), cause });
            }
            Err(TryLockError::Error(error)) => return Err(explain(error)),
        }
        // For the message to whoever comes second; the lock holds without it.
        file.set_len(0).and_then(|()| writeln!(file, "{}", process::id())).map_err(explain)?;
        Ok(Self { _file: file })
    }
}

/// The holder, where it can be read: Windows lets nobody read a locked file.
fn process_id(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(PROCESS_ID_LEN_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
