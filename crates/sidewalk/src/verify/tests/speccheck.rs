//! The 12 cases of "Taming the many EdDSAs": each asks one question that implementations answer differently.

use super::roads::{Roads, Signed};
use crate::{curve::Curve, key::KeyFault};

const CASES: &str = include_str!("../../../tests/vectors/ed25519-speccheck.json");

fn cases() -> Vec<(Roads, Signed)> {
    let cases: serde_json::Value = serde_json::from_str(CASES).expect("the vectors are JSON");
    let cases = cases.as_array().expect("the vectors are a list");
    cases
        .iter()
        .map(|case| {
            let field = |name| hex::decode(case[name].as_str().unwrap()).unwrap();
            let signature = field("signature").try_into().unwrap();
            (
                Roads::new(Curve::Ed25519, &field("pub_key")),
                Signed { message: field("message"), signature },
            )
        })
        .collect()
}

fn assert_case(number: usize, is_accepted: bool, policy: Result<(), KeyFault>) {
    let cases = cases();
    assert_eq!(cases.len(), 12);
    let companions: Vec<_> = cases.iter().map(|(_, signed)| signed.clone()).collect();
    let (roads, signed) = &cases[number];
    assert_eq!(roads.verdict(signed, &companions), is_accepted);
    assert_eq!(roads.key().check(), policy);
}

#[test]
fn speccheck_0_small_order_key_and_commitment_with_s_zero_is_accepted_and_its_key_refused() {
    assert_case(0, true, Err(KeyFault::SmallOrder));
}

#[test]
fn speccheck_1_small_order_key_is_accepted_and_refused_as_policy() {
    assert_case(1, true, Err(KeyFault::SmallOrder));
}

#[test]
fn speccheck_2_small_order_commitment_is_accepted() {
    assert_case(2, true, Ok(()));
}

#[test]
fn speccheck_3_mixed_order_key_and_commitment_whose_torsion_cancels_is_accepted() {
    assert_case(3, true, Ok(()));
}

#[test]
fn speccheck_4_what_holds_only_with_the_cofactor_is_refused() {
    assert_case(4, false, Ok(()));
}

#[test]
fn speccheck_5_what_holds_only_with_the_cofactor_after_reduction_is_refused() {
    assert_case(5, false, Ok(()));
}

#[test]
fn speccheck_6_s_above_the_order_is_refused() {
    assert_case(6, false, Ok(()));
}

#[test]
fn speccheck_7_s_far_above_the_order_is_refused() {
    assert_case(7, false, Ok(()));
}

#[test]
fn speccheck_8_non_canonical_commitment_hashed_reduced_is_refused() {
    assert_case(8, false, Ok(()));
}

#[test]
fn speccheck_9_non_canonical_commitment_hashed_as_given_is_refused() {
    assert_case(9, false, Ok(()));
}

#[test]
fn speccheck_10_non_canonical_key_hashed_reduced_is_refused() {
    assert_case(10, false, Err(KeyFault::NonCanonical));
}

#[test]
fn speccheck_11_non_canonical_key_hashed_as_given_is_accepted_and_refused_as_policy() {
    assert_case(11, true, Err(KeyFault::NonCanonical));
}
