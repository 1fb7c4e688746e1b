//! One damaged byte or two swapped signatures anywhere in a real chain are found, and the link is named.

use sidewalk::{Chain, ChainError, ChainForm, Curve, Level, TrustAnchors, Verifier};

use crate::support::public_chains;

/// The certificate in which a byte stands.
fn level_at(chain: &Chain, offset: usize) -> Level {
    chain
        .certificates()
        .rfind(|certificate| certificate.offset_bytes() <= offset)
        .expect("the device's certificate begins at 0")
        .level()
}

/// The link that reading or verifying the bytes stops at.
fn named_link(verifier: &Verifier, curve: Curve, bytes: &[u8]) -> Option<Level> {
    match Chain::parse(curve, bytes) {
        Err(error) => error.level(),
        Ok(chain) => verifier.verify(chain).expect_err("damage is found").level(),
    }
}

#[test]
fn a_flipped_bit_in_any_byte_of_a_real_chain_is_found_and_its_link_named() {
    for public in public_chains("real") {
        let chain = public.parse();
        let verifier = Verifier::new(TrustAnchors::amazon());
        for offset in 0..chain.as_bytes().len() {
            for pattern in [0x01, 0x10, 0x80, 0xFF] {
                let mut bytes = chain.as_bytes().to_vec();
                bytes[offset] ^= pattern;
                assert_eq!(
                    named_link(&verifier, public.curve, &bytes),
                    Some(level_at(&chain, offset)),
                    "{} byte {offset} pattern {pattern:#04x}",
                    public.id
                );
            }
        }
    }
}

#[test]
fn any_other_value_of_a_serials_byte_is_found_and_its_link_named_even_where_reading_derails() {
    let mut derailed = 0;
    for public in public_chains("real") {
        let chain = public.parse();
        let verifier = Verifier::new(TrustAnchors::amazon());
        for certificate in chain.certificates().skip(1) {
            for byte in 0..certificate.subject().len() {
                let offset = certificate.offset_bytes() + byte;
                for pattern in 1..=255 {
                    let mut bytes = chain.as_bytes().to_vec();
                    bytes[offset] ^= pattern;
                    derailed += usize::from(Chain::parse(public.curve, &bytes).is_err());
                    assert_eq!(
                        named_link(&verifier, public.curve, &bytes),
                        Some(certificate.level()),
                        "{} byte {offset} pattern {pattern:#04x}",
                        public.id
                    );
                }
            }
        }
    }
    assert!(derailed > 100, "only {derailed} serials derailed the reader");
}

#[test]
fn a_serial_that_turned_into_the_extended_form_is_named_with_the_length_it_claims() {
    let public = public_chains("real").remove(0);
    let chain = public.parse();
    let product = chain.certificate(Level::Product).unwrap();
    let mut bytes = chain.as_bytes().to_vec();
    // 00e50078 becomes 00e503b8: two bytes before the header, and 3 that it counts.
    bytes[product.offset_bytes() + 2] = 0x03;
    bytes[product.offset_bytes() + 3] = 0xB8;
    assert_eq!(
        Chain::parse(Curve::Ed25519, &bytes),
        Err(ChainError::DamagedSerial {
            curve: Curve::Ed25519,
            level: Level::Product,
            offset_bytes: product.offset_bytes(),
            claimed_len_bytes: 5,
        })
    );
}

#[test]
fn two_swapped_signatures_are_found_and_the_one_nearer_to_the_root_is_named() {
    for public in public_chains("real") {
        let chain = public.parse();
        let verifier = Verifier::new(TrustAnchors::amazon());
        let signatures: Vec<_> = chain
            .certificates()
            .map(|certificate| {
                let end = certificate.offset_bytes() + certificate.len_bytes();
                (certificate.level(), end - Curve::SIGNATURE_LEN_BYTES..end)
            })
            .collect();
        for (first, (_, lower)) in signatures.iter().enumerate() {
            for (level, upper) in &signatures[first + 1..] {
                let mut bytes = chain.as_bytes().to_vec();
                bytes[lower.clone()].copy_from_slice(&chain.as_bytes()[upper.clone()]);
                bytes[upper.clone()].copy_from_slice(&chain.as_bytes()[lower.clone()]);
                assert_eq!(named_link(&verifier, public.curve, &bytes), Some(*level));
            }
        }
    }
}

#[test]
fn a_real_chain_cut_anywhere_is_refused() {
    for public in public_chains("real") {
        let chain = public.parse();
        let verifier = Verifier::new(TrustAnchors::amazon());
        for len in 0..chain.as_bytes().len() {
            match Chain::parse(public.curve, &chain.as_bytes()[..len]) {
                Err(error) => assert!(matches!(error, ChainError::TooShort { .. }), "{len}"),
                // Four certificates are the legacy form, with the manufacturer in the root's place.
                Ok(short) => {
                    assert_eq!(short.form(), ChainForm::Short);
                    assert_eq!(verifier.verify(short).unwrap_err().code(), "untrusted-root");
                }
            }
        }
    }
}

#[test]
fn a_byte_behind_the_root_is_refused() {
    for public in public_chains("real") {
        let chain = public.parse();
        let bytes = [chain.as_bytes(), &[0]].concat();
        assert_eq!(
            Chain::parse(public.curve, &bytes),
            Err(ChainError::TrailingBytes {
                curve: public.curve,
                offset_bytes: chain.as_bytes().len(),
                extra_len_bytes: 1,
            })
        );
    }
}
