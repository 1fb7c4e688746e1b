//! Where the values of a page stand in flash.

use crate::{PageVersion, ValueId};

/// No known page region is larger: 24 KiB for NVM3, 8 KiB for a sector. A layout file that asks for more is wrong.
pub const PAGE_LEN_MAX: usize = 64 * 1024;

/// The first four bytes of a page, except on TI and in short-form pages.
pub const MAGIC: [u8; 4] = *b"SID0";

/// What erased flash reads as.
pub const BLANK: u8 = 0xFF;

/// Size of a record's tag and length in bytes.
pub const RECORD_HEADER_LEN: usize = 4;

/// A place in flash, counted in bytes from the page start. It may be larger than what stands in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Slot {
    /// First byte.
    pub offset: usize,
    /// Size in bytes.
    pub len: usize,
}

impl Slot {
    /// The byte after the last.
    pub const fn end(self) -> usize {
        self.offset + self.len
    }
}

/// Fixed offsets: page version 7, and the short form before it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FixedForm {
    /// Size of the whole page in bytes.
    pub page_len: usize,
    /// Every place, ascending by id; VERSION is among them, MAGIC may be.
    pub slots: Vec<(ValueId, Slot)>,
}

impl FixedForm {
    /// The place of a value.
    pub fn slot(&self, id: ValueId) -> Option<Slot> {
        let index = self.slots.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.slots[index].1)
    }
}

/// Tag, length, value: page version 8. Tag and length are 16 bits big-endian, the length counts the value
/// alone, and the whole record is filled with FF to a multiple of the word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TlvForm {
    /// The place of `SID0`, where the platform has one.
    pub magic: Option<Slot>,
    /// The place of the version. Records start where it ends.
    pub version: Slot,
    /// Records are multiples of this many bytes.
    pub word_len: usize,
}

impl TlvForm {
    /// Offset of the first record.
    pub const fn records_start(&self) -> usize {
        self.version.end()
    }

    /// Size of a record with a value of `value_len` bytes: header, value and fill.
    pub const fn record_len(&self, value_len: usize) -> usize {
        (RECORD_HEADER_LEN + value_len).next_multiple_of(self.word_len)
    }
}

/// How values are written down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LayoutForm {
    /// Fixed offsets without SMSN and DAK; decoded for diagnosis, never written.
    Short(FixedForm),
    /// Fixed offsets, page version 7.
    Fixed(FixedForm),
    /// Records, page version 8.
    Tlv(TlvForm),
    /// One NVM3 object per value; its key is this base plus the id.
    Nvm3 {
        /// The key of id 0.
        key_base: u32,
    },
}

/// One way of laying a page out, read from a data file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Layout {
    pub(crate) name: String,
    pub(crate) form: LayoutForm,
}

impl Layout {
    /// The name in the data file, such as `nordic-v8`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How values are written down.
    pub fn form(&self) -> &LayoutForm {
        &self.form
    }

    /// The version a page must have to be written with this layout; NVM3 takes 7 and 8.
    pub fn accepts(&self, version: PageVersion) -> bool {
        match self.form {
            LayoutForm::Short(_) => matches!(version, PageVersion::Short(_)),
            LayoutForm::Fixed(_) => version == PageVersion::Fixed,
            LayoutForm::Tlv(_) => version == PageVersion::Tlv,
            LayoutForm::Nvm3 { .. } => !matches!(version, PageVersion::Short(_)),
        }
    }

    /// The place of a value, where the layout gives it a fixed one.
    pub fn slot(&self, id: ValueId) -> Option<Slot> {
        match &self.form {
            LayoutForm::Short(fixed) | LayoutForm::Fixed(fixed) => fixed.slot(id),
            LayoutForm::Tlv(tlv) if id == ValueId::MAGIC => tlv.magic,
            LayoutForm::Tlv(tlv) if id == ValueId::VERSION => Some(tlv.version),
            LayoutForm::Tlv(_) | LayoutForm::Nvm3 { .. } => None,
        }
    }

    /// The place of the magic, where the layout has one.
    pub fn magic_slot(&self) -> Option<Slot> {
        self.slot(ValueId::MAGIC)
    }

    /// The place of the version; NVM3 has none.
    pub fn version_slot(&self) -> Option<Slot> {
        self.slot(ValueId::VERSION)
    }
}
