//! From requests to chains.

use std::sync::atomic::Ordering;

use sidewalk::{Csr, CsrError, Curve, Level, VerifyError};
use signer::{P256_ATTEMPTS_MAX, RequestError, ReuseError, SignError, Signer, SigningRequest};

use crate::support::{Faulty, damaged, key, product, request, signer, smsn, verifier};

#[test]
fn a_device_with_private_keys_gets_chains_of_its_number_and_keys() {
    let signed = signer(1).sign(request(9)).expect("signed");
    assert_eq!(signed.smsn(), smsn(9));
    for curve in Curve::ALL {
        let device = signed.verified().chain(curve).device();
        assert_eq!(device.public_key(), *key(curve, 9).public_key());
        assert!(signed.private_key(curve).is_some_and(|found| found.is_same_as(&key(curve, 9))));
    }
}

#[test]
fn requests_of_all_three_lengths_are_signed_and_carry_no_private_key() {
    for parts in 1..=3 {
        let [ed25519, p256r1] = Curve::ALL.map(|curve| {
            let full = Csr::create(&key(curve, 9), smsn(9)).to_bytes();
            let key_len = curve.public_key_len_bytes();
            let len = [key_len, key_len + 32, full.len()][parts - 1];
            Csr::parse(curve, &full[..len]).expect("a request")
        });
        let asked = (parts == 1).then(|| smsn(9));
        let request = SigningRequest::from_csrs(asked, &ed25519, &p256r1).expect("a request");
        let signed = signer(1).sign(request).expect("signed");
        assert_eq!(signed.smsn(), smsn(9), "{parts} parts");
        assert!(Curve::ALL.iter().all(|curve| signed.private_key(*curve).is_none()));
    }
}

#[test]
fn a_request_in_the_old_order_is_signed_and_named() {
    let [ed25519, p256r1] = Curve::ALL.map(|curve| {
        let full = Csr::create(&key(curve, 9), smsn(9)).to_bytes();
        let (key, rest) = full.split_at(curve.public_key_len_bytes());
        let (smsn, signature) = rest.split_at(32);
        Csr::parse(curve, &[smsn, key, signature].concat()).expect("the old order")
    });
    let request = SigningRequest::from_csrs(None, &ed25519, &p256r1).expect("a request");
    assert_eq!(request.curves_in_old_order().collect::<Vec<_>>(), Curve::ALL);
    assert!(signer(1).sign(request).is_ok());
}

#[test]
fn requests_that_do_not_belong_together_are_refused() {
    let csr = |curve, number| Csr::create(&key(curve, number), smsn(number));
    let (ed25519, p256r1) = (csr(Curve::Ed25519, 9), csr(Curve::P256r1, 9));
    let refused = |asked, ed25519: &Csr, p256r1: &Csr| {
        SigningRequest::from_csrs(asked, ed25519, p256r1).expect_err("refused")
    };
    assert_eq!(
        refused(None, &ed25519, &csr(Curve::P256r1, 8)),
        RequestError::TwoDevices { ed25519: smsn(9), p256r1: smsn(8) }
    );
    assert_eq!(
        refused(Some(smsn(7)), &ed25519, &p256r1),
        RequestError::OtherDevice { asked: smsn(7), carried: smsn(9) }
    );
    assert_eq!(refused(None, &p256r1, &ed25519), RequestError::Curve { expected: Curve::Ed25519 });
    let bare = Csr::parse(Curve::P256r1, &p256r1.to_bytes()[..96]).expect("unsigned");
    assert_eq!(
        refused(None, &ed25519, &bare),
        RequestError::OneSignature { signed: Curve::Ed25519 }
    );
    let keys = Curve::ALL
        .map(|curve| Csr::parse(curve, key(curve, 9).public_key().as_bytes()).expect("a bare key"));
    assert_eq!(refused(None, &keys[0], &keys[1]), RequestError::NoSmsn);
}

