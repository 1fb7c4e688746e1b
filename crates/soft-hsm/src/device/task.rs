//! One command being carried out: what it may touch, and what it leaves behind.

use std::sync::Arc;

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, FirmwareVersion, MessageLimit, NewObject, ObjectId,
    ObjectRecord, ObjectType, Origin, SecretBytes,
};

use super::{
    access::Access,
    keys::{Key, Keys, UsableKey},
    state::{Change, Name, State, StoredObject},
};
use crate::randomness::{Randomness, random_bytes};

/// One command being carried out.
pub(super) struct Task<'a> {
    pub(super) firmware: FirmwareVersion,
    pub(super) state: &'a mut State,
    pub(super) keys: &'a mut Keys,
    pub(super) access: Access,
    pub(super) random: &'a mut dyn Randomness,
    pub(super) changes: &'a mut Vec<Change>,
    pub(super) trace: Trace,
    pub(super) effect: Effect,
}

/// Which objects a command has used, for the audit log and for models of latency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    pub(super) target: ObjectId,
    pub(super) second: ObjectId,
    pub(super) algorithm: Option<Algorithm>,
}

impl Trace {
    /// No object at all.
    pub(super) const NONE: Self =
        Self { target: ObjectId::UNUSED, second: ObjectId::UNUSED, algorithm: None };
}

/// What happens once the answer is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    /// Nothing more.
    None,
    /// The session ends.
    CloseSession,
    /// The device restarts.
    Reboot,
}

impl Task<'_> {
    /// Changes the state, and remembers the step for whoever makes it durable.
    pub(super) fn commit(&mut self, change: Change) {
        match &change {
            Change::Put(object) => self.keys.forget(object.name()),
            Change::Delete(name) => self.keys.forget(*name),
            Change::Reset(_) => self.keys.clear(),
            _ => {}
        }
        self.changes.push(change.clone());
        self.state.apply(change);
    }

    /// How long a message may be.
    pub(super) fn message_limit(&self) -> MessageLimit {
        self.firmware.message_limit()
    }

    /// An object that the session sees.
    pub(super) fn object(&self, name: Name) -> Result<&StoredObject, ErrorCode> {
        let object = self.state.object(name).filter(|object| self.access.sees(object));
        object.ok_or(ErrorCode::OBJECT_NOT_FOUND)
    }

    /// Notes that an object is used: the first is the target, the next the second.
    pub(super) fn note(&mut self, id: ObjectId) {
        if self.trace.target == ObjectId::UNUSED {
            self.trace.target = id;
        } else {
            self.trace.second = id;
        }
    }

    /// A key to use: one that the session sees, of one of these algorithms, and that may itself be used
    /// for this.
    pub(super) fn key(
        &mut self,
        name: Name,
        capability: Capabilities,
        algorithms: &[Algorithm],
    ) -> Result<UsableKey, ErrorCode> {
        self.note(name.id());
        // Not through `object`, which would hold on to all of `self`.
        let object = self.state.object(name).filter(|object| self.access.sees(object));
        let object = object.ok_or(ErrorCode::OBJECT_NOT_FOUND)?;
        let algorithm = object.record.algorithm;
        self.trace.algorithm.get_or_insert(algorithm);
        if !algorithms.contains(&algorithm) {
            return Err(ErrorCode::INVALID_DATA);
        }
        self.require_enabled(algorithm)?;
        if !object.record.capabilities.contains(capability) {
            return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
        }
        let (delegated, domains) = (object.delegated(), object.record.domains);
        Ok(UsableKey { key: self.keys.of(object)?, algorithm, delegated, domains })
    }

    /// As [`Task::key`], for keys of every algorithm of the type.
    pub(super) fn key_of_type(
        &mut self,
        name: Name,
        capability: Capabilities,
    ) -> Result<Arc<Key>, ErrorCode> {
        Ok(self.key(name, capability, name.object_type().algorithms())?.key)
    }

    /// Refuses algorithms that are switched off.
    pub(super) fn require_enabled(&self, algorithm: Algorithm) -> Result<(), ErrorCode> {
        let is_enabled = self.state.options().is_enabled(algorithm);
        is_enabled.then_some(()).ok_or(ErrorCode::ALGORITHM_DISABLED)
    }

    /// Refuses algorithms that the type does not have, that this firmware does not know, and that are
    /// switched off.
    pub(super) fn require_suitable(
        &self,
        object_type: ObjectType,
        algorithm: Algorithm,
    ) -> Result<(), ErrorCode> {
        let is_rsa_wrap =
            object_type == ObjectType::WRAP_KEY && Algorithm::RSA_KEYS.contains(&algorithm);
        let is_known = algorithm.suits(object_type)
            && algorithm.is_in(self.firmware)
            && (!is_rsa_wrap || self.firmware >= FirmwareVersion::V2_4_0);
        if !is_known {
            return Err(ErrorCode::INVALID_DATA);
        }
        self.require_enabled(algorithm)
    }

    /// Whether the session may create such an object: its rights must be among those that the session may
    /// hand on, its domains among the session's own.
    pub(super) fn require_creatable(
        &self,
        object_type: ObjectType,
        object: &NewObject,
        delegated: Capabilities,
    ) -> Result<(), ErrorCode> {
        if object.id == ObjectId::RESERVED {
            return Err(ErrorCode::INVALID_ID);
        }
        self.require_suitable(object_type, object.algorithm)?;
        let is_in_domains = self.access.domains.contains(object.domains);
        if object.domains.is_empty() || !is_in_domains {
            return Err(ErrorCode::INVALID_DATA);
        }
        if !self.access.delegated.contains(object.capabilities.union(delegated)) {
            return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
        }
        Ok(())
    }

    /// Writes a new object; picks its id where it has none.
    pub(super) fn create(
        &mut self,
        object_type: ObjectType,
        object: &NewObject,
        origin: Origin,
        body: SecretBytes,
    ) -> Result<ObjectId, ErrorCode> {
        let id = match object.id {
            ObjectId::ANY => self.free_id(object_type),
            id => id,
        };
        self.note(id);
        self.trace.algorithm.get_or_insert(object.algorithm);
        let name = Name::new(object_type, id);
        if id == ObjectId::RESERVED || id == ObjectId::ANY {
            return Err(ErrorCode::INVALID_ID);
        }
        if self.state.object(name).is_some() {
            return Err(ErrorCode::OBJECT_EXISTS);
        }
        let len_bytes = u16::try_from(body.len()).map_err(|_| ErrorCode::WRONG_LENGTH)?;
        if !self.state.has_room_for(len_bytes) {
            return Err(ErrorCode::STORAGE_FAILED);
        }
        let record = ObjectRecord {
            capabilities: object.capabilities,
            id,
            len_bytes,
            domains: object.domains,
            object_type,
            algorithm: object.algorithm,
            sequence: self.state.next_sequence(name),
            origin,
            label: object.label,
            body,
        };
        // A key that cannot be used must not be stored.
        Key::load(&record).map_err(|_| ErrorCode::INVALID_DATA)?;
        self.commit(Change::Put(Box::new(StoredObject { record })));
        Ok(id)
    }

    /// An id that no object of the type has, at random as hardware picks them.
    fn free_id(&mut self, object_type: ObjectType) -> ObjectId {
        loop {
            // Ends: at most 256 of 65,534 ids are taken.
            let id = ObjectId(u16::from_be_bytes(random_bytes(self.random)));
            let is_internal = id == ObjectId::ANY || id == ObjectId::RESERVED;
            if !is_internal && self.state.object(Name::new(object_type, id)).is_none() {
                return id;
            }
        }
    }
}
