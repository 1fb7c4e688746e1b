//! Commands that use RSA wrap keys: a fresh AES key under RSA-OAEP, and under it a bare key or an object.

use yubihsm2::{
    AesKey, Algorithm, Capabilities, ErrorCode, NewObject, ObjectId, ObjectRecord, ObjectType,
    Origin, SecretBytes, Wire as _,
    operation::{
        ExportKeyRsa, ExportWrappedRsa, ImportKeyRsa, ImportWrappedRsa, ImportedObject, RsaWrapped,
    },
};

use super::{
    Execute,
    create::{asymmetric_body, random_key, require_len},
    rsa::mgf1,
    wrap::{exportable, import},
};
use crate::device::{
    crypto::{Oaep, RsaPublicKey, decode_private_key, encode_private_key, unwrap_key, wrap_key},
    keys::{Key, UsableKey},
    state::Name,
    task::Task,
};

impl Execute for ExportKeyRsa {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let key = export_key(task, self.wrap_key)?;
        let record = exportable(task, Name::new(self.object_type, self.id), key.delegated)?;
        let bytes = bare_key(&record)?;
        let oaep = oaep(task, self.oaep, self.mgf1, &self.label_digest)?;
        seal(task, &key, self.aes, oaep, &bytes)
    }
}

impl Execute for ExportWrappedRsa {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let key = export_key(task, self.wrap_key)?;
        let record = exportable(task, Name::new(self.object_type, self.id), key.delegated)?;
        let oaep = oaep(task, self.oaep, self.mgf1, &self.label_digest)?;
        seal(task, &key, self.aes, oaep, &record.to_bytes())
    }
}

impl Execute for ImportKeyRsa {
    fn execute(self, task: &mut Task<'_>) -> Result<ImportedObject, ErrorCode> {
        let key = import_key(task, self.wrap_key)?;
        let object = NewObject {
            id: self.id,
            label: self.label,
            domains: self.domains.intersection(key.domains),
            capabilities: self.capabilities,
            algorithm: self.algorithm,
        };
        if self.id == ObjectId::RESERVED {
            return Err(ErrorCode::INVALID_ID);
        }
        task.require_suitable(self.object_type, self.algorithm)?;
        if object.domains.is_empty() {
            return Err(ErrorCode::INVALID_DATA);
        }
        if !key.delegated.contains(self.capabilities) {
            return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
        }
        let bytes = open(task, &key, &self.wrapped)?;
        let body = body_of_bare_key(self.object_type, self.algorithm, &bytes)?;
        let origin = Origin::IMPORTED.after_wrapped_import();
        let id = task.create(self.object_type, &object, origin, body)?;
        Ok(ImportedObject { object_type: self.object_type, id })
    }
}

impl Execute for ImportWrappedRsa {
    fn execute(self, task: &mut Task<'_>) -> Result<ImportedObject, ErrorCode> {
        let key = import_key(task, self.wrap_key)?;
        let bytes = open(task, &key, &self.wrapped)?;
        let record = ObjectRecord::from_bytes(&bytes).map_err(|_| ErrorCode::INVALID_DATA)?;
        import(task, record, key.delegated, key.domains)
    }
}

fn export_key(task: &mut Task<'_>, id: ObjectId) -> Result<UsableKey, ErrorCode> {
    let name = Name::new(ObjectType::PUBLIC_WRAP_KEY, id);
    task.key(name, Capabilities::EXPORT_WRAPPED, Algorithm::RSA_KEYS)
}

fn import_key(task: &mut Task<'_>, id: ObjectId) -> Result<UsableKey, ErrorCode> {
    let name = Name::new(ObjectType::WRAP_KEY, id);
    task.key(name, Capabilities::IMPORT_WRAPPED, Algorithm::RSA_KEYS)
}

