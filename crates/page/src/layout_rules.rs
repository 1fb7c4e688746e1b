//! The rules that every layout keeps, whichever kind of file it was read from.

use crate::{
    CatalogueFault, FixedForm, PAGE_LEN_MAX, Slot, TlvForm, ValueId, ValueLength,
    ca_serial::PLAIN_LEN,
};

impl FixedForm {
    /// Fixed offsets in a page of `page_len` bytes, the slots in the order of the file.
    ///
    /// Every slot holds its value and stands within the page, no two share bytes, and VERSION is among them.
    pub(crate) fn new(
        page_len: usize,
        mut slots: Vec<(ValueId, Slot)>,
    ) -> Result<Self, CatalogueFault> {
        for (id, slot) in &slots {
            check_fit(*id, *slot, page_len)?;
        }
        if let Some((first, second)) = overlap(&slots) {
            return Err(CatalogueFault::Overlap(first, second));
        }
        slots.sort_unstable_by_key(|(id, _)| *id);
        let form = Self { page_len, slots };
        if form.slot(ValueId::VERSION).is_none() {
            return Err(CatalogueFault::Missing("a slot for VERSION"));
        }
        Ok(form)
    }
}

impl TlvForm {
    /// Records after the version. They start where it ends, so that a magic behind it would stand among them.
    pub(crate) fn new(
        word_len: usize,
        magic: Option<Slot>,
        version: Slot,
    ) -> Result<Self, CatalogueFault> {
        check_fit(ValueId::VERSION, version, PAGE_LEN_MAX)?;
        if let Some(magic) = magic {
            check_fit(ValueId::MAGIC, magic, PAGE_LEN_MAX)?;
            if magic.end() > version.offset {
                return Err(CatalogueFault::Overlap(ValueId::MAGIC, ValueId::VERSION));
            }
        }
        Ok(Self { magic, version, word_len })
    }
}

fn check_fit(id: ValueId, slot: Slot, page_len: usize) -> Result<(), CatalogueFault> {
    let needed = match id.length() {
        ValueLength::Exact(exact) => exact,
        ValueLength::CaSerial => PLAIN_LEN,
        ValueLength::Any => 1,
    };
    let Slot { offset, len } = slot;
    if len < needed || offset.saturating_add(len) > page_len {
        return Err(CatalogueFault::Slot { id, offset, len });
    }
    Ok(())
}

/// Two slots with the same id or with shared bytes; the second is the one further down the file.
fn overlap(slots: &[(ValueId, Slot)]) -> Option<(ValueId, ValueId)> {
    for (index, (id, slot)) in slots.iter().enumerate() {
        for (other_id, other) in &slots[..index] {
            if id == other_id || (slot.offset < other.end() && other.offset < slot.end()) {
                return Some((*other_id, *id));
            }
        }
    }
    None
}
