//! Signing requests of all three lengths, in today's order and the old one.

use sidewalk::{Csr, CsrError, CsrOrder, Curve, PrivateKey, Smsn};

use crate::support::public_vectors;

/// The published requests: curve, the bytes as published (old order), and in today's order.
fn published() -> Vec<(Curve, Vec<u8>, Vec<u8>)> {
    let vectors = public_vectors();
    let requests = vectors["csrs"].as_array().expect("there is a list of requests");
    let base64 = |text: &serde_json::Value| {
        base64_simd::STANDARD
            .decode_to_vec(text.as_str().expect("the field is a text"))
            .expect("the field is base64")
    };
    requests
        .iter()
        .map(|request| {
            let curve = request["curve"].as_str().expect("the curve is a text");
            (
                curve.parse().expect("the curve is known"),
                base64(&request["base64"]),
                base64(&request["canonical_base64"]),
            )
        })
        .collect()
}

fn fixed_key(curve: Curve) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[7; 32]).expect("the key is in range")
}

#[test]
fn the_published_requests_in_the_old_order_are_taken_with_a_note_and_written_in_todays() {
    assert_eq!(published().len(), 2);
    for (curve, old, today) in published() {
        let request = Csr::parse(curve, &old).unwrap();
        assert_eq!(request.order(), CsrOrder::SmsnFirst);
        assert_eq!(request.to_bytes(), today);
        assert_eq!(
            request.smsn().unwrap().to_string(),
            "afedbe8a844fa79a18aa61030953592c87b50339314351c0c498ef2eabfaccdd"
        );
    }
}

#[test]
fn the_published_requests_in_todays_order_are_taken() {
    for (curve, _, today) in published() {
        let request = Csr::parse(curve, &today).unwrap();
        assert_eq!(request.order(), CsrOrder::KeyFirst);
        assert_eq!(request.to_bytes(), today);
    }
}

#[test]
fn a_request_is_taken_at_each_of_its_three_lengths_and_at_no_other() {
    for curve in Curve::ALL {
        let smsn = Smsn::from_bytes([9; 32]);
        let full = Csr::create(&fixed_key(curve), smsn).to_bytes();
        let key_len = curve.public_key_len_bytes();
        for len in 0..=full.len() {
            let read = Csr::parse(curve, &full[..len]);
            if [key_len, key_len + 32, key_len + 96].contains(&len) {
                let request = read.unwrap();
                assert_eq!(request.public_key(), fixed_key(curve).public_key());
                assert_eq!(request.smsn(), (len > key_len).then_some(&smsn));
                assert_eq!(request.signature().is_some(), len == full.len());
                assert_eq!(request.to_bytes(), full[..len]);
            } else {
                assert_eq!(read, Err(CsrError::Length { curve, found_len_bytes: len }));
            }
        }
        let longer = [full.as_slice(), &[0]].concat();
        let error = CsrError::Length { curve, found_len_bytes: longer.len() };
        assert_eq!(Csr::parse(curve, &longer), Err(error));
    }
}

#[test]
fn a_damaged_byte_anywhere_in_a_full_request_is_refused() {
    for curve in Curve::ALL {
        let full = Csr::create(&fixed_key(curve), Smsn::from_bytes([9; 32])).to_bytes();
        for offset in 0..full.len() {
            let mut damaged = full.clone();
            damaged[offset] ^= 0x10;
            assert_eq!(Csr::parse(curve, &damaged), Err(CsrError::Signature { curve }));
        }
    }
}

#[test]
fn a_request_of_the_other_curves_size_gets_a_hint_that_says_so() {
    let smsn = Smsn::from_bytes([9; 32]);
    let ed25519 = Csr::create(&fixed_key(Curve::Ed25519), smsn).to_bytes();
    let p256r1 = Csr::create(&fixed_key(Curve::P256r1), smsn).to_bytes();
    for (curve, bytes, other) in
        [(Curve::P256r1, ed25519, "Ed25519"), (Curve::Ed25519, p256r1, "P-256")]
    {
        let error = Csr::parse(curve, &bytes).unwrap_err();
        assert!(error.hint().unwrap().contains(other));
    }
}
