//! Control logs and batches: from a verified board to the cloud's answer.

use rusqlite::{Connection, OptionalExtension as _, params};
use sidewalk::Smsn;

use super::group::{Applied, Group, Refused};
use crate::{
    counts::counter,
    error::JournalError,
    id::{DeviceId, JobId, LogId, UnixMillis},
    record::{PendingLog, Verdict, bounded},
    state::State,
};

/// What a change must know of a control log.
struct LogHead {
    is_logged: bool,
    batch: Option<String>,
}

impl Group<'_> {
    /// These devices are about to stand in this file.
    pub(crate) fn logging(&mut self, log: &PendingLog, devices: &[DeviceId]) -> Applied<LogId> {
        if devices.is_empty() {
            return Err(Refused::Change(JournalError::EmptyLog));
        }
        let standing: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM log WHERE file = ?1")?
            .query_row([&log.file], |row| row.get(0))
            .optional()?;
        if let Some(id) = standing {
            let stands = JournalError::LogStands { file: log.file.clone(), log: LogId(id) };
            return Err(Refused::Change(stands));
        }
        for &id in devices {
            if let Some(log) = self.head_in(id, State::Verified)?.log {
                return Err(Refused::Change(JournalError::InLog { id, log: LogId(log) }));
            }
        }
        self.connection
            .prepare_cached("INSERT INTO log (file, sha256, logged) VALUES (?1, ?2, 0)")?
            .execute(params![log.file, log.sha256])?;
        let log = LogId(self.connection.last_insert_rowid());
        let mut enter =
            self.connection.prepare_cached("UPDATE device SET log = ?2 WHERE id = ?1")?;
        for id in devices {
            enter.execute([id.0, log.0])?;
        }
        Ok(log)
    }

    /// The file has its name.
    pub(crate) fn logged(&mut self, log: LogId, at: UnixMillis) -> Applied<()> {
        self.pending(log)?;
        self.connection
            .prepare_cached("UPDATE log SET logged = 1 WHERE id = ?1")?
            .execute([log.0])?;
        self.count_log(log, State::Verified, State::Logged)?;
        // A device that was retired meanwhile stands in the file all the same.
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, open = 0, failed = failed * retired, logged_at = ?3
                 WHERE log = ?1",
            )?
            .execute(params![log.0, State::Logged.code(), at.0])?;
        Ok(())
    }

    /// The file never got its name.
    pub(crate) fn abandon_log(&mut self, log: LogId) -> Applied<()> {
        self.pending(log)?;
        self.connection
            .prepare_cached("UPDATE device SET log = NULL WHERE log = ?1")?
            .execute([log.0])?;
        self.connection.prepare_cached("DELETE FROM log WHERE id = ?1")?.execute([log.0])?;
        Ok(())
    }

    /// The control log stands in a batch file. Saying so twice changes nothing.
    pub(crate) fn batched(&mut self, log: LogId, batch: &str, at: UnixMillis) -> Applied<()> {
        let head = self.log_head(log)?;
        if !head.is_logged {
            return Err(Refused::Change(JournalError::LogState { log, is_logged: false }));
        }
        match head.batch {
            Some(standing) if standing == batch => return Ok(()),
            Some(batch) => return Err(Refused::Change(JournalError::LogBatched { log, batch })),
            None => {}
        }
        self.connection
            .prepare_cached("UPDATE log SET batch = ?2 WHERE id = ?1")?
            .execute(params![log.0, batch])?;
        self.count_log(log, State::Logged, State::Batched)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?3, failed = failed * retired, batched_at = ?4
                 WHERE log = ?1 AND state = ?2",
            )?
            .execute(params![log.0, State::Logged.code(), State::Batched.code(), at.0])?;
        Ok(())
    }

    /// The batch file was uploaded. Saying so twice changes nothing.
    pub(crate) fn uploaded(&mut self, batch: &str, at: UnixMillis) -> Applied<()> {
        let logs = logs_of(self.connection, batch)?;
        if logs.is_empty() {
            return Err(Refused::Change(JournalError::UnknownBatch(batch.into())));
        }
        for log in logs {
            self.count_log(log, State::Batched, State::Uploaded)?;
            self.connection
                .prepare_cached(
                    "UPDATE device SET state = ?3, failed = failed * retired, uploaded_at = ?4
                     WHERE log = ?1 AND state = ?2",
                )?
                .execute(params![log.0, State::Batched.code(), State::Uploaded.code(), at.0])?;
        }
        Ok(())
    }

    /// The cloud answered. It may take what it refused before, never the other way round.
    pub(crate) fn answered(
        &mut self,
        smsn: &Smsn,
        verdict: &Verdict,
        at: UnixMillis,
    ) -> Applied<()> {
        let id: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM device WHERE smsn = ?1")?
            .query_row([smsn.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(id) = id.map(DeviceId) else {
            return Err(Refused::Change(JournalError::UnknownSmsn(*smsn)));
        };
        let head = self.head(id)?;
        let (state, reason) = match verdict {
            Verdict::Accepted => (State::Accepted, None),
            Verdict::Rejected { reason } => (State::Rejected, Some(bounded(reason))),
        };
        let is_again = head.state == State::Accepted && state == State::Accepted;
        let is_too_early = head.state < State::Logged;
        if is_too_early || (head.state == State::Accepted && !is_again) {
            let (expected, found, retired) = (State::Uploaded, head.state, head.retired);
            let wrong = JournalError::WrongState { id, expected, found, retired };
            return Err(Refused::Change(wrong));
        }
        if is_again {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "UPDATE device SET state = ?2, failed = failed * retired, reject_reason = ?3,
                   answered_at = ?4 WHERE id = ?1",
            )?
            .execute(params![id.0, state.code(), reason, at.0])?;
        if !head.retired {
            self.count_step(&head, state);
        }
        Ok(())
    }

    /// Counts the devices of a log that are about to go on; retired ones are not counted.
    fn count_log(&mut self, log: LogId, from: State, to: State) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(
            "SELECT job, count(*), sum(failed) FROM device
             WHERE log = ?1 AND state = ?2 AND retired = 0 GROUP BY job",
        )?;
        let mut rows = statement.query([log.0, from.code()])?;
        while let Some(row) = rows.next()? {
            let (job, n, failed): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            self.count(JobId(job), from.code(), -n);
            self.count(JobId(job), to.code(), n);
            self.count(JobId(job), counter::FAILED_NOW, -failed);
        }
        Ok(())
    }

    fn pending(&self, log: LogId) -> Applied<()> {
        if self.log_head(log)?.is_logged {
            return Err(Refused::Change(JournalError::LogState { log, is_logged: true }));
        }
        Ok(())
    }

    fn log_head(&self, log: LogId) -> Applied<LogHead> {
        let found = self
            .connection
            .prepare_cached("SELECT logged, batch FROM log WHERE id = ?1")?
            .query_row([log.0], |row| Ok(LogHead { is_logged: row.get(0)?, batch: row.get(1)? }))
            .optional()?;
        found.ok_or(Refused::Change(JournalError::UnknownLog(log)))
    }
}

/// The control logs of a batch file.
fn logs_of(connection: &Connection, batch: &str) -> rusqlite::Result<Vec<LogId>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM log WHERE batch = ?1 ORDER BY id")?;
    let logs = statement.query_map([batch], |row| row.get(0).map(LogId))?;
    logs.collect()
}