#[test]
fn a_key_that_no_device_can_have_is_refused_before_the_hsm_is_asked() {
    let ed25519 = Csr::parse(Curve::Ed25519, &[0; 32]).expect("bytes of a key");
    let p256r1 = Csr::parse(Curve::P256r1, key(Curve::P256r1, 9).public_key().as_bytes());
    let error = SigningRequest::from_csrs(Some(smsn(9)), &ed25519, &p256r1.expect("a bare key"))
        .expect_err("a point of small order");
    assert!(matches!(error, RequestError::Key { curve: Curve::Ed25519, .. }), "{error}");
    assert!(matches!(
        Csr::parse(Curve::Ed25519, &[0; 33]),
        Err(CsrError::Length { found_len_bytes: 33, .. })
    ));
}

#[test]
fn a_private_key_beside_a_request_must_be_its_own() {
    let csrs = Curve::ALL.map(|curve| Csr::create(&key(curve, 9), smsn(9)));
    let request = || SigningRequest::from_csrs(None, &csrs[0], &csrs[1]).expect("a request");
    assert_eq!(
        request().with_private_key(key(Curve::P256r1, 8)).expect_err("another key"),
        RequestError::KeyMismatch { curve: Curve::P256r1 }
    );
    let request = request().with_private_key(key(Curve::P256r1, 9)).expect("its own");
    assert!(request.private_key(Curve::P256r1).is_some());
    assert!(request.private_key(Curve::Ed25519).is_none());
}

#[test]
fn a_p256_signature_that_fails_is_asked_for_again_up_to_the_limit() {
    let faulty = Signer::new(Faulty::new(Curve::P256r1, P256_ATTEMPTS_MAX - 1), verifier(1));
    assert!(faulty.sign(request(9)).is_ok());
    assert_eq!(faulty.who_signs().asked.load(Ordering::Relaxed), P256_ATTEMPTS_MAX);

    let faulty = Signer::new(Faulty::new(Curve::P256r1, P256_ATTEMPTS_MAX), verifier(1));
    assert_eq!(
        faulty.sign(request(9)).expect_err("the limit"),
        SignError::P256Signature { smsn: smsn(9), attempts: P256_ATTEMPTS_MAX }
    );
    assert_eq!(faulty.who_signs().asked.load(Ordering::Relaxed), P256_ATTEMPTS_MAX);
}

#[test]
fn an_ed25519_signature_that_fails_is_an_alarm_and_is_never_asked_for_again() {
    let faulty = Signer::new(Faulty::new(Curve::Ed25519, 1), verifier(1));
    assert_eq!(
        faulty.sign(request(9)).expect_err("an alarm"),
        SignError::Ed25519Alarm { smsn: smsn(9), hsm_serial: 0 }
    );
    assert_eq!(faulty.who_signs().asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_product_that_ends_at_another_root_signs_nothing() {
    let signer = Signer::new(product(1), verifier(60));
    assert!(matches!(
        signer.sign(request(9)),
        Err(SignError::NotGenuine(VerifyError::UntrustedRoot { .. }))
    ));
}

#[test]
fn recorded_chains_count_only_for_the_request_that_they_answer() {
    let signer = signer(1);
    let signed = signer.sign(request(9)).expect("signed");
    let [ed25519, p256r1] = Curve::ALL.map(|curve| signed.chain(curve).clone());
    assert!(signer.reuse(request(9), ed25519.clone(), p256r1.clone()).is_ok());
    assert_eq!(
        signer.reuse(request(8), ed25519.clone(), p256r1.clone()).expect_err("another device"),
        ReuseError::OtherDevice { found: smsn(9) }
    );
    let other_key =
        SigningRequest::from_private_keys(smsn(9), key(Curve::Ed25519, 9), key(Curve::P256r1, 8));
    assert_eq!(
        signer
            .reuse(other_key.expect("a request"), ed25519.clone(), p256r1.clone())
            .expect_err("another key"),
        ReuseError::OtherKey { curve: Curve::P256r1 }
    );
    assert_eq!(
        signer.reuse(request(9), damaged(&ed25519), p256r1).expect_err("damaged"),
        ReuseError::NotGenuine(VerifyError::Signature {
            curve: Curve::Ed25519,
            level: Level::Device,
            issuer: Level::Dak
        })
    );
}
