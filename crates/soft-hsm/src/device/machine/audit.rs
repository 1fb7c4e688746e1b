//! What goes into the audit log, and what is refused when it is full.

use yubihsm2::{AuditMode, Command, ErrorCode, Frame, LogRecord, ObjectId};

use super::{Device, Exchange};
use crate::device::{state::Change, task::Trace};

impl Device {
    /// Logs a command that has been carried out or refused, where it is to be logged.
    pub(super) fn log(
        &mut self,
        session_key: ObjectId,
        frame: &Frame,
        trace: Trace,
        answer: &Result<Frame, ErrorCode>,
        exchange: &mut Exchange<'_>,
    ) {
        let command = frame.command();
        if !self.is_logged(command) {
            return;
        }
        let change = if !self.is_log_exhausted() {
            Change::Log(self.state.log().next(LogRecord {
                number: 0,
                command,
                len_bytes: frame.payload().len() as u16,
                session_key,
                target_key: trace.target,
                second_key: trace.second,
                result: answer.as_ref().map_or_else(|code| code.0, |frame| frame.command().0),
                tick: exchange.now.saturating_sub(self.started).as_millis() as u32,
            }))
        } else if exchange.opens_session {
            Change::CountAuthentication
        } else {
            return;
        };
        exchange.changes.push(change.clone());
        self.state.apply(change);
    }

    /// Refuses a command that could not be logged.
    pub(super) fn require_room_in_log(&self, command: Command) -> Result<(), ErrorCode> {
        let is_refused = self.is_logged(command)
            && self.is_log_exhausted()
            && !WORKS_WITH_FULL_LOG.contains(&command);
        if is_refused { Err(ErrorCode::LOG_FULL) } else { Ok(()) }
    }

    fn is_logged(&self, command: Command) -> bool {
        let mode = self.state.options().audit_mode(command);
        mode.is_some_and(|mode| mode != AuditMode::OFF)
    }

    /// Whether nothing more may be logged: the log is full and must not lose an entry.
    pub(super) fn is_log_exhausted(&self) -> bool {
        self.state.options().force_audit != AuditMode::OFF && self.state.log().is_full()
    }
}

/// What works although it should be logged and cannot be: reading the log, making room in it, and leaving.
const WORKS_WITH_FULL_LOG: [Command; 3] =
    [Command::LOG_ENTRIES, Command::SET_LOG_INDEX, Command::CLOSE_SESSION];
