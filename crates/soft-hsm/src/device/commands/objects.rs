//! Commands that read and delete objects.

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, ListFilter, ObjectEntry, ObjectId, ObjectInfo, ObjectType,
    operation::{
        DeleteObject, GetOpaque, GetTemplate, ListObjects, ObjectInfoOf, PublicKey, PublicKeyAnswer,
    },
};

use super::Execute;
use crate::device::{
    keys::Key,
    state::{Change, Name},
    task::Task,
};

impl Execute for ListObjects {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<ObjectEntry>, ErrorCode> {
        let access = task.access;
        let seen = task.state.objects().filter(|object| access.sees(object));
        let infos = seen.map(|object| object.info());
        let admitted =
            |info: &ObjectInfo| self.filters.iter().all(|it: &ListFilter| it.admits(info));
        Ok(infos
            .filter(admitted)
            .map(|info| ObjectEntry {
                id: info.id,
                object_type: info.object_type,
                sequence: info.sequence,
            })
            .collect())
    }
}

impl Execute for ObjectInfoOf {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectInfo, ErrorCode> {
        task.note(self.object.id);
        task.object(self.object.into()).map(|object| object.info())
    }
}

impl Execute for DeleteObject {
    fn execute(self, task: &mut Task<'_>) -> Result<(), ErrorCode> {
        task.note(self.object.id);
        let capability = self.object.object_type.delete_capability();
        let capability = capability.ok_or(ErrorCode::INVALID_DATA)?;
        if !task.access.capabilities.contains(capability) {
            return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
        }
        let name = task.object(self.object.into())?.name();
        task.commit(Change::Delete(name));
        Ok(())
    }
}

impl Execute for GetOpaque {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        if self.id == ObjectId::ATTESTATION {
            task.note(self.id);
            return Ok(task.state.identity().attestation_certificate.clone());
        }
        data(task, Name::new(ObjectType::OPAQUE, self.id))
    }
}

impl Execute for GetTemplate {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        data(task, Name::new(ObjectType::TEMPLATE, self.id))
    }
}

impl Execute for PublicKey {
    fn execute(self, task: &mut Task<'_>) -> Result<PublicKeyAnswer, ErrorCode> {
        let object_type = self.object_type.unwrap_or(ObjectType::ASYMMETRIC_KEY);
        let (algorithm, key) = match object_type {
            ObjectType::ASYMMETRIC_KEY if self.id == ObjectId::ATTESTATION => {
                task.note(self.id);
                let key = task.state.identity().attestation_key();
                let key = key.ok_or(ErrorCode::STORAGE_FAILED)?;
                let bytes = key.public().to_vec();
                return Ok(PublicKeyAnswer { algorithm: Algorithm::EC_P256, bytes });
            }
            ObjectType::ASYMMETRIC_KEY | ObjectType::WRAP_KEY | ObjectType::PUBLIC_WRAP_KEY => {
                let name = Name::new(object_type, self.id);
                let usable = task.key(name, Capabilities::NONE, object_type.algorithms())?;
                (usable.algorithm, usable.key)
            }
            _ => return Err(ErrorCode::INVALID_DATA),
        };
        let bytes = match &*key {
            Key::Ec(key) => key.public().to_vec(),
            Key::Ed25519(key) => key.public().to_vec(),
            Key::Rsa(key) => key.public().modulus().to_vec(),
            Key::RsaPublic(key) => key.modulus().to_vec(),
            _ => return Err(ErrorCode::INVALID_DATA),
        };
        Ok(PublicKeyAnswer { algorithm, bytes })
    }
}

fn data(task: &mut Task<'_>, name: Name) -> Result<Vec<u8>, ErrorCode> {
    task.note(name.id());
    let record = &task.object(name)?.record;
    let (algorithm, data) = (record.algorithm, record.body.to_vec());
    task.trace.algorithm = Some(algorithm);
    task.require_enabled(algorithm)?;
    Ok(data)
}
