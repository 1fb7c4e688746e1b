//! A device's signing request: `public key ‖ SMSN ‖ signature`, of which the later parts may be missing.

use crate::{
    curve::Curve,
    key::{PrivateKey, PublicKey, Signature},
    smsn::Smsn,
    verify::verify_signature,
};

/// A signing request whose signature, where there is one, has been verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Csr {
    public_key: PublicKey,
    smsn: Option<Smsn>,
    signature: Option<Signature>,
    order: CsrOrder,
}

/// The order in which a request's parts stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CsrOrder {
    /// `public key ‖ SMSN ‖ signature`, as today's tools have it.
    KeyFirst,
    /// `SMSN ‖ public key ‖ signature`, as an older on-device library wrote it. The signature covers
    /// `public key ‖ SMSN` in both.
    SmsnFirst,
}

impl Csr {
    /// Makes a full request: the new key signs `public key ‖ SMSN`.
    pub fn create(key: &PrivateKey, smsn: Smsn) -> Self {
        let message = [key.public_key().as_bytes(), smsn.as_bytes()].concat();
        Self {
            public_key: *key.public_key(),
            smsn: Some(smsn),
            signature: Some(key.sign(&message)),
            order: CsrOrder::KeyFirst,
        }
    }

    /// Reads a request of any of its three lengths: key alone (32 or 64 bytes), with SMSN (64 or 96), with
    /// signature (128 or 160).
    ///
    /// A signed request that verifies only in the old order is taken, and [`Csr::order`] tells; without a
    /// signature the order cannot be known, and the key is taken to be first.
    ///
    /// # Errors
    ///
    /// [`CsrError::Length`] for any other size, [`CsrError::Signature`] where it verifies in neither order.
    pub fn parse(curve: Curve, bytes: &[u8]) -> Result<Self, CsrError> {
        let key_len = curve.public_key_len_bytes();
        let with_smsn = key_len + Smsn::LEN_BYTES;
        let signed = with_smsn + Curve::SIGNATURE_LEN_BYTES;
        let length_error = CsrError::Length { curve, found_len_bytes: bytes.len() };
        if ![key_len, with_smsn, signed].contains(&bytes.len()) {
            return Err(length_error);
        }
        let orders = [(CsrOrder::KeyFirst, 0, key_len), (CsrOrder::SmsnFirst, Smsn::LEN_BYTES, 0)];
        for (order, key_at, smsn_at) in orders {
            let public_key = bytes
                .get(key_at..key_at + key_len)
                .and_then(|key| PublicKey::from_bytes(curve, key))
                .ok_or(length_error)?;
            let smsn = bytes
                .get(smsn_at..smsn_at + Smsn::LEN_BYTES)
                .and_then(|smsn| smsn.try_into().ok())
                .map(Smsn::from_bytes);
            let signature = bytes
                .get(with_smsn..)
                .and_then(|signature| signature.try_into().ok())
                .map(Signature::from_bytes);
            let request = Self { public_key, smsn, signature, order };
            if bytes.len() < signed || request.is_signature_good() {
                return Ok(request);
            }
        }
        Err(CsrError::Signature { curve })
    }

    /// The request in today's order, as long as its parts are.
    pub fn to_bytes(&self) -> Vec<u8> {
        let smsn = self.smsn.as_ref().map_or(&[][..], |smsn| smsn.as_bytes());
        let signature = self.signature.as_ref().map_or(&[][..], |signature| signature.as_bytes());
        [self.public_key.as_bytes(), smsn, signature].concat()
    }

    /// The curve.
    pub const fn curve(&self) -> Curve {
        self.public_key.curve()
    }

    /// The device's public key.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The device's number, where the request carries it.
    pub const fn smsn(&self) -> Option<&Smsn> {
        self.smsn.as_ref()
    }

    /// The signature, where the request carries it. It has been verified.
    pub const fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// The order in which the parts stood: the old one deserves a note in the log.
    pub const fn order(&self) -> CsrOrder {
        self.order
    }

    fn is_signature_good(&self) -> bool {
        let (Some(smsn), Some(signature)) = (&self.smsn, &self.signature) else { return false };
        let message = [self.public_key.as_bytes(), smsn.as_bytes()].concat();
        verify_signature(&self.public_key, &message, signature).is_ok()
    }
}

/// Why bytes are not a signing request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CsrError {
    /// A size that no request has.
    #[error("a {curve} signing request has {}, {} or {} bytes, this has {found_len_bytes}",
        curve.public_key_len_bytes(), curve.public_key_len_bytes() + 32, curve.public_key_len_bytes() + 96)]
    Length {
        /// The curve that was asked for.
        curve: Curve,
        /// What was given, in bytes.
        found_len_bytes: usize,
    },
    /// The request's signature does not verify under its own key, in either order of its parts.
    #[error("the {curve} signing request's signature does not verify under its own key")]
    Signature {
        /// The curve that was asked for.
        curve: Curve,
    },
}

impl CsrError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Length { curve: Curve::Ed25519, found_len_bytes: 96 | 160 } => {
                Some("this is the size of a P-256 request: were the two exchanged?".to_owned())
            }
            Self::Length { curve: Curve::P256r1, found_len_bytes: 32 | 128 } => {
                Some("this is the size of an Ed25519 request: were the two exchanged?".to_owned())
            }
            Self::Length { .. } => None,
            Self::Signature { .. } => {
                Some("ask the device for a new request; its answer was damaged on the way or its key is wrong".to_owned())
            }
        }
    }
}
