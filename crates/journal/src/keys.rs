//! The keys of one device, what the HSM is asked to sign, and what it answered.

use sidewalk::{Curve, PrivateKey, PublicKey, Signature, Smsn};

/// The size of the Ed25519 bytes to be signed: public key ‖ SMSN.
pub const ED25519_MESSAGE_LEN_BYTES: usize = 64;

/// The size of the P-256 bytes to be signed: public key ‖ SMSN.
pub const P256R1_MESSAGE_LEN_BYTES: usize = 96;

/// A device's two key pairs, by where they were made.
#[derive(Debug)]
pub enum Keys {
    /// The line PC made them and puts them on the page; the journal keeps them sealed until the board is
    /// verified.
    OnHost {
        /// The Ed25519 key.
        ed25519: PrivateKey,
        /// The P-256 key.
        p256r1: PrivateKey,
    },
    /// The board made them; the private keys never leave it.
    OnBoard {
        /// The Ed25519 public key.
        ed25519: PublicKey,
        /// The P-256 public key.
        p256r1: PublicKey,
    },
}

impl Keys {
    /// The public key of a curve.
    pub fn public_key(&self, curve: Curve) -> &PublicKey {
        match (self, curve) {
            (Self::OnHost { ed25519, .. }, Curve::Ed25519) => ed25519.public_key(),
            (Self::OnHost { p256r1, .. }, Curve::P256r1) => p256r1.public_key(),
            (Self::OnBoard { ed25519, .. }, Curve::Ed25519) => ed25519,
            (Self::OnBoard { p256r1, .. }, Curve::P256r1) => p256r1,
        }
    }

    /// The private key of a curve, where the host has it.
    pub fn private_key(&self, curve: Curve) -> Option<&PrivateKey> {
        match (self, curve) {
            (Self::OnHost { ed25519, .. }, Curve::Ed25519) => Some(ed25519),
            (Self::OnHost { p256r1, .. }, Curve::P256r1) => Some(p256r1),
            (Self::OnBoard { .. }, _) => None,
        }
    }

    /// The first key that is of another curve than its place says.
    pub(crate) fn misplaced(&self) -> Option<Curve> {
        Curve::ALL.into_iter().find(|&curve| self.public_key(curve).curve() != curve)
    }
}

/// The exact bytes that the HSM is asked to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Messages {
    /// Ed25519 public key ‖ SMSN.
    pub ed25519: [u8; ED25519_MESSAGE_LEN_BYTES],
    /// P-256 public key ‖ SMSN.
    pub p256r1: [u8; P256R1_MESSAGE_LEN_BYTES],
}

impl Messages {
    /// The bytes for these keys, each of which is of the curve of its place.
    pub(crate) fn new(keys: &Keys, smsn: &Smsn) -> Self {
        Self {
            ed25519: message(keys.public_key(Curve::Ed25519), smsn),
            p256r1: message(keys.public_key(Curve::P256r1), smsn),
        }
    }

    /// The bytes for a curve.
    pub fn of(&self, curve: Curve) -> &[u8] {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }

    /// The public key at the head of a curve's bytes.
    pub fn public_key(&self, curve: Curve) -> PublicKey {
        let message = self.of(curve);
        let key = PublicKey::from_bytes(curve, &message[..curve.public_key_len_bytes()]);
        // A message is longer than its curve's key by the SMSN.
        let Some(key) = key else { unreachable!("a message begins with a whole public key") };
        key
    }
}

/// The HSM's answer for one device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The DAK's Ed25519 signature.
    pub ed25519: Signature,
    /// The DAK's P-256 signature.
    pub p256r1: Signature,
    /// The serial number of the HSM that signed.
    pub hsm_serial: u32,
}

/// What a device asks the HSM to certify: its public keys, and the private ones while the journal has them.
#[derive(Debug)]
pub struct Request {
    messages: Messages,
    private: Option<PrivateKeys>,
}

/// Both private keys of a device.
#[derive(Debug)]
pub(crate) struct PrivateKeys {
    pub(crate) ed25519: PrivateKey,
    pub(crate) p256r1: PrivateKey,
}

impl Request {
    pub(crate) fn new(messages: Messages, private: Option<PrivateKeys>) -> Self {
        Self { messages, private }
    }

    pub(crate) fn from_keys(keys: Keys, messages: Messages) -> Self {
        let private = match keys {
            Keys::OnHost { ed25519, p256r1 } => Some(PrivateKeys { ed25519, p256r1 }),
            Keys::OnBoard { .. } => None,
        };
        Self { messages, private }
    }

    /// The same request after the board was verified: the private keys are zeroised here and now.
    pub(crate) fn without_private_keys(self) -> Self {
        Self { messages: self.messages, private: None }
    }

    /// The public key of a curve.
    pub fn public_key(&self, curve: Curve) -> PublicKey {
        self.messages.public_key(curve)
    }

    /// The private key of a curve. `None` where the board made it, and for everybody once the board is
    /// verified.
    pub fn private_key(&self, curve: Curve) -> Option<&PrivateKey> {
        let private = self.private.as_ref()?;
        Some(match curve {
            Curve::Ed25519 => &private.ed25519,
            Curve::P256r1 => &private.p256r1,
        })
    }

    /// The exact bytes to be signed.
    pub const fn messages(&self) -> &Messages {
        &self.messages
    }
}

fn message<const N: usize>(key: &PublicKey, smsn: &Smsn) -> [u8; N] {
    let mut message = [0; N];
    let (head, tail) = message.split_at_mut(N - Smsn::LEN_BYTES);
    head.copy_from_slice(key.as_bytes());
    tail.copy_from_slice(smsn.as_bytes());
    message
}
