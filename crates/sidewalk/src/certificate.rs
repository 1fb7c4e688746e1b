//! One certificate of a chain, as a view into the chain's bytes.

use std::ops::Deref;

use crate::{
    curve::Curve,
    key::{PublicKey, Signature},
    level::Level,
    serial::Serial,
    smsn::Smsn,
};

/// One certificate: `subject ‖ public key ‖ signature`, where the subject is the SMSN (32 bytes) of a device
/// or the serial (4 to 129 bytes) of an authority. The issuer signs `public key ‖ subject`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Certificate<'a> {
    pub(crate) level: Level,
    pub(crate) curve: Curve,
    pub(crate) offset_bytes: usize,
    pub(crate) subject: &'a [u8],
    pub(crate) public_key: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Whose certificate it is.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// The curve of its keys.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// Where it begins in the chain, in bytes.
    pub const fn offset_bytes(&self) -> usize {
        self.offset_bytes
    }

    /// The SMSN or serial as it stands in the chain.
    pub const fn subject(&self) -> &'a [u8] {
        self.subject
    }

    /// The serial of an authority; `None` for a device.
    pub fn serial(&self) -> Option<Serial> {
        match self.level {
            Level::Device => None,
            _ => Serial::parse(self.subject).ok(),
        }
    }

    /// The SMSN of a device; `None` for an authority.
    pub fn smsn(&self) -> Option<Smsn> {
        match self.level {
            Level::Device => self.subject.try_into().ok().map(Smsn::from_bytes),
            _ => None,
        }
    }

    /// The public key's bytes: 32 (Ed25519) or 64 (P-256).
    pub const fn public_key_bytes(&self) -> &'a [u8] {
        self.public_key
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        // The chain's parser cut exactly as many bytes as the curve has.
        let Some(key) = PublicKey::from_bytes(self.curve, self.public_key) else {
            unreachable!("a certificate view holds a public key of its curve's size")
        };
        key
    }

    /// The signature's 64 bytes.
    pub const fn signature_bytes(&self) -> &'a [u8] {
        self.signature
    }

    /// The signature.
    pub fn signature(&self) -> Signature {
        let mut bytes = [0; Curve::SIGNATURE_LEN_BYTES];
        bytes.copy_from_slice(self.signature);
        Signature::from_bytes(bytes)
    }

    /// What the issuer signed: public key ‖ subject.
    pub fn signed_message(&self) -> SignedMessage {
        SignedMessage::new(self.public_key, self.subject)
    }

    /// Size in bytes.
    pub const fn len_bytes(&self) -> usize {
        self.subject.len() + self.public_key.len() + self.signature.len()
    }
}

/// The longest message that a certificate signs: a P-256 key and the longest serial.
const SIGNED_MESSAGE_LEN_BYTES_MAX: usize = 64 + Serial::LEN_BYTES_MAX;

/// The bytes under a certificate's signature, `public key ‖ subject`: 64 to 193 bytes, not on the heap.
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage {
    bytes: [u8; SIGNED_MESSAGE_LEN_BYTES_MAX],
    len: usize,
}

impl SignedMessage {
    fn new(public_key: &[u8], subject: &[u8]) -> Self {
        let len = public_key.len() + subject.len();
        let mut bytes = [0; SIGNED_MESSAGE_LEN_BYTES_MAX];
        bytes[..public_key.len()].copy_from_slice(public_key);
        bytes[public_key.len()..len].copy_from_slice(subject);
        Self { bytes, len }
    }
}

impl Deref for SignedMessage {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
