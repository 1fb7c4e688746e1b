//! The readers of raw pages, one for each way that firmware walks over one.

use page::{
    BLANK, FixedForm, LayoutForm, MAGIC, Page, PageVersion, RECORD_HEADER_LEN, TlvForm, ValueId,
    ValueLength, nvm3,
};

use super::internal;
use crate::{Board, BoardModel};

/// What the first bytes of a region say to the firmware.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Head {
    /// Erased flash.
    Blank,
    /// The firmware wants `SID0` and does not find it.
    NoMagic,
    /// A number that this firmware does not read.
    Unread(u32),
    /// A page of this version.
    Version(PageVersion),
}

/// A value that is longer than the buffer which firmware reads it into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Overrun {
    pub(super) id: ValueId,
    pub(super) len: usize,
}

/// Plain serials have 4 bytes, and fixed pages have no others.
const PLAIN_SERIAL_LEN: usize = 4;

/// STM32's reader stops where fewer bytes than a head and a header remain.
const REMAINING_LEN_MIN: usize = 20;

pub(super) fn head(model: &BoardModel, region: &[u8]) -> Head {
    if region.iter().all(|byte| *byte == BLANK) {
        return Head::Blank;
    }
    let dialect = &model.site().dialect;
    if model.is_nvm3() {
        return nvm3_page(region).map_or(Head::Blank, |page| match page.version() {
            version if dialect.reads(version) => Head::Version(version),
            version => Head::Unread(version.number()),
        });
    }
    let layout = model.layout(PageVersion::Tlv).or_else(|| model.layout(PageVersion::Fixed));
    let Some(layout) = layout else { return Head::Blank };
    if dialect.checks_magic {
        let magic = layout.magic_slot().and_then(|slot| region.get(slot.offset..slot.offset + 4));
        if magic != Some(&MAGIC[..]) {
            return Head::NoMagic;
        }
    }
    let number = layout.version_slot().and_then(|slot| word(region, slot.offset));
    let Some(number) = number else { return Head::Blank };
    match PageVersion::from_number(number).filter(|version| dialect.reads(*version)) {
        Some(version) => Head::Version(version),
        // Without a magic, a short-form page shows only by its version, which is its first word.
        None => match short_version(model, region) {
            Some(version) => Head::Version(version),
            None => Head::Unread(number),
        },
    }
}

/// Reads a page that no firmware has written anew.
pub(super) fn read_raw(
    model: &BoardModel,
    region: &[u8],
    version: PageVersion,
) -> Result<Page, Overrun> {
    if model.is_nvm3() {
        return Ok(nvm3_page(region).unwrap_or_else(|| Page::new(version)));
    }
    let mut page = Page::new(version);
    let dialect = &model.site().dialect;
    // Nordic's parser of fixed pages takes every older version by the offsets of version 7.
    let form_of = match version {
        PageVersion::Short(_) if short_version(model, region).is_none() => PageVersion::Fixed,
        version => version,
    };
    match model.layout(form_of).map(|layout| layout.form()) {
        Some(LayoutForm::Tlv(form)) if dialect.skips_record_pad => {
            read_padded(form, region, &mut page);
        }
        Some(LayoutForm::Tlv(form)) => {
            let element_len_max = dialect.element_len_max.unwrap_or(usize::MAX);
            read_unpadded(form, region, element_len_max, &mut page)?;
        }
        Some(LayoutForm::Fixed(form) | LayoutForm::Short(form)) => {
            read_slots(form, region, &mut page);
        }
        Some(LayoutForm::Nvm3 { .. }) | None => {}
    }
    Ok(page)
}

/// The values that the firmware on a board would use: of a page in its own form where there is one.
pub(super) fn read_values(board: &Board) -> Option<Page> {
    let (model, region) = (board.model(), board.flash().region());
    let Head::Version(version) = head(model, region) else { return None };
    if internal::flags(model, region).is_some() {
        return Some(internal::read(model, region));
    }
    read_raw(model, region, version).ok()
}

/// Silicon Labs' values are objects of NVM3. Its binary form is the vendor's own; a simulated board keeps the
/// `.nvm3` text in the region instead, ended by blank flash.
pub(super) fn nvm3_page(region: &[u8]) -> Option<Page> {
    let end = region.iter().position(|byte| *byte == BLANK).unwrap_or(region.len());
    let diagnosis = nvm3::parse_lenient(&region[..end]).ok()?;
    (!diagnosis.page.is_empty()).then_some(diagnosis.page)
}

/// Records with the fill skipped, as STM32's and Nordic's older readers walk.
fn read_padded(form: &TlvForm, region: &[u8], page: &mut Page) {
    let mut at = form.records_start();
    while region.len().saturating_sub(at) >= REMAINING_LEN_MIN {
        let Some((id, len)) = record_header(region, at) else { return };
        let Some(value) = value_at(region, at, len) else { return };
        // The first record of an id is the one that a search finds.
        if page.value(id).is_none() {
            page.insert(id, value);
        }
        at += form.record_len(len);
    }
}

/// Records one after the other by their value's size alone, as Nordic's current reader walks: fill that the
/// provisioning tool wrote is taken for the next record.
fn read_unpadded(
    form: &TlvForm,
    region: &[u8],
    element_len_max: usize,
    page: &mut Page,
) -> Result<(), Overrun> {
    let mut at = form.records_start();
    while let Some((id, len)) = record_header(region, at) {
        if len > element_len_max {
            return Err(Overrun { id, len });
        }
        let Some(value) = value_at(region, at, len) else { break };
        page.insert(id, value);
        at += RECORD_HEADER_LEN + len;
    }
    Ok(())
}

fn read_slots(form: &FixedForm, region: &[u8], page: &mut Page) {
    for (id, slot) in &form.slots {
        if matches!(*id, ValueId::MAGIC | ValueId::VERSION) {
            continue;
        }
        let len = match id.length() {
            ValueLength::Exact(len) => len.min(slot.len),
            ValueLength::CaSerial => PLAIN_SERIAL_LEN.min(slot.len),
            ValueLength::Any => slot.len,
        };
        let value = region.get(slot.offset..slot.offset + len);
        if let Some(value) = value.filter(|value| value.iter().any(|byte| *byte != BLANK)) {
            page.insert(*id, value);
        }
    }
}

/// The version of a short-form page, which stands at that form's own place.
fn short_version(model: &BoardModel, region: &[u8]) -> Option<PageVersion> {
    if model.site().dialect.checks_magic || !model.site().dialect.reads_short {
        return None;
    }
    let short = model.layout(PageVersion::Short(1))?;
    let number = word(region, short.version_slot()?.offset)?;
    PageVersion::from_number(number).filter(|version| matches!(version, PageVersion::Short(_)))
}

pub(super) fn word(region: &[u8], offset: usize) -> Option<u32> {
    let bytes = region.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn record_header(region: &[u8], at: usize) -> Option<(ValueId, usize)> {
    let header = word(region, at)?;
    let id = ValueId::new((header >> 16) as u16);
    (id != ValueId::END).then_some((id, (header & 0xFFFF) as usize))
}

fn value_at(region: &[u8], at: usize, len: usize) -> Option<&[u8]> {
    let start = at + RECORD_HEADER_LEN;
    region.get(start..start.checked_add(len)?)
}
