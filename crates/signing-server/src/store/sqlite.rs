//! The tables in SQLite: one server, one file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError, LockFile, Operation, Visibility};
use hsm::DeviceRequest;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sidewalk::{Curve, PublicKey, Signature, Smsn};
use signer::service::RequestId;

use super::{
    Store, StoreFault,
    op::{Issued, PackageState, PackageTerms, TakenUp, Ticket},
    tables::{Charge, Database, IssuanceRow, Tables},
};

/// `PRAGMA application_id`: "CrbS". `file` and we tell it from any other database by it.
const APPLICATION_ID: i64 = 0x4372_6253;

/// The only format that there is.
const FORMAT: i64 = 1;

/// What is kept of the file in memory, in KiB: the upper levels of the indexes of ten million devices.
const CACHE_KIB: i64 = 32 * 1024;

/// More than the number of different statements, so that each is compiled once.
const STATEMENTS_MAX: usize = 64;

/// `pending` is 1 while an intent has no outcome; the index on it makes recovery a look at those alone.
const TABLES: &str = "
CREATE TABLE issuance (
  smsn BLOB NOT NULL, generation INTEGER NOT NULL, request_id BLOB NOT NULL,
  product TEXT NOT NULL, package TEXT, line TEXT NOT NULL, client BLOB NOT NULL,
  ed25519_key BLOB NOT NULL, p256r1_key BLOB NOT NULL,
  pending INTEGER NOT NULL, attempts INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  claimed_by TEXT NOT NULL, claimed_until_ms INTEGER NOT NULL,
  finished_ms INTEGER, ed25519_signature BLOB, p256r1_signature BLOB, hsm_serial INTEGER,
  evidence_index INTEGER,
  PRIMARY KEY (smsn, generation)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX issuance_request ON issuance (request_id);
CREATE INDEX issuance_pending ON issuance (smsn) WHERE pending = 1;
CREATE TABLE package (
  id TEXT PRIMARY KEY, digest BLOB NOT NULL, count INTEGER NOT NULL, used INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE evidence_entry (idx INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
CREATE TABLE evidence_tile (
  level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, idx))
  STRICT, WITHOUT ROWID;
CREATE TABLE sums (
  issued INTEGER NOT NULL, pending INTEGER NOT NULL, attempts INTEGER NOT NULL) STRICT;
INSERT INTO sums VALUES (0, 0, 0);
";

/// The columns of a row, in the order in which [`row_of`] reads them.
const COLUMNS: &str = "smsn, generation, product, package, line, client, ed25519_key, p256r1_key, \
    created_ms, claimed_by, claimed_until_ms, ed25519_signature, p256r1_signature, hsm_serial, \
    evidence_index";

/// A signing server's database in one SQLite file.
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    now_ms: fn() -> u64,
    /// No second server on one file.
    _lock: LockFile,
}

impl SqliteStore {
    /// Opens the database of a server, or makes it. `owner` is the server's name, `now_ms` the wall clock in milliseconds
    /// since 1970.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub fn open(path: &Path, owner: &str, now_ms: fn() -> u64) -> Result<Store, StoreFault> {
        Store::start(Box::new(Self::open_tables(path, now_ms)?), owner)
    }

    /// Opens the tables alone.
    pub(super) fn open_tables(path: &Path, now_ms: fn() -> u64) -> Result<Self, StoreFault> {
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock =
            LockFile::acquire(PathBuf::from(lock_path)).map_err(|error| match error.cause {
                Cause::HeldByProcess { .. } => {
                    StoreFault::InUse { place: path.display().to_string() }
                }
                _ => StoreFault::File(error),
            })?;
        match durable::write_new(path, Visibility::OwnerOnly, b"") {
            Ok(()) | Err(DurableError { cause: Cause::AlreadyExists, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let connection = open_connection(path)?;
        Ok(Self { connection, path: path.into(), now_ms, _lock: lock })
    }

    fn broken(&self, error: &rusqlite::Error) -> StoreFault {
        StoreFault::Broken { place: self.place(), cause: error.to_string() }
    }

    fn query_rows(
        &self,
        condition: &str,
        parameter: &[u8],
    ) -> Result<Vec<IssuanceRow>, StoreFault> {
        let sql = format!("SELECT {COLUMNS} FROM issuance WHERE {condition}");
        let query = || -> rusqlite::Result<Vec<Option<IssuanceRow>>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_map([parameter], row_of)?.collect()
        };
        let rows = query().map_err(|error| self.broken(&error))?;
        rows.into_iter().collect::<Option<_>>().ok_or_else(|| self.damaged("an issuance"))
    }

    fn damaged(&self, what: &str) -> StoreFault {
        StoreFault::Damaged { place: self.place(), what: what.to_owned() }
    }

    fn execute(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<usize, StoreFault> {
        let execute = || self.connection.prepare_cached(sql)?.execute(parameters);
        execute().map_err(|error| self.broken(&error))
    }

    fn one<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreFault> {
        let query = || self.connection.prepare_cached(sql)?.query_row(parameters, read).optional();
        query().map_err(|error| self.broken(&error))
    }
}

/// What a database file is, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DatabaseLook {
    /// There is none yet.
    Absent,
    /// It does not tell yet whose it is: what it holds is in the log beside it.
    Blank,
    /// A signing server's, of this form.
    Ours,
}

/// Looks at a database without opening it: nothing is locked, made or changed, so that a server may be at work in it.
///
/// # Errors
///
/// [`StoreFault`]: it cannot be read, or is another program's or of another form.
pub fn look_at_database(path: &Path) -> Result<DatabaseLook, StoreFault> {
    let failed =
        |error: &io::Error| StoreFault::File(DurableError::new(Operation::Open, path, error));
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(HEAD_LEN_BYTES).read_to_end(&mut head).map_err(|e| failed(&e))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(DatabaseLook::Absent),
        Err(error) => return Err(failed(&error)),
    };
    if head.is_empty() {
        return Ok(DatabaseLook::Blank);
    }
    let number = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| i64::from(i32::from_be_bytes(bytes)))
    };
    let found = number(APPLICATION_ID_AT).zip(number(FORMAT_AT));
    match found {
        Some((APPLICATION_ID, FORMAT)) if head.starts_with(MAGIC) => Ok(DatabaseLook::Ours),
        // Its first transaction may still be in the log beside it.
        Some((0, 0)) if head.starts_with(MAGIC) => Ok(DatabaseLook::Blank),
        _ => Err(StoreFault::NotAStore { path: path.into() }),
    }
}

