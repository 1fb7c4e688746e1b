//! A large journal in little time, for measurements. No line ever uses it.

use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};
use sidewalk::{Apid, Smsn, Stage};

use crate::{
    counts::counter,
    error::JournalError,
    id::JobId,
    job::JobRecord,
    journal::{Journal, JournalOptions},
    schema,
    state::State,
    step_times::{STEPS, StepTimes},
};

/// How many devices stand in a control log.
pub const DEVICES_PER_LOG: u32 = 1000;

/// How many devices at the end are unfinished: a line's slots.
pub const UNFINISHED: u32 = 64;

/// The batch that every control log stands in.
pub const BATCH: &str = "batch";

/// Devices per transaction.
const PORTION: u32 = 100_000;

const INSERT: &str = "INSERT INTO device (id, job, slot, state, open, retired, failed, on_board,
  attempts, asked, log, hsm_serial, reserved_at, intended_at, signed_at, paged_at, flashed_at,
  verified_at, logged_at, dsn, smsn, chip, ed25519_message, p256r1_message, ed25519_signature,
  p256r1_signature, page_sha256, step_times)
  VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 1, 0, 1, ?6, 1, ?7, ?7, ?7, ?7, ?7, ?7, ?7, ?8, ?9, ?10,
  ?11, ?12, ?13, ?14, ?15, ?16)";

/// The DSN of a device.
pub fn dsn(n: u32) -> String {
    format!("G091{n:012}")
}

/// The SMSN of a device: as good as random, as real ones are.
pub fn smsn(n: u32) -> Smsn {
    Smsn::from_bytes(Sha256::digest(n.to_le_bytes()).into())
}

/// The chip id of a device, in no order.
pub fn chip(n: u32) -> String {
    format!("{:016X}", u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The control-log file of that number.
pub fn log(n: u32) -> String {
    format!("log-{n:06}.json")
}

/// Makes a journal of that many devices, nearly all of them uploaded, without their keys' being real.
///
/// # Errors
///
/// The file exists already; the disk.
pub fn fill(
    path: &Path,
    devices: u32,
    fill_random: fn(&mut [u8]) -> bool,
) -> Result<(), JournalError> {
    let journal = Journal::open(JournalOptions { path: path.into(), fill_random })?;
    let job = journal.job(&job()?)?;
    journal.close()?;
    insert(path, job, devices).map_err(|error| JournalError::storage(path, &error))
}

fn insert(path: &Path, job: JobId, devices: u32) -> rusqlite::Result<()> {
    let mut connection = schema::open_writer(path)?;
    // Made anew where it fails: nothing in it has to survive.
    connection.pragma_update(None, "synchronous", "OFF")?;
    // Indexes of ten million rows are sorted on the disk: a measurement also looks at memory.
    connection.pragma_update(None, "temp_store", "FILE")?;
    connection.execute_batch(
        "DROP INDEX device_dsn; DROP INDEX device_smsn; DROP INDEX device_chip;
         DROP INDEX device_log; DROP INDEX device_open;",
    )?;
    let finished = devices.saturating_sub(UNFINISHED);
    let mut first = 0;
    while first < devices {
        let last = first.saturating_add(PORTION).min(devices);
        insert_portion(&mut connection, job, first..last, finished)?;
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        first = last;
    }
    connection.execute_batch(schema::DEVICE_INDEXES)?;
    let counters = [
        (State::Uploaded.code(), finished),
        (State::Intended.code(), devices - finished),
        (counter::ASKED, devices),
    ];
    for (counter, n) in counters {
        connection
            .execute("INSERT INTO counter VALUES (?1, ?2, ?3)", params![job.0, counter, n])?;
    }
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn insert_portion(
    connection: &mut Connection,
    job: JobId,
    numbers: std::ops::Range<u32>,
    finished: u32,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for n in numbers {
        let is_open = n >= finished;
        let state = if is_open { State::Intended } else { State::Uploaded };
        let log_id = i64::from(n / DEVICES_PER_LOG) + 1;
        if n.is_multiple_of(DEVICES_PER_LOG) {
            transaction
                .prepare_cached("INSERT INTO log VALUES (?1, ?2, ?3, 1, ?4)")?
                .execute(params![log_id, log(n / DEVICES_PER_LOG), [0_u8; 32], BATCH])?;
        }
        let smsn = smsn(n);
        let filler = [smsn.as_bytes().as_slice(), smsn.as_bytes()].concat();
        let p256r1_message = [&filler, smsn.as_bytes().as_slice()].concat();
        transaction.prepare_cached(INSERT)?.execute(params![
            i64::from(n) + 1,
            job.0,
            n % UNFINISHED,
            state.code(),
            is_open,
            (!is_open).then_some(log_id),
            1_700_000_000_000 + i64::from(n),
            dsn(n),
            smsn.as_bytes(),
            chip(n),
            filler,
            p256r1_message,
            filler,
            filler,
            smsn.as_bytes(),
            StepTimes::from_micros([n; STEPS]).to_bytes(),
        ])?;
    }
    transaction.commit()
}

fn job() -> Result<JobRecord, JournalError> {
    let apid: Apid = "Ab12".parse().map_err(|_| JournalError::Row { what: "the APID", row: 0 })?;
    Ok(JobRecord {
        name: "measurement".into(),
        product: "RNET_MEASURE".into(),
        device_type: "A1234567890123".into(),
        apid,
        stage: Stage::Test,
        app_server_key: [0; 32],
        ed25519_issuers: vec![0; 600],
        p256r1_issuers: vec![0; 900],
    })
}
