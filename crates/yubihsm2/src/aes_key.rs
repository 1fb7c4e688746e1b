//! AES keys of any size, and AES-CCM as the device uses it: a nonce of 13 bytes, no associated data.

use aes::{Aes128, Aes192, Aes256};
use ccm::{
    Ccm, KeyInit,
    aead::{AeadInOut, Tag},
    consts::{U8, U13, U16},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::SecretBytes;

/// Size of every nonce in bytes. It leaves two bytes for the length, so that at most 65,535 bytes are
/// encrypted at once.
pub(crate) const NONCE_LEN_BYTES: usize = 13;

/// An AES key of 16, 24 or 32 bytes. Zeroised on drop, never shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AesKey(SecretBytes);

/// Runs a generic function with the CCM of the key's size.
macro_rules! with_ccm {
    ($key:expr, $mac:ty, $function:ident($($argument:expr),*)) => {
        match $key.0.len() {
            16 => $function::<Ccm<Aes128, $mac, U13>>(&$key.0, $($argument),*),
            24 => $function::<Ccm<Aes192, $mac, U13>>(&$key.0, $($argument),*),
            _ => $function::<Ccm<Aes256, $mac, U13>>(&$key.0, $($argument),*),
        }
        .map(Into::into)
    };
}

impl AesKey {
    /// Takes a key, or `None` where it has not 16, 24 or 32 bytes.
    pub fn new(bytes: impl Into<SecretBytes>) -> Option<Self> {
        let bytes = bytes.into();
        matches!(bytes.len(), 16 | 24 | 32).then_some(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Encrypts in place and gives the MAC of 16 bytes.
    pub(crate) fn seal_mac16(
        &self,
        nonce: &[u8; NONCE_LEN_BYTES],
        bytes: &mut [u8],
    ) -> Result<[u8; 16], CcmError> {
        with_ccm!(self, U16, seal(nonce, bytes))
    }

    /// Encrypts in place and gives the MAC of 8 bytes.
    pub(crate) fn seal_mac8(
        &self,
        nonce: &[u8; NONCE_LEN_BYTES],
        bytes: &mut [u8],
    ) -> Result<[u8; 8], CcmError> {
        with_ccm!(self, U8, seal(nonce, bytes))
    }

    /// Verifies and decrypts under a MAC of 16 bytes.
    pub(crate) fn open_mac16(
        &self,
        nonce: &[u8; NONCE_LEN_BYTES],
        ciphertext: &[u8],
        mac: &[u8; 16],
    ) -> Result<Zeroizing<Vec<u8>>, CcmError> {
        with_ccm!(self, U16, open(nonce, ciphertext, mac.into()))
    }

    /// Verifies and decrypts under a MAC of 8 bytes.
    pub(crate) fn open_mac8(
        &self,
        nonce: &[u8; NONCE_LEN_BYTES],
        ciphertext: &[u8],
        mac: &[u8; 8],
    ) -> Result<Zeroizing<Vec<u8>>, CcmError> {
        with_ccm!(self, U8, open(nonce, ciphertext, mac.into()))
    }
}

/// Why AES-CCM gave nothing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CcmError {
    /// The MAC does not verify: another key, or damaged bytes.
    #[error("the wrapped bytes do not verify under this key")]
    Mac,
    /// More bytes than the nonce leaves room to count.
    #[error("{found} bytes are more than can be wrapped at once")]
    TooLong {
        /// How many bytes.
        found: usize,
    },
}

fn seal<A: KeyInit + AeadInOut<NonceSize = U13>>(
    key: &[u8],
    nonce: &[u8; NONCE_LEN_BYTES],
    bytes: &mut [u8],
) -> Result<Tag<A>, CcmError> {
    let found = bytes.len();
    let cipher = A::new_from_slice(key).map_err(|_| CcmError::Mac)?;
    cipher
        .encrypt_inout_detached(nonce.into(), &[], bytes.into())
        .map_err(|_| CcmError::TooLong { found })
}

fn open<A: KeyInit + AeadInOut<NonceSize = U13>>(
    key: &[u8],
    nonce: &[u8; NONCE_LEN_BYTES],
    ciphertext: &[u8],
    mac: &Tag<A>,
) -> Result<Zeroizing<Vec<u8>>, CcmError> {
    let mut bytes = Zeroizing::new(ciphertext.to_vec());
    let cipher = A::new_from_slice(key).map_err(|_| CcmError::Mac)?;
    cipher
        .decrypt_inout_detached(nonce.into(), &[], bytes.as_mut_slice().into(), mac)
        .map_err(|_| CcmError::Mac)?;
    Ok(bytes)
}
