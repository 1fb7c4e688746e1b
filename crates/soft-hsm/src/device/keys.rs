//! Keys as they are used, made of what is stored once and then kept in memory.

use std::{collections::HashMap, fmt, sync::Arc};

use yubihsm2::{
    AesKey, Algorithm, Capabilities, Domains, ErrorCode, ObjectBody, ObjectRecord, ObjectType,
    OtpAeadKey, SecretBytes, WrapKey,
};

use super::{
    crypto::{EcKey, Ed25519Key, Hash, RsaKey, RsaPublicKey},
    state::{Name, StoredObject},
};

/// A key, ready for use.
#[derive(Debug)]
pub(super) enum Key {
    /// Of a curve with ECDSA.
    Ec(EcKey),
    /// Ed25519.
    Ed25519(Ed25519Key),
    /// RSA, both halves: an asymmetric key or a wrap key.
    Rsa(RsaKey),
    /// RSA, public half: a public wrap key.
    RsaPublic(RsaPublicKey),
    /// An AES wrap key.
    Wrap(WrapKey),
    /// For Yubico OTP.
    Otp(OtpAeadKey),
    /// AES.
    Aes(AesKey),
    /// HMAC, the key padded to one block.
    Hmac(Hash, SecretBytes),
    /// An object that no command computes with.
    Inert,
}

impl Key {
    /// Makes the key of a record; INVALID DATA where the body is none.
    pub(super) fn load(record: &ObjectRecord) -> Result<Self, ErrorCode> {
        let body = record.parse_body().map_err(|error| error.error_code())?;
        Self::of(record, &body).ok_or(ErrorCode::INVALID_DATA)
    }

    fn of(record: &ObjectRecord, body: &ObjectBody) -> Option<Self> {
        Some(match body {
            ObjectBody::Ec(body) => {
                let key = EcKey::load(record.algorithm, &body.scalar)?;
                let is_whole = key.public() == [body.x.as_slice(), &body.y].concat();
                is_whole.then_some(Self::Ec(key))?
            }
            ObjectBody::Ed25519(body) => Self::Ed25519(Ed25519Key::load(body)?),
            ObjectBody::Rsa(key) | ObjectBody::WrapRsa { key, .. } => Self::Rsa(RsaKey::load(key)?),
            ObjectBody::PublicWrap { modulus, .. } => Self::RsaPublic(RsaPublicKey::load(modulus)?),
            ObjectBody::Wrap { key, .. } => Self::Wrap(WrapKey::new(AesKey::new(key.clone())?)),
            ObjectBody::Hmac(body) => {
                Self::Hmac(Hash::of_hmac(record.algorithm)?, body.padded_key()?)
            }
            ObjectBody::Raw(bytes) => match record.object_type {
                ObjectType::SYMMETRIC_KEY => Self::Aes(AesKey::new(bytes.clone())?),
                ObjectType::OTP_AEAD_KEY => {
                    let (nonce_id, key) = bytes.split_first_chunk()?;
                    Self::Otp(OtpAeadKey::new(*nonce_id, AesKey::new(key)?))
                }
                _ => Self::Inert,
            },
            ObjectBody::Authentication { .. } => Self::Inert,
        })
    }
}

/// A key with the rights of its object, as a command gets hold of it.
#[derive(Clone, Debug)]
pub(super) struct UsableKey {
    /// The key.
    pub(super) key: Arc<Key>,
    /// The object's algorithm.
    pub(super) algorithm: Algorithm,
    /// What the object may hand on.
    pub(super) delegated: Capabilities,
    /// The domains that the object is in.
    pub(super) domains: Domains,
}

/// The keys that have been used since power-on; at most one for each object.
#[derive(Default)]
pub(super) struct Keys(HashMap<Name, Arc<Key>>);

impl Keys {
    /// The key of an object.
    pub(super) fn of(&mut self, object: &StoredObject) -> Result<Arc<Key>, ErrorCode> {
        if let Some(key) = self.0.get(&object.name()) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(Key::load(&object.record)?);
        self.0.insert(object.name(), Arc::clone(&key));
        Ok(key)
    }

    /// Forgets a key whose object has changed.
    pub(super) fn forget(&mut self, name: Name) {
        self.0.remove(&name);
    }

    /// Forgets all keys.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}
