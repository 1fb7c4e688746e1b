//! The decoder for the line: a page is exactly right or refused.

use super::{Mandatory, len_max, length_expected};
use crate::{
    BLANK, Layout, LayoutForm, MAGIC, PAGE_LEN_MAX, Page, PageVersion, RECORD_HEADER_LEN, Slot,
    ValueId, ValueLength,
    ca_serial::PLAIN_LEN,
    layout::{FixedForm, TlvForm},
};

/// Why an image is not a good page, and at which byte.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at byte {offset}: {kind}")]
pub struct Fault {
    /// Bytes from the page start.
    pub offset: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a page.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// More bytes than [`PAGE_LEN_MAX`].
    #[error("{found} bytes are over the limit of {PAGE_LEN_MAX}")]
    TooLarge {
        /// Size of the image in bytes.
        found: usize,
    },
    /// The image ends too early.
    #[error("{needed} bytes should follow, {available} do")]
    Truncated {
        /// Bytes that should be there.
        needed: usize,
        /// Bytes that are.
        available: usize,
    },
    /// The page does not start with `SID0`.
    #[error("the magic is {}, it should be {}", hex::encode(found), hex::encode(MAGIC))]
    Magic {
        /// What stands there.
        found: [u8; 4],
    },
    /// The version is not the layout's.
    #[error("the version is {found}, it should be {expected}")]
    Version {
        /// What stands there.
        found: u32,
        /// What the layout demands.
        expected: u32,
    },
    /// An id stands twice, or an id of the head among the values.
    #[error("{id} stands a second time")]
    Duplicate {
        /// The value.
        id: ValueId,
    },
    /// A value has the wrong size for its id.
    #[error("{id} is {found} bytes, it should be {expected}")]
    ValueLength {
        /// The value.
        id: ValueId,
        /// The right size in bytes.
        expected: usize,
        /// The size found in bytes.
        found: usize,
    },
    /// A value is longer than firmware takes: 64 bytes, 129 for a serial.
    #[error("{id} is {found} bytes, firmware takes {limit}")]
    ValueTooLong {
        /// The value.
        id: ValueId,
        /// The limit in bytes.
        limit: usize,
        /// The size found in bytes.
        found: usize,
    },
    /// The fill behind a value, or a gap between slots, is not blank.
    #[error("fill reads {found:02x}, it should be blank")]
    PadNotBlank {
        /// The byte found.
        found: u8,
    },
    /// There is something behind the end of the page.
    #[error("there is {found:02x} behind the end of the page")]
    DataAfterEnd {
        /// The byte found.
        found: u8,
    },
    /// A value that registration needs is missing; the offset is where the list ends.
    #[error("{id} is missing")]
    Missing {
        /// The value.
        id: ValueId,
    },
    /// The layout has no strict form: a short form is read leniently, NVM3 is text.
    #[error("layout {layout} is not read strictly from an image")]
    NoStrictForm {
        /// The layout's name.
        layout: String,
    },
}

impl Fault {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            FaultKind::Missing { id } if id.is_private() => Some(
                "a device that keeps its keys in a key store has none on the page; say so if it does"
                    .to_owned(),
            ),
            FaultKind::Truncated { .. } => {
                Some("read the whole flash region of the page and try again".to_owned())
            }
            FaultKind::Magic { .. } | FaultKind::Version { .. } => {
                Some("check the chip, the page address and the page version".to_owned())
            }
            _ => None,
        }
    }

    fn new(offset: usize, kind: FaultKind) -> Self {
        Self { offset, kind }
    }
}

impl Layout {
    /// Reads a page that must be exactly as this layout writes it, blank flash behind it allowed.
    ///
    /// # Errors
    ///
    /// [`Fault`] for a wrong magic or version, a duplicate, missing or over-long value, a value of the wrong
    /// size, fill that is not blank, and anything behind the end. It names the byte.
    pub fn decode_strict(&self, image: &[u8], mandatory: Mandatory) -> Result<Page, Fault> {
        if image.len() > PAGE_LEN_MAX {
            return Err(Fault::new(PAGE_LEN_MAX, FaultKind::TooLarge { found: image.len() }));
        }
        let (page, end) = match self.form() {
            LayoutForm::Fixed(form) => (self.decode_fixed(form, image)?, form.page_len),
            LayoutForm::Tlv(form) => self.decode_tlv(form, image)?,
            LayoutForm::Short(_) | LayoutForm::Nvm3 { .. } => {
                let kind = FaultKind::NoStrictForm { layout: self.name().to_owned() };
                return Err(Fault::new(0, kind));
            }
        };
        match mandatory.missing(&page) {
            Some(id) => Err(Fault::new(end, FaultKind::Missing { id })),
            None => Ok(page),
        }
    }

    /// The page and the offset of its end.
    fn decode_tlv(&self, form: &TlvForm, image: &[u8]) -> Result<(Page, usize), Fault> {
        let start = form.records_start();
        require(image, 0, start)?;
        self.check_head(image, PageVersion::Tlv)?;
        // On TI, where there is no magic, the first bytes stay blank.
        let magic_end = form.magic.map_or(0, Slot::end);
        let before_magic = form.magic.map_or(0, |slot| slot.offset);
        for (from, to) in [(0, before_magic), (magic_end, form.version.offset)] {
            refuse_data(&image[from..to], from, |found| FaultKind::PadNotBlank { found })?;
        }
        let mut page = Page::new(PageVersion::Tlv);
        let mut position = start;
        while let Some((id, len)) = record_header(image, position)? {
            if matches!(id, ValueId::MAGIC | ValueId::VERSION) || page.value(id).is_some() {
                return Err(Fault::new(position, FaultKind::Duplicate { id }));
            }
            let limit = len_max(id);
            if len > limit {
                let kind = FaultKind::ValueTooLong { id, limit, found: len };
                return Err(Fault::new(position, kind));
            }
            let record_len = form.record_len(len);
            require(image, position, record_len)?;
            let record = &image[position..position + record_len];
            let (value, pad) = record[RECORD_HEADER_LEN..].split_at(len);
            if let Some(expected) = length_expected(id, value)
                && expected != len
            {
                let kind = FaultKind::ValueLength { id, expected, found: len };
                return Err(Fault::new(position, kind));
            }
            refuse_data(pad, position + RECORD_HEADER_LEN + len, |found| FaultKind::PadNotBlank {
                found,
            })?;
            page.insert(id, value);
            position += record_len;
        }
        refuse_data(&image[position..], position, |found| FaultKind::DataAfterEnd { found })?;
        Ok((page, position))
    }

