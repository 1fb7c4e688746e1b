//! Tables for a key that checks many signatures.

use super::{ed25519_tables::Ed25519Tables, p256_tables::P256Tables, signature::SignedBytes};
use crate::{
    curve::Curve,
    key::{KeyFault, PublicKey},
};

/// Precomputed multiples of one public key.
#[derive(Debug)]
pub(super) enum FixedKey {
    Ed25519(Ed25519Tables),
    P256r1(P256Tables),
}

impl FixedKey {
    /// Computes the tables. Says nothing on weak keys.
    pub(super) fn new(key: &PublicKey) -> Result<Self, KeyFault> {
        match key.curve() {
            Curve::Ed25519 => ed25519_dalek::VerifyingKey::from_bytes(&key.ed25519_bytes())
                .map(|key| Self::Ed25519(Ed25519Tables::new(&key)))
                .map_err(|_| KeyFault::NotOnCurve),
            Curve::P256r1 => key.p256_point().map(|point| Self::P256r1(P256Tables::new(&point))),
        }
    }

    /// Whether the tables are faster than the library for a signature that comes alone. On P-256 they gain
    /// by sharing inversions, which one signature has nobody to share with.
    pub(super) const fn pay_for_one(&self) -> bool {
        matches!(self, Self::Ed25519(_))
    }

    /// The verdict on each signature: the same that the plain path gives on it alone.
    pub(super) fn verify(&self, signed: &[SignedBytes<'_>]) -> Vec<bool> {
        match self {
            Self::Ed25519(tables) => tables.verify(signed),
            Self::P256r1(tables) => tables.verify(signed),
        }
    }
}
