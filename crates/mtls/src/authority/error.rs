//! What goes wrong at an authority, and what to do about it.

use std::path::PathBuf;

use durable::DurableError;

use super::{OrderError, PassphraseError, RequestError};
use crate::identity::{IdentityError, NameError};

/// A failed operation of an authority. Reads after "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] DurableError),
    /// The directory holds no authority.
    #[error("find an authority in {}: it has no {file}", directory.display())]
    NoAuthority {
        /// The directory.
        directory: PathBuf,
        /// What it lacks: with `ca.pem` and without the rest it is a peer's.
        file: &'static str,
    },
    /// The directory holds an authority, or a part of one, already.
    #[error("make an authority in {}: {file} is there already", directory.display())]
    InTheWay {
        /// The directory.
        directory: PathBuf,
        /// What stands in the way.
        file: &'static str,
    },
    /// A file for a peer exists already.
    #[error("write {}: it exists and is not overwritten", path.display())]
    PeerFileExists {
        /// The file.
        path: PathBuf,
    },
    /// A file of the authority is damaged, or not what its name says.
    #[error("read {}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The passphrase does not open the key.
    #[error("open the authority's key: the passphrase is wrong")]
    WrongPassphrase,
    /// A passphrase that cannot be used.
    #[error("use the passphrase: {0}")]
    Passphrase(#[from] PassphraseError),
    /// The key is not encrypted.
    #[error("take over the key: it is not encrypted")]
    KeyNotEncrypted,
    /// The key is encrypted in a way that is not supported.
    #[error("open the authority's key: its encryption ({what}) is not supported")]
    UnsupportedEncryption {
        /// Which it is.
        what: String,
    },
    /// The key is of a kind that is not supported, or too short.
    #[error("use the authority's key: it is neither RSA of 2048 bits or more nor P-256 or P-384")]
    UnsupportedKey,
    /// Key and certificate are not of each other.
    #[error("take over the authority: ca.key is not the key of ca.pem")]
    KeyMismatch,
    /// The certificate is not one of an authority that signed itself.
    #[error("take over the authority: ca.pem {why}")]
    NoCa {
        /// What is wrong.
        why: &'static str,
    },
    /// The authority itself is not valid any more.
    #[error("sign: the authority's own certificate has expired")]
    CaExpired,
    /// What was ordered cannot be signed.
    #[error("issue the certificate: {0}")]
    Order(#[from] OrderError),
    /// A name that cannot be used.
    #[error("issue the certificate: {0}")]
    Name(#[from] NameError),
    /// What was asked for cannot be signed.
    #[error("read the signing request: {0}")]
    Request(#[from] RequestError),
    /// A certificate says nothing usable about its holder.
    #[error("read the certificate: {0}")]
    Identity(#[from] IdentityError),
    /// The name has a valid certificate already.
    #[error("issue the certificate: {name} has one, with serial number {serial}")]
    NameTaken {
        /// The name.
        name: String,
        /// The serial number of the certificate that it has.
        serial: String,
    },
    /// Nothing was issued to that name, or under that serial number, that is not revoked.
    #[error("find a certificate of {what} that is not revoked")]
    Unknown {
        /// What was looked for.
        what: String,
    },
    /// The certificate was not signed by this authority.
    #[error("find the certificate: this authority has not signed it")]
    NotOurs,
    /// What was signed is not what was meant. Nothing was given out.
    #[error("sign: the certificate does not say what was ordered ({what}); nothing was issued")]
    NotAsOrdered {
        /// What differs.
        what: &'static str,
    },
    /// The cryptographic library failed.
    #[error("sign: {0}")]
    Crypto(String),
    /// The operating system gave no random bytes.
    #[error("draw random bytes")]
    Randomness,
}

impl AuthorityError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::NoAuthority { file: "issued", .. } => {
                "it looks like the directory of a server or client: name the authority's with --ca DIR".into()
            }
            Self::NoAuthority { directory, .. } => format!(
                "name its directory with --ca DIR, or make one with `curbside mtls init --ca {}`",
                directory.display()
            ),
            Self::InTheWay { directory, file: "ca.pem" } => format!(
                "`curbside mtls status --ca {}` shows it; choose another directory for a second one",
                directory.display()
            ),
            Self::InTheWay { file, .. } => format!(
                "an `init` was interrupted here, or {file} is of something else: move it away first"
            ),
            Self::PeerFileExists { .. } => {
                "say --out DIR for another directory, or move the file away first".into()
            }
            Self::Damaged { .. } => "take this file from a backup of the directory".into(),
            Self::WrongPassphrase => {
                "type it again; without the passphrase the key cannot be used by anybody".into()
            }
            Self::Passphrase(error) => error.hint().into(),
            Self::KeyNotEncrypted => {
                "encrypt it first: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in ca.key -out ca-encrypted.key`".into()
            }
            Self::UnsupportedEncryption { .. } => {
                "convert it first: `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in ca.key -out ca-converted.key`".into()
            }
            Self::KeyMismatch => "name the two files of one authority".into(),
            Self::CaExpired => {
                "`curbside mtls renew --authority` gives it a new certificate for the same key".into()
            }
            Self::Order(error) => return error.hint().map(str::to_owned),
            Self::Request(error) => return error.hint().map(str::to_owned),
            Self::NameTaken { name, .. } => format!(
                "`curbside mtls renew {name}` issues the next one; `curbside mtls revoke {name}` ends this one"
            ),
            Self::Unknown { .. } => "`curbside mtls status` lists every name".into(),
            Self::Name(_) => "names have 1 to 64 bytes".into(),
            Self::UnsupportedKey
            | Self::NoCa { .. }
            | Self::Identity(_)
            | Self::NotOurs
            | Self::NotAsOrdered { .. }
            | Self::Crypto(_)
            | Self::Randomness => return None,
        })
    }
}

/// The library's words hold no secret: they name an algorithm or an encoding.
impl From<rcgen::Error> for AuthorityError {
    fn from(error: rcgen::Error) -> Self {
        Self::Crypto(error.to_string())
    }
}
