//! Public and private keys of both curves.

use std::fmt;

use aws_lc_rs::agreement;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signer as _, SigningKey};
use p256::{AffinePoint, ecdsa};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::curve::Curve;

/// How often P-256 key generation draws again before it gives up. One draw fails with a probability of
/// 2^-32, so that a second failure means a source that is not random.
const P256_DRAWS_MAX: usize = 8;

/// The prime 2^255 - 19 that Ed25519 coordinates are smaller than, little-endian.
const ED25519_PRIME: [u8; 32] = {
    let mut prime = [0xFF; 32];
    prime[0] = 0xED;
    prime[31] = 0x7F;
    prime
};

/// A public key as it stands in a certificate: 32 bytes for Ed25519, 64 bytes X‖Y for P-256.
///
/// The bytes may come from a stranger. [`PublicKey::check`] says whether they are a key that a genuine
/// device could have.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PublicKey {
    curve: Curve,
    bytes: [u8; 64],
}

impl PublicKey {
    /// Takes the bytes of a public key, or `None` where their number is not the curve's.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != curve.public_key_len_bytes() {
            return None;
        }
        let mut key = Self { curve, bytes: [0; 64] };
        key.bytes[..bytes.len()].copy_from_slice(bytes);
        Some(key)
    }

    /// The curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The bytes, as many as the curve has.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.curve.public_key_len_bytes()]
    }

    /// Whether a genuine device could have this key.
    ///
    /// # Errors
    ///
    /// [`KeyFault`] for bytes that are no point of the curve, and for Ed25519 points that OpenSSL takes
    /// but no honest generator makes: encodings that are not canonical, and points of small order.
    pub fn check(&self) -> Result<(), KeyFault> {
        match self.curve {
            Curve::Ed25519 => check_ed25519(&self.ed25519_bytes()),
            Curve::P256r1 => self.p256_point().map(|_| ()),
        }
    }

    /// The 32 bytes of an Ed25519 key.
    pub(crate) fn ed25519_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.bytes[..32]);
        bytes
    }

    /// The point of a P-256 key: both coordinates below the prime, and the curve's equation holds.
    pub(crate) fn p256_point(&self) -> Result<AffinePoint, KeyFault> {
        p256::PublicKey::from_sec1_bytes(&self.p256_sec1())
            .map(|key| *key.as_affine())
            .map_err(|_| KeyFault::NotOnCurve)
    }

    /// A P-256 key in SEC 1's uncompressed form: `04`‖X‖Y.
    pub(crate) fn p256_sec1(&self) -> [u8; 65] {
        let mut sec1 = [4; 65];
        sec1[1..].copy_from_slice(&self.bytes);
        sec1
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {self})", self.curve)
    }
}

/// Why a public key is refused although a signature might verify under it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum KeyFault {
    /// The bytes are no point of the curve, so that nobody can have the private key.
    #[error("is not a point of its curve")]
    NotOnCurve,
    /// An Ed25519 point that is not encoded in its only canonical form (RFC 8032, 5.1.2).
    #[error("is not canonically encoded")]
    NonCanonical,
    /// An Ed25519 point of order 1, 2, 4 or 8: signatures under it prove nothing.
    #[error("is a point of small order")]
    SmallOrder,
}

impl KeyFault {
    /// A stable code for scripts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOnCurve => "key-not-on-curve",
            Self::NonCanonical => "key-non-canonical",
            Self::SmallOrder => "key-small-order",
        }
    }
}

/// A private key: an Ed25519 seed or a P-256 scalar, 32 bytes. Zeroised on drop; `Debug` shows the curve only.
#[derive(Clone)]
pub struct PrivateKey {
    curve: Curve,
    bytes: Zeroizing<[u8; 32]>,
    public: PublicKey,
}

impl PrivateKey {
    /// Generates a key from a source of randomness.
    ///
    /// # Errors
    ///
    /// The source's own error, or [`PrivateKeyError::NotRandom`] where it does not look like one.
    pub fn generate<E: From<PrivateKeyError>>(
        curve: Curve,
        mut fill_random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        for _ in 0..P256_DRAWS_MAX {
            let mut bytes = Zeroizing::new([0; 32]);
            fill_random(bytes.as_mut_slice())?;
            if let Ok(key) = Self::from_bytes(curve, bytes.as_slice()) {
                return Ok(key);
            }
        }
        Err(PrivateKeyError::NotRandom.into())
    }

