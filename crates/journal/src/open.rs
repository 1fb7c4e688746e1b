//! From a path to a connection that may write, whatever a kill or a person left there.

use std::path::{Path, PathBuf};

use durable::{Cause, DurableError, LockFile, Operation, Visibility};
use rusqlite::{Connection, ErrorCode};

use crate::{
    error::{JournalError, StorageFault},
    read,
    schema::{self, Found},
    seal::JournalKey,
};

/// The smallest page of any SQLite database.
const PAGE_LEN_BYTES_MIN: u64 = 512;

/// A journal that this process has for itself.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) key: JournalKey,
    pub(crate) lock: LockFile,
}

/// Opens the journal, or makes one.
pub(crate) fn open(
    path: &Path,
    fill_random: fn(&mut [u8]) -> bool,
) -> Result<Opened, JournalError> {
    let lock = LockFile::acquire(beside(path, ".lock"))
        .map_err(|error| JournalError::from_lock(path, error))?;
    // Its owner's only from the first moment; SQLite gives the log beside it the same mode.
    match durable::write_new(path, Visibility::OwnerOnly, b"") {
        Ok(()) | Err(DurableError { cause: Cause::AlreadyExists, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    refuse_stub(path)?;
    let storage = |error: rusqlite::Error| opening_error(path, &error);
    // Looked at without the means to write, so that a newer journal or somebody else's file stays as it is.
    let found = schema::open_reader(path)
        .and_then(|connection| schema::inspect(&connection))
        .map_err(storage)?;
    let is_new = match found {
        Found::Empty => true,
        Found::Journal(schema::FORMAT) => false,
        Found::Journal(found) if found > schema::FORMAT => {
            let known = schema::FORMAT;
            return Err(JournalError::NewerFormat { path: path.into(), found, known });
        }
        Found::Journal(_) | Found::Other => {
            return Err(JournalError::NotAJournal { path: path.into() });
        }
    };
    let mut connection = schema::open_writer(path).map_err(storage)?;
    let key_path = beside(path, ".key");
    let key = if is_new {
        let key = match JournalKey::read(&key_path)? {
            // A start that was killed before the tables were there has left it.
            Some(key) => key,
            None => JournalKey::make(&key_path, fill_random)?,
        };
        schema::create(&mut connection, &key.check()).map_err(storage)?;
        key
    } else {
        key_of(&connection, path, &key_path, fill_random)?
    };
    Ok(Opened { connection, key, lock })
}

/// SQLite takes a file that is shorter than any page for an empty database and would write over it.
fn refuse_stub(path: &Path) -> Result<(), JournalError> {
    let len_bytes = durable::open_read(path)?
        .metadata()
        .map_err(|error| DurableError::new(Operation::Open, path, &error))?
        .len();
    if (1..PAGE_LEN_BYTES_MIN).contains(&len_bytes) {
        return Err(JournalError::NotAJournal { path: path.into() });
    }
    Ok(())
}

/// The key of a journal that exists. Where nothing is sealed, any key does, and a lost one costs nothing.
fn key_of(
    connection: &Connection,
    path: &Path,
    key_path: &Path,
    fill_random: fn(&mut [u8]) -> bool,
) -> Result<JournalKey, JournalError> {
    let storage = |error: rusqlite::Error| opening_error(path, &error);
    let check = read::key_check(connection).map_err(storage)?;
    let key = JournalKey::read(key_path)?;
    if let Some(key) = key.as_ref().filter(|key| key.check() != check) {
        if read::has_sealed_keys(connection).map_err(storage)? {
            return Err(JournalError::KeyFileOther { path: key_path.into() });
        }
        adopt(connection, key).map_err(storage)?;
    }
    match key {
        Some(key) => Ok(key),
        None if read::has_sealed_keys(connection).map_err(storage)? => {
            Err(JournalError::KeyFileMissing { path: key_path.into() })
        }
        None => {
            let key = JournalKey::make(key_path, fill_random)?;
            adopt(connection, &key).map_err(storage)?;
            Ok(key)
        }
    }
}

fn adopt(connection: &Connection, key: &JournalKey) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET key_check = ?1", [key.check()]).map(drop)
}

/// The file of that ending beside the database.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// While opening, a file that is no database is a wrong path rather than damage.
pub(crate) fn opening_error(path: &Path, error: &rusqlite::Error) -> JournalError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => JournalError::NotAJournal { path: path.into() },
        _ => JournalError::Storage { path: path.into(), fault: StorageFault::new(error) },
    }
}
