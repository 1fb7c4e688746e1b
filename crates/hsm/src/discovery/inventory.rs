//! What lies on an HSM, as far as a session sees it.

use std::collections::BTreeMap;

use yubihsm2::{
    Label, ObjectEntry, ObjectHandle, ObjectId, ObjectType,
    operation::{ListObjects, ObjectInfoOf},
};

use crate::session::{Session, SessionError};

/// All objects that a session sees, with their labels once they were asked for.
#[derive(Debug)]
pub(crate) struct Inventory {
    entries: Vec<ObjectEntry>,
    labels: BTreeMap<(u16, u8), Label>,
}

impl Inventory {
    /// Lists the objects: one command.
    pub(crate) fn list(session: &mut Session) -> Result<Self, SessionError> {
        let mut entries = session.call_repeatable(&ListObjects { filters: Vec::new() })?;
        entries.sort_by_key(|entry| (entry.id, entry.object_type));
        Ok(Self { entries, labels: BTreeMap::new() })
    }

    /// The objects, by id.
    pub(crate) fn entries(&self) -> &[ObjectEntry] {
        &self.entries
    }

    /// The ids of all objects of a type, ascending.
    pub(crate) fn ids(&self, object_type: ObjectType) -> Vec<ObjectId> {
        let of_type = self.entries.iter().filter(|entry| entry.object_type == object_type);
        of_type.map(|entry| entry.id).collect()
    }

    /// Whether an object is there.
    pub(crate) fn has(&self, object_type: ObjectType, id: ObjectId) -> bool {
        self.entries.iter().any(|entry| entry.object_type == object_type && entry.id == id)
    }

    /// The label of an object: one command the first time.
    pub(crate) fn label(
        &mut self,
        session: &mut Session,
        object_type: ObjectType,
        id: ObjectId,
    ) -> Result<Label, SessionError> {
        if let Some(label) = self.labels.get(&(id.0, object_type.0)) {
            return Ok(*label);
        }
        let object = ObjectHandle { id, object_type };
        let info = session.call_repeatable(&ObjectInfoOf { object })?;
        self.labels.insert((id.0, object_type.0), info.label);
        Ok(info.label)
    }
}
