//! The tables, and the connections to them.
//!
//! A format is never changed in place: a change gets a new number in `PRAGMA user_version`, and older programs
//! then only read.

use std::{path::Path, time::Duration};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _,
    config::DbConfig,
    ffi::{Error, SQLITE_CANTOPEN},
};

/// The format that this program writes.
pub(crate) const FORMAT: i64 = 1;

/// `PRAGMA application_id`: "CrbJ". `file` and we tell a journal from any other database by it.
const APPLICATION_ID: i64 = 0x4372_624A;

/// How long a statement waits for another process that recovers the file after a kill.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// What the writer keeps of the file in memory, in KiB: the upper levels of all indexes of ten million
/// devices, and the pages that a line is working on.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// What a reader keeps, in KiB: look-ups go down a tree of four or five pages.
const READER_CACHE_KIB: i64 = 4 * 1024;

/// More than the number of different statements, so that each is compiled once.
const STATEMENTS_MAX: usize = 96;

/// `open` is 1 from the reservation until the control log has its name or the device is retired; the index on
/// it makes recovery a look at the unfinished devices alone. `sealed` names the slot with its private keys.
const TABLES: &str = "
CREATE TABLE meta (key_check BLOB NOT NULL) STRICT;
CREATE TABLE job (
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL, product TEXT NOT NULL, device_type TEXT NOT NULL, apid TEXT NOT NULL,
  stage TEXT NOT NULL, app_server_key BLOB NOT NULL,
  ed25519_issuers BLOB NOT NULL, p256r1_issuers BLOB NOT NULL) STRICT;
CREATE TABLE device (
  id INTEGER PRIMARY KEY, job INTEGER NOT NULL, slot INTEGER NOT NULL, state INTEGER NOT NULL,
  open INTEGER NOT NULL, retired INTEGER NOT NULL, failed INTEGER NOT NULL,
  on_board INTEGER NOT NULL, attempts INTEGER NOT NULL, asked INTEGER NOT NULL,
  sealed INTEGER, log INTEGER, hsm_serial INTEGER,
  reserved_at INTEGER, intended_at INTEGER, signed_at INTEGER, paged_at INTEGER,
  flashed_at INTEGER, verified_at INTEGER, logged_at INTEGER, batched_at INTEGER,
  uploaded_at INTEGER, answered_at INTEGER, failed_at INTEGER,
  dsn TEXT NOT NULL, smsn BLOB NOT NULL, chip TEXT,
  ed25519_message BLOB, p256r1_message BLOB, ed25519_signature BLOB, p256r1_signature BLOB,
  page_sha256 BLOB, step_times BLOB, reject_reason TEXT,
  failure_step TEXT, failure_code TEXT, failure_text TEXT, failure_todo TEXT) STRICT;
CREATE TABLE dropped (
  device INTEGER PRIMARY KEY, job INTEGER NOT NULL, dsn TEXT NOT NULL, smsn BLOB NOT NULL,
  at INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE sealed_key (slot INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE log (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, sha256 BLOB NOT NULL,
  logged INTEGER NOT NULL, batch TEXT) STRICT;
CREATE INDEX log_pending ON log (id) WHERE logged = 0;
CREATE INDEX log_batch ON log (batch) WHERE batch IS NOT NULL;
CREATE TABLE note (
  id INTEGER PRIMARY KEY, device INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE INDEX note_device ON note (device);
CREATE TABLE counter (
  job INTEGER NOT NULL, counter INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (job, counter)) STRICT, WITHOUT ROWID;
";

/// The indexes of the large table, apart so that a measurement can fill it without them.
pub(crate) const DEVICE_INDEXES: &str = "
CREATE UNIQUE INDEX device_dsn ON device (dsn);
CREATE UNIQUE INDEX device_smsn ON device (smsn);
CREATE INDEX device_chip ON device (chip) WHERE chip IS NOT NULL;
CREATE INDEX device_log ON device (log) WHERE log IS NOT NULL;
CREATE INDEX device_open ON device (id) WHERE open = 1;
";

/// What kind of file stands at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// An empty database: a process was killed before it made the tables.
    Empty,
    /// A journal of this format.
    Journal(i64),
    /// A database of somebody else.
    Other,
}

/// Opens a connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection, READER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens the connection that writes. The file must exist.
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection, WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    become_durable(&connection)?;
    // The writer checkpoints by itself, so that a failure of it is not passed over in silence.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// A commit returns when its frames in the write-ahead log are on the disk.
pub(crate) fn become_durable(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        let error = Error::new(SQLITE_CANTOPEN);
        let message = "its file system cannot carry a write-ahead log".to_owned();
        return Err(rusqlite::Error::SqliteFailure(error, Some(message)));
    }
    connection.pragma_update(None, "synchronous", "FULL")
}

/// Makes the tables of a new journal, in one transaction.
pub(crate) fn create(connection: &mut Connection, key_check: &[u8]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(DEVICE_INDEXES)?;
    transaction.execute("INSERT INTO meta (key_check) VALUES (?1)", [key_check])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// What stands there. Writes nothing.
pub(crate) fn inspect(connection: &Connection) -> rusqlite::Result<Found> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application_id, format) = (number("application_id")?, number("user_version")?);
    if application_id == APPLICATION_ID {
        return Ok(Found::Journal(format));
    }
    let any: Option<i64> = connection
        .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0))
        .optional()?;
    let is_empty = any.is_none() && application_id == 0 && format == 0;
    Ok(if is_empty { Found::Empty } else { Found::Other })
}

/// After a failed write: whatever stands in the write-ahead log stays there for the next opening to judge.
pub(crate) fn leave_log_alone(connection: &Connection) {
    let _unset = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

pub(crate) fn wait_for_others(connection: &Connection, wait: bool) -> rusqlite::Result<()> {
    connection.busy_timeout(if wait { BUSY_WAIT } else { Duration::ZERO })
}

fn settle(connection: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    wait_for_others(connection, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -cache_kib)
}
