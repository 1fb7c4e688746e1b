//! Ed25519 under one key: OpenSSL's equation, the scalar multiplications by table.
//!
//! `encode(S·B - k·A) = R`, where `k = SHA-512(R ‖ A ‖ message)` over the bytes as they were given, S is
//! below the group's order, and R is compared as bytes: what `VerifyingKey::verify` of `ed25519-dalek`
//! computes. Many signatures share one inversion when their points are encoded, and nothing else, so that
//! no verdict depends on another signature.
//!
//! Variable time: signatures, public keys and messages are public.

use std::{fmt, sync::OnceLock};

use curve25519_dalek::{
    constants::ED25519_BASEPOINT_POINT, edwards::EdwardsPoint, scalar::Scalar,
    traits::Identity as _,
};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha512};

use super::{
    signature::SignedBytes,
    window_table::{Term, WindowTable},
};

/// Width of the windows of an issuer's table: 29 windows of 256 points of 160 bytes, 1.2 MB.
const KEY_WIDTH_BITS: usize = 9;

/// Width of the windows of the base point's table, which all issuers share: 24 windows of 1024 points, 3.9 MB.
const BASE_WIDTH_BITS: usize = 11;

/// How many points share an inversion: more gains nothing that can be measured.
pub(super) const BATCH_LEN: usize = 64;

/// The multiples of one key's negative.
pub(super) struct Ed25519Tables {
    key: [u8; 32],
    minus_key: WindowTable<EdwardsPoint>,
}

impl Ed25519Tables {
    pub(super) fn new(key: &VerifyingKey) -> Self {
        let minus_key = WindowTable::new(-key.to_edwards(), KEY_WIDTH_BITS, |points| points);
        Self { key: *key.as_bytes(), minus_key }
    }

    /// The verdict on each signature.
    pub(super) fn verify(&self, signed: &[SignedBytes<'_>]) -> Vec<bool> {
        signed.chunks(BATCH_LEN).flat_map(|batch| self.verify_batch(batch)).collect()
    }

    fn verify_batch(&self, signed: &[SignedBytes<'_>]) -> Vec<bool> {
        let points: Vec<_> = signed.iter().map(|signed| self.commitment(signed)).collect();
        let encodable: Vec<_> =
            points.iter().map(|point| point.unwrap_or_else(EdwardsPoint::identity)).collect();
        let encoded = EdwardsPoint::compress_batch_alloc(&encodable);
        signed
            .iter()
            .zip(points)
            .zip(encoded)
            .map(|((signed, point), encoded)| {
                point.is_some() && encoded.as_bytes() == &signed.signature[..32]
            })
            .collect()
    }

    /// `S·B - k·A`, which must encode to R; `None` where S is not below the group's order.
    fn commitment(&self, signed: &SignedBytes<'_>) -> Option<EdwardsPoint> {
        let (r, s) = signed.signature.split_at(32);
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let mut hash = Sha512::new();
        hash.update(r);
        hash.update(self.key);
        hash.update(signed.message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let terms = base_table().terms(s.as_bytes()).chain(self.minus_key.terms(k.as_bytes()));
        Some(terms.fold(EdwardsPoint::identity(), |sum, term| match term {
            Term::Plus(point) => sum + point,
            Term::Minus(point) => sum - point,
        }))
    }
}

impl fmt::Debug for Ed25519Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Tables").field("key", &hex::encode(self.key)).finish_non_exhaustive()
    }
}

fn base_table() -> &'static WindowTable<EdwardsPoint> {
    static TABLE: OnceLock<WindowTable<EdwardsPoint>> = OnceLock::new();
    TABLE
        .get_or_init(|| WindowTable::new(ED25519_BASEPOINT_POINT, BASE_WIDTH_BITS, |points| points))
}
