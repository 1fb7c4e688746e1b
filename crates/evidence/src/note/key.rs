//! Keys that sign notes, and the public halves that verify them.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    base64,
    note::{KeyName, KeyNameError, NoteSignature},
};

/// The type byte of Ed25519 signatures (signed-note, "Signature types").
const ED25519_TYPE: u8 = 0x01;

/// A private Ed25519 key and its name. Zeroised when dropped; `Debug` shows the name alone.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    verifier: Verifier,
}

impl SigningKey {
    /// A key of a seed of 32 bytes, which must come from a source of randomness.
    pub fn from_seed(name: KeyName, seed: &Zeroizing<[u8; 32]>) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key());
        Self { key, verifier }
    }

    /// Signs a note's text.
    pub fn sign(&self, text: &str) -> NoteSignature {
        NoteSignature {
            key_name: self.verifier.name.clone(),
            key_id: self.verifier.id,
            bytes: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
        }
    }

    /// The key's name.
    pub const fn name(&self) -> &KeyName {
        &self.verifier.name
    }

    /// The public half.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn expose_seed(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier.name)
    }
}

/// A public Ed25519 key and its name. Written as `NAME+ID+KEY`: the id in eight digits of lower-case hex, the
/// key in base64 behind its type byte.
#[derive(Clone, Eq, PartialEq)]
pub struct Verifier {
    name: KeyName,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Verifier {
    fn new(name: KeyName, key: VerifyingKey) -> Self {
        let id = key_id(&name, &key);
        Self { name, id, key }
    }

    /// The key's name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id: the first four bytes of SHA-256 over name, line feed, type byte and public key.
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The public key.
    pub fn public_key_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether a signature says that this key made it.
    pub fn made(&self, signature: &NoteSignature) -> bool {
        signature.key_name == self.name && signature.key_id == self.id
    }

    /// Whether this key made a signature for a text. Stricter than RFC 8032 asks: points of small order are
    /// refused too, so that no signature fits two texts.
    pub fn verify(&self, text: &str, signature: &NoteSignature) -> bool {
        let Ok(bytes) = Signature::from_slice(&signature.bytes) else { return false };
        self.key.verify_strict(text.as_bytes(), &bytes).is_ok()
    }
}

impl FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        let form = VerifierError::Form;
        let (name, rest) = text.split_once('+').ok_or(form.clone())?;
        let (id, key) = rest.split_once('+').ok_or(form.clone())?;
        let name: KeyName = name.parse()?;
        let key = base64::decode(key).ok_or(form.clone())?;
        let (kind, key) = key.split_first().ok_or(form.clone())?;
        if *kind != ED25519_TYPE {
            return Err(VerifierError::OtherType { found: *kind });
        }
        let key: &[u8; 32] = key.try_into().map_err(|_| form)?;
        let key = VerifyingKey::from_bytes(key)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(VerifierError::NoKey)?;
        let verifier = Self::new(name, key);
        if hex::encode(verifier.id) != id {
            return Err(VerifierError::Id { expected: hex::encode(verifier.id) });
        }
        Ok(verifier)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [[ED25519_TYPE].as_slice(), self.key.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), base64::encode(&key))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}

/// Why a text is not a verifier key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifierError {
    /// Not the three parts.
    #[error(
        "a verifier key has the form NAME+ID+KEY, with an id of 8 hex digits and a key in base64"
    )]
    Form,
    /// The name is none.
    #[error(transparent)]
    Name(#[from] KeyNameError),
    /// A key of another kind.
    #[error("the verifier key is of type {found}, only Ed25519 (type {ED25519_TYPE}) is known")]
    OtherType {
        /// The type byte.
        found: u8,
    },
    /// Bytes that are no public key, or one that fits any signature.
    #[error("the verifier key is no Ed25519 public key")]
    NoKey,
    /// The id does not belong to name and key.
    #[error("the verifier key's id should be {expected}: its name, its id or its key was changed")]
    Id {
        /// The id of name and key, hex.
        expected: String,
    },
}

fn key_id(name: &KeyName, key: &VerifyingKey) -> [u8; 4] {
    let mut digest = Sha256::new();
    digest.update(name.as_str());
    digest.update([b'\n', ED25519_TYPE]);
    digest.update(key.as_bytes());
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
    [a, b, c, d]
}
