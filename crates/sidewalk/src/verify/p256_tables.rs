//! ECDSA on P-256 over SHA-256 under one key, the scalar multiplications by table.
//!
//! r and s lie from 1 to n - 1; the x coordinate of `(e/s)·G + (r/s)·Q`, modulo n, is r. High s is accepted, as
//! OpenSSL does. Many signatures share the inversions of s and of the points' denominators, and nothing
//! else, so that no verdict depends on another signature.
//!
//! Variable time: signatures, public keys and messages are public.

use std::{fmt, sync::OnceLock};

use p256::{
    AffinePoint, ProjectivePoint, Scalar,
    ecdsa::Signature,
    elliptic_curve::{BatchNormalize as _, PrimeField as _, ff::BatchInverter, ops::Reduce as _},
};
use sha2::{Digest as _, Sha256};

use super::{
    p256_affine::{Affine, MaybeAffine, sums},
    signature::SignedBytes,
    window_table::{Term, WindowTable},
};

/// Width of the windows of an issuer's table: 29 windows of 256 points of 72 bytes, 0.5 MB.
const KEY_WIDTH_BITS: usize = 9;

/// Width of the windows of the generator's table, which all issuers share: 24 windows of 1024 points, 1.8 MB.
const BASE_WIDTH_BITS: usize = 11;

/// How many signatures share an inversion.
const BATCH_LEN: usize = 64;

/// The multiples of one key.
pub(super) struct P256Tables {
    key: WindowTable<MaybeAffine>,
}

impl P256Tables {
    pub(super) fn new(key: &AffinePoint) -> Self {
        Self { key: table_of((*key).into(), KEY_WIDTH_BITS) }
    }

    /// The verdict on each signature.
    pub(super) fn verify(&self, signed: &[SignedBytes<'_>]) -> Vec<bool> {
        signed.chunks(BATCH_LEN).flat_map(|batch| self.verify_batch(batch)).collect()
    }

    fn verify_batch(&self, signed: &[SignedBytes<'_>]) -> Vec<bool> {
        let candidates: Vec<_> = signed.iter().map(Candidate::parse).collect();
        // What is out of range is refused below whatever stands in its place.
        let mut inverses: Vec<_> = candidates
            .iter()
            .map(|candidate| candidate.as_ref().map_or(Scalar::ONE, |candidate| candidate.s))
            .collect();
        let mut scratch = vec![Scalar::ZERO; inverses.len()];
        BatchInverter::invert_with_external_scratch(&mut inverses, &mut scratch);
        let terms = candidates.iter().zip(&inverses).map(|(candidate, inverse)| {
            candidate.as_ref().map_or_else(Vec::new, |candidate| self.terms(candidate, inverse))
        });
        let points = sums(terms.collect());
        candidates
            .iter()
            .zip(points)
            .map(|(candidate, point)| match (candidate, point) {
                (Some(candidate), Some(point)) => Scalar::reduce(&point.x_bytes()) == candidate.r,
                _ => false,
            })
            .collect()
    }

    /// The points whose sum is `(e/s)·G + (r/s)·Q`.
    fn terms(&self, candidate: &Candidate, s_inverse: &Scalar) -> Vec<MaybeAffine> {
        let u1 = little_endian(&(candidate.e * s_inverse));
        let u2 = little_endian(&(candidate.r * s_inverse));
        generator_table()
            .terms(&u1)
            .chain(self.key.terms(&u2))
            .map(|term| match term {
                Term::Plus(point) => *point,
                Term::Minus(point) => point.map(|point| point.negated()),
            })
            .collect()
    }
}

impl fmt::Debug for P256Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P256Tables").finish_non_exhaustive()
    }
}

/// A signature whose numbers are in range, and its message's hash as a scalar.
struct Candidate {
    r: Scalar,
    s: Scalar,
    e: Scalar,
}

impl Candidate {
    /// `None` where r or s is zero or not below the group's order.
    fn parse(signed: &SignedBytes<'_>) -> Option<Self> {
        let (r, s) = Signature::from_slice(signed.signature).ok()?.split_scalars();
        Some(Self { r: *r, s: *s, e: Scalar::reduce(&Sha256::digest(signed.message)) })
    }
}

fn little_endian(scalar: &Scalar) -> [u8; 32] {
    let mut bytes: [u8; 32] = scalar.to_repr().into();
    bytes.reverse();
    bytes
}

fn generator_table() -> &'static WindowTable<MaybeAffine> {
    static TABLE: OnceLock<WindowTable<MaybeAffine>> = OnceLock::new();
    TABLE.get_or_init(|| table_of(ProjectivePoint::GENERATOR, BASE_WIDTH_BITS))
}

fn table_of(point: ProjectivePoint, width_bits: usize) -> WindowTable<MaybeAffine> {
    WindowTable::new(point, width_bits, |points| {
        ProjectivePoint::batch_normalize(points.as_slice()).iter().map(Affine::new).collect()
    })
}
