//! What all slots of a line share. Each part has one owner of its own behind it; slots only send to them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use journal::{DeviceId, JobId, Journal};
use sidewalk::{Apid, Stage};

use super::{Control, LogDesk, Quota, doors::LabelDesk, line::LineMode};
use crate::{
    clock::Clock,
    event::{Event, Listeners},
    job::CheckSettings,
    page_maker::PageMaker,
    plant::Plant,
    serials::Serials,
    signing::Signing,
};

/// The parts of a line that its slots use.
pub(crate) struct Shared {
    pub(crate) line: String,
    pub(crate) product: Naming,
    pub(crate) job: JobId,
    pub(crate) mode: LineMode,
    pub(crate) attempts_max: u32,
    pub(crate) confirms_finished: bool,
    pub(crate) journal: Arc<Journal>,
    pub(crate) signing: Arc<dyn Signing>,
    pub(crate) pages: PageMaker,
    pub(crate) serials: Arc<Serials>,
    pub(crate) logs: LogDesk,
    pub(crate) quota: Quota,
    pub(crate) checks: Vec<CheckSettings>,
    pub(crate) labels: Option<LabelDesk>,
    pub(crate) plant: Option<Plant>,
    pub(crate) control: Arc<Control>,
    pub(crate) listeners: Listeners,
    pub(crate) clock: Clock,
    pub(crate) fill_random: fn(&mut [u8]) -> bool,
    pub(crate) in_hand: InHand,
}

/// What names a product's devices.
pub(crate) struct Naming {
    pub(crate) device_type: String,
    pub(crate) stage: Stage,
    pub(crate) apid: Apid,
    pub(crate) board_id: Option<String>,
}

impl Shared {
    pub(crate) fn tell(&self, event: &Event) {
        self.listeners.tell(event);
    }
}

/// Which boards are in hand, so that no board is in two slots, and which unfinished devices have boards that nothing
/// tells from others.
#[derive(Default)]
pub(crate) struct InHand {
    boards: Mutex<HashMap<String, u16>>,
    anonymous: Mutex<HashMap<u16, Vec<DeviceId>>>,
}

impl InHand {
    pub(crate) fn with_anonymous(devices: impl IntoIterator<Item = (u16, DeviceId)>) -> Self {
        let mut anonymous: HashMap<u16, Vec<DeviceId>> = HashMap::new();
        for (slot, device) in devices {
            anonymous.entry(slot).or_default().push(device);
        }
        Self { boards: Mutex::default(), anonymous: Mutex::new(anonymous) }
    }

    /// Takes a board for a slot; the slot that has it already is the error.
    pub(crate) fn take(&self, chip: &str, slot: u16) -> Result<BoardInHand<'_>, u16> {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        match boards.get(chip) {
            Some(other) => Err(*other),
            None => {
                boards.insert(chip.to_owned(), slot);
                Ok(BoardInHand { all: self, chip: chip.to_owned() })
            }
        }
    }

    /// An unfinished device of this slot whose board has no name of its own.
    pub(crate) fn take_anonymous(&self, slot: u16) -> Option<DeviceId> {
        let mut devices = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
        devices.get_mut(&slot).and_then(Vec::pop)
    }

    /// Keeps a device for the next board of this slot.
    pub(crate) fn keep_anonymous(&self, slot: u16, device: DeviceId) {
        let mut devices = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
        devices.entry(slot).or_default().push(device);
    }
}

/// A board that one slot has; dropping it lets others have it.
pub(crate) struct BoardInHand<'a> {
    all: &'a InHand,
    chip: String,
}

impl Drop for BoardInHand<'_> {
    fn drop(&mut self) {
        let mut boards = self.all.boards.lock().unwrap_or_else(PoisonError::into_inner);
        boards.remove(&self.chip);
    }
}
