//! The public vectors, read.

use serde_json::Value;
use sidewalk::{Chain, Curve, PublicKey, Serial, TrustAnchor, TrustAnchors};

/// A chain found in public documents.
#[derive(Clone)]
pub(crate) struct PublicChain {
    pub(crate) id: String,
    pub(crate) curve: Curve,
    pub(crate) base64: String,
    pub(crate) smsn: String,
    pub(crate) kind: String,
}

impl PublicChain {
    pub(crate) fn parse(&self) -> Chain {
        sidewalk::ChainText::parse_base64(self.curve, self.base64.as_bytes())
            .expect("a public chain parses")
    }
}

/// The whole file of public vectors.
pub(crate) fn public_vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/public-chains.json")).expect("the file is JSON")
}

/// Every chain of one kind: `real`, `synthetic-valid` or `filler`.
pub(crate) fn public_chains(kind: &str) -> Vec<PublicChain> {
    let text = |value: &Value| value.as_str().expect("the field is a text").to_owned();
    let vectors = public_vectors();
    let chains = vectors["chains"].as_array().expect("there is a list of chains");
    chains
        .iter()
        .map(|chain| PublicChain {
            id: text(&chain["id"]),
            curve: text(&chain["curve"]).parse().expect("the curve is known"),
            base64: text(&chain["base64"]),
            smsn: text(&chain["smsn"]),
            kind: text(&chain["kind"]),
        })
        .filter(|chain| chain.kind == kind)
        .collect()
}

/// The roots of the synthetic chains, written out here so that no chain vouches for itself.
pub(crate) fn dummy_roots() -> TrustAnchors {
    let roots = [
        (
            Curve::Ed25519,
            "f1d803b9cd",
            "b0de4f31e0076f3dab125c1da48092c127480203c703a7da8c1016147ca32c07",
        ),
        (
            Curve::P256r1,
            "39f3c366",
            "4f92832e83d69f4071287445b4972f01a6b22f75573b91455edc8039d1fe67bc8c7fa0915c97665a74f9c6c0a822864a9d234c6d0c81ae2e2816fa2dff391717",
        ),
    ];
    TrustAnchors::new(roots.map(|(curve, serial, key)| {
        TrustAnchor {
            serial: serial.parse::<Serial>().expect("the serial is one"),
            public_key: PublicKey::from_bytes(curve, &hex::decode(key).expect("the key is hex"))
                .expect("the key has its size"),
        }
    }))
}
