//! Many devices under one authority: the tables come when they pay, and change no verdict.

use std::thread;

use crate::{
    chain::Chain,
    curve::Curve,
    issue::CertificateAuthority,
    key::PrivateKey,
    level::Level,
    serial::Serial,
    smsn::Smsn,
    trust::{TrustAnchor, TrustAnchors},
    verify::{
        Verifier, VerifyError, VerifyPath,
        issuer::{Issuer, TABLES_FROM_SIGNATURES},
    },
};

fn key(curve: Curve, number: u32) -> PrivateKey {
    let mut bytes = [1; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    PrivateKey::from_bytes(curve, &bytes).unwrap()
}

fn authority(curve: Curve) -> CertificateAuthority {
    let ladder = (0..5)
        .map(|level| (Serial::parse(&[level, 0, 0, 0]).unwrap(), key(curve, u32::from(level))))
        .collect();
    CertificateAuthority::certify(ladder).unwrap()
}

/// Chains of which every third is damaged in its device's signature, every seventh in its key.
fn chains(curve: Curve, count: u32) -> Vec<Chain> {
    let authority = authority(curve);
    (0..count)
        .map(|number| {
            let mut smsn = [0; 32];
            smsn[..4].copy_from_slice(&number.to_be_bytes());
            let device = key(curve, 100 + number % 7);
            let chain = authority.issue(Smsn::from_bytes(smsn), device.public_key()).unwrap();
            let mut bytes = chain.as_bytes().to_vec();
            let signature_at = 32 + curve.public_key_len_bytes();
            if number % 3 == 2 {
                bytes[signature_at + 40] ^= 4;
            }
            if number % 7 == 6 {
                bytes[40] ^= 1;
            }
            Chain::parse(curve, &bytes).unwrap()
        })
        .collect()
}

fn anchors(chains: &[Chain]) -> TrustAnchors {
    TrustAnchors::new([TrustAnchor::of(&chains[0])])
}

#[test]
fn single_and_bulk_verification_agree_before_and_after_the_tables_are_built() {
    for curve in Curve::ALL {
        let count = TABLES_FROM_SIGNATURES as u32 + 50;
        let chains = chains(curve, count);
        let plain = Verifier::with_path(anchors(&chains), VerifyPath::Plain);
        let expected: Vec<_> = chains.iter().map(|chain| plain.verify(chain.clone())).collect();
        assert!(expected.iter().any(Result::is_ok) && expected.iter().any(Result::is_err));

        let tables = Verifier::new(anchors(&chains));
        let one_by_one: Vec<_> = chains.iter().map(|chain| tables.verify(chain.clone())).collect();
        assert_eq!(one_by_one, expected, "{curve}, one by one over the threshold");
        assert_eq!(tables.verify_many(chains.clone()), expected, "{curve}, many by table");
        let few = chains[..20].to_vec();
        assert_eq!(plain.verify_many(few.clone()), expected[..20], "{curve}, many without tables");
        assert_eq!(
            Verifier::new(anchors(&chains)).verify_many(few),
            expected[..20],
            "{curve}, few"
        );
    }
}

#[test]
fn two_threads_that_cross_the_threshold_together_get_the_same_verdicts() {
    for curve in Curve::ALL {
        let chains = chains(curve, TABLES_FROM_SIGNATURES as u32 + 20);
        let plain = Verifier::with_path(anchors(&chains), VerifyPath::Plain);
        let expected = plain.verify_many(chains.clone());
        let shared = Verifier::new(anchors(&chains));
        thread::scope(|scope| {
            let workers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        chains
                            .chunks(64)
                            .flat_map(|chunk| shared.verify_many(chunk.to_vec()))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            for worker in workers {
                assert_eq!(worker.join().unwrap(), expected);
            }
        });
    }
}

#[test]
fn tables_are_built_once_an_authority_has_signed_enough_and_never_on_the_plain_path() {
    let chains = chains(Curve::Ed25519, 2);
    let dak = chains[0].certificate(Level::Dak).unwrap().public_key();
    let issuer = Issuer::new(&dak).unwrap();
    let device = chains[0].device();
    for _ in 0..TABLES_FROM_SIGNATURES + 1 {
        issuer.verify(&device, VerifyPath::Plain).unwrap();
    }
    assert!(!issuer.has_tables());
    for _ in 1..TABLES_FROM_SIGNATURES {
        issuer.verify(&device, VerifyPath::Tables).unwrap();
    }
    assert!(!issuer.has_tables());
    issuer.verify(&device, VerifyPath::Tables).unwrap();
    assert!(issuer.has_tables());
}

#[test]
fn a_batch_over_chains_of_both_curves_and_a_foreign_root_gives_each_its_own_verdict() {
    let ed25519 = chains(Curve::Ed25519, 4);
    let p256r1 = chains(Curve::P256r1, 4);
    let verifier = Verifier::new(anchors(&ed25519));
    let mixed: Vec<_> = ed25519.iter().chain(&p256r1).cloned().collect();
    let verdicts = verifier.verify_many(mixed.clone());
    for (chain, verdict) in mixed.into_iter().zip(verdicts) {
        assert_eq!(verdict, verifier.verify(chain.clone()));
        if chain.curve() == Curve::P256r1 {
            let root = Box::new(TrustAnchor::of(&chain));
            assert_eq!(verdict, Err(VerifyError::UntrustedRoot { root }));
        }
    }
}
