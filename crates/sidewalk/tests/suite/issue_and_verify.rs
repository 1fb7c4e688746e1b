//! What the authority in memory issues, the verifier accepts, in every form that a chain has.

use proptest::prelude::*;
use sidewalk::{
    CertificateAuthority, Chain, ChainForm, Curve, IssueError, KeyFault, Level, PrivateKey,
    PublicKey, Serial, Smsn, TrustAnchor, TrustAnchors, Verifier, VerifyError,
};

fn serials() -> impl Strategy<Value = Serial> {
    let plain =
        any::<[u8; 4]>().prop_filter_map("a plain serial", |bytes| Serial::parse(&bytes).ok());
    let extended = proptest::collection::vec(any::<u8>(), 4..=129).prop_map(|mut bytes| {
        bytes[2] = (bytes[2] & 0x80) | (bytes.len() - 2) as u8;
        bytes[3] = 0xB0 | (bytes[3] & 0x0F);
        Serial::parse(&bytes).expect("the header announces the length")
    });
    prop_oneof![plain, extended]
}

fn keys(curve: Curve) -> impl Strategy<Value = PrivateKey> {
    any::<[u8; 32]>().prop_filter_map("a scalar in range", move |bytes| {
        PrivateKey::from_bytes(curve, &bytes).ok()
    })
}

/// A ladder of authorities, a device's key and its number.
fn products() -> impl Strategy<Value = (Vec<(Serial, PrivateKey)>, PrivateKey, [u8; 32])> {
    (prop::sample::select(&Curve::ALL[..]), prop::sample::select(&[3_usize, 5][..])).prop_flat_map(
        |(curve, levels)| {
            (
                proptest::collection::vec((serials(), keys(curve)), levels),
                keys(curve),
                any::<[u8; 32]>(),
            )
        },
    )
}

fn key(curve: Curve, number: u8) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[number; 32]).expect("the key is in range")
}

