//! The one door to the disk: files that are whole or absent.
//!
//! [`NewFile`] is written under a temporary name and appears under its final name only when it is complete
//! and on the disk; [`write_new`] and [`write_replace`] do the same for bytes at hand. [`read_bounded`]
//! refuses a file that is larger than the caller can use before reading it. [`SyncedFile`] is changed in place
//! and says when that is on the disk, [`LockFile`] keeps a second process out, [`private_directory`] and
//! [`refuse_open_to_others`] keep other people out. Every failure is a
//! [`DurableError`] that names the path, the operation and the cause, and has a hint for the operator.
//!
//! What this crate must never do: leave a half-written file under a final name, overwrite a file that the
//! caller did not ask to replace, or let a secret be readable by others even for an instant.

mod directory;
mod error;
mod lock_file;
mod new_file;
mod permissions;
mod private;
mod read;
mod synced_file;

pub use crate::{
    directory::sync_parent,
    error::{Cause, DurableError, Operation},
    lock_file::LockFile,
    new_file::{NewFile, TEMPORARY_PREFIX, TEMPORARY_SUFFIX, write_new, write_replace},
    permissions::Visibility,
    private::{private_directory, refuse_open_to_others, remove_leftovers},
    read::{open_read, read_bounded, read_bounded_from, sha256_of},
    synced_file::SyncedFile,
};
