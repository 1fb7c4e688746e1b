//! The steps of a device, each checked against the state in the file.

use rusqlite::{OptionalExtension as _, params};

use super::group::{Applied, Group, Head, Refused, widen};
use crate::{
    counts::counter,
    error::{JournalError, ReserveError},
    id::{DeviceId, JobId, UnixMillis},
    job::JobRecord,
    keys::{Messages, Outcome},
    read,
    reservation::Reservation,
    seal::Sealed,
    state::State,
    step_times::StepTimes,
};

/// What an intent makes durable.
#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) messages: Messages,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) at: UnixMillis,
}

impl Group<'_> {
    /// Inserts a job, or finds the equal one.
    pub(crate) fn job(&mut self, job: &JobRecord) -> Applied<JobId> {
        let digest = job.digest();
        let found: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM job WHERE digest = ?1")?
            .query_row([digest], |row| row.get(0))
            .optional()?;
        if let Some(id) = found {
            return Ok(JobId(id));
        }
        self.connection
            .prepare_cached(
                "INSERT INTO job (digest, name, product, device_type, apid, stage, app_server_key,
                   ed25519_issuers, p256r1_issuers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                digest,
                job.name,
                job.product,
                job.device_type,
                job.apid.as_str(),
                job.stage.label(),
                job.app_server_key,
                job.ed25519_issuers,
                job.p256r1_issuers,
            ])?;
        Ok(JobId(self.connection.last_insert_rowid()))
    }

    /// Takes the numbers of a device, and with an intent its keys in the same row.
    pub(crate) fn reserve(
        &mut self,
        reservation: &Reservation,
        intent: Option<&Intent>,
    ) -> Applied<DeviceId, ReserveError> {
        self.refuse_taken(reservation)?;
        let id = self.take_device_id();
        let sealed = match intent.and_then(|intent| intent.sealed.as_ref()) {
            Some(sealed) => Some(self.fill_slot(sealed)?),
            None => None,
        };
        let state = if intent.is_some() { State::Intended } else { State::Reserved };
        let asked = i64::from(intent.is_some());
        self.connection
            .prepare_cached(
                "INSERT INTO device (id, job, slot, state, open, retired, failed, on_board, attempts,
                   asked, sealed, reserved_at, intended_at, dsn, smsn, chip,
                   ed25519_message, p256r1_message)
                 VALUES (?1, ?2, ?3, ?4, 1, 0, 0, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                id.0,
                reservation.job.0,
                reservation.slot,
                state.code(),
                intent.is_some_and(|intent| intent.sealed.is_none()),
                asked,
                sealed,
                reservation.at.0,
                intent.map(|intent| intent.at.0),
                reservation.dsn,
                reservation.smsn.as_bytes(),
                reservation.chip,
                intent.map(|intent| intent.messages.ed25519),
                intent.map(|intent| intent.messages.p256r1),
            ])?;
        self.count(reservation.job, state.code(), 1);
        self.count(reservation.job, counter::ASKED, asked);
        Ok(id)
    }

    /// Makes the intent of a reserved device durable.
    pub(crate) fn intend(&mut self, id: DeviceId, intent: &Intent) -> Applied<()> {
        let head = self.head_in(id, State::Reserved)?;
        let sealed = match &intent.sealed {
            Some(sealed) => Some(self.fill_slot(sealed)?),
            None => None,
        };
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, on_board = ?3, asked = 1, sealed = ?4,
                   intended_at = ?5, ed25519_message = ?6, p256r1_message = ?7 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                State::Intended.code(),
                sealed.is_none(),
                sealed,
                intent.at.0,
                intent.messages.ed25519,
                intent.messages.p256r1,
            ])?;
        self.count_step(&head, State::Intended);
        self.count(head.job, counter::ASKED, 1);
        Ok(())
    }

    /// Counts that the HSM is asked once more. Returns how often that makes.
    pub(crate) fn ask_again(&mut self, id: DeviceId) -> Applied<u32> {
        let head = self.head_in(id, State::Intended)?;
        let asked = self
            .connection
            .prepare_cached("UPDATE device SET asked = asked + 1 WHERE id = ?1 RETURNING asked")?
            .query_row([id.0], |row| row.get(0))?;
        self.count(head.job, counter::ASKED, 1);
        Ok(asked)
    }

    /// Makes the HSM's answer durable.
    pub(crate) fn signed(
        &mut self,
        id: DeviceId,
        outcome: &Outcome,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Intended)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, ed25519_signature = ?3,
                   p256r1_signature = ?4, hsm_serial = ?5, signed_at = ?6 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                State::Signed.code(),
                outcome.ed25519.as_bytes(),
                outcome.p256r1.as_bytes(),
                outcome.hsm_serial,
                at.0,
            ])?;
        self.count_step(&head, State::Signed);
        Ok(())
    }

    /// Makes the page's digest durable.
    pub(crate) fn paged(
        &mut self,
        id: DeviceId,
        page_sha256: Option<&[u8; 32]>,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Signed)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, page_sha256 = ?3, paged_at = ?4
                 WHERE id = ?1",
            )?
            .execute(params![id.0, State::Paged.code(), page_sha256, at.0])?;
        self.count_step(&head, State::Paged);
        Ok(())
    }

    /// Both at once: one row written once.
    pub(crate) fn signed_and_paged(
        &mut self,
        id: DeviceId,
        outcome: &Outcome,
        page_sha256: Option<&[u8; 32]>,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Intended)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, ed25519_signature = ?3,
                   p256r1_signature = ?4, hsm_serial = ?5, signed_at = ?6, page_sha256 = ?7,
                   paged_at = ?6 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                State::Paged.code(),
                outcome.ed25519.as_bytes(),
                outcome.p256r1.as_bytes(),
                outcome.hsm_serial,
                at.0,
                page_sha256,
            ])?;
        self.count_step(&head, State::Paged);
        Ok(())
    }

    /// The page is on the board.
    pub(crate) fn flashed(
        &mut self,
        id: DeviceId,
        chip: Option<&str>,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Paged)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, chip = coalesce(?3, chip), flashed_at = ?4
                 WHERE id = ?1",
            )?
            .execute(params![id.0, State::Flashed.code(), chip, at.0])?;
        self.count_step(&head, State::Flashed);
        Ok(())
    }

    /// The board proved its keys: the private ones go with the same transaction.
    pub(crate) fn verified(
        &mut self,
        id: DeviceId,
        times: &StepTimes,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Flashed)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, sealed = NULL, verified_at = ?3,
                   step_times = ?4 WHERE id = ?1",
            )?
            .execute(params![id.0, State::Verified.code(), at.0, times.to_bytes()])?;
        self.count_verified(&head)
    }

    /// Both at once: one row written once.
    pub(crate) fn flashed_and_verified(
        &mut self,
        id: DeviceId,
        chip: Option<&str>,
        times: &StepTimes,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head_in(id, State::Paged)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = 0, sealed = NULL, flashed_at = ?3,
                   verified_at = ?3, step_times = ?4, chip = coalesce(?5, chip) WHERE id = ?1",
            )?
            .execute(params![id.0, State::Verified.code(), at.0, times.to_bytes(), chip])?;
        self.count_verified(&head)
    }

    fn count_verified(&mut self, head: &Head) -> Applied<()> {
        self.wipe_slot(head.sealed)?;
        self.count_step(head, State::Verified);
        self.count(head.job, counter::VERIFIED_EVER, 1);
        self.count(head.job, counter::VERIFIED_AT_FIRST, i64::from(head.attempts == 0));
        Ok(())
    }

    fn refuse_taken(&self, reservation: &Reservation) -> Applied<(), ReserveError> {
        let job = reservation.job;
        let has_job =
            self.connection.prepare_cached("SELECT 1 FROM job WHERE id = ?1")?.exists([job.0])?;
        if !has_job {
            return Err(Refused::Change(JournalError::UnknownJob(job).into()));
        }
        let by_dsn: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM device WHERE dsn = ?1")?
            .query_row([&reservation.dsn], |row| row.get(0))
            .optional()?;
        if let Some(id) = by_dsn {
            let existing = Box::new(self.record(DeviceId(id)).map_err(widen)?);
            return Err(Refused::Change(ReserveError::DsnTaken { existing }));
        }
        let by_smsn: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM device WHERE smsn = ?1")?
            .query_row([reservation.smsn.as_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(id) = by_smsn {
            let existing = Box::new(self.record(DeviceId(id)).map_err(widen)?);
            return Err(Refused::Change(ReserveError::SmsnTaken { existing }));
        }
        Ok(())
    }

    fn record(&self, id: DeviceId) -> Applied<crate::record::DeviceRecord> {
        let found = read::by_id(self.connection, id)?;
        found.ok_or(Refused::Change(JournalError::UnknownDevice(id)))
    }
}
