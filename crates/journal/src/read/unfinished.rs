//! Devices that the line goes on with, as values of their states.

use rusqlite::{Connection, OptionalExtension as _, Row};
use sidewalk::{Curve, Signature, Smsn};

use super::row::state;
use crate::{
    device::{
        Core, Device, Flashed, Intended, Made, Paged, Reserved, Signed, Unfinished, Verified,
    },
    error::JournalError,
    id::{DeviceId, JobId, LogId},
    keys::{Messages, Outcome, Request},
    seal::{Sealed, Sealer},
    state::State,
};

const SELECT: &str = "SELECT d.id, d.job, d.slot, d.dsn, d.smsn, d.chip, d.state, d.on_board,
 d.asked, d.log, d.ed25519_message, d.p256r1_message, d.ed25519_signature, d.p256r1_signature,
 d.hsm_serial, d.page_sha256, s.bytes FROM device d INDEXED BY device_open
 LEFT JOIN sealed_key s ON s.slot = d.sealed WHERE d.open = 1";

/// A row, before its keys are unsealed.
struct Found {
    core: Core,
    state: State,
    on_board: bool,
    asked: u32,
    log: Option<LogId>,
    messages: Option<Messages>,
    outcome: Option<Outcome>,
    page_sha256: Option<[u8; 32]>,
    sealed: Option<Sealed>,
}

/// Every unfinished device, oldest first. The index holds no others, so this is no scan.
pub(crate) fn unfinished(
    connection: &Connection,
    sealer: &Sealer,
    storage: impl Fn(&rusqlite::Error) -> JournalError,
) -> Result<Vec<Unfinished>, JournalError> {
    let rows = || {
        let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY d.id"))?;
        statement.query_map([], found)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = rows().map_err(|error| storage(&error))?;
    rows.into_iter().map(|found| found.into_device(sealer)).collect()
}

/// One device, where it is unfinished.
pub(crate) fn resume(
    connection: &Connection,
    sealer: &Sealer,
    id: DeviceId,
    storage: impl Fn(&rusqlite::Error) -> JournalError,
) -> Result<Option<Unfinished>, JournalError> {
    let row = || {
        connection
            .prepare_cached(&format!("{SELECT} AND d.id = ?1"))?
            .query_row([id.0], found)
            .optional()
    };
    let row = row().map_err(|error| storage(&error))?;
    row.map(|found| found.into_device(sealer)).transpose()
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let core = Core {
        id: DeviceId(row.get(0)?),
        job: JobId(row.get(1)?),
        slot: row.get(2)?,
        dsn: row.get(3)?,
        smsn: Smsn::from_bytes(row.get(4)?),
        chip: row.get(5)?,
    };
    let messages = match (row.get(10)?, row.get(11)?) {
        (Some(ed25519), Some(p256r1)) => Some(Messages { ed25519, p256r1 }),
        _ => None,
    };
    let outcome = match (row.get(12)?, row.get(13)?, row.get(14)?) {
        (Some(ed25519), Some(p256r1), Some(hsm_serial)) => Some(Outcome {
            ed25519: Signature::from_bytes(ed25519),
            p256r1: Signature::from_bytes(p256r1),
            hsm_serial,
        }),
        _ => None,
    };
    Ok(Found {
        core,
        state: state(row, 6)?,
        on_board: row.get(7)?,
        asked: row.get(8)?,
        log: row.get::<_, Option<i64>>(9)?.map(LogId),
        messages,
        outcome,
        page_sha256: row.get(15)?,
        sealed: row.get(16)?,
    })
}

impl Found {
    fn into_device(self, sealer: &Sealer) -> Result<Unfinished, JournalError> {
        let row = self.core.id.0;
        let damaged = |what| JournalError::Row { what, row };
        if self.state == State::Reserved {
            return Ok(Unfinished::Reserved(Device::new(self.core, Reserved::new())));
        }
        let messages = self.messages.ok_or(damaged("the intent"))?;
        if Curve::ALL
            .into_iter()
            .any(|curve| !messages.of(curve).ends_with(self.core.smsn.as_bytes()))
        {
            return Err(damaged("the SMSN of the intent"));
        }
        let private = if self.on_board || self.state == State::Verified {
            None
        } else {
            let id = self.core.id;
            let sealed = self.sealed.as_ref().ok_or(JournalError::KeysGone { id })?;
            Some(sealer.unseal(id, sealed, &messages)?)
        };
        let request = Request::new(messages, private);
        if self.state == State::Intended {
            let state = Intended { request, asked: self.asked };
            return Ok(Unfinished::Intended(Device::new(self.core, state)));
        }
        let outcome = self.outcome.ok_or(damaged("the signatures"))?;
        if self.state == State::Signed {
            return Ok(Unfinished::Signed(Device::new(self.core, Signed { request, outcome })));
        }
        let made = Made { request, outcome, page_sha256: self.page_sha256 };
        match self.state {
            State::Paged => Ok(Unfinished::Paged(Device::new(self.core, Paged { made }))),
            State::Flashed => Ok(Unfinished::Flashed(Device::new(self.core, Flashed { made }))),
            State::Verified => {
                let state = Verified { made, log: self.log };
                Ok(Unfinished::Verified(Device::new(self.core, state)))
            }
            _ => Err(damaged("the state")),
        }
    }
}
