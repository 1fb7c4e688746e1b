//! Why certificates, key or revocation list cannot be used.

use std::path::PathBuf;

use durable::DurableError;
use thiserror::Error;

use crate::identity::IdentityError;

/// A file that cannot be used. Reads after "failed to ".
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MaterialError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] DurableError),
    /// Its content cannot be used.
    #[error("use {}: {fault}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: MaterialFault,
    },
}

/// What is wrong with a file's content.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MaterialFault {
    /// There is no PEM block of the kind that is needed.
    #[error("it holds no {what} in PEM")]
    Nothing {
        /// What is needed.
        what: &'static str,
    },
    /// The PEM armour is damaged.
    #[error("its PEM is damaged")]
    Pem,
    /// The private key is encrypted.
    #[error("the private key is encrypted")]
    EncryptedKey,
    /// A certificate cannot be read.
    #[error("failed to read the certificate: {0}")]
    Certificate(#[from] IdentityError),
    /// The key is not that of the certificate.
    #[error("it is not the key of the certificate")]
    OtherKey,
    /// The TLS library does not take it.
    #[error("{0}")]
    Refused(String),
}

impl MaterialError {
    pub(super) fn content(path: impl Into<PathBuf>, fault: impl Into<MaterialFault>) -> Self {
        Self::Content { path: path.into(), fault: fault.into() }
    }

    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        let fault = match self {
            Self::File(error) => return error.hint(),
            Self::Content { fault, .. } => fault,
        };
        let hint = match fault {
            MaterialFault::EncryptedKey => {
                "a server starts without anybody at hand; give it a key without a passphrase that only it may read"
            }
            MaterialFault::OtherKey => "name the key that was made together with the certificate",
            MaterialFault::Nothing { .. } | MaterialFault::Pem => {
                "is it the right file, and whole?"
            }
            MaterialFault::Certificate(_) | MaterialFault::Refused(_) => return None,
        };
        Some(hint.to_owned())
    }
}
