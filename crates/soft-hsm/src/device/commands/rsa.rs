//! Commands that use an RSA key.

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, ObjectId, ObjectType, SecretBytes,
    operation::{DecryptOaep, DecryptPkcs1, SignPkcs1, SignPss},
};

use super::Execute;
use crate::device::{
    crypto::{Hash, Oaep, RsaKey, pad_digest, pss_encode, strip_padding},
    keys::Key,
    state::Name,
    task::Task,
};

impl Execute for SignPkcs1 {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        with_key(task, self.key, Capabilities::SIGN_PKCS, |task, key| {
            require_hash_enabled(task, Algorithm::RSA_PKCS1_SHA1, self.digest.len())?;
            let block = pad_digest(&self.digest, key.public().len_bytes());
            sign(key, &block.ok_or(ErrorCode::INVALID_DATA)?)
        })
    }
}

impl Execute for SignPss {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        with_key(task, self.key, Capabilities::SIGN_PSS, |task, key| {
            require_hash_enabled(task, Algorithm::RSA_PSS_SHA1, self.digest.len())?;
            let mgf1 = mgf1(task, self.mgf1)?;
            let len = key.public().len_bytes();
            let mut salt = vec![0; usize::from(self.salt_len_bytes).min(len)];
            task.random.fill(&mut salt);
            let block = pss_encode(&self.digest, mgf1, &salt, len);
            sign(key, &block.ok_or(ErrorCode::INVALID_DATA)?)
        })
    }
}

impl Execute for DecryptPkcs1 {
    fn execute(self, task: &mut Task<'_>) -> Result<SecretBytes, ErrorCode> {
        with_key(task, self.key, Capabilities::DECRYPT_PKCS, |task, key| {
            task.require_enabled(Algorithm::RSA_PKCS1_DECRYPT)?;
            if self.ciphertext.len() != key.public().len_bytes() {
                return Err(ErrorCode::WRONG_LENGTH);
            }
            let block = key.raise(&self.ciphertext).ok_or(ErrorCode::INVALID_DATA)?;
            strip_padding(&block).map(SecretBytes::from).ok_or(ErrorCode::INVALID_DATA)
        })
    }
}

impl Execute for DecryptOaep {
    fn execute(self, task: &mut Task<'_>) -> Result<SecretBytes, ErrorCode> {
        with_key(task, self.key, Capabilities::DECRYPT_OAEP, |task, key| {
            let parts = self.split(key.public().len_bytes());
            let (ciphertext, label_digest) = parts.ok_or(ErrorCode::WRONG_LENGTH)?;
            require_hash_enabled(task, Algorithm::RSA_OAEP_SHA1, label_digest.len())?;
            let oaep = Oaep::new(mgf1(task, self.mgf1)?, label_digest);
            let oaep = oaep.ok_or(ErrorCode::WRONG_LENGTH)?;
            let block = key.raise(ciphertext).ok_or(ErrorCode::INVALID_DATA)?;
            oaep.strip(&block).ok_or(ErrorCode::INVALID_DATA)
        })
    }
}

/// The digest of a mask generation: INVALID DATA where it is none, ALGORITHM DISABLED where it is off.
pub(super) fn mgf1(task: &Task<'_>, algorithm: Algorithm) -> Result<Hash, ErrorCode> {
    let hash = Hash::of_mgf1(algorithm).ok_or(ErrorCode::INVALID_DATA)?;
    task.require_enabled(algorithm)?;
    Ok(hash)
}

fn with_key<T>(
    task: &mut Task<'_>,
    id: ObjectId,
    capability: Capabilities,
    compute: impl FnOnce(&mut Task<'_>, &RsaKey) -> Result<T, ErrorCode>,
) -> Result<T, ErrorCode> {
    let name = Name::new(ObjectType::ASYMMETRIC_KEY, id);
    let key = task.key(name, capability, Algorithm::RSA_KEYS)?.key;
    match &*key {
        Key::Rsa(key) => compute(task, key),
        _ => Err(ErrorCode::INVALID_DATA),
    }
}

fn sign(key: &RsaKey, block: &[u8]) -> Result<Vec<u8>, ErrorCode> {
    // The block is below the modulus by its first bytes. The signature itself is no secret.
    key.raise(block).map(|signature| signature.to_vec()).ok_or(ErrorCode::INVALID_DATA)
}

/// Refuses a scheme that is off for the digest of this size. The four algorithms of a scheme follow each
/// other, SHA-1 first.
fn require_hash_enabled(
    task: &Task<'_>,
    scheme_with_sha1: Algorithm,
    digest_len_bytes: usize,
) -> Result<(), ErrorCode> {
    match Hash::of_len(digest_len_bytes) {
        Some(hash) => task.require_enabled(Algorithm(scheme_with_sha1.0 + hash as u8)),
        None => Ok(()),
    }
}