    fn decode_fixed(&self, form: &FixedForm, image: &[u8]) -> Result<Page, Fault> {
        require(image, 0, form.page_len)?;
        self.check_head(image, PageVersion::Fixed)?;
        let mut page = Page::new(PageVersion::Fixed);
        for (id, slot) in &form.slots {
            if matches!(*id, ValueId::MAGIC | ValueId::VERSION) {
                continue;
            }
            let bytes = &image[slot.offset..slot.end()];
            if bytes.iter().all(|byte| *byte == BLANK) {
                continue;
            }
            let (value, fill) = bytes.split_at(fixed_value_len(*id, *slot));
            check_slot_fill(fill, slot.end() - fill.len())?;
            page.insert(*id, value);
        }
        for (start, end) in gaps(form) {
            refuse_data(&image[start..end], start, |found| FaultKind::PadNotBlank { found })?;
        }
        let behind = &image[form.page_len..];
        refuse_data(behind, form.page_len, |found| FaultKind::DataAfterEnd { found })?;
        Ok(page)
    }

    fn check_head(&self, image: &[u8], version: PageVersion) -> Result<(), Fault> {
        if let Some(slot) = self.magic_slot() {
            let found = head_word(image, slot);
            if found != MAGIC {
                return Err(Fault::new(slot.offset, FaultKind::Magic { found }));
            }
            check_slot_fill(&image[slot.offset + 4..slot.end()], slot.offset + 4)?;
        }
        if let Some(slot) = self.version_slot() {
            let found = u32::from_be_bytes(head_word(image, slot));
            if found != version.number() {
                let kind = FaultKind::Version { found, expected: version.number() };
                return Err(Fault::new(slot.offset, kind));
            }
            check_slot_fill(&image[slot.offset + 4..slot.end()], slot.offset + 4)?;
        }
        Ok(())
    }
}

/// How many bytes of a slot are the value. Serials on a fixed page are always plain.
pub(super) fn fixed_value_len(id: ValueId, slot: Slot) -> usize {
    match id.length() {
        ValueLength::Exact(len) => len.min(slot.len),
        ValueLength::CaSerial => PLAIN_LEN.min(slot.len),
        ValueLength::Any => slot.len,
    }
}

/// The stretches of a fixed page that belong to no slot.
pub(super) fn gaps(form: &FixedForm) -> Vec<(usize, usize)> {
    let mut slots: Vec<Slot> = form.slots.iter().map(|(_, slot)| *slot).collect();
    slots.sort_unstable_by_key(|slot| slot.offset);
    let ends = std::iter::once(0).chain(slots.iter().map(|slot| slot.end()));
    let starts = slots.iter().map(|slot| slot.offset).chain([form.page_len]);
    ends.zip(starts).filter(|(start, end)| start < end).collect()
}

/// The four bytes of magic or version; what the image does not have reads blank.
pub(super) fn head_word(image: &[u8], slot: Slot) -> [u8; 4] {
    let mut word = [BLANK; 4];
    for (to, from) in word.iter_mut().zip(image.get(slot.offset..).unwrap_or_default()) {
        *to = *from;
    }
    word
}

/// The next record's id and value size, or `None` at the end of the list.
fn record_header(image: &[u8], position: usize) -> Result<Option<(ValueId, usize)>, Fault> {
    let rest = &image[position..];
    if rest.iter().take(2).all(|byte| *byte == BLANK) {
        return Ok(None);
    }
    let [tag_high, tag_low, len_high, len_low, ..] = *rest else {
        let kind = FaultKind::Truncated { needed: RECORD_HEADER_LEN, available: rest.len() };
        return Err(Fault::new(position, kind));
    };
    let id = ValueId::new(u16::from_be_bytes([tag_high, tag_low]));
    Ok(Some((id, usize::from(u16::from_be_bytes([len_high, len_low])))))
}

fn require(image: &[u8], position: usize, needed: usize) -> Result<(), Fault> {
    let available = image.len() - position;
    if available < needed {
        return Err(Fault::new(position, FaultKind::Truncated { needed, available }));
    }
    Ok(())
}

/// The tool fills a slot behind a short value with 00, firmware with FF; both are right, a mix is not.
fn check_slot_fill(fill: &[u8], offset: usize) -> Result<(), Fault> {
    if fill.iter().all(|byte| *byte == 0) {
        return Ok(());
    }
    refuse_data(fill, offset, |found| FaultKind::PadNotBlank { found })
}

fn refuse_data(bytes: &[u8], offset: usize, kind: impl Fn(u8) -> FaultKind) -> Result<(), Fault> {
    match bytes.iter().position(|byte| *byte != BLANK) {
        Some(index) => Err(Fault::new(offset + index, kind(bytes[index]))),
        None => Ok(()),
    }
}
