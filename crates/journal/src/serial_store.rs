//! The serial numbers that several lines share: a small database, so that no DSN is used on two lines.
//!
//! All lines run on one machine: the database's write-ahead log needs memory that its processes share. Whoever
//! asks second waits for the first, for [`BUSY_WAIT`] at most. Its loss costs the knowledge which numbers other
//! lines have; each line's own journal still refuses its own.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread::sleep,
    time::Duration,
};

use durable::{Cause, DurableError, Visibility};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior,
    params,
};

use crate::{
    error::StorageFault,
    reservation::{DSN_LEN_BYTES_MAX, is_visible_ascii},
    schema::become_durable,
};

/// How long a line waits for another: a change takes a millisecond, so that this means a process that hangs.
pub const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The most numbers that are handed out at once: a block is meant to last for minutes, not for years.
pub const BLOCK_NUMBERS_MAX: u32 = 100_000;

/// The longest name of a pattern or of an owner in bytes.
const NAME_LEN_BYTES_MAX: usize = 256;

/// How often a start looks again while another process makes the tables, and how long between.
const START_TRIES_MAX: u32 = 50;
const START_WAIT: Duration = Duration::from_millis(100);

const FORMAT: i64 = 1;

/// `PRAGMA application_id`: "CrbS".
const APPLICATION_ID: i64 = 0x4372_6253;

const TABLES: &str = "
CREATE TABLE serial (dsn TEXT PRIMARY KEY, owner TEXT NOT NULL, confirmed INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE INDEX serial_owner ON serial (owner);
CREATE TABLE cursor (pattern TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE block (
  id INTEGER PRIMARY KEY, pattern TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  owner TEXT NOT NULL) STRICT;
CREATE INDEX block_owner ON block (owner);
";

/// The serial numbers that several lines share. Every method returns when the change is on the disk.
#[derive(Debug)]
pub struct SerialStore {
    connection: Mutex<Connection>,
    path: PathBuf,
}

/// How far a serial number is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SerialState {
    /// Somebody is about to use it.
    Reserved,
    /// A device has it for good.
    Confirmed,
}

/// What the reservation of a serial number gave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SerialReservation {
    /// It is the asker's.
    Reserved,
    /// Somebody has it, maybe the asker from before.
    TakenBy {
        /// Who.
        owner: String,
        /// How far it is.
        state: SerialState,
    },
}

/// A block of numbers that was handed out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SerialBlock {
    /// Of which pattern.
    pub pattern_id: String,
    /// Its first number.
    pub first: u64,
    /// Its last number.
    pub last: u64,
}

/// Why the store refuses or fails.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SerialStoreError {
    /// The file beside which it stands.
    #[error(transparent)]
    File(#[from] DurableError),
    /// The file is something else.
    #[error("open the serial store {}: the file is not a serial store", path.display())]
    NotASerialStore {
        /// The file.
        path: PathBuf,
    },
    /// A newer program made it.
    #[error("open the serial store {}: it has format {found}, this program writes format {known}",
        path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this program writes.
        known: i64,
    },
    /// Another process has kept it locked for all of [`BUSY_WAIT`].
    #[error("use the serial store {}: another process has kept it locked for {waited_s} s", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long we waited, in seconds.
        waited_s: u64,
    },
    /// The disk, the operating system or SQLite.
    #[error("use the serial store {}: {fault}", path.display())]
    Storage {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: StorageFault,
    },
    /// Not 1 to 16 visible ASCII characters.
    #[error("the DSN is not 1 to 16 visible ASCII characters")]
    Dsn,
    /// An empty or endless name of a pattern or an owner.
    #[error("the name has {found_len_bytes} bytes instead of 1 to {NAME_LEN_BYTES_MAX}")]
    Name {
        /// What was given, in bytes.
        found_len_bytes: usize,
    },
    /// A range or block that cannot be.
    #[error("the range {from} to {to} or the block of {count} cannot be handed out")]
    Range {
        /// The range's first number.
        from: u64,
        /// Its last number.
        to: u64,
        /// How many were asked for.
        count: u32,
    },
    /// Nobody has reserved it.
    #[error("the DSN {dsn} is not reserved")]
    NotReserved {
        /// The number.
        dsn: String,
    },
    /// A device has it for good.
    #[error("the DSN {dsn} is confirmed and stays taken")]
    Confirmed {
        /// The number.
        dsn: String,
    },
}

