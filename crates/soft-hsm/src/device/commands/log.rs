//! Commands that read and advance the audit log.

use yubihsm2::{
    ErrorCode, LogPage,
    operation::{LogEntries, SetLogIndex},
};

use super::Execute;
use crate::device::{state::Change, task::Task};

impl Execute for LogEntries {
    fn execute(self, task: &mut Task<'_>) -> Result<LogPage, ErrorCode> {
        Ok(task.state.log().page())
    }
}

impl Execute for SetLogIndex {
    fn execute(self, task: &mut Task<'_>) -> Result<(), ErrorCode> {
        if !task.state.log().contains(self.number) {
            return Err(ErrorCode::INVALID_DATA);
        }
        task.commit(Change::DropLog(self.number));
        Ok(())
    }
}
