//! Encryption under the store's key: XChaCha20-Poly1305 under random nonces.
//!
//! A nonce of 24 random bytes never repeats by chance, so no counter has to survive a crash for it.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{AeadInOut as _, inout::InOutBuf},
};

use super::key::StoreKey;
use crate::randomness::{Randomness, random_bytes};

/// The size of a nonce in bytes.
pub(super) const NONCE_LEN_BYTES: usize = 24;

/// The size of an authentication tag in bytes.
pub(super) const TAG_LEN_BYTES: usize = 16;

pub(super) type Nonce = [u8; NONCE_LEN_BYTES];
pub(super) type Tag = [u8; TAG_LEN_BYTES];

/// The bytes do not verify.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Forged;

/// The store's key, ready for use.
pub(super) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(super) fn new(key: &StoreKey) -> Self {
        Self(XChaCha20Poly1305::new(key.as_bytes().into()))
    }

    /// Encrypts in place; `context` is authenticated along.
    pub(super) fn seal(
        &self,
        context: &[u8],
        bytes: &mut [u8],
        random: &mut dyn Randomness,
    ) -> (Nonce, Tag) {
        let nonce = random_bytes(random);
        let tag = self
            .0
            .encrypt_inout_detached((&nonce).into(), context, InOutBuf::from(bytes))
            .expect("the cipher takes 256 GiB, a record is far smaller");
        (nonce, tag.into())
    }

    /// Verifies and decrypts in place. Bytes that do not verify stay as they are.
    pub(super) fn open(
        &self,
        context: &[u8],
        nonce: &Nonce,
        bytes: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Forged> {
        self.0
            .decrypt_inout_detached(nonce.into(), context, InOutBuf::from(bytes), tag.into())
            .map_err(|_| Forged)
    }
}
