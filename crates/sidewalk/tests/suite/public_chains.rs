//! Chains from public documents verify to the roots that they were made under, and to no others.

use sidewalk::{ChainForm, TrustAnchors, Verifier, VerifyError, VerifyPath};

use crate::support::{dummy_roots, public_chains};

#[test]
fn the_three_real_chains_verify_to_the_roots_of_amazon() {
    for path in [VerifyPath::Plain, VerifyPath::Tables] {
        let verifier = Verifier::with_path(TrustAnchors::amazon(), path);
        let chains = public_chains("real");
        assert_eq!(chains.len(), 3);
        for chain in chains {
            let verified = verifier.verify(chain.parse()).unwrap();
            assert_eq!(verified.smsn().to_string(), chain.smsn, "{}", chain.id);
            assert_eq!(verified.chain().form(), ChainForm::Long);
        }
    }
}

#[test]
fn the_real_chains_of_one_device_join_into_a_verified_device() {
    let verifier = Verifier::new(TrustAnchors::amazon());
    let mut chains =
        public_chains("real").into_iter().filter(|chain| chain.id.ends_with("84376427"));
    let (ed25519, p256r1) = (chains.next().unwrap().parse(), chains.next().unwrap().parse());
    let device = verifier.verify_device(ed25519.clone(), p256r1.clone()).unwrap();
    assert_eq!(device.smsn(), ed25519.smsn());
    assert_eq!(
        verifier.verify_device(p256r1, ed25519),
        Err(VerifyError::SameCurve { expected: sidewalk::Curve::Ed25519 })
    );
}

#[test]
fn chains_of_two_devices_do_not_join() {
    let verifier = Verifier::new(TrustAnchors::amazon());
    let chains = public_chains("real");
    let [other, _, p256r1] = &chains[..] else { panic!("there are three real chains") };
    assert_eq!(
        verifier.verify_device(other.parse(), p256r1.parse()),
        Err(VerifyError::SmsnMismatch {
            ed25519: other.smsn.parse().unwrap(),
            p256r1: p256r1.smsn.parse().unwrap(),
        })
    );
}

#[test]
fn the_six_synthetic_chains_verify_to_their_dummy_roots_and_not_to_those_of_amazon() {
    let chains = public_chains("synthetic-valid");
    assert_eq!(chains.len(), 6);
    let dummy = Verifier::new(dummy_roots());
    let amazon = Verifier::new(TrustAnchors::amazon());
    for chain in chains {
        dummy.verify(chain.parse()).unwrap();
        let error = amazon.verify(chain.parse()).unwrap_err();
        assert_eq!(error.code(), "untrusted-root", "{}", chain.id);
    }
}

#[test]
fn the_real_chains_do_not_verify_to_the_dummy_roots() {
    let dummy = Verifier::new(dummy_roots());
    for chain in public_chains("real") {
        assert_eq!(dummy.verify(chain.parse()).unwrap_err().code(), "untrusted-root");
    }
}

#[test]
fn an_empty_set_of_roots_trusts_no_chain() {
    let nobody = Verifier::new(TrustAnchors::default());
    for chain in public_chains("real") {
        assert_eq!(nobody.verify(chain.parse()).unwrap_err().code(), "untrusted-root");
    }
}

#[test]
fn the_filler_chain_parses_and_does_not_verify_even_to_its_own_root() {
    let chains = public_chains("filler");
    assert_eq!(chains.len(), 1);
    let chain = chains[0].parse();
    assert_eq!(chain.smsn().to_string(), chains[0].smsn);
    let own_root = TrustAnchors::new([sidewalk::TrustAnchor::of(&chain)]);
    for anchors in [TrustAnchors::amazon(), dummy_roots(), own_root] {
        let error = Verifier::new(anchors).verify(chain.clone()).unwrap_err();
        assert_eq!(error.level(), Some(sidewalk::Level::Amazon));
    }
}

#[test]
fn every_public_chain_reads_back_from_each_of_its_text_forms_without_naming_its_curve() {
    for kind in ["real", "synthetic-valid", "filler"] {
        for public in public_chains(kind) {
            let chain = public.parse();
            let hex = hex::encode_upper(chain.as_bytes());
            let wrapped = public.base64.as_bytes().chunks(64).collect::<Vec<_>>().join(&b'\n');
            for text in [chain.as_bytes(), public.base64.as_bytes(), hex.as_bytes(), &wrapped] {
                assert_eq!(sidewalk::ChainText::parse(text).as_ref(), Ok(&chain), "{}", public.id);
            }
            assert_eq!(chain.to_base64(), public.base64);
        }
    }
}
