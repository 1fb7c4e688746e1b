//! The durable state of every device on a line.

mod counts;
mod device;
mod error;
mod id;
mod job;
mod journal;
mod keys;
#[doc(hidden)]
pub mod measure;
mod open;
mod read;
mod record;
mod reservation;
mod schema;
mod seal;
mod serial_store;
mod state;
mod step_times;
mod view;
mod write;

pub use crate::{
    counts::Counts,
    device::{
        Device, Flashed, HasOutcome, HasPage, HasRequest, Intended, Keyed, Paged, Reserved, Signed,
        Unfinished, Verified,
    },
    error::{JournalError, ReserveError, StorageFault},
    id::{DeviceId, JobId, LogId, UnixMillis},
    job::JobRecord,
    journal::{Journal, JournalOptions},
    keys::{ED25519_MESSAGE_LEN_BYTES, Keys, Messages, Outcome, P256R1_MESSAGE_LEN_BYTES, Request},
    record::{
        DeviceKey, DeviceRecord, FIND_MAX, FailureNote, Filter, LogRecord, Note, NoteKind,
        PendingLog, TEXT_LEN_BYTES_MAX, Times, Verdict,
    },
    reservation::{CHIP_LEN_BYTES_MAX, DSN_LEN_BYTES_MAX, Reservation},
    serial_store::{
        BLOCK_NUMBERS_MAX, BUSY_WAIT, SerialBlock, SerialReservation, SerialState, SerialStore,
        SerialStoreError,
    },
    state::State,
    step_times::{STEPS, Step, StepTimes},
    view::JournalView,
};
