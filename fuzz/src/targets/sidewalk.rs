//! Keys, serials, requests, chains, trust.

use sidewalk::pem::{self, PemForm};
use sidewalk::{Chain, ChainText, Csr, Curve, Serial, TrustAnchors};

const CURVES: [Curve; 2] = [Curve::Ed25519, Curve::P256r1];

/// Chains, raw and as text. An accepted chain is exactly its bytes.
pub fn chain(data: &[u8]) {
    for curve in CURVES {
        if let Ok(chain) = Chain::parse(curve, data) {
            assert_eq!(chain.as_bytes(), data);
            assert_eq!(
                Chain::parse_any(data).map(|chain| chain.as_bytes().to_vec()),
                Ok(data.to_vec())
            );
            describe(&chain);
        }
    }
    if let Ok(chain) = ChainText::parse(data) {
        let again = ChainText::parse(chain.to_base64().as_bytes()).expect("our own text is read");
        assert_eq!(again.as_bytes(), chain.as_bytes());
        describe(&chain);
    }
}

fn describe(chain: &Chain) {
    let parts: usize =
        chain.certificates().map(|certificate| certificate.signed_message().len()).sum();
    assert!(parts < chain.as_bytes().len());
    for certificate in chain.certificates() {
        let _ =
            (certificate.serial().map(|serial| serial.fields()), certificate.public_key().check());
    }
}

/// Serials of authorities.
pub fn serial(data: &[u8]) {
    if let Ok(serial) = Serial::parse(data) {
        assert_eq!(serial.as_bytes(), data);
        assert_eq!(Serial::encoded_len_bytes(data), Some(data.len()));
        let _ = serial.fields();
    }
}

/// Certificate signing requests of all lengths and both orders.
pub fn csr(data: &[u8]) {
    for curve in CURVES {
        if let Ok(request) = Csr::parse(curve, data) {
            assert_eq!(request.to_bytes().len(), data.len());
            let again = Csr::parse(curve, &request.to_bytes()).expect("our own request is read");
            assert_eq!(again.to_bytes(), request.to_bytes());
        }
    }
}

/// Private keys as PEM. An accepted key survives being written as OpenSSL writes it.
pub fn pem(data: &[u8]) {
    if let Ok(key) = pem::decode(data) {
        let text =
            pem::encode(&key, PemForm::of_openssl(key.curve())).expect("the curve has this form");
        let again = pem::decode(text.as_bytes()).expect("our own PEM is read");
        assert!(key.is_same_as(&again));
    }
}

/// Trust files.
pub fn trust(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(anchors) = TrustAnchors::parse(text)
    {
        assert_eq!(TrustAnchors::parse(&anchors.to_text()), Ok(anchors));
    }
}
