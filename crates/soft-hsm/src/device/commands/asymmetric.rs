//! Commands that use a key of an elliptic curve.

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, ObjectType, SecretBytes,
    operation::{DeriveEcdh, SignEcdsa, SignEddsa},
};

use super::Execute;
use crate::device::{keys::Key, state::Name, task::Task};

/// The sizes of digests that can be signed, in bytes: those of the digests and those of the curves, the last
/// being a digest padded for P-521.
const ECDSA_DIGEST_LENS_BYTES: [usize; 6] = [20, 28, 32, 48, 64, 66];

impl Execute for SignEcdsa {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let name = Name::new(ObjectType::ASYMMETRIC_KEY, self.key);
        let key = task.key(name, Capabilities::SIGN_ECDSA, Algorithm::EC_KEYS)?.key;
        if !ECDSA_DIGEST_LENS_BYTES.contains(&self.digest.len()) {
            return Err(ErrorCode::WRONG_LENGTH);
        }
        if let Some(algorithm) = ecdsa_algorithm(self.digest.len()) {
            task.require_enabled(algorithm)?;
        }
        match &*key {
            Key::Ec(key) => Ok(key.sign(&self.digest, task.random)),
            _ => Err(ErrorCode::INVALID_DATA),
        }
    }
}

impl Execute for SignEddsa {
    fn execute(self, task: &mut Task<'_>) -> Result<[u8; 64], ErrorCode> {
        let name = Name::new(ObjectType::ASYMMETRIC_KEY, self.key);
        let key = task.key(name, Capabilities::SIGN_EDDSA, &[Algorithm::ED25519])?.key;
        match &*key {
            Key::Ed25519(key) => Ok(key.sign(&self.message)),
            _ => Err(ErrorCode::INVALID_DATA),
        }
    }
}

impl Execute for DeriveEcdh {
    fn execute(self, task: &mut Task<'_>) -> Result<SecretBytes, ErrorCode> {
        let name = Name::new(ObjectType::ASYMMETRIC_KEY, self.key);
        let key = task.key(name, Capabilities::DERIVE_ECDH, Algorithm::EC_KEYS)?.key;
        task.require_enabled(Algorithm::ECDH)?;
        match &*key {
            Key::Ec(key) => key.agree(&self.point).ok_or(ErrorCode::INVALID_DATA),
            _ => Err(ErrorCode::INVALID_DATA),
        }
    }
}

/// Which algorithm can be switched off for digests of this size. There is none for SHA-224; a digest padded
/// for P-521 is one of SHA-512.
const fn ecdsa_algorithm(digest_len_bytes: usize) -> Option<Algorithm> {
    match digest_len_bytes {
        20 => Some(Algorithm::ECDSA_SHA1),
        32 => Some(Algorithm::ECDSA_SHA256),
        48 => Some(Algorithm::ECDSA_SHA384),
        64 | 66 => Some(Algorithm::ECDSA_SHA512),
        _ => None,
    }
}
