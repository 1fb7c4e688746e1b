//! What goes wrong, and what people decide.

use rusqlite::params;

use super::group::{Applied, Group, Refused};
use crate::{
    counts::counter,
    error::JournalError,
    id::{DeviceId, UnixMillis},
    record::{FailureNote, NoteKind, bounded},
    state::State,
};

impl Group<'_> {
    /// Notes a failure. The device keeps its state and its identity.
    pub(crate) fn fail(
        &mut self,
        id: DeviceId,
        failure: &FailureNote,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head(id)?;
        self.connection
            .prepare_cached(
                "UPDATE device SET failed = 1, attempts = attempts + 1, failed_at = ?2,
                   failure_step = ?3, failure_code = ?4, failure_text = ?5, failure_todo = ?6
                 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                at.0,
                bounded(&failure.step),
                bounded(&failure.code),
                bounded(&failure.text),
                bounded(&failure.what_to_do),
            ])?;
        let history = format!("{}: {}: {}", failure.step, failure.code, failure.text);
        self.write_note(id, NoteKind::Failure, &history, at)?;
        self.count(head.job, counter::FAILURES, 1);
        if !head.failed && !head.retired {
            self.count(head.job, counter::FAILED_NOW, 1);
        }
        Ok(())
    }

    /// Gives the DSN of a device back that has no intent.
    pub(crate) fn drop_reservation(
        &mut self,
        id: DeviceId,
        why: &str,
        at: UnixMillis,
    ) -> Applied<()> {
        let head = self.head(id)?;
        if head.state != State::Reserved {
            let found = head.state;
            return Err(Refused::Change(JournalError::IntentStands { id, found }));
        }
        // A person who retired it wants its DSN burnt.
        self.head_in(id, State::Reserved)?;
        self.connection
            .prepare_cached(
                "INSERT INTO dropped (device, job, dsn, smsn, at, why)
                 SELECT id, job, dsn, smsn, ?2, ?3 FROM device WHERE id = ?1",
            )?
            .execute(params![id.0, at.0, bounded(why)])?;
        self.connection.prepare_cached("DELETE FROM device WHERE id = ?1")?.execute([id.0])?;
        self.count(head.job, State::Reserved.code(), -1);
        self.count(head.job, counter::DROPPED, 1);
        if head.failed {
            self.count(head.job, counter::FAILED_NOW, -1);
        }
        Ok(())
    }

    /// Rules that an identity must not be put on a board (again). Saying so twice changes nothing.
    pub(crate) fn retire(&mut self, id: DeviceId, why: &str, at: UnixMillis) -> Applied<()> {
        let head = self.head(id)?;
        if head.retired {
            return Ok(());
        }
        self.connection
            .prepare_cached("UPDATE device SET retired = 1, open = 0, sealed = NULL WHERE id = ?1")?
            .execute([id.0])?;
        self.wipe_slot(head.sealed)?;
        self.write_note(id, NoteKind::Retired, why, at)?;
        self.count(head.job, head.state.code(), -1);
        self.count(head.job, counter::RETIRED, 1);
        if head.failed {
            self.count(head.job, counter::FAILED_NOW, -1);
        }
        Ok(())
    }

    /// Notes something that happened to a device.
    pub(crate) fn note(
        &mut self,
        id: DeviceId,
        kind: NoteKind,
        text: &str,
        at: UnixMillis,
    ) -> Applied<()> {
        self.head(id)?;
        self.write_note(id, kind, text, at)?;
        Ok(())
    }

    fn write_note(
        &self,
        id: DeviceId,
        kind: NoteKind,
        text: &str,
        at: UnixMillis,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT INTO note (device, at, kind, text) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id.0, at.0, kind.code(), bounded(text)])
            .map(drop)
    }
}