/// The head of a database file and where its numbers stand: <https://www.sqlite.org/fileformat.html>, section 1.3.
const HEAD_LEN_BYTES: u64 = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
const FORMAT_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;

fn open_connection(path: &Path) -> Result<Connection, StoreFault> {
    let not_a_store = || StoreFault::NotAStore { path: path.into() };
    let broken = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => not_a_store(),
        _ => StoreFault::Broken { place: path.display().to_string(), cause: error.to_string() },
    };
    let mut connection = Connection::open(path).map_err(broken)?;
    let number = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(broken)
    };
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(broken)?;
    let found = (number(&connection, "application_id")?, number(&connection, "user_version")?);
    if tables > 0 && found != (APPLICATION_ID, FORMAT) {
        return Err(not_a_store());
    }
    let set_up = |connection: &mut Connection| -> rusqlite::Result<()> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        if tables == 0 {
            let transaction = connection.transaction()?;
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
            transaction.commit()?;
        }
        Ok(())
    };
    set_up(&mut connection).map_err(broken)?;
    Ok(connection)
}

/// A row; `None` where its parts are not what they were written as.
fn row_of(row: &Row<'_>) -> rusqlite::Result<Option<IssuanceRow>> {
    let device = device_of(
        &row.get::<_, Vec<u8>>(0)?,
        &row.get::<_, Vec<u8>>(6)?,
        &row.get::<_, Vec<u8>>(7)?,
    );
    let signatures: (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(11)?, row.get(12)?);
    let issued = match signatures {
        (Some(ed25519), Some(p256r1)) => {
            let signature =
                |bytes: Vec<u8>| Some(Signature::from_bytes(<[u8; 64]>::try_from(bytes).ok()?));
            let Some((ed25519, p256r1)) = signature(ed25519).zip(signature(p256r1)) else {
                return Ok(None);
            };
            let evidence_index = row.get(14)?;
            Some(Issued { ed25519, p256r1, hsm_serial: row.get(13)?, evidence_index })
        }
        _ => None,
    };
    let client = <[u8; 32]>::try_from(row.get::<_, Vec<u8>>(5)?);
    let (Some(device), Ok(client)) = (device, client) else { return Ok(None) };
    Ok(Some(IssuanceRow {
        device,
        generation: row.get(1)?,
        product: row.get(2)?,
        package: row.get(3)?,
        line: row.get(4)?,
        client,
        created_ms: row.get(8)?,
        claimed_by: row.get(9)?,
        claimed_until_ms: row.get(10)?,
        issued,
    }))
}

