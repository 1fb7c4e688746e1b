//! The encrypted durable store: what a device keeps without power, on a disk that may lose power at any
//! instant.
//!
//! A store is a directory of mode 0700 with three files of mode 0600:
//!
//! | file | what it is | what its loss costs |
//! |---|---|---|
//! | `state` | the device, encrypted | everything |
//! | `key` | 32 random bytes; absent where a passphrase opens the store | everything |
//! | `lock` | held by the one process that has the store open | nothing |
//!
//! `state` begins with a header and two marks; then come records: first a snapshot of the whole state, then
//! the changes of one command each ([`RecordLog`]). A change is acknowledged only when it is on the disk. Now
//! and then, and at every start, the file is replaced by a new one with a fresh snapshot.
//!
//! System calls, in order (Linux):
//!
//! 1. Creating a store: `mkdir(DIR, 0700)`, `fsync` of the directory above; `open(lock, O_CREAT, 0600)`,
//!    `flock`; then for `key` and for `state` each: `open(O_CREAT|O_EXCL, 0600)` of a temporary file, `write`,
//!    `fsync`, `rename` (for `key` without replacing), `fsync` of DIR.
//! 2. A change: `write` of a mark and `write` of a record at their places, one `fdatasync`; then the answer
//!    leaves.
//! 3. Compaction: as `state` under 1.
//! 4. Closing: `write` of a mark, `fdatasync`. Without it nothing is lost.
//!
//! After a power cut the file is the old or the new one (3), or its last record is incomplete (2): the
//! change in it was never acknowledged, and it is cut. Anything else that does not verify is damage, is
//! reported as such, and nothing is touched: records are encrypted and authenticated (XChaCha20-Poly1305
//! under random nonces), bound to their number and to the record before them, and the marks say how many of
//! them must be there. So records that were exchanged, repeated, left out or cut off show, the last one
//! after a kill excepted. A directory that is put back as a whole from an older copy does not show.
//!
//! BUG: a record is taken for torn where a sector of it is missing or all zeros. A file system that shows
//! stale bytes instead (ext4 with `data=writeback`) makes a torn record look damaged, and the store is refused.

mod cipher;
mod device_store;
mod disk;
mod error;
mod header;
mod key;
mod record;
mod record_log;

pub use self::{
    device_store::{DeviceStore, Opened, Origin},
    disk::{Disk, StoreFile},
    error::{Damage, StoreError, StoreFault},
    header::{Argon2Cost, KeyProtection},
    key::{KeySource, PASSPHRASE_LEN_BYTES_MAX, Passphrase, StoreKey},
    record::{CHANGES_LEN_BYTES_MAX, SECTOR_LEN_BYTES, SNAPSHOT_LEN_BYTES_MAX},
    record_log::{Contents, Opening, RecordLog},
};
