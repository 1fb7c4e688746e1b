//! P-256 keys of the asymmetric session: the device's, the authentication key's, and ephemeral ones.

use std::fmt;

use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point as _};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// How often key generation draws again before it gives up. One draw fails with a probability of 2^-32,
/// so that a second failure means a source that is not random.
const DRAWS_MAX: usize = 8;

/// A P-256 private key. Zeroised on drop, never shown.
#[derive(Clone)]
pub struct P256SecretKey(SecretKey);

impl P256SecretKey {
    /// Size of the scalar in bytes.
    pub const LEN_BYTES: usize = 32;

    /// Takes the scalar, big-endian, or `None` where it is zero or not below the group's order.
    pub fn from_bytes(bytes: &[u8; Self::LEN_BYTES]) -> Option<Self> {
        SecretKey::from_slice(bytes).ok().map(Self)
    }

    /// Draws a key from the source of randomness that is passed in.
    ///
    /// # Errors
    ///
    /// What the source fails with, or [`NotRandom`] where its bytes are no scalar again and again.
    pub fn generate<E: From<NotRandom>>(
        mut fill_random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        for _ in 0..DRAWS_MAX {
            let mut bytes = Zeroizing::new([0; Self::LEN_BYTES]);
            fill_random(bytes.as_mut_slice())?;
            if let Some(key) = Self::from_bytes(&bytes) {
                return Ok(key);
            }
        }
        Err(NotRandom.into())
    }

    /// The scalar, big-endian.
    pub fn to_bytes(&self) -> Secret<{ Self::LEN_BYTES }> {
        Secret::new(self.0.to_bytes().into())
    }

    /// The public key.
    pub fn public_key(&self) -> P256PublicKey {
        P256PublicKey(self.0.public_key())
    }

    /// The x coordinate that both sides of a key agreement arrive at, big-endian.
    pub(crate) fn agree(&self, peer: &P256PublicKey) -> Secret<32> {
        let shared = diffie_hellman(self.0.to_nonzero_scalar(), peer.0.as_affine());
        Secret::new((*shared.raw_secret_bytes()).into())
    }
}

impl fmt::Debug for P256SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P256SecretKey(of {:?})", self.public_key())
    }
}

/// The source of randomness gave bytes that are no scalar time and again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the source of randomness is not random")]
pub struct NotRandom;

/// A P-256 public key: a point of the curve that is not the point at infinity.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct P256PublicKey(PublicKey);

impl P256PublicKey {
    /// Size of both coordinates in bytes.
    pub const COORDINATES_LEN_BYTES: usize = 64;

    /// Size of SEC 1's uncompressed form in bytes.
    pub const SEC1_LEN_BYTES: usize = 65;

    /// Takes X ‖ Y, or `None` where they are no point of the curve.
    pub fn from_coordinates(bytes: &[u8; Self::COORDINATES_LEN_BYTES]) -> Option<Self> {
        let mut sec1 = [4; Self::SEC1_LEN_BYTES];
        sec1[1..].copy_from_slice(bytes);
        Self::from_sec1(&sec1)
    }

    /// Takes `04 ‖ X ‖ Y`, or `None` where it is no point of the curve.
    pub fn from_sec1(bytes: &[u8; Self::SEC1_LEN_BYTES]) -> Option<Self> {
        // Hybrid encodings have this length too; devices know only the uncompressed form.
        let uncompressed = bytes[0] == 4;
        uncompressed.then(|| PublicKey::from_sec1_bytes(bytes).ok().map(Self)).flatten()
    }

    /// X ‖ Y.
    pub fn to_coordinates(&self) -> [u8; Self::COORDINATES_LEN_BYTES] {
        let mut coordinates = [0; Self::COORDINATES_LEN_BYTES];
        coordinates.copy_from_slice(&self.to_sec1()[1..]);
        coordinates
    }

    /// `04 ‖ X ‖ Y`.
    pub fn to_sec1(&self) -> [u8; Self::SEC1_LEN_BYTES] {
        let mut sec1 = [0; Self::SEC1_LEN_BYTES];
        sec1.copy_from_slice(self.0.as_affine().to_sec1_point(false).as_bytes());
        sec1
    }
}

impl fmt::Debug for P256PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P256PublicKey({})", hex::encode(self.to_coordinates()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_only_gives_zeros_is_not_random() {
        let drawn = P256SecretKey::generate(|bytes| {
            bytes.fill(0);
            Ok(())
        });
        assert_eq!(drawn.map(|key| key.public_key()), Err(NotRandom));
    }

    #[test]
    fn only_the_uncompressed_form_of_a_point_is_taken() {
        let key = P256SecretKey::from_bytes(&[7; 32]).unwrap().public_key();
        let mut sec1 = key.to_sec1();
        assert_eq!(P256PublicKey::from_sec1(&sec1), Some(key));
        assert_eq!(P256PublicKey::from_coordinates(&key.to_coordinates()), Some(key));
        sec1[0] = 6 | (sec1[64] & 1);
        assert_eq!(P256PublicKey::from_sec1(&sec1), None);
    }

    #[test]
    fn a_point_off_the_curve_is_no_key() {
        let mut coordinates =
            P256SecretKey::from_bytes(&[7; 32]).unwrap().public_key().to_coordinates();
        coordinates[63] ^= 1;
        assert_eq!(P256PublicKey::from_coordinates(&coordinates), None);
    }

    #[test]
    fn debug_of_a_private_key_does_not_show_it() {
        let key = P256SecretKey::from_bytes(&[0xA7; 32]).unwrap();
        assert!(!format!("{key:?}").contains("a7a7a7"));
    }
}