impl SerialStoreError {
    /// What a person does next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::NotASerialStore { .. } => "check the path".into(),
            Self::NewerFormat { .. } => "use the newer program on every line".into(),
            Self::Busy { .. } => "find the line that hangs, and stop it".into(),
            Self::Storage { fault, .. } => return fault.hint(),
            Self::Range { .. } => format!(
                "a range ends after it begins and below 2^63; a block has 1 to {BLOCK_NUMBERS_MAX} numbers"
            ),
            _ => return None,
        })
    }
}

impl SerialStore {
    /// Opens the store, or makes one. Several processes may do so at once.
    ///
    /// # Errors
    ///
    /// The file is something else or newer; the disk; another process that hangs.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SerialStoreError> {
        let path = path.into();
        match durable::write_new(&path, Visibility::OwnerOnly, b"") {
            Ok(()) | Err(DurableError { cause: Cause::AlreadyExists, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mut tries = 1;
        loop {
            match connect(&path) {
                // Two starts that make the log at once do not wait for each other by themselves.
                Err(error) if is_locked(&error) && tries < START_TRIES_MAX => {
                    tries += 1;
                    sleep(START_WAIT);
                }
                Err(error) => return Err(explain(&path, &error)),
                Ok(Content::Serials(connection)) => {
                    return Ok(Self { connection: Mutex::new(connection), path });
                }
                Ok(Content::Newer(found)) => {
                    return Err(SerialStoreError::NewerFormat { path, found, known: FORMAT });
                }
                Ok(Content::Other) => return Err(SerialStoreError::NotASerialStore { path }),
            }
        }
    }

    /// Takes a DSN for an owner, if nobody has it.
    ///
    /// # Errors
    ///
    /// A DSN or name that cannot be; another process that hangs; the disk.
    pub fn reserve(&self, dsn: &str, owner: &str) -> Result<SerialReservation, SerialStoreError> {
        if !is_visible_ascii(dsn, DSN_LEN_BYTES_MAX) {
            return Err(SerialStoreError::Dsn);
        }
        check_name(owner)?;
        self.change(|transaction| {
            if let Some((owner, state)) = holder(transaction, dsn)? {
                return Ok(SerialReservation::TakenBy { owner, state });
            }
            transaction
                .prepare_cached("INSERT INTO serial (dsn, owner, confirmed) VALUES (?1, ?2, 0)")?
                .execute([dsn, owner])?;
            Ok(SerialReservation::Reserved)
        })
    }

    /// Hands out the next numbers of `from..=to`, each once for all owners: `count` of them, fewer at the end of
    /// the range, none after it.
    ///
    /// # Errors
    ///
    /// A range, block or name that cannot be; another process that hangs; the disk.
    pub fn reserve_next_range(
        &self,
        pattern_id: &str,
        from: u64,
        to: u64,
        count: u32,
        owner: &str,
    ) -> Result<Vec<u64>, SerialStoreError> {
        check_name(pattern_id)?;
        check_name(owner)?;
        let refused = SerialStoreError::Range { from, to, count };
        // One below the file's largest number, so that the number after the last one fits as well.
        let (Ok(first), Ok(last)) = (i64::try_from(from), i64::try_from(to)) else {
            return Err(refused);
        };
        if first > last || last == i64::MAX || !(1..=BLOCK_NUMBERS_MAX).contains(&count) {
            return Err(refused);
        }
        let block = self.change(|transaction| {
            let next: Option<i64> = transaction
                .prepare_cached("SELECT next FROM cursor WHERE pattern = ?1")?
                .query_row([pattern_id], |row| row.get(0))
                .optional()?;
            let begin = next.unwrap_or(first).max(first);
            if begin > last {
                return Ok(None);
            }
            let end = begin.saturating_add(i64::from(count) - 1).min(last);
            transaction
                .prepare_cached(
                    "INSERT INTO cursor (pattern, next) VALUES (?1, ?2)
                     ON CONFLICT (pattern) DO UPDATE SET next = excluded.next",
                )?
                .execute(params![pattern_id, end + 1])?;
            transaction
                .prepare_cached(
                    "INSERT INTO block (pattern, first, last, owner) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![pattern_id, begin, end, owner])?;
            Ok(Some((begin, end)))
        })?;
        let numbers = block.into_iter().flat_map(|(begin, end)| begin..=end);
        Ok(numbers.map(i64::unsigned_abs).collect())
    }

    /// A device has the DSN for good. Saying so twice changes nothing.
    ///
    /// # Errors
    ///
    /// Nobody has reserved it; another process that hangs; the disk.
    pub fn confirm(&self, dsn: &str) -> Result<(), SerialStoreError> {
        let is_there = self.change(|transaction| {
            transaction
                .prepare_cached("UPDATE serial SET confirmed = 1 WHERE dsn = ?1")?
                .execute([dsn])
                .map(|rows| rows > 0)
        })?;
        is_there.then_some(()).ok_or_else(|| SerialStoreError::NotReserved { dsn: dsn.into() })
    }

    /// The DSN is free again. Where it is free already, nothing changes.
    ///
    /// # Errors
    ///
    /// It is confirmed; another process that hangs; the disk.
    pub fn give_back(&self, dsn: &str) -> Result<(), SerialStoreError> {
        let is_confirmed = self.change(|transaction| match holder(transaction, dsn)? {
            Some((_, SerialState::Confirmed)) => Ok(true),
            Some((_, SerialState::Reserved)) => {
                transaction.prepare_cached("DELETE FROM serial WHERE dsn = ?1")?.execute([dsn])?;
                Ok(false)
            }
            None => Ok(false),
        })?;
        if is_confirmed {
            return Err(SerialStoreError::Confirmed { dsn: dsn.into() });
        }
        Ok(())
    }

    /// The DSNs of an owner that are reserved and not confirmed: what it looks at after a restart.
    ///
    /// # Errors
    ///
    /// Another process that hangs; the disk.
    pub fn owned_by(&self, owner: &str) -> Result<Vec<String>, SerialStoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT dsn FROM serial WHERE owner = ?1 AND confirmed = 0 ORDER BY dsn",
                )?
                .query_map([owner], |row| row.get(0))?
                .collect()
        })
    }

    /// The blocks of numbers that an owner was handed, in their order: after a restart it goes on with those that
    /// its journal does not know.
    ///
    /// # Errors
    ///
    /// Another process that hangs; the disk.
    pub fn blocks_of(&self, owner: &str) -> Result<Vec<SerialBlock>, SerialStoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT pattern, first, last FROM block WHERE owner = ?1 ORDER BY id",
                )?
                .query_map([owner], |row| {
                    let (first, last): (i64, i64) = (row.get(1)?, row.get(2)?);
                    let (first, last) = (first.unsigned_abs(), last.unsigned_abs());
                    Ok(SerialBlock { pattern_id: row.get(0)?, first, last })
                })?
                .collect()
        })
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, SerialStoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = || {
            // From its start the only writer, so that what is read stays true until the commit.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = change(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        changed().map_err(|error| explain(&self.path, &error))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, SerialStoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        read(&connection).map_err(|error| explain(&self.path, &error))
    }
}

