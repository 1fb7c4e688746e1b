//! Every pair of a corner-case key and a corner-case commitment.
//!
//! The grid is the one of the C2SP "CCTV" Ed25519 vectors: keys and commitments of small order in all 14
//! encodings, and with each torsion component beside a component of prime order. The expected verdict comes
//! from arithmetic modulo 8 on the torsion alone, not from the curve equation. OpenSSL 3.2 (through
//! `cryptography` 42) gave the same verdict on every case of this grid.

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::CompressedEdwardsY,
    scalar::Scalar,
};
use sha2::{Digest as _, Sha512};

use super::roads::{Roads, Signed};
use crate::{curve::Curve, key::KeyFault};

/// The six encodings of small-order points that are not canonical: y not reduced, or a sign of x = 0.
const NON_CANONICAL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// How many messages are tried a pair: enough for both verdicts where both are possible.
const MESSAGES: u8 = 16;

/// `scalar · B + torsion · T`, where T generates the eight points of small order.
#[derive(Clone)]
struct Point {
    scalar: Scalar,
    torsion: u8,
    encoding: [u8; 32],
    is_canonical: bool,
}

/// The 14 encodings of small-order points, then a large point with each of the eight torsion components.
fn points(scalar: Scalar) -> Vec<Point> {
    let canonical = |scalar: Scalar| {
        (0_u8..).zip(EIGHT_TORSION).map(move |(torsion, small)| Point {
            scalar,
            torsion,
            encoding: (ED25519_BASEPOINT_POINT * scalar + small).compress().to_bytes(),
            is_canonical: true,
        })
    };
    let non_canonical = NON_CANONICAL.iter().map(|text| {
        let mut encoding = [0; 32];
        hex::decode_to_slice(text, &mut encoding).unwrap();
        let point = CompressedEdwardsY(encoding).decompress().unwrap();
        let torsion = EIGHT_TORSION.iter().position(|small| *small == point).unwrap() as u8;
        Point { scalar: Scalar::ZERO, torsion, encoding, is_canonical: false }
    });
    canonical(Scalar::ZERO).chain(non_canonical).chain(canonical(scalar)).collect()
}

/// Signs for a key and a commitment whose scalars are known; the verdict follows from the torsion.
fn sign(key: &Point, commitment: &Point, message: &[u8]) -> (Signed, bool) {
    let hash = Sha512::new()
        .chain_update(commitment.encoding)
        .chain_update(key.encoding)
        .chain_update(message);
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let s = commitment.scalar + k * key.scalar;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&commitment.encoding);
    signature[32..].copy_from_slice(s.as_bytes());
    let residue = commitment.torsion.wrapping_add((k.as_bytes()[0] & 7).wrapping_mul(key.torsion));
    let is_accepted = residue.is_multiple_of(8) && commitment.is_canonical;
    (Signed { message: message.to_vec(), signature }, is_accepted)
}

/// For one pair, a case with each verdict that it can have.
fn cases(key: &Point, commitment: &Point) -> Vec<(Signed, bool)> {
    let all: Vec<_> =
        (0..MESSAGES).map(|message| sign(key, commitment, &[b'm', message])).collect();
    [true, false]
        .into_iter()
        .filter_map(|verdict| all.iter().find(|(_, is_accepted)| *is_accepted == verdict).cloned())
        .collect()
}

#[test]
fn every_pair_of_corner_case_key_and_commitment_has_the_cofactorless_verdict_by_every_road() {
    let commitments = points(Scalar::from(0x5eed_u64));
    let mut checked = 0;
    for key in points(Scalar::from(0xd1ce_u64)) {
        let roads = Roads::new(Curve::Ed25519, &key.encoding);
        let cases: Vec<_> = commitments.iter().flat_map(|r| cases(&key, r)).collect();
        let companions: Vec<_> = cases.iter().map(|(signed, _)| signed.clone()).collect();
        for (signed, is_accepted) in &cases {
            assert_eq!(
                roads.verdict(signed, &companions),
                *is_accepted,
                "key {} signature {}",
                hex::encode(key.encoding),
                hex::encode(signed.signature)
            );
        }
        checked += cases.len();
    }
    assert_eq!(checked, 653);
}

#[test]
fn every_encoding_of_a_small_order_key_is_refused_as_policy_and_mixed_order_keys_are_not() {
    for key in points(Scalar::from(0xd1ce_u64)) {
        let expected = match (key.is_canonical, key.scalar == Scalar::ZERO) {
            (false, _) => Err(KeyFault::NonCanonical),
            (true, true) => Err(KeyFault::SmallOrder),
            (true, false) => Ok(()),
        };
        assert_eq!(Roads::new(Curve::Ed25519, &key.encoding).key().check(), expected);
    }
}
