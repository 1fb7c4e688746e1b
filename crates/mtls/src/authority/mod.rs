//! The local certificate authority of a networked set-up: one directory, one key under a passphrase.
//!
//! | file | what it is | its loss costs |
//! |---|---|---|
//! | `ca.pem` | the authority's certificate, public | a copy is beside every pair that it issued |
//! | `ca.key` | its private key, PKCS #8 under a passphrase (PBES2) | everything: a new authority for all peers |
//! | `ca.crl` | its revocation list, public | nothing: the next revocation signs it anew |
//! | `issued/SERIAL.toml` | one certificate that was signed, and whether it is revoked | that certificate cannot be revoked by name |
//! | `lock` | held by who issues or revokes | nothing |
//!
//! A record is on the disk before anybody is given its certificate, and says that a certificate is revoked before the
//! revocation list does. A process that is killed between the two leaves a record without a certificate outside, which can be
//! renewed or revoked as any other, or a list that lacks a revocation, which [`Authority::status`] reports and the same
//! revocation, said again, repairs.
//!
//! No private key but the authority's own is in the directory. What must never happen: a certificate that no record knows, a
//! file of a peer overwritten, the key readable without the passphrase.

mod ca;
mod date;
mod directory;
mod error;
mod inspect;
mod key;
mod key_file;
mod order;
mod peer_files;
mod record;
mod request;
mod revocation;
mod sign;
mod status;

pub use self::{
    ca::{CERTIFICATE_FILE_LEN_BYTES_MAX, CaCertificate},
    date::{utc_day, utc_minute},
    directory::{Authority, Issued, NewAuthority, NewPeer, PeerKey, RenewKey, Unlocked, Which},
    error::AuthorityError,
    inspect::{Finding, Inspection, inspect_pem},
    key::KeyKind,
    key_file::{Passphrase, PassphraseError},
    order::{OrderError, Purpose, SubjectName, server_names},
    peer_files::{PeerFiles, directory_name},
    record::{Reason, Record, Revoked},
    request::{REQUEST_LEN_BYTES_MAX, RequestError, SigningRequest},
    revocation::RevocationList,
    status::{EntryState, Status, StatusEntry, WARN_DAYS},
};

/// A certificate that we sign begins this many seconds before now: clocks of line PCs without a time server differ by minutes.
pub(crate) const SKEW_SECONDS: u64 = 300;

/// A day in seconds.
pub(crate) const DAY_SECONDS: u64 = 86_400;

/// How long an authority and what it issues are valid unless said otherwise, in days: what the public recipe says.
pub const DAYS_DEFAULT: u32 = 365;

/// The longest validity, in days: ten years. Nobody remembers the passphrase of an older key.
pub const DAYS_MAX: u32 = 3_653;
