//! The store's key: from a passphrase, or from a file beside the store.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use durable::{Cause, DurableError, Visibility};
use yubihsm2::Secret;
use zeroize::Zeroizing;

use super::{
    error::StoreFault,
    header::{Argon2Cost, KeyProtection},
};
use crate::randomness::{Randomness, random_bytes};

/// The longest passphrase in bytes: far more than a person types, far less than memory.
pub const PASSPHRASE_LEN_BYTES_MAX: usize = 1024;

/// The size of the key in bytes.
const KEY_LEN_BYTES: usize = 32;

/// The key that everything in the store is encrypted under. Zeroised on drop, never shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoreKey(Secret<KEY_LEN_BYTES>);

impl StoreKey {
    /// Takes 32 bytes.
    pub fn new(bytes: [u8; KEY_LEN_BYTES]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8; KEY_LEN_BYTES] {
        self.0.as_bytes()
    }

    /// Reads the key file, which only its owner may read.
    pub(super) fn read(path: &Path) -> Result<Self, StoreFault> {
        let bytes = match durable::read_bounded(path, KEY_LEN_BYTES as u64) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(DurableError { cause: Cause::NotFound, .. }) => {
                return Err(StoreFault::KeyFileMissing);
            }
            Err(DurableError { cause: Cause::TooLarge { .. }, .. }) => {
                return Err(StoreFault::KeyFileLength);
            }
            Err(error) => return Err(error.into()),
        };
        durable::refuse_open_to_others(path)?;
        Secret::from_slice(&bytes).map(Self).ok_or(StoreFault::KeyFileLength)
    }

    /// Makes a key and its file. A file that a start left behind that was killed before the store was there
    /// is taken as it is.
    pub(super) fn make(path: &Path, random: &mut dyn Randomness) -> Result<Self, StoreFault> {
        let key = Self::new(random_bytes(random));
        match durable::write_new(path, Visibility::OwnerOnly, key.as_bytes()) {
            Ok(()) => Ok(key),
            Err(DurableError { cause: Cause::AlreadyExists, .. }) => Self::read(path),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where the key of a store comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file in the store's directory. It keeps the store from those who get hold of `state` alone, such as
    /// a backup of it; whoever has the directory has the device.
    KeyFile,
    /// A passphrase, which is nowhere on the disk.
    Passphrase(Passphrase),
}

/// A passphrase. Zeroised on drop, never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes what a passphrase file holds: everything but one newline at its end.
    ///
    /// # Errors
    ///
    /// [`StoreFault::PassphraseLength`] where nothing is left, or more than [`PASSPHRASE_LEN_BYTES_MAX`].
    pub fn from_file_content(content: &[u8]) -> Result<Self, StoreFault> {
        let line = content.strip_suffix(b"\n").unwrap_or(content);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.len() {
            1..=PASSPHRASE_LEN_BYTES_MAX => Ok(Self(Zeroizing::new(line.to_vec()))),
            found => Err(StoreFault::PassphraseLength { found }),
        }
    }

    /// Argon2id, version 1.3, one lane.
    pub(super) fn derive(&self, cost: Argon2Cost, salt: &[u8]) -> Result<StoreKey, StoreFault> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(KEY_LEN_BYTES))
            .map_err(|_| StoreFault::DerivationCost)?;
        let mut key = Zeroizing::new([0; KEY_LEN_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(&self.0, salt, key.as_mut())
            .map_err(|_| StoreFault::DerivationCost)?;
        Ok(StoreKey::new(*key))
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase")
    }
}

impl KeySource {
    /// The key of a store that exists.
    pub(super) fn unlock(
        &self,
        protection: &KeyProtection,
        key_file: &Path,
    ) -> Result<StoreKey, StoreFault> {
        match (self, protection) {
            (Self::KeyFile, KeyProtection::KeyFile) => StoreKey::read(key_file),
            (Self::Passphrase(passphrase), KeyProtection::Passphrase { cost, salt }) => {
                passphrase.derive(*cost, salt)
            }
            (Self::KeyFile, KeyProtection::Passphrase { .. }) => Err(StoreFault::PassphraseNeeded),
            (Self::Passphrase(_), KeyProtection::KeyFile) => Err(StoreFault::PassphraseNotNeeded),
        }
    }

    /// The key of a new store.
    pub(super) fn make(
        &self,
        key_file: &Path,
        random: &mut dyn Randomness,
    ) -> Result<(StoreKey, KeyProtection), StoreFault> {
        match self {
            Self::KeyFile => Ok((StoreKey::make(key_file, random)?, KeyProtection::KeyFile)),
            Self::Passphrase(passphrase) => {
                let (cost, salt) = (Argon2Cost::DEFAULT, random_bytes(random));
                let key = passphrase.derive(cost, &salt)?;
                Ok((key, KeyProtection::Passphrase { cost, salt }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_loses_one_newline_and_no_more() {
        for content in [b"word".as_slice(), b"word\n", b"word\r\n"] {
            assert_eq!(*Passphrase::from_file_content(content).unwrap().0, b"word");
        }
        assert_eq!(*Passphrase::from_file_content(b" word \n\n").unwrap().0, b" word \n");
    }

    #[test]
    fn a_passphrase_is_neither_empty_nor_endless() {
        for (content, found) in [(vec![], 0), (b"\r\n".to_vec(), 0), (vec![b'x'; 1025], 1025)] {
            let refused = Passphrase::from_file_content(&content).unwrap_err();
            assert_eq!(refused, StoreFault::PassphraseLength { found });
        }
        assert!(Passphrase::from_file_content(&[b'x'; 1024]).is_ok());
    }

    #[test]
    fn another_passphrase_or_salt_gives_another_key() {
        let cost = Argon2Cost { memory_kib: 64, passes: 1 };
        let key = |passphrase: &[u8], salt: u8| {
            Passphrase::from_file_content(passphrase).unwrap().derive(cost, &[salt; 16]).unwrap()
        };
        assert_eq!(key(b"a", 1), key(b"a\n", 1));
        assert_ne!(key(b"a", 1), key(b"b", 1));
        assert_ne!(key(b"a", 1), key(b"a", 2));
    }
}
