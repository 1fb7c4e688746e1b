//! Objects as they are kept.

use serde::{Deserialize, Serialize};
use yubihsm2::{
    Algorithm, AuthenticationKey, Capabilities, DEFAULT_AUTHENTICATION_KEY_LABEL, DEFAULT_PASSWORD,
    Domains, Label, ObjectBody, ObjectHandle, ObjectId, ObjectInfo, ObjectRecord, ObjectType,
    Origin, StaticKeys, Wire as _, operation::StorageUse,
};

use super::serial;

/// The name of an object: its type and id, in the order in which objects are listed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Name {
    object_type: u8,
    id: u16,
}

impl Name {
    /// The name of this type and id.
    pub const fn new(object_type: ObjectType, id: ObjectId) -> Self {
        Self { object_type: object_type.0, id: id.0 }
    }

    /// The type.
    pub const fn object_type(self) -> ObjectType {
        ObjectType(self.object_type)
    }

    /// The id.
    pub const fn id(self) -> ObjectId {
        ObjectId(self.id)
    }
}

impl From<ObjectHandle> for Name {
    fn from(handle: ObjectHandle) -> Self {
        Self::new(handle.object_type, handle.id)
    }
}

/// An object as it is kept: the record that also travels under wrap keys.
///
/// The body of a key that can hand rights on begins with its delegated capabilities.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct StoredObject {
    /// The record.
    #[serde(with = "serial")]
    pub record: ObjectRecord,
}

impl StoredObject {
    /// The authentication key of a device that was just made or reset. Its password is published.
    pub(super) fn default_authentication_key() -> Self {
        let key = StaticKeys::from_password(DEFAULT_PASSWORD);
        let key = AuthenticationKey::Symmetric(key);
        let body = ObjectBody::Authentication { delegated: Capabilities::ALL, key }.encode();
        let record = ObjectRecord {
            capabilities: Capabilities::ALL,
            id: ObjectId::DEFAULT_AUTHENTICATION_KEY,
            len_bytes: body.len() as u16,
            domains: Domains::ALL,
            object_type: ObjectType::AUTHENTICATION_KEY,
            algorithm: Algorithm::AES128_YUBICO_AUTHENTICATION,
            sequence: 0,
            origin: Origin::IMPORTED,
            label: Label::new(DEFAULT_AUTHENTICATION_KEY_LABEL)
                .expect("the published label has 32 bytes"),
            body,
        };
        Self { record }
    }

    /// Type and id.
    pub fn name(&self) -> Name {
        self.record.handle().into()
    }

    /// What it may hand on: of authentication and wrap keys, nothing otherwise.
    pub fn delegated(&self) -> Capabilities {
        match self.record.object_type {
            ObjectType::AUTHENTICATION_KEY | ObjectType::WRAP_KEY | ObjectType::PUBLIC_WRAP_KEY => {
                let front = self.record.body.get(..DELEGATED_LEN_BYTES).unwrap_or_default();
                Capabilities::from_bytes(front).unwrap_or_default()
            }
            _ => Capabilities::NONE,
        }
    }

    /// What the device tells of it.
    pub fn info(&self) -> ObjectInfo {
        let record = &self.record;
        ObjectInfo {
            capabilities: record.capabilities,
            id: record.id,
            len_bytes: record.len_bytes,
            domains: record.domains,
            object_type: record.object_type,
            algorithm: record.algorithm,
            sequence: record.sequence,
            origin: record.origin,
            label: record.label,
            delegated: self.delegated(),
        }
    }

    /// How many pages of the store it takes.
    pub fn pages(&self) -> u16 {
        StorageUse::pages_of(self.record.len_bytes)
    }
}

/// Size of delegated capabilities in bytes.
const DELEGATED_LEN_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_key_is_the_published_one() {
        let info = StoredObject::default_authentication_key().info();
        assert_eq!((info.id, info.len_bytes, info.sequence), (ObjectId(1), 40, 0));
        assert_eq!(info.capabilities.bits(), u64::MAX);
        assert_eq!(info.delegated.bits(), u64::MAX);
        assert_eq!(info.domains.bits(), 0xFFFF);
        assert_eq!(info.origin, Origin::IMPORTED);
        assert_eq!(info.label.as_str(), Some("DEFAULT AUTHKEY CHANGE THIS ASAP"));
    }

    #[test]
    fn debug_of_an_object_shows_no_key() {
        let shown = format!("{:?}", StoredObject::default_authentication_key());
        assert!(shown.contains("SecretBytes(40 bytes)"), "{shown}");
    }
}
