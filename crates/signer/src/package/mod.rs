//! A job package: what a device maker lets a factory make, how many of it and until when, signed.
//!
//! A package is a note (`evidence::note`) whose text is TOML in one spelling, so that people read what they
//! sign and programs find nothing in it that people overlook. [`PackageTerms`] is what it says; a
//! [`Package`] is what a known key has signed, and only [`Package::open`] makes one.
//!
//! What a package cannot do is count: that is the signing server's. It tells packages apart by their
//! digest, for two packages may have one id and other terms.

mod error;
mod id;
mod terms;
mod text;
mod time;

use std::ops::Deref;

use evidence::note::{KeyName, Note, Verifier};
use sha2::{Digest as _, Sha256};

pub use self::{
    error::{PackageError, PackageRefusal},
    id::{NAME_LEN_MAX, PackageId, PackageIdError},
    terms::{COUNT_MAX, LINES_MAX, PackagePage, PackageTerms},
    time::{UnixTimeError, format_utc, parse_utc},
};

/// The longest package file, in bytes: 256 lines with the longest names, and signatures.
pub const PACKAGE_LEN_BYTES_MAX: usize = 64 * 1024;

/// A package that a known key has signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
    /// What it says.
    terms: PackageTerms,
    /// SHA-256 of the signed text; the same however many keys signed it.
    pub digest: [u8; 32],
    /// The known keys that signed it, one at least.
    pub signed_by: Vec<KeyName>,
}

impl Package {
    /// Reads a package: first the signature, then the text.
    ///
    /// # Errors
    ///
    /// [`PackageError`].
    pub fn open(bytes: &[u8], verifiers: &[Verifier]) -> Result<Self, PackageError> {
        if bytes.len() > PACKAGE_LEN_BYTES_MAX {
            return Err(PackageError::TooLong { found_len_bytes: bytes.len() });
        }
        let note = Note::parse(bytes)?;
        let verified = note.verify(verifiers)?;
        Ok(Self {
            terms: PackageTerms::from_text(verified.text)?,
            digest: Sha256::digest(verified.text).into(),
            signed_by: verified.signers.iter().map(|signer| signer.name().clone()).collect(),
        })
    }

    /// What it says.
    pub const fn terms(&self) -> &PackageTerms {
        &self.terms
    }
}

impl Deref for Package {
    type Target = PackageTerms;

    fn deref(&self) -> &PackageTerms {
        &self.terms
    }
}
