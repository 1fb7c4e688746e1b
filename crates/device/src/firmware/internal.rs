//! The form in which Nordic's current firmware, and its ports, keep a page: after the usual head, records of tag (16
//! bits big-endian), fill size (8 bits), value size (8 bits), value and fill, and a record of flags.
//!
//! A value without fill reads the same in this form and in that of the provisioning tool.

use page::{BLANK, LayoutForm, Page, PageVersion, RECORD_HEADER_LEN, ValueId};
use zeroize::Zeroizing;

use super::reader;
use crate::BoardModel;

/// Bit 7 of the first byte of the flags.
const INITIALISED: u8 = 0x80;
/// Bit 6.
const KEYS_IN_STORE: u8 = 0x40;

/// What firmware notes on a page that it wrote.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FlagsRecord {
    pub(crate) is_initialised: bool,
    pub(crate) keys_in_store: bool,
}

impl FlagsRecord {
    pub(crate) fn to_bytes(self) -> [u8; 4] {
        let initialised = if self.is_initialised { INITIALISED } else { 0 };
        let keys_in_store = if self.keys_in_store { KEYS_IN_STORE } else { 0 };
        [initialised | keys_in_store, 0, 0, 0]
    }
}

/// The flags, where the page has them.
pub(super) fn flags(model: &BoardModel, region: &[u8]) -> Option<FlagsRecord> {
    if !model.site().dialect.rewrites_on_first_boot {
        return None;
    }
    let mut found = None;
    walk(model, region, |id, value| {
        if id == ValueId::NORDIC_FLAGS && found.is_none() {
            found = value.first().copied();
        }
    });
    found.map(|byte| FlagsRecord {
        is_initialised: byte & INITIALISED != 0,
        keys_in_store: byte & KEYS_IN_STORE != 0,
    })
}

/// The values of a page in this form, flags aside.
pub(super) fn read(model: &BoardModel, region: &[u8]) -> Page {
    let mut page = Page::new(PageVersion::Tlv);
    walk(model, region, |id, value| {
        if id != ValueId::NORDIC_FLAGS && page.value(id).is_none() {
            page.insert(id, value);
        }
    });
    page
}

/// One record in this form, or with `counts_pad` false in that of the provisioning tool, which differs only where
/// there is fill. Values are at most 129 bytes, so that sizes fit their bytes.
pub(crate) fn record(
    id: ValueId,
    value: &[u8],
    word_len: usize,
    counts_pad: bool,
) -> Zeroizing<Vec<u8>> {
    let record_len = (RECORD_HEADER_LEN + value.len()).next_multiple_of(word_len);
    let pad_len = record_len - RECORD_HEADER_LEN - value.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(record_len));
    bytes.extend_from_slice(&id.number().to_be_bytes());
    bytes.extend_from_slice(&[if counts_pad { pad_len as u8 } else { 0 }, value.len() as u8]);
    bytes.extend_from_slice(value);
    bytes.resize(record_len, BLANK);
    bytes
}

fn walk(model: &BoardModel, region: &[u8], mut each: impl FnMut(ValueId, &[u8])) {
    let layout = model.layout(PageVersion::Tlv);
    let Some(LayoutForm::Tlv(form)) = layout.map(|layout| layout.form()) else { return };
    let mut at = form.records_start();
    while let Some(header) = reader::word(region, at) {
        let [high, low, pad_len, len] = header.to_be_bytes();
        let id = ValueId::new(u16::from_be_bytes([high, low]));
        let start = at + RECORD_HEADER_LEN;
        let Some(value) = region.get(start..start + usize::from(len)) else { return };
        if id == ValueId::END {
            return;
        }
        each(id, value);
        at = start + usize::from(len) + usize::from(pad_len);
    }
}
