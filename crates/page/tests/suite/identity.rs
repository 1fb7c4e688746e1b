//! The certificates and keys of a page against each other.

use page::{IdentityFault, Page, PageVersion, ValueId, check_identity};
use sidewalk::{Curve, Level, TrustAnchors};

use crate::support::{PLAIN, anchors, input};

fn page() -> Page {
    input(PLAIN).page_unchecked_like_sid_provision(PageVersion::Tlv)
}

/// The page with one bit of one value flipped.
fn flipped(id: ValueId) -> Page {
    let mut page = page();
    let mut value = page.value(id).unwrap().to_vec();
    value[0] ^= 1;
    page.insert(id, &value);
    page
}

#[test]
fn a_genuine_page_has_no_fault() {
    assert_eq!(check_identity(&page(), &anchors()), []);
}

#[test]
fn a_private_key_of_another_device_is_found_on_either_curve() {
    for (id, curve) in [
        (ValueId::DEVICE_PRIV_ED25519, Curve::Ed25519),
        (ValueId::DEVICE_PRIV_P256R1, Curve::P256r1),
    ] {
        let faults = check_identity(&flipped(id), &anchors());
        assert_eq!(faults, [IdentityFault::KeyMismatch(curve)]);
    }
}

#[test]
fn a_damaged_signature_names_whose_and_by_whom() {
    let faults = check_identity(&flipped(ValueId::DAK_PUB_P256R1_SIGNATURE), &anchors());
    let expected = IdentityFault::BadSignature {
        curve: Curve::P256r1,
        level: Level::Dak,
        issuer: Level::Product,
    };
    assert_eq!(faults, [expected]);
}

#[test]
fn another_smsn_breaks_the_device_signatures_and_no_others() {
    let faults = check_identity(&flipped(ValueId::SMSN), &anchors());
    let expected = Curve::ALL.map(|curve| IdentityFault::BadSignature {
        curve,
        level: Level::Device,
        issuer: Level::Dak,
    });
    assert_eq!(faults, expected);
}

#[test]
fn a_root_that_is_not_pinned_is_found_on_both_curves() {
    let faults = check_identity(&page(), &TrustAnchors::amazon());
    assert_eq!(faults.iter().map(IdentityFault::code).collect::<Vec<_>>(), ["untrusted-root"; 2]);
}

#[test]
fn a_private_key_that_firmware_moved_away_is_no_fault() {
    let mut page = page();
    page.insert(ValueId::DEVICE_PRIV_ED25519, &[0; 32]);
    assert_eq!(check_identity(&page, &anchors()), []);
}