fn ladder(curve: Curve, levels: u8) -> Vec<(Serial, PrivateKey)> {
    (0..levels)
        .map(|level| {
            (Serial::parse(&[level, 0, 0, 0]).expect("the serial is plain"), key(curve, level + 1))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_issued_chain_reads_back_and_verifies_to_its_root_alone(
        (ladder, device, smsn) in products()
    ) {
        let curve = device.curve();
        let form = if ladder.len() == 5 { ChainForm::Long } else { ChainForm::Short };
        let expected_serials: Vec<_> = ladder.iter().rev().map(|(serial, _)| *serial).collect();
        let authority = CertificateAuthority::certify(ladder).unwrap();
        let chain = authority.issue(Smsn::from_bytes(smsn), device.public_key()).unwrap();

        prop_assert_eq!(chain.form(), form);
        prop_assert_eq!(chain.issuers_bytes(), authority.issuers_bytes());
        let serials: Vec<_> = chain.certificates().filter_map(|one| one.serial()).collect();
        prop_assert_eq!(serials, expected_serials);
        let levels: Vec<_> = chain.certificates().map(|one| one.level()).collect();
        prop_assert_eq!(levels.as_slice(), form.levels());
        prop_assert_eq!(Chain::parse(curve, chain.as_bytes()), Ok(chain.clone()));

        let verifier = Verifier::new(TrustAnchors::new([TrustAnchor::of(&chain)]));
        let verified = verifier.verify(chain.clone()).unwrap();
        prop_assert_eq!(verified.smsn(), Smsn::from_bytes(smsn));
        prop_assert_eq!(verified.device().public_key(), *device.public_key());
        let stranger = Verifier::new(TrustAnchors::amazon()).verify(chain).unwrap_err();
        prop_assert_eq!(stranger.code(), "untrusted-root");
    }
}

#[test]
fn a_root_with_the_pinned_key_and_another_serial_is_not_trusted() {
    for curve in Curve::ALL {
        let authority = CertificateAuthority::certify(ladder(curve, 5)).unwrap();
        let device = key(curve, 99);
        let chain = authority.issue(Smsn::from_bytes([1; 32]), device.public_key()).unwrap();
        let other = TrustAnchor {
            serial: Serial::parse(&[9, 9, 9, 9]).unwrap(),
            ..TrustAnchor::of(&chain)
        };
        let error = Verifier::new(TrustAnchors::new([other])).verify(chain).unwrap_err();
        assert_eq!(error.code(), "untrusted-root");
    }
}

#[test]
fn a_genuinely_signed_device_with_a_weak_key_is_refused_as_policy_and_not_as_a_bad_signature() {
    let authority = CertificateAuthority::certify(ladder(Curve::Ed25519, 5)).unwrap();
    let weak = [
        (KeyFault::SmallOrder, "0100000000000000000000000000000000000000000000000000000000000000"),
        (KeyFault::SmallOrder, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        (
            KeyFault::NonCanonical,
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ),
        (
            KeyFault::NonCanonical,
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ),
        // y = 2^255 - 16 is 3, a point of large order written as the prime plus 3.
        (
            KeyFault::NonCanonical,
            "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ),
        (KeyFault::NotOnCurve, "0200000000000000000000000000000000000000000000000000000000000000"),
    ];
    for (fault, text) in weak {
        let device = PublicKey::from_bytes(Curve::Ed25519, &hex::decode(text).unwrap()).unwrap();
        let chain = authority.issue(Smsn::from_bytes([1; 32]), &device).unwrap();
        let verifier = Verifier::new(TrustAnchors::new([TrustAnchor::of(&chain)]));
        let expected = VerifyError::Key { curve: Curve::Ed25519, level: Level::Device, fault };
        assert_eq!(verifier.verify(chain.clone()), Err(expected.clone()), "{text}");
        assert_eq!(verifier.verify_many(vec![chain]), [Err(expected)], "{text}");
    }
}

#[test]
fn a_genuinely_signed_device_whose_p256_key_is_off_the_curve_or_not_reduced_is_refused() {
    let authority = CertificateAuthority::certify(ladder(Curve::P256r1, 5)).unwrap();
    let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    let good = key(Curve::P256r1, 50);
    let mut off_curve = good.public_key().as_bytes().to_vec();
    off_curve[63] ^= 1;
    let zero_x_not_reduced = [
        hex::decode(prime).unwrap(),
        // The y of x = 0: the square root of the curve's b.
        hex::decode("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4").unwrap(),
    ]
    .concat();
    for bytes in [off_curve, vec![0; 64], vec![0xFF; 64], zero_x_not_reduced] {
        let device = PublicKey::from_bytes(Curve::P256r1, &bytes).unwrap();
        let chain = authority.issue(Smsn::from_bytes([1; 32]), &device).unwrap();
        let verifier = Verifier::new(TrustAnchors::new([TrustAnchor::of(&chain)]));
        assert_eq!(verifier.verify(chain).unwrap_err().code(), "key-not-on-curve");
    }
    let reduced = PublicKey::from_bytes(
        Curve::P256r1,
        &[
            vec![0; 32],
            hex::decode("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4")
                .unwrap(),
        ]
        .concat(),
    );
    assert_eq!(reduced.unwrap().check(), Ok(()));
}

#[test]
fn a_ladder_of_another_height_is_refused() {
    for levels in [0, 1, 2, 4, 6] {
        let found = usize::from(levels);
        let error = CertificateAuthority::certify(ladder(Curve::Ed25519, levels)).err();
        assert_eq!(error, Some(IssueError::Levels { found }));
    }
}

#[test]
fn a_ladder_of_both_curves_and_a_device_of_the_other_are_refused() {
    let mut mixed = ladder(Curve::Ed25519, 5);
    mixed[3].1 = key(Curve::P256r1, 4);
    assert_eq!(CertificateAuthority::certify(mixed).err(), Some(IssueError::Curve));
    let authority = CertificateAuthority::certify(ladder(Curve::Ed25519, 3)).unwrap();
    let device = key(Curve::P256r1, 9);
    let issued = authority.issue(Smsn::from_bytes([0; 32]), device.public_key());
    assert_eq!(issued, Err(IssueError::Curve));
}