/// A device of its columns.
pub(super) fn device_of(smsn: &[u8], ed25519: &[u8], p256r1: &[u8]) -> Option<DeviceRequest> {
    let smsn = Smsn::from_bytes(smsn.try_into().ok()?);
    let ed25519 = PublicKey::from_bytes(Curve::Ed25519, ed25519)?;
    let p256r1 = PublicKey::from_bytes(Curve::P256r1, p256r1)?;
    DeviceRequest::new(smsn, ed25519, p256r1).ok()
}

impl Tables for SqliteStore {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn now_ms(&mut self) -> Result<u64, StoreFault> {
        Ok((self.now_ms)())
    }

    fn issuance_of_request(&mut self, id: RequestId) -> Result<Option<IssuanceRow>, StoreFault> {
        Ok(self.query_rows("request_id = ?1", id.as_bytes())?.pop())
    }

    fn issuances(&mut self, smsn: Smsn) -> Result<Vec<IssuanceRow>, StoreFault> {
        self.query_rows("smsn = ?1 ORDER BY generation DESC", smsn.as_bytes())
    }

    fn insert(&mut self, row: &IssuanceRow, request_id: RequestId) -> Result<(), StoreFault> {
        self.execute(
            "INSERT INTO issuance (smsn, generation, request_id, product, package, line, client, \
             ed25519_key, p256r1_key, pending, attempts, created_ms, claimed_by, claimed_until_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 1, ?10, ?11, ?12)",
            params![
                row.device.smsn().as_bytes(),
                row.generation,
                request_id.as_bytes(),
                row.product,
                row.package,
                row.line,
                row.client,
                row.device.public_key(Curve::Ed25519).as_bytes(),
                row.device.public_key(Curve::P256r1).as_bytes(),
                row.created_ms,
                row.claimed_by,
                row.claimed_until_ms,
            ],
        )?;
        self.execute("UPDATE sums SET pending = pending + 1, attempts = attempts + 1", [])?;
        Ok(())
    }

    fn claim(&mut self, ticket: Ticket, owner: &str, until_ms: u64) -> Result<(), StoreFault> {
        self.execute(
            "UPDATE issuance SET claimed_by = ?3, claimed_until_ms = ?4, attempts = attempts + 1 \
             WHERE smsn = ?1 AND generation = ?2",
            params![ticket.smsn.as_bytes(), ticket.generation, owner, until_ms],
        )?;
        self.execute("UPDATE sums SET attempts = attempts + 1", [])?;
        Ok(())
    }

