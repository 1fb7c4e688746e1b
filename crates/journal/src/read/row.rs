//! A row of the table of devices as a record.

use rusqlite::{Row, types::FromSql};
use sidewalk::{Curve, PublicKey, Signature, Smsn};

use crate::{
    id::{DeviceId, JobId, UnixMillis},
    record::{DeviceRecord, FailureNote, Times, Verdict},
    state::State,
    step_times::StepTimes,
};

/// The columns of [`record`], in its order; what they are read from is called `d` and `l`.
pub(super) const COLUMNS: &str = "d.id, d.job, d.slot, d.dsn, d.smsn, d.chip, d.state, d.retired,
 d.failed, d.failure_step, d.failure_code, d.failure_text, d.failure_todo, d.attempts, d.asked,
 d.on_board, d.ed25519_message, d.p256r1_message, d.ed25519_signature, d.p256r1_signature,
 d.hsm_serial, d.page_sha256, l.file, l.batch, d.reject_reason, d.reserved_at, d.intended_at,
 d.signed_at, d.paged_at, d.flashed_at, d.verified_at, d.logged_at, d.batched_at, d.uploaded_at,
 d.answered_at, d.failed_at, d.step_times";

/// Reads columns one after the other.
struct Columns<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl Columns<'_, '_> {
    fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.get(index)
    }

    fn time(&mut self) -> rusqlite::Result<Option<UnixMillis>> {
        Ok(self.take::<Option<i64>>()?.map(UnixMillis))
    }

    fn signature(&mut self) -> rusqlite::Result<Option<Signature>> {
        Ok(self.take::<Option<[u8; 64]>>()?.map(Signature::from_bytes))
    }

    /// The public key at the head of a message.
    fn public_key<const N: usize>(&mut self, curve: Curve) -> rusqlite::Result<Option<PublicKey>> {
        let message = self.take::<Option<[u8; N]>>()?;
        let key_len = curve.public_key_len_bytes();
        Ok(message.and_then(|message| PublicKey::from_bytes(curve, message.get(..key_len)?)))
    }
}

/// Reads a row of [`COLUMNS`].
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<DeviceRecord> {
    let mut columns = Columns { row, next: 0 };
    let id = DeviceId(columns.take()?);
    let job = JobId(columns.take()?);
    let slot = columns.take()?;
    let dsn = columns.take()?;
    let smsn = Smsn::from_bytes(columns.take()?);
    let chip = columns.take()?;
    let state = state(row, columns.next)?;
    columns.next += 1;
    let retired = columns.take()?;
    let failure = failure(&mut columns)?;
    let attempts = columns.take()?;
    let asked = columns.take()?;
    let keys_on_board = columns.take()?;
    let ed25519_public_key = columns.public_key::<64>(Curve::Ed25519)?;
    let p256r1_public_key = columns.public_key::<96>(Curve::P256r1)?;
    let ed25519_signature = columns.signature()?;
    let p256r1_signature = columns.signature()?;
    let hsm_serial = columns.take()?;
    let page_sha256 = columns.take()?;
    let control_log = columns.take()?;
    let batch = columns.take()?;
    let reason = columns.take::<Option<String>>()?;
    let verdict = match state {
        State::Accepted => Some(Verdict::Accepted),
        State::Rejected => Some(Verdict::Rejected { reason: reason.unwrap_or_default() }),
        _ => None,
    };
    let at = times(&mut columns)?;
    let step_times = columns.take::<Option<Vec<u8>>>()?.map(|bytes| StepTimes::from_bytes(&bytes));
    Ok(DeviceRecord {
        id,
        job,
        slot,
        dsn,
        smsn,
        chip,
        state,
        retired,
        failure,
        attempts,
        asked,
        keys_on_board,
        ed25519_public_key,
        p256r1_public_key,
        ed25519_signature,
        p256r1_signature,
        hsm_serial,
        page_sha256,
        control_log,
        batch,
        verdict,
        at,
        step_times,
    })
}

fn failure(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Option<FailureNote>> {
    let failed = columns.take::<bool>()?;
    let mut text = || columns.take::<Option<String>>().map(Option::unwrap_or_default);
    let note = FailureNote { step: text()?, code: text()?, text: text()?, what_to_do: text()? };
    Ok(failed.then_some(note))
}

fn times(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Times> {
    Ok(Times {
        reserved: columns.time()?,
        intended: columns.time()?,
        signed: columns.time()?,
        paged: columns.time()?,
        flashed: columns.time()?,
        verified: columns.time()?,
        logged: columns.time()?,
        batched: columns.time()?,
        uploaded: columns.time()?,
        answered: columns.time()?,
        failed: columns.time()?,
    })
}

/// Reads a state. A number that is none counts as damage.
pub(crate) fn state(row: &Row<'_>, index: usize) -> rusqlite::Result<State> {
    let code = row.get(index)?;
    State::from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(index, code))
}
