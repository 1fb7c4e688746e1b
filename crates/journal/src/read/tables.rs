//! The small tables.

use rusqlite::{Connection, Row};
use sidewalk::{Apid, Stage};

use crate::{
    counts::Counts,
    id::{DeviceId, JobId, LogId, UnixMillis},
    job::JobRecord,
    record::{LogRecord, Note, NoteKind, PendingLog},
};

/// Every job, in the order in which they were first run.
pub(crate) fn jobs(connection: &Connection) -> rusqlite::Result<Vec<(JobId, JobRecord)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, product, device_type, apid, stage, app_server_key, ed25519_issuers,
           p256r1_issuers FROM job ORDER BY id",
    )?;
    let jobs = statement.query_map([], |row| {
        let record = JobRecord {
            name: row.get(1)?,
            product: row.get(2)?,
            device_type: row.get(3)?,
            apid: parsed::<Apid>(row, 4)?,
            stage: parsed::<Stage>(row, 5)?,
            app_server_key: row.get(6)?,
            ed25519_issuers: row.get(7)?,
            p256r1_issuers: row.get(8)?,
        };
        Ok((JobId(row.get(0)?), record))
    })?;
    jobs.collect()
}

/// The counters of a job, or of all.
pub(crate) fn counts(connection: &Connection, job: Option<JobId>) -> rusqlite::Result<Counts> {
    let mut statement = connection.prepare_cached(
        "SELECT counter, sum(n) FROM counter WHERE ?1 IS NULL OR job = ?1 GROUP BY counter",
    )?;
    let mut counts = Counts::default();
    let mut rows = statement.query([job.map(|job| job.0)])?;
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(1)?;
        counts.add(row.get(0)?, u64::try_from(n).unwrap_or(0));
    }
    Ok(counts)
}

/// What happened to a device beside its steps, in its order.
pub(crate) fn notes(connection: &Connection, id: DeviceId) -> rusqlite::Result<Vec<Note>> {
    let mut statement = connection
        .prepare_cached("SELECT at, kind, text FROM note WHERE device = ?1 ORDER BY id")?;
    let notes = statement.query_map([id.0], |row| {
        let (at, kind) = (UnixMillis(row.get(0)?), NoteKind::from_code(row.get(1)?));
        Ok(Note { at, kind, text: row.get(2)? })
    })?;
    notes.collect()
}

/// Every control log, in its order.
pub(crate) fn logs(connection: &Connection) -> rusqlite::Result<Vec<LogRecord>> {
    let mut statement =
        connection.prepare_cached("SELECT id, file, sha256, logged, batch FROM log ORDER BY id")?;
    statement.query_map([], log)?.collect()
}

/// The control logs whose files have no name yet, as far as the journal knows.
pub(crate) fn pending_logs(connection: &Connection) -> rusqlite::Result<Vec<(LogId, PendingLog)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, file, sha256, logged, batch FROM log INDEXED BY log_pending
         WHERE logged = 0 ORDER BY id",
    )?;
    statement.query_map([], |row| log(row).map(|log| (log.id, log.log)))?.collect()
}

/// What tells the journal's key from another.
pub(crate) fn key_check(connection: &Connection) -> rusqlite::Result<[u8; 32]> {
    connection.query_row("SELECT key_check FROM meta", [], |row| row.get(0))
}

/// Whether any unfinished device needs the journal's key.
pub(crate) fn has_sealed_keys(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare(
            "SELECT 1 FROM device INDEXED BY device_open
             WHERE open = 1 AND sealed IS NOT NULL LIMIT 1",
        )?
        .exists([])
}

fn log(row: &Row<'_>) -> rusqlite::Result<LogRecord> {
    Ok(LogRecord {
        id: LogId(row.get(0)?),
        log: PendingLog { file: row.get(1)?, sha256: row.get(2)? },
        is_logged: row.get(3)?,
        batch: row.get(4)?,
    })
}

fn parsed<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(index)?;
    text.parse().map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(index, kind, Box::new(error))
    })
}
