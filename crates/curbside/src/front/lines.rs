//! The lines of a server on stdout, written by several threads and each whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{failure::Failure, terminal, terminal::Output};

/// Where lines go. Clones write to the same.
#[derive(Clone)]
pub(crate) struct Lines(Arc<Mutex<Written>>);

pub(super) struct Written {
    pub(super) output: Output,
    has_failed: bool,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Written { output: Output::new(), has_failed: false })))
    }

    /// Writes a line and passes it on.
    pub(crate) fn write_now(&self, line: &impl Serialize) {
        let mut written = self.lock();
        let result = written.output.print_json_line(line).and_then(|()| written.output.pass_on());
        written.settle(result);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Written> {
        // At worst a line is cut.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    /// Says that lines are lost: once, however long the disk stays full.
    pub(super) fn settle(&mut self, result: Result<(), Failure>) {
        match result {
            Err(failure) if !self.has_failed => {
                terminal::note(&format!("warning: the log is not written: {}", failure.message()));
                self.has_failed = true;
            }
            Err(_) => {}
            Ok(()) => self.has_failed = false,
        }
    }
}

/// A time, RFC 3339, UTC, to the millisecond.
pub(super) fn at(unix_millis: u64) -> String {
    let nanos = i128::from(unix_millis) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| unix_millis.to_string())
}
