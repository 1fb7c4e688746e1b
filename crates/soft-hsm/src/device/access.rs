//! What a session may do.

use yubihsm2::{Capabilities, Domains, ObjectId};

use super::state::StoredObject;

/// The rights of a session: those that its authentication key had when it was opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    /// The authentication key.
    pub(super) key: ObjectId,
    /// What the session may do.
    pub(super) capabilities: Capabilities,
    /// What objects may be given that it creates.
    pub(super) delegated: Capabilities,
    /// The domains that it is in.
    pub(super) domains: Domains,
}

impl Access {
    /// Whoever speaks outside a session.
    pub(super) const NOBODY: Self = Self {
        key: ObjectId::UNUSED,
        capabilities: Capabilities::NONE,
        delegated: Capabilities::NONE,
        domains: Domains::NONE,
    };

    /// The rights that an authentication key gives.
    pub(super) fn of(key: &StoredObject) -> Self {
        Self {
            key: key.record.id,
            capabilities: key.record.capabilities,
            delegated: key.delegated(),
            domains: key.record.domains,
        }
    }

    /// Whether the session sees an object.
    pub(super) fn sees(&self, object: &StoredObject) -> bool {
        self.domains.intersects(object.record.domains)
    }
}
