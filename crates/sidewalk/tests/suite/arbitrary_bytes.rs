//! No bytes make a reader panic: goal, trust nothing; method, random bytes and damaged genuine ones.

use proptest::prelude::*;
use sidewalk::{Chain, ChainText, Csr, Curve, Serial, Smsn, TrustAnchors, Verifier, pem};

use crate::support::public_chains;

const PEM: &str = include_str!("../vectors/pem/p256_sec1.pem");

/// Gives the bytes to every reader; what they say does not matter here.
fn read_with_everything(bytes: &[u8]) {
    let verifier = Verifier::new(TrustAnchors::amazon());
    if let Ok(chain) = Chain::parse_any(bytes) {
        let _ = (chain.clone().to_base64(), format!("{chain:?}"), verifier.verify(chain));
    }
    let _ = ChainText::decode(bytes);
    let _ = ChainText::parse(bytes).map_err(|error| (error.to_string(), error.hint()));
    for curve in Curve::ALL {
        let _ = Chain::parse(curve, bytes).map_err(|error| (error.to_string(), error.level()));
        let _ = ChainText::parse_base64(curve, bytes);
        let _ = Csr::parse(curve, bytes).map_err(|error| (error.to_string(), error.hint()));
    }
    let _ = Serial::parse(bytes).map(|serial| serial.fields());
    let _ = pem::decode(bytes).map_err(|error| (error.to_string(), error.hint()));
    let text = String::from_utf8_lossy(bytes);
    let _ = TrustAnchors::parse(&text).map_err(|error| error.to_string());
    let _ = TrustAnchors::parse(&format!("curbside-trust 1\n{text}"));
    let _ = text.parse::<Smsn>();
    let _ = text.parse::<Serial>();
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..1600)) {
        read_with_everything(&bytes);
    }

    #[test]
    fn random_text_is_read_or_refused(text in "\\PC{0,400}") {
        read_with_everything(text.as_bytes());
    }

    #[test]
    fn a_genuine_chain_with_random_damage_is_read_or_refused(
        which in 0_usize..9,
        cut in 0_usize..1000,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let chains = [public_chains("real"), public_chains("synthetic-valid")].concat();
        let mut bytes = chains[which].parse().as_bytes().to_vec();
        for (index, byte) in damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(500)));
        read_with_everything(&bytes);
    }

    #[test]
    fn a_genuine_pem_file_with_random_damage_is_read_or_refused(
        damage in proptest::collection::vec((0..PEM.len(), any::<u8>()), 1..4),
        len in 0..=PEM.len(),
    ) {
        let mut bytes = PEM.as_bytes().to_vec();
        for (at, byte) in damage {
            bytes[at] = byte;
        }
        bytes.truncate(len);
        read_with_everything(&bytes);
    }
}
