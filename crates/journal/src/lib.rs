//! The durable state of every device on a line: one SQLite file per line.
//!
//! [`Journal`] is the line's: it writes what is intended before anything irreversible happens, and what came of
//! it before the next thing does. [`JournalView`] looks at the same file from another process. [`SerialStore`] is a
//! second, small file that several lines share, so that no DSN is used twice.
//!
//! What this crate must never do: answer before a change is on the disk, let a private key stand in a file
//! unsealed, keep one once its board is verified, or write to a file that is not a journal of its own format.
//!
//! # States
//!
//! A device's state is its type up to [`Verified`]; a step out of order does not compile. Every step also checks
//! the state in the file. From the control log on, devices move together with their files.
//!
//! | state | durable from here on | a kill here leaves | the next start |
//! |---|---|---|---|
//! | [`Reserved`] | DSN, SMSN | nothing that left the line | drops it, or gives it keys |
//! | [`Keyed`] | nothing: keys in memory | a reserved device | new keys |
//! | [`Intended`] | public keys, the exact bytes to be signed, sealed private keys, the first asking | maybe a signature nobody has | [`Journal::ask_again`], then the same bytes to the HSM |
//! | [`Signed`] | both signatures | a device without page | makes the page |
//! | [`Paged`] | the page's digest | maybe a page on a board, in whole or in part | flashes the same page |
//! | [`Flashed`] | that a board has it | a board not proven | reads it back |
//! | [`Verified`] | the proof; private keys gone | a device in no control log | [`Journal::pending_logs`], then logs it |
//! | logged | its control log has its name | nothing to do | — |
//! | batched, uploaded | the file, the upload | nothing to do | — |
//! | accepted, rejected | the cloud's answer | nothing to do | — |
//!
//! A failure ([`Journal::fail`]) is a note on a device that keeps its state. A retired identity
//! ([`Journal::retire`]) keeps its state for the record and takes no further step on the line.
//!
//! ```compile_fail,E0308
//! # use journal::{Device, Intended, Journal, UnixMillis};
//! // A page is not made for a device that nobody signed.
//! fn page(journal: &Journal, device: Device<Intended>) {
//!     journal.paged(device, None, UnixMillis(0)).unwrap();
//! }
//! ```
//!
//! ```compile_fail,E0382
//! # use journal::{Device, Journal, Outcome, Intended, UnixMillis};
//! // A device that took its step is gone: it cannot be signed twice.
//! fn twice(journal: &Journal, device: Device<Intended>, outcome: Outcome) {
//!     journal.signed(device, outcome, UnixMillis(0)).unwrap();
//!     journal.signed(device, outcome, UnixMillis(0)).unwrap();
//! }
//! ```
//!
//! ```
//! # use journal::{Device, Journal, JournalError, Outcome, Paged, Intended, UnixMillis};
//! // The same with the right step does compile.
//! fn page(journal: &Journal, device: Device<Intended>, outcome: Outcome)
//!     -> Result<Device<Paged>, JournalError>
//! {
//!     let signed = journal.signed(device, outcome, UnixMillis(0))?;
//!     journal.paged(signed, None, UnixMillis(0))
//! }
//! ```
//!
//! # Files, and what their loss costs
//!
//! | file | what it is | its loss |
//! |---|---|---|
//! | `<path>` | the database (mode 0600) | which identities exist: boards on the line cannot be finished, and DSNs could be used again. Back it up |
//! | `<path>-wal`, `-shm` | what is committed and not yet copied into the database | the last changes. Belongs to the database: never delete or move it alone |
//! | `<path>.key` | the key that private keys are sealed under (0600) | the pages of unfinished devices; nothing where none is unfinished |
//! | `<path>.lock` | held by the one line that writes | nothing |
//!
//! # Durability
//!
//! One thread owns the writing connection. It takes everything that waits, applies it in one transaction, commits
//! (write-ahead log, `synchronous=FULL`: one flush), and then answers all callers. Whoever is refused leaves
//! nothing behind and does not disturb the others. Where the commit fails, every caller of the group gets the error,
//! later changes are refused as [`JournalError::Poisoned`], and the write-ahead log is left for the next opening to
//! judge: a change that got an error may turn out to be there, one that was acknowledged always is.
//!
//! Sealed keys lie in slots that are overwritten in place once the board is verified. The write-ahead log may hold
//! older copies until it is cut: after a second without changes, from time to time under load, and on closing.

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