    /// Takes a private key of 32 bytes: the seed, or the scalar big-endian.
    ///
    /// # Errors
    ///
    /// [`PrivateKeyError::Length`], or [`PrivateKeyError::OutOfRange`] for a P-256 scalar that is zero or
    /// not below the group's order.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self, PrivateKeyError> {
        let fixed: [u8; 32] = bytes
            .try_into()
            .map_err(|_| PrivateKeyError::Length { found_len_bytes: bytes.len() })?;
        let bytes = Zeroizing::new(fixed);
        let public = match curve {
            Curve::Ed25519 => {
                let key = SigningKey::from_bytes(&bytes).verifying_key();
                PublicKey::from_bytes(curve, key.as_bytes())
            }
            Curve::P256r1 => {
                let key = agreement::PrivateKey::from_private_key(
                    &agreement::ECDH_P256,
                    bytes.as_slice(),
                )
                .map_err(|_| PrivateKeyError::OutOfRange)?;
                let point = key.compute_public_key().map_err(|_| PrivateKeyError::OutOfRange)?;
                point.as_ref().get(1..).and_then(|xy| PublicKey::from_bytes(curve, xy))
            }
        };
        let public = public.ok_or(PrivateKeyError::OutOfRange)?;
        Ok(Self { curve, bytes, public })
    }

    /// The curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The public key that belongs to it.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message: pure Ed25519, or ECDSA over SHA-256 with the deterministic nonce of RFC 6979, so
    /// that the same input gives the same bytes in every run.
    pub fn sign(&self, message: &[u8]) -> Signature {
        match self.curve {
            Curve::Ed25519 => {
                Signature(SigningKey::from_bytes(&self.bytes).sign(message).to_bytes())
            }
            Curve::P256r1 => {
                let field: p256::FieldBytes = (*self.bytes).into();
                // The scalar's range was checked when this value was made.
                let Ok(key) = ecdsa::SigningKey::from_bytes(&field) else {
                    unreachable!("a P-256 scalar that gave a public key is in range")
                };
                let signature: ecdsa::Signature = key.sign(message);
                Signature(signature.to_bytes().into())
            }
        }
    }

    /// The 32 secret bytes, for those who must write them: pages, PEM files, key injection.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Whether two keys are the same, in constant time.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.curve == other.curve && bool::from(self.bytes.ct_eq(other.bytes.as_slice()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, 32 bytes)", self.curve)
    }
}

/// Why bytes are not a private key. Carries no key material.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PrivateKeyError {
    /// Not 32 bytes.
    #[error("a private key has 32 bytes, this has {found_len_bytes}")]
    Length {
        /// What was given, in bytes.
        found_len_bytes: usize,
    },
    /// A P-256 scalar outside 1..n-1.
    #[error("the P-256 private key is zero or not below the group's order")]
    OutOfRange,
    /// The source of randomness gave unusable numbers time after time.
    #[error("the source of randomness does not give random numbers")]
    NotRandom,
}

/// A signature: 64 bytes. Ed25519 as RFC 8032 has it; P-256 as r‖s, each 32 bytes big-endian.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Takes the 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(hex::Buffer::<64, false>::new().format(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

fn check_ed25519(bytes: &[u8; 32]) -> Result<(), KeyFault> {
    let point = CompressedEdwardsY(*bytes).decompress().ok_or(KeyFault::NotOnCurve)?;
    let mut y = *bytes;
    y[31] &= 0x7F;
    // Little-endian, so the comparison runs from the last byte.
    if y.iter().rev().ge(ED25519_PRIME.iter().rev()) {
        return Err(KeyFault::NonCanonical);
    }
    if point.is_small_order() {
        // x = 0 has one encoding only; the other sign is the last form that is not canonical.
        let is_canonical = point.compress().as_bytes() == bytes;
        return Err(if is_canonical { KeyFault::SmallOrder } else { KeyFault::NonCanonical });
    }
    Ok(())
}
