//! Looking devices up, each by an index.

use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::row::{COLUMNS, record};
use crate::{
    id::DeviceId,
    record::{DeviceKey, DeviceRecord, FIND_MAX, Filter},
};

/// How many devices a long read takes at a time: between two portions the writer may cut its log.
const PORTION: i64 = 512;

const FROM: &str = "FROM device d LEFT JOIN log l ON l.id = d.log";

/// One device.
pub(crate) fn by_id(
    connection: &Connection,
    id: DeviceId,
) -> rusqlite::Result<Option<DeviceRecord>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} {FROM} WHERE d.id = ?1"))?
        .query_row([id.0], record)
        .optional()
}

/// The devices of a key, newest first, [`FIND_MAX`] at most.
pub(crate) fn find(
    connection: &Connection,
    key: &DeviceKey<'_>,
) -> rusqlite::Result<Vec<DeviceRecord>> {
    match key {
        DeviceKey::Id(id) => found(connection, "d.id = ?1", [id.0]),
        DeviceKey::Dsn(dsn) => found(connection, "d.dsn = ?1", [dsn]),
        DeviceKey::Smsn(smsn) => found(connection, "d.smsn = ?1", [smsn.as_bytes()]),
        DeviceKey::Chip(chip) => found(connection, "d.chip = ?1", [chip]),
        DeviceKey::Log(file) => {
            found(connection, "d.log = (SELECT id FROM log WHERE file = ?1)", [file])
        }
        DeviceKey::Batch(batch) => {
            let mut devices = Vec::new();
            for log in logs_where(connection, "batch = ?1 ORDER BY id DESC", batch)? {
                devices.extend(found(connection, "d.log = ?1", [log])?);
                if devices.len() >= FIND_MAX {
                    devices.truncate(FIND_MAX);
                    break;
                }
            }
            Ok(devices)
        }
    }
}

fn found(
    connection: &Connection,
    condition: &str,
    key: impl Params,
) -> rusqlite::Result<Vec<DeviceRecord>> {
    let sql =
        format!("SELECT {COLUMNS} {FROM} WHERE {condition} ORDER BY d.id DESC LIMIT {FIND_MAX}");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(key, record)?.collect()
}

/// Shows the devices of a filter one after the other, oldest first within each log. It reads in portions, so
/// that it never keeps the writer from cutting its log: it is no snapshot.
pub(crate) fn for_each(
    connection: &Connection,
    filter: &Filter<'_>,
    visit: &mut dyn FnMut(&DeviceRecord),
) -> rusqlite::Result<()> {
    let logs = match (filter.log, filter.batch) {
        (None, None) => return walk(connection, filter, None, visit),
        (Some(file), None) => logs_where(connection, "file = ?1", file)?,
        (None, Some(batch)) => logs_where(connection, "batch = ?1 ORDER BY id", batch)?,
        (Some(file), Some(batch)) => {
            let of_batch = logs_where(connection, "batch = ?1 ORDER BY id", batch)?;
            let of_file = logs_where(connection, "file = ?1", file)?;
            of_file.into_iter().filter(|log| of_batch.contains(log)).collect()
        }
    };
    logs.into_iter().try_for_each(|log| walk(connection, filter, Some(log), visit))
}

fn walk(
    connection: &Connection,
    filter: &Filter<'_>,
    log: Option<i64>,
    visit: &mut dyn FnMut(&DeviceRecord),
) -> rusqlite::Result<()> {
    let (index, in_log) = match log {
        Some(_) => ("INDEXED BY device_log", "d.log = ?4"),
        None => ("NOT INDEXED", "?4 IS NULL"),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM device d {index} LEFT JOIN log l ON l.id = d.log
         WHERE d.id > ?1 AND {in_log}
         AND (?2 IS NULL OR d.job = ?2) AND (?3 IS NULL OR d.state = ?3)
         ORDER BY d.id LIMIT {PORTION}"
    );
    let (job, state) = (filter.job.map(|job| job.0), filter.state.map(|state| state.code()));
    let mut last = 0;
    loop {
        let portion = connection
            .prepare_cached(&sql)?
            .query_map(params![last, job, state, log], record)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        portion.iter().for_each(&mut *visit);
        match portion.last() {
            Some(device) => last = device.id.0,
            None => return Ok(()),
        }
    }
}

/// The devices that stand in no control log and are not retired.
pub(crate) fn unfinished_records(connection: &Connection) -> rusqlite::Result<Vec<DeviceRecord>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM device d INDEXED BY device_open LEFT JOIN log l ON l.id = d.log
         WHERE d.open = 1 ORDER BY d.id"
    );
    connection.prepare_cached(&sql)?.query_map([], record)?.collect()
}

fn logs_where(connection: &Connection, condition: &str, key: &str) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT id FROM log WHERE {condition}");
    connection.prepare_cached(&sql)?.query_map([key], |row| row.get(0))?.collect()
}