/// What a file turned out to be.
enum Content {
    Serials(Connection),
    Newer(i64),
    Other,
}

fn connect(path: &Path) -> rusqlite::Result<Content> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    // One transaction, so that a store which another process makes at this moment is seen whole or not at all.
    let looked = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let found = (number(&looked, "application_id")?, number(&looked, "user_version")?);
    let is_new = is_empty(&looked)?;
    drop(looked);
    match found {
        (APPLICATION_ID, FORMAT) => {}
        (0, 0) if is_new => {}
        (APPLICATION_ID, found) if found > FORMAT => return Ok(Content::Newer(found)),
        _ => return Ok(Content::Other),
    }
    become_durable(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if number(&transaction, "application_id")? == 0 {
        if !is_empty(&transaction)? {
            return Ok(Content::Other);
        }
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()?;
    Ok(Content::Serials(connection))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare("SELECT 1 FROM sqlite_schema")?.exists([]).map(|any| !any)
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn holder(connection: &Connection, dsn: &str) -> rusqlite::Result<Option<(String, SerialState)>> {
    connection
        .prepare_cached("SELECT owner, confirmed FROM serial WHERE dsn = ?1")?
        .query_row([dsn], |row| {
            let is_confirmed: bool = row.get(1)?;
            let state = if is_confirmed { SerialState::Confirmed } else { SerialState::Reserved };
            Ok((row.get(0)?, state))
        })
        .optional()
}

fn check_name(name: &str) -> Result<(), SerialStoreError> {
    match name.len() {
        1..=NAME_LEN_BYTES_MAX => Ok(()),
        found_len_bytes => Err(SerialStoreError::Name { found_len_bytes }),
    }
}

fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn explain(path: &Path, error: &rusqlite::Error) -> SerialStoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => SerialStoreError::NotASerialStore { path },
        _ if is_locked(error) => SerialStoreError::Busy { path, waited_s: BUSY_WAIT.as_secs() },
        _ => SerialStoreError::Storage { path, fault: StorageFault::new(error) },
    }
}