    fn stale(&mut self, owner: &str, now_ms: u64, limit: u32) -> Result<Vec<TakenUp>, StoreFault> {
        let sql = format!(
            "SELECT {COLUMNS} FROM issuance WHERE pending = 1 \
             AND (claimed_by = ?1 OR claimed_until_ms < ?2) \
             ORDER BY claimed_until_ms, smsn LIMIT ?3"
        );
        let query = || -> rusqlite::Result<Vec<Option<IssuanceRow>>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_map(params![owner, now_ms, limit], row_of)?.collect()
        };
        let rows = query().map_err(|error| self.broken(&error))?;
        let taken = rows.into_iter().map(|row| {
            let row = row?;
            let ticket = row.ticket();
            Some(TakenUp { ticket, product: row.product, line: row.line, device: row.device })
        });
        taken.collect::<Option<_>>().ok_or_else(|| self.damaged("an intent"))
    }

    fn finish(&mut self, ticket: Ticket, issued: &Issued, now_ms: u64) -> Result<(), StoreFault> {
        self.execute(
            "UPDATE issuance SET pending = 0, finished_ms = ?3, ed25519_signature = ?4, \
             p256r1_signature = ?5, hsm_serial = ?6, evidence_index = ?7 \
             WHERE smsn = ?1 AND generation = ?2",
            params![
                ticket.smsn.as_bytes(),
                ticket.generation,
                now_ms,
                issued.ed25519.as_bytes(),
                issued.p256r1.as_bytes(),
                issued.hsm_serial,
                issued.evidence_index,
            ],
        )?;
        self.execute("UPDATE sums SET pending = pending - 1, issued = issued + 1", [])?;
        Ok(())
    }

    fn charge(&mut self, package: &str) -> Result<Charge, StoreFault> {
        let paid = self.execute(
            "UPDATE package SET used = used + 1 WHERE id = ?1 AND used < count",
            [package],
        )?;
        if paid > 0 {
            return Ok(Charge::Paid);
        }
        Ok(match self.package(package)? {
            Some(package) => Charge::UsedUp { count: package.terms.count },
            None => Charge::Unknown,
        })
    }

    fn package(&mut self, id: &str) -> Result<Option<PackageState>, StoreFault> {
        let found = self.one(
            "SELECT id, digest, count, used FROM package WHERE id = ?1",
            [id],
            package_of,
        )?;
        found.map(|found| found.ok_or_else(|| self.damaged("a job package"))).transpose()
    }

    fn packages(&mut self) -> Result<Vec<PackageState>, StoreFault> {
        let query = || -> rusqlite::Result<Vec<Option<PackageState>>> {
            self.connection
                .prepare_cached("SELECT id, digest, count, used FROM package ORDER BY id")?
                .query_map([], package_of)?
                .collect()
        };
        let rows = query().map_err(|error| self.broken(&error))?;
        rows.into_iter().collect::<Option<_>>().ok_or_else(|| self.damaged("a job package"))
    }

    fn insert_package(&mut self, terms: &PackageTerms) -> Result<(), StoreFault> {
        self.execute(
            "INSERT INTO package (id, digest, count, used) VALUES (?1, ?2, ?3, 0)",
            params![terms.id, terms.digest, terms.count],
        )?;
        Ok(())
    }

    fn sums(&mut self) -> Result<(u64, u64, u64), StoreFault> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.one("SELECT issued, pending, attempts FROM sums", [], read)?
            .ok_or_else(|| self.damaged("its sums"))
    }

    fn evidence_len(&mut self) -> Result<u64, StoreFault> {
        let sql = "SELECT coalesce(max(idx) + 1, 0) FROM evidence_entry";
        Ok(self.one(sql, [], |row| row.get(0))?.unwrap_or_default())
    }

    fn insert_entry(&mut self, index: u64, entry: &[u8]) -> Result<(), StoreFault> {
        self.execute(
            "INSERT INTO evidence_entry (idx, entry) VALUES (?1, ?2)",
            params![index, entry],
        )?;
        Ok(())
    }

    fn entries(&mut self, from: u64, limit: u16) -> Result<Vec<Vec<u8>>, StoreFault> {
        let query = || -> rusqlite::Result<Vec<Vec<u8>>> {
            self.connection
                .prepare_cached(
                    "SELECT entry FROM evidence_entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2",
                )?
                .query_map(params![from, limit], |row| row.get(0))?
                .collect()
        };
        query().map_err(|error| self.broken(&error))
    }

    fn put_tile(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), StoreFault> {
        self.execute(
            "INSERT OR REPLACE INTO evidence_tile (level, idx, hashes) VALUES (?1, ?2, ?3)",
            params![level, index, hashes],
        )?;
        Ok(())
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Vec<u8>, StoreFault> {
        let sql = "SELECT hashes FROM evidence_tile WHERE level = ?1 AND idx = ?2";
        Ok(self.one(sql, params![level, index], |row| row.get(0))?.unwrap_or_default())
    }
}

fn package_of(row: &Row<'_>) -> rusqlite::Result<Option<PackageState>> {
    let Ok(digest) = row.get::<_, Vec<u8>>(1)?.try_into() else { return Ok(None) };
    let terms = PackageTerms { id: row.get(0)?, digest, count: row.get(2)? };
    Ok(Some(PackageState { terms, used: row.get(3)? }))
}

impl Database for SqliteStore {
    fn begin(&mut self) -> Result<(), StoreFault> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.broken(&error))
    }

    fn commit(&mut self) -> Result<(), StoreFault> {
        self.connection.execute_batch("COMMIT").map_err(|error| self.broken(&error))
    }

    fn roll_back(&mut self) {
        // Where this fails as well, the next opening makes it.
        let _failed = self.connection.execute_batch("ROLLBACK");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_tells_our_databases_from_others() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("signer.db");
        assert_eq!(look_at_database(&path).unwrap(), DatabaseLook::Absent);
        let open = open_connection(&path).unwrap();
        assert!(matches!(
            look_at_database(&path).unwrap(),
            DatabaseLook::Blank | DatabaseLook::Ours
        ));
        drop(open);
        assert_eq!(look_at_database(&path).unwrap(), DatabaseLook::Ours);
        let other = place.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("PRAGMA user_version = 7").unwrap();
        assert!(matches!(look_at_database(&other), Err(StoreFault::NotAStore { .. })));
    }
}
