//! What a device keeps without power, and the one way in which it changes.

mod audit_log;
mod identity;
mod object;
mod options;
mod serial;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yubihsm2::{
    AlgorithmToggle, AuditMode, CommandAudit, FirmwareVersion, LogEntry, operation::StorageUse,
};

use crate::randomness::Randomness;

pub use self::{
    audit_log::AuditLog,
    identity::Identity,
    object::{Name, StoredObject},
    options::Options,
};

/// What a device keeps without power.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct State {
    identity: Identity,
    objects: BTreeMap<Name, StoredObject>,
    /// The sequence number that the next object of each name gets; names never written are absent. At most
    /// one for each type and id.
    sequences: BTreeMap<Name, u8>,
    options: Options,
    log: AuditLog,
}

/// One step of a device's state. A request yields few of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Change {
    /// An object was written: a new one, or one whose key was changed.
    Put(Box<StoredObject>),
    /// An object was deleted.
    Delete(Name),
    /// An entry was appended to the log.
    Log(#[serde(with = "serial")] LogEntry),
    /// Entries up to and including this number were dropped from the log.
    DropLog(u16),
    /// A boot was counted that the log did not take.
    CountBoot,
    /// An opened session was counted that the log did not take.
    CountAuthentication,
    /// An option was set.
    ForceAudit(#[serde(with = "serial")] AuditMode),
    /// An option was set; only what is given.
    CommandAudit(#[serde(with = "serial")] Vec<CommandAudit>),
    /// An option was set; only what is given.
    AlgorithmToggle(#[serde(with = "serial")] Vec<AlgorithmToggle>),
    /// The device was reset: everything is new.
    Reset(Box<State>),
}

impl State {
    /// The state of a device that was just made or reset: the default authentication key and a new log,
    /// with the reset and the boot after it as its entries.
    pub(super) fn fresh(
        identity: Identity,
        firmware: FirmwareVersion,
        random: &mut dyn Randomness,
    ) -> Self {
        let mut state = Self {
            identity,
            objects: BTreeMap::new(),
            sequences: BTreeMap::new(),
            options: Options::defaults(firmware),
            log: AuditLog::start(random),
        };
        state.apply(Change::Put(Box::new(StoredObject::default_authentication_key())));
        state.apply(Change::Log(state.log.next_boot()));
        state
    }

    /// Takes a step. This is the only way in which a state changes, so that replaying the steps of a device
    /// gives the state that it had.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Put(object) => {
                let name = object.name();
                self.sequences.insert(name, object.record.sequence.wrapping_add(1));
                self.objects.insert(name, *object);
            }
            Change::Delete(name) => {
                self.objects.remove(&name);
            }
            Change::Log(entry) => self.log.append(entry),
            Change::DropLog(number) => self.log.drop_up_to(number),
            Change::CountBoot => self.log.count_boot(),
            Change::CountAuthentication => self.log.count_authentication(),
            Change::ForceAudit(mode) => self.options.force_audit = mode,
            Change::CommandAudit(audits) => self.options.set_command_audit(&audits),
            Change::AlgorithmToggle(toggles) => self.options.toggle_algorithms(&toggles),
            Change::Reset(fresh) => *self = *fresh,
        }
    }

    /// Who the device is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The object of this name.
    pub fn object(&self, name: Name) -> Option<&StoredObject> {
        self.objects.get(&name)
    }

    /// All objects, by type and id.
    pub fn objects(&self) -> impl Iterator<Item = &StoredObject> {
        self.objects.values()
    }

    /// The sequence number that the next object of this name gets.
    pub fn next_sequence(&self, name: Name) -> u8 {
        self.sequences.get(&name).copied().unwrap_or(0)
    }

    /// Whether authentication key 1 still opens with the published password.
    pub fn has_default_key(&self) -> bool {
        let default = StoredObject::default_authentication_key();
        self.object(default.name()).is_some_and(|key| key.record.body == default.record.body)
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The audit log.
    pub fn log(&self) -> &AuditLog {
        &self.log
    }

    /// How full the store is.
    pub fn storage_use(&self) -> StorageUse {
        let records = self.objects.len() as u16;
        let pages: u16 = self.objects.values().map(StoredObject::pages).sum();
        StorageUse {
            records_total: StorageUse::RECORDS_TOTAL,
            records_free: StorageUse::RECORDS_TOTAL.saturating_sub(records),
            pages_total: StorageUse::PAGES_TOTAL,
            pages_free: StorageUse::PAGES_TOTAL.saturating_sub(pages),
            page_len_bytes: StorageUse::PAGE_LEN_BYTES,
        }
    }

    /// Whether an object fits that takes so many bytes.
    pub(super) fn has_room_for(&self, stored_len_bytes: u16) -> bool {
        let free = self.storage_use();
        free.records_free > 0 && free.pages_free >= StorageUse::pages_of(stored_len_bytes)
    }
}
