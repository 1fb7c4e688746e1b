//! What a consolidation says to a person, whichever command runs it.

use std::path::{Path, PathBuf};

use control_log::{
    ConsolidateError,
    consolidate::{Origin, Summary},
};
use durable::{DurableError, NewFile};
use sidewalk::Smsn;

use crate::{exit::Exit, failure::Failure, terminal};

/// How many dropped duplicates are named one by one; the rest are counted.
const DUPLICATES_NAMED_MAX: u64 = 5;

/// The files of a consolidation, numbered as it numbers them, and what has been said of them.
pub(crate) struct Sources<'p> {
    paths: &'p [PathBuf],
    duplicates: u64,
}

impl<'p> Sources<'p> {
    pub(crate) fn new(paths: &'p [PathBuf]) -> Self {
        Self { paths, duplicates: 0 }
    }

    pub(crate) fn path(&self, number: u64) -> &'p Path {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.paths.get(index).map_or(Path::new("?"), PathBuf::as_path)
    }

    pub(crate) fn note_duplicate(&mut self, smsn: &Smsn, kept: Origin, dropped: Origin) {
        self.duplicates += 1;
        if self.duplicates <= DUPLICATES_NAMED_MAX {
            let (kept, dropped) = (self.record(kept), self.record(dropped));
            terminal::note(&format!(
                "note: {smsn} stands in {kept} and the same again in {dropped}, which was left out"
            ));
        }
    }

    /// Counts the duplicates that were not named.
    pub(crate) fn note_unnamed(&self) {
        let unnamed = self.duplicates.saturating_sub(DUPLICATES_NAMED_MAX);
        if unnamed > 0 {
            terminal::note(&format!("note: {unnamed} more duplicates were left out"));
        }
    }

    pub(crate) fn failure(
        &self,
        error: ConsolidateError<DurableError>,
        output: &NewFile,
    ) -> Failure {
        let hint = error.hint();
        match error {
            ConsolidateError::Open { error, .. } => error.into(),
            ConsolidateError::Source { source_number, error } => {
                Failure::of_log(self.path(source_number).display(), &error)
            }
            ConsolidateError::Conflict { smsn, first, second } => {
                let (first, second) = (self.record(first), self.record(second));
                let message = format!("{smsn} has two different entries: {first}, and {second}");
                Failure::new(Exit::Refused, message).hint(hint)
            }
            ConsolidateError::Output(failure) | ConsolidateError::Spill(failure) => {
                output.write_error(&(&failure).into()).into()
            }
        }
    }

    fn record(&self, origin: Origin) -> String {
        format!("record {} of {}", origin.record, self.path(origin.source).display())
    }
}

/// Says that serial numbers were changed on the way.
pub(crate) fn note_lowered(summary: &Summary) {
    if summary.serials_lowered > 0 {
        terminal::note(&format!(
            "note: {} serial numbers were written in lower case, as Amazon's check wants them",
            summary.serials_lowered
        ));
    }
}
