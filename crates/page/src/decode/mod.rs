//! Reads pages: strictly for the line, leniently for diagnosis.

mod lenient;
mod strict;

use crate::{
    Finding, FindingCode, Page, SERIAL_LEN_MAX, VALUE_LEN_MAX, ValueId, ValueLength, ca_serial,
};

pub use self::{
    lenient::{Diagnosis, Place, Reading},
    strict::{Fault, FaultKind},
};

/// Which values a page must have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mandatory {
    /// Ids 4 to 38: everything that registration needs.
    Complete,
    /// The same without the private keys (6 and 9), which the device keeps in its key store.
    KeysInStore,
}

impl Mandatory {
    /// The first value that is missing.
    pub fn missing(self, page: &Page) -> Option<ValueId> {
        self.ids().find(|id| page.value(*id).is_none())
    }

    /// Every value that must be there, ascending.
    pub fn ids(self) -> impl Iterator<Item = ValueId> {
        (ValueId::SMSN.number()..=ValueId::APID.number())
            .map(ValueId::new)
            .filter(move |id| self == Self::Complete || !id.is_private())
    }
}

/// The size a value must have, where its id says so.
pub(crate) fn length_expected(id: ValueId, value: &[u8]) -> Option<usize> {
    match id.length() {
        ValueLength::Exact(len) => Some(len),
        ValueLength::CaSerial => Some(ca_serial::announced_len(value)),
        ValueLength::Any => None,
    }
}

/// The largest size firmware takes for this id.
pub(crate) fn len_max(id: ValueId) -> usize {
    if id.is_ca_serial() { SERIAL_LEN_MAX } else { VALUE_LEN_MAX }
}

/// Notes a value of the wrong size.
pub(crate) fn check_length(
    id: ValueId,
    value: &[u8],
    offset: Option<usize>,
    findings: &mut Vec<Finding>,
) {
    let len = value.len();
    match length_expected(id, value) {
        Some(expected) if expected != len => {
            let text = format!("{id} is {len} bytes, it should be {expected}");
            findings.push(Finding::new(FindingCode::ValueLength, offset, Some(id), text));
        }
        None if len > len_max(id) => {
            let text = format!("{id} is {len} bytes, firmware takes {}", len_max(id));
            findings.push(Finding::new(FindingCode::ValueTooLong, offset, Some(id), text));
        }
        _ => {}
    }
}

/// Notes what the values themselves tell: what is missing, wiped or moved to a key store.
pub(crate) fn check_values(page: &Page, findings: &mut Vec<Finding>) {
    let mut note = |code, id, text: String| findings.push(Finding::new(code, None, Some(id), text));
    let keys = [ValueId::DEVICE_PRIV_ED25519, ValueId::DEVICE_PRIV_P256R1];
    let keys_in_store = keys.iter().all(|id| page.value(*id).is_none());
    if keys_in_store && page.value(ValueId::DEVICE_PUB_ED25519).is_some() {
        let text = "there are no private keys: the device keeps them in its key store".to_owned();
        note(FindingCode::KeysInStore, ValueId::DEVICE_PRIV_ED25519, text);
    }
    let mandatory = if keys_in_store { Mandatory::KeysInStore } else { Mandatory::Complete };
    for id in mandatory.ids().filter(|id| page.value(*id).is_none()) {
        note(FindingCode::ValueMissing, id, format!("{id} is missing"));
    }
    for id in keys {
        let Some(key) = page.value(id) else { continue };
        match key {
            key if key.iter().all(|byte| *byte == 0) => {
                note(FindingCode::PrivateKeyWiped, id, format!("{id} reads zero"));
            }
            // A key id is a small little-endian number filled with zeros to the size of a key.
            [a, b, c, d, rest @ ..] if rest.len() == 28 && rest.iter().all(|byte| *byte == 0) => {
                let key_id = u32::from_le_bytes([*a, *b, *c, *d]);
                note(FindingCode::PrivateKeyReference, id, format!("{id} refers to key {key_id}"));
            }
            _ => {}
        }
    }
    if page.value(ValueId::SMSN).is_some_and(|smsn| smsn.iter().all(|byte| *byte == 0)) {
        note(FindingCode::SmsnBlank, ValueId::SMSN, "the SMSN is all zero".to_owned());
    }
    if page.value(ValueId::APID).is_some_and(|apid| !apid.iter().all(u8::is_ascii_graphic)) {
        let text = "the APID is not four printable ASCII characters".to_owned();
        note(FindingCode::ApidNotAscii, ValueId::APID, text);
    }
    if page.value(ValueId::SERIAL_NUM).is_some_and(|dsn| !is_terminated_ascii(dsn)) {
        let text = "the DSN is not ASCII of at most 16 characters ended by NUL".to_owned();
        note(FindingCode::SerialNumberForm, ValueId::SERIAL_NUM, text);
    }
}

fn is_terminated_ascii(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|byte| *byte == 0) else { return false };
    text[..end].iter().all(u8::is_ascii_graphic) && text[end..].iter().all(|byte| *byte == 0)
}