fn oaep<'a>(
    task: &Task<'_>,
    algorithm: Algorithm,
    mask: Algorithm,
    label_digest: &'a [u8],
) -> Result<Oaep<'a>, ErrorCode> {
    let is_oaep = (Algorithm::RSA_OAEP_SHA1..=Algorithm::RSA_OAEP_SHA512).contains(&algorithm);
    if !is_oaep {
        return Err(ErrorCode::INVALID_DATA);
    }
    task.require_enabled(algorithm)?;
    task.require_enabled(Algorithm::AES_KWP)?;
    if algorithm.digest_len_bytes() != Some(label_digest.len()) {
        return Err(ErrorCode::WRONG_LENGTH);
    }
    Oaep::new(mgf1(task, mask)?, label_digest).ok_or(ErrorCode::WRONG_LENGTH)
}

fn seal(
    task: &mut Task<'_>,
    key: &UsableKey,
    aes: Algorithm,
    oaep: Oaep<'_>,
    bytes: &[u8],
) -> Result<Vec<u8>, ErrorCode> {
    let Key::RsaPublic(key) = &*key.key else { return Err(ErrorCode::INVALID_DATA) };
    task.require_suitable(ObjectType::SYMMETRIC_KEY, aes)?;
    let between = AesKey::new(random_key(aes, task.random)).ok_or(ErrorCode::INVALID_DATA)?;
    let sealed = wrap_key(&between, bytes).ok_or(ErrorCode::INVALID_DATA)?;
    let block = encrypt(task, key, oaep, between.as_bytes()).ok_or(ErrorCode::INVALID_DATA)?;
    Ok([block, sealed].concat())
}

fn encrypt(
    task: &mut Task<'_>,
    key: &RsaPublicKey,
    oaep: Oaep<'_>,
    message: &[u8],
) -> Option<Vec<u8>> {
    key.raise(&oaep.pad(message, key.len_bytes(), task.random)?)
}

fn open(task: &Task<'_>, key: &UsableKey, wrapped: &RsaWrapped) -> Result<SecretBytes, ErrorCode> {
    let Key::Rsa(key) = &*key.key else { return Err(ErrorCode::INVALID_DATA) };
    let oaep = oaep(task, wrapped.oaep, wrapped.mgf1, &wrapped.label_digest)?;
    let parts = wrapped.split(key.public().len_bytes());
    let (block, sealed) = parts.ok_or(ErrorCode::WRONG_LENGTH)?;
    let between = key.raise(block).and_then(|block| oaep.strip(&block));
    let between = between.and_then(AesKey::new).ok_or(ErrorCode::INVALID_DATA)?;
    unwrap_key(&between, sealed).ok_or(ErrorCode::INVALID_DATA)
}

/// A key without the object around it: PKCS #8 for asymmetric keys, the bytes for AES keys.
fn bare_key(record: &ObjectRecord) -> Result<SecretBytes, ErrorCode> {
    let body = record.parse_body().map_err(|_| ErrorCode::INVALID_DATA)?;
    match record.object_type {
        ObjectType::SYMMETRIC_KEY => Ok(record.body.clone()),
        ObjectType::ASYMMETRIC_KEY => {
            let key = encode_private_key(record.algorithm, &body);
            key.map(|key| SecretBytes::from(key.as_slice())).ok_or(ErrorCode::INVALID_DATA)
        }
        _ => Err(ErrorCode::INVALID_DATA),
    }
}

fn body_of_bare_key(
    object_type: ObjectType,
    algorithm: Algorithm,
    bytes: &[u8],
) -> Result<SecretBytes, ErrorCode> {
    match object_type {
        ObjectType::SYMMETRIC_KEY => {
            require_len(algorithm, bytes)?;
            Ok(SecretBytes::from(bytes))
        }
        ObjectType::ASYMMETRIC_KEY => {
            let key = decode_private_key(algorithm, bytes).ok_or(ErrorCode::INVALID_DATA)?;
            asymmetric_body(algorithm, &key)
        }
        _ => Err(ErrorCode::INVALID_DATA),
    }
}
