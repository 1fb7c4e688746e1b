//! Many devices at once, so that a kill at any instant costs nothing.
//!
//! [`read_rows`] reads what is wanted, [`plan()`] makes devices of it, [`sign_all`] signs them with as many callers
//! as wanted, [`finished`] gives the outputs. Between the second and the third stands the [`Journal`]: before a device
//! is signed its keys are on the disk, and after it was signed its signatures are. Whoever runs the same batch again
//! gets the recorded certificates of the devices that were done, and the rest are signed with the keys that were
//! recorded: no number ever gets certificates for two keys, and no private key is lost whose certificate somebody
//! may have seen.

mod failure;
mod finish;
mod journal;
mod journal_file;
mod journal_line;
mod plan;
mod row;
mod run;

pub use self::{
    failure::{KeyError, RecordFailure},
    finish::finished,
    journal::{Journal, JournalError, JournalStorage, PendingLog, Recorded},
    journal_file::{JournalFile, OpenError},
    plan::{
        Defaults, DuplicateSmsn, PlannedDevice, PlannedKeys, PlannedRow, RowFault, plan,
        plan_device,
    },
    row::{FoundRow, ROWS_MAX, Row, RowError, RowsError, RowsForm, read_rows},
    run::{BatchError, Event, Summary, sign_all},
};
