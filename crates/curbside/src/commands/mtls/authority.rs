//! The options that name an authority and what it makes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mtls::authority::{Authority, AuthorityError, KeyKind, Unlocked};

use super::passphrase::PassphraseArgs;
use crate::failure::Failure;

/// The authority that is meant.
#[derive(Args, Clone, Debug)]
pub(crate) struct CaArgs {
    /// The authority's directory
    #[arg(long, value_name = "DIR", default_value = "sidewalk-ca")]
    pub(crate) ca: PathBuf,
}

impl CaArgs {
    pub(crate) fn open(&self) -> Result<Authority, Failure> {
        Ok(Authority::open(&self.ca)?)
    }

    pub(crate) fn unlock(&self, passphrase: &PassphraseArgs) -> Result<Unlocked, Failure> {
        // Before anybody types a passphrase for nothing.
        let authority = self.open()?;
        Ok(authority.unlock(&passphrase.read()?)?)
    }
}

/// What kind of key is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum KeyChoice {
    /// As the public recipe makes them
    Rsa2048,
    /// Smaller, and a faster handshake
    P256,
}

impl From<KeyChoice> for KeyKind {
    fn from(choice: KeyChoice) -> Self {
        match choice {
            KeyChoice::Rsa2048 => Self::Rsa2048,
            KeyChoice::P256 => Self::P256,
        }
    }
}

/// Random bytes of the operating system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), AuthorityError> {
    getrandom::fill(bytes).map_err(|_| AuthorityError::Randomness)
}
