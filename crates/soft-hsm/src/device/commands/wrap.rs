//! Commands that use an AES wrap key: data, and objects in hardware's format.

use std::sync::Arc;

use yubihsm2::{
    Algorithm, Capabilities, Domains, ErrorCode, FirmwareVersion, NewObject, ObjectBody, ObjectId,
    ObjectRecord, ObjectType, SecretBytes, Wrapped,
    operation::{ExportFormat, ExportWrapped, ImportWrapped, ImportedObject, UnwrapData, WrapData},
};

use super::Execute;
use crate::{
    device::{keys::Key, state::Name, task::Task},
    randomness::random_bytes,
};

/// The algorithms of AES wrap keys. RSA wrap keys only import, by commands of their own.
const AES_WRAP: &[Algorithm] =
    &[Algorithm::AES128_CCM_WRAP, Algorithm::AES192_CCM_WRAP, Algorithm::AES256_CCM_WRAP];

impl Execute for WrapData {
    fn execute(self, task: &mut Task<'_>) -> Result<Wrapped, ErrorCode> {
        let key = data_key(task, self.key, Capabilities::WRAP_DATA)?;
        let Key::Wrap(key) = &*key else { return Err(ErrorCode::INVALID_DATA) };
        let nonce = random_bytes(task.random);
        key.seal_data(nonce, &self.data).map_err(|error| error.error_code())
    }
}

impl Execute for UnwrapData {
    fn execute(self, task: &mut Task<'_>) -> Result<SecretBytes, ErrorCode> {
        let key = data_key(task, self.key, Capabilities::UNWRAP_DATA)?;
        let Key::Wrap(key) = &*key else { return Err(ErrorCode::INVALID_DATA) };
        key.open_data(&self.wrapped).map_err(|error| error.error_code())
    }
}

impl Execute for ExportWrapped {
    fn execute(self, task: &mut Task<'_>) -> Result<Wrapped, ErrorCode> {
        let wrap_key = Name::new(ObjectType::WRAP_KEY, self.wrap_key);
        let key = task.key(wrap_key, Capabilities::EXPORT_WRAPPED, AES_WRAP)?;
        let record = exportable(task, Name::new(self.object_type, self.id), key.delegated)?;
        let record = match self.format.unwrap_or(ExportFormat::PLAIN) {
            ExportFormat::PLAIN => without_seed(record),
            ExportFormat::WITH_SEED if keeps_seeds(task.firmware) => record,
            _ => return Err(ErrorCode::INVALID_DATA),
        };
        let Key::Wrap(key) = &*key.key else { return Err(ErrorCode::INVALID_DATA) };
        let nonce = random_bytes(task.random);
        key.seal_object(nonce, &record).map_err(|error| error.error_code())
    }
}

impl Execute for ImportWrapped {
    fn execute(self, task: &mut Task<'_>) -> Result<ImportedObject, ErrorCode> {
        let wrap_key = Name::new(ObjectType::WRAP_KEY, self.wrap_key);
        let key = task.key(wrap_key, Capabilities::IMPORT_WRAPPED, AES_WRAP)?;
        let Key::Wrap(wrap) = &*key.key else { return Err(ErrorCode::INVALID_DATA) };
        let record = wrap.open_object(&self.wrapped).map_err(|error| error.error_code())?;
        import(task, record, key.delegated, key.domains)
    }
}

/// The record of an object that may leave under a wrap key with these delegated capabilities.
pub(super) fn exportable(
    task: &mut Task<'_>,
    name: Name,
    delegated: Capabilities,
) -> Result<ObjectRecord, ErrorCode> {
    task.note(name.id());
    let record = &task.object(name)?.record;
    let is_exportable = record.capabilities.contains(Capabilities::EXPORTABLE_UNDER_WRAP);
    if !is_exportable || !delegated.contains(record.capabilities) {
        return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    }
    Ok(record.clone())
}

/// Writes an object that arrived under a wrap key: its rights must be among those that the wrap key hands on,
/// and its domains are cut to those of the wrap key.
pub(super) fn import(
    task: &mut Task<'_>,
    record: ObjectRecord,
    delegated: Capabilities,
    domains: Domains,
) -> Result<ImportedObject, ErrorCode> {
    let object_type = record.object_type;
    let is_whole = usize::from(record.len_bytes) == record.body.len();
    let body = record.parse_body().map_err(|_| ErrorCode::INVALID_DATA)?;
    let is_empty = record.body.is_empty();
    let domains = record.domains.intersection(domains);
    if !is_whole || is_empty || domains.is_empty() || record.id == ObjectId::ANY {
        return Err(ErrorCode::INVALID_DATA);
    }
    task.require_suitable(object_type, record.algorithm)?;
    if !delegated.contains(record.capabilities.union(body.delegated())) {
        return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    }
    let object = NewObject {
        id: record.id,
        label: record.label,
        domains,
        capabilities: record.capabilities,
        algorithm: record.algorithm,
    };
    let origin = record.origin.after_wrapped_import();
    let id = task.create(object_type, &object, origin, record.body)?;
    Ok(ImportedObject { object_type, id })
}

/// Firmware from which Ed25519 keys can take their seed along.
fn keeps_seeds(firmware: FirmwareVersion) -> bool {
    firmware >= FirmwareVersion::V2_4_0
}

/// The record as it travels by default: Ed25519 keys leave their seed behind.
fn without_seed(record: ObjectRecord) -> ObjectRecord {
    match record.parse_body() {
        Ok(ObjectBody::Ed25519(mut key)) => {
            key.seed = None;
            let body = ObjectBody::Ed25519(key).encode();
            ObjectRecord { len_bytes: body.len() as u16, body, ..record }
        }
        _ => record,
    }
}

/// A key for data. Firmware before 2.5 says INVALID DATA where the key may not be used for this.
fn data_key(
    task: &mut Task<'_>,
    id: ObjectId,
    capability: Capabilities,
) -> Result<Arc<Key>, ErrorCode> {
    let refused = match task.firmware {
        firmware if firmware < FirmwareVersion::V2_5_0 => ErrorCode::INVALID_DATA,
        _ => ErrorCode::INSUFFICIENT_PERMISSIONS,
    };
    let key = task.key(Name::new(ObjectType::WRAP_KEY, id), capability, AES_WRAP);
    let key = key.map_err(|code| match code {
        ErrorCode::INSUFFICIENT_PERMISSIONS => refused,
        code => code,
    });
    Ok(key?.key)
}
