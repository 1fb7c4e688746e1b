//! The decoder for diagnosis: whatever can be read is read, and what is wrong is a finding.

use super::{
    check_length, check_values, length_expected,
    strict::{fixed_value_len, gaps, head_word},
};
use crate::{
    BLANK, Finding, FindingCode, Layout, LayoutForm, MAGIC, PAGE_LEN_MAX, Page, PageVersion,
    RECORD_HEADER_LEN, ValueId,
    layout::{FixedForm, TlvForm},
};

/// What a lenient decoder made of an image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnosis {
    /// The values that could be read.
    pub page: Page,
    /// Where each of them stands.
    pub places: Vec<Place>,
    /// How they were read.
    pub reading: Reading,
    /// What is noteworthy, in the order it was met.
    pub findings: Vec<Finding>,
}

/// Where the bytes of a value stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The value.
    pub id: ValueId,
    /// Its first byte, from the page start; in NVM3 text, the line.
    pub offset: usize,
    /// Its size in bytes.
    pub len: usize,
}

/// How an image was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// Fixed offsets.
    Fixed,
    /// Fixed offsets of the short form.
    Short,
    /// Records as the provisioning tool writes them.
    Tlv,
    /// Records as Nordic firmware rewrites them at its first boot: tag (16 bits big-endian), fill size (8 bits),
    /// value size (8 bits), value, fill.
    NordicInternal,
    /// NVM3 objects.
    Nvm3,
}

/// The bits of the first byte of Nordic's flags record (nrfconnect/sdk-sidewalk, `sid_mfg_storage.c`).
const FLAG_INITIALISED: u8 = 0x80;
const FLAG_KEYS_IN_STORE: u8 = 0x40;

impl Diagnosis {
    pub(crate) fn new(reading: Reading) -> Self {
        let page = Page::new(PageVersion::Tlv);
        Self { page, places: Vec::new(), reading, findings: Vec::new() }
    }

    /// Where a value starts.
    pub fn offset(&self, id: ValueId) -> Option<usize> {
        self.places.iter().find(|place| place.id == id).map(|place| place.offset)
    }

    pub(crate) fn note(
        &mut self,
        code: FindingCode,
        offset: Option<usize>,
        id: Option<ValueId>,
        text: String,
    ) {
        self.findings.push(Finding::new(code, offset, id, text));
    }

    pub(crate) fn keep(&mut self, id: ValueId, offset: usize, value: &[u8]) {
        self.places.push(Place { id, offset, len: value.len() });
        self.page.insert(id, value);
    }
}

impl Layout {
    /// Reads whatever this layout finds in an image. An NVM3 layout finds nothing: its objects are text here.
    pub fn decode_lenient(&self, image: &[u8]) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(self.reading());
        let image = match image.get(..PAGE_LEN_MAX) {
            Some(head) if image.len() > PAGE_LEN_MAX => {
                let text = format!("{} bytes, of which {PAGE_LEN_MAX} are read", image.len());
                diagnosis.note(FindingCode::PageTooLarge, Some(PAGE_LEN_MAX), None, text);
                head
            }
            _ => image,
        };
        if image.iter().all(|byte| *byte == BLANK) {
            let text = "there is nothing but blank flash".to_owned();
            diagnosis.note(FindingCode::PageBlank, Some(0), None, text);
            return diagnosis;
        }
        let version = self.read_head(image, &mut diagnosis);
        diagnosis.page.set_version(version);
        match self.form() {
            LayoutForm::Fixed(form) => read_slots(form, image, &mut diagnosis),
            LayoutForm::Short(form) => {
                read_slots(form, image, &mut diagnosis);
                let text = "a short-form page from before the DAK".to_owned();
                diagnosis.note(FindingCode::ShortForm, Some(0), None, text);
                return diagnosis;
            }
            LayoutForm::Tlv(form) => read_records(form, image, &mut diagnosis),
            LayoutForm::Nvm3 { .. } => {}
        }
        check_values(&diagnosis.page, &mut diagnosis.findings);
        diagnosis
    }

    fn reading(&self) -> Reading {
        match self.form() {
            LayoutForm::Short(_) => Reading::Short,
            LayoutForm::Fixed(_) => Reading::Fixed,
            LayoutForm::Tlv(_) => Reading::Tlv,
            LayoutForm::Nvm3 { .. } => Reading::Nvm3,
        }
    }

    /// Whether magic and version of an image are the ones this layout wants.
    pub(crate) fn head_matches(&self, image: &[u8]) -> bool {
        self.version_matches(image)
            && self.magic_slot().is_none_or(|slot| head_word(image, slot) == MAGIC)
    }

    /// Whether the version of an image is one this layout wants.
    pub(crate) fn version_matches(&self, image: &[u8]) -> bool {
        self.version_slot().is_some_and(|slot| {
            let number = u32::from_be_bytes(head_word(image, slot));
            PageVersion::from_number(number).is_some_and(|version| self.accepts(version))
        })
    }

    fn read_head(&self, image: &[u8], diagnosis: &mut Diagnosis) -> PageVersion {
        if let Some(slot) = self.magic_slot() {
            let found = head_word(image, slot);
            if found != MAGIC {
                let text =
                    format!("the magic is {}, not {}", hex::encode(found), hex::encode(MAGIC));
                let id = Some(ValueId::MAGIC);
                diagnosis.note(FindingCode::MagicMissing, Some(slot.offset), id, text);
            }
        }
        let expected = match self.form() {
            LayoutForm::Short(_) => PageVersion::Short(1),
            LayoutForm::Fixed(_) => PageVersion::Fixed,
            LayoutForm::Tlv(_) | LayoutForm::Nvm3 { .. } => PageVersion::Tlv,
        };
        let Some(slot) = self.version_slot() else { return expected };
        let number = u32::from_be_bytes(head_word(image, slot));
        let version = PageVersion::from_number(number);
        let (code, text) = match version {
            Some(version) if self.accepts(version) => return version,
            Some(_) => (FindingCode::VersionOther, format!("the version is {number}")),
            None => (FindingCode::VersionUnknown, format!("the version reads {number:#010x}")),
        };
        diagnosis.note(code, Some(slot.offset), Some(ValueId::VERSION), text);
        // The layout was asked for, so the values are read its way whatever the head says.
        expected
    }
}

fn read_slots(form: &FixedForm, image: &[u8], diagnosis: &mut Diagnosis) {
    if image.len() < form.page_len {
        let text = format!("{} bytes of a page of {}", image.len(), form.page_len);
        diagnosis.note(FindingCode::PageTruncated, Some(image.len()), None, text);
    }
    for (id, slot) in &form.slots {
        if matches!(*id, ValueId::MAGIC | ValueId::VERSION) {
            continue;
        }
        let end = slot.offset + fixed_value_len(*id, *slot);
        let Some(value) = image.get(slot.offset..end) else { continue };
        if value.iter().any(|byte| *byte != BLANK) {
            diagnosis.keep(*id, slot.offset, value);
        }
    }
    for (start, end) in gaps(form) {
        note_data(image, start, end, FindingCode::PadNotBlank, diagnosis);
    }
    note_data(image, form.page_len, image.len(), FindingCode::DataAfterEnd, diagnosis);
}

fn note_data(image: &[u8], start: usize, end: usize, code: FindingCode, diagnosis: &mut Diagnosis) {
    let bytes = image.get(start..end.min(image.len())).unwrap_or_default();
    if let Some(index) = bytes.iter().position(|byte| *byte != BLANK) {
        let offset = start + index;
        diagnosis.note(code, Some(offset), None, format!("byte {offset} is not blank"));
    }
}

/// A page has about 40 records; a list this long is noise, and would take long to sort.
const RECORDS_MAX: usize = 1024;

/// A record that was found, without its bytes.
struct Record {
    offset: usize,
    id: ValueId,
    value_len: usize,
    record_len: usize,
}

/// The records of one reading, and where it stopped.
struct Records {
    records: Vec<Record>,
    end: usize,
    derailed: bool,
}

impl Records {
    fn read(form: &TlvForm, image: &[u8], reading: Reading) -> Self {
        let mut found = Self { records: Vec::new(), end: form.records_start(), derailed: false };
        loop {
            let rest = image.get(found.end..).unwrap_or_default();
            if rest.iter().take(2).all(|byte| *byte == BLANK) {
                return found;
            }
            let [tag_high, tag_low, high, low, ..] = *rest else {
                found.derailed = true;
                return found;
            };
            if found.records.len() == RECORDS_MAX {
                found.derailed = true;
                return found;
            }
            let (value_len, record_len) = if reading == Reading::NordicInternal {
                let len = usize::from(low);
                (len, RECORD_HEADER_LEN + len + usize::from(high))
            } else {
                let len = usize::from(u16::from_be_bytes([high, low]));
                (len, form.record_len(len))
            };
            if rest.len() < RECORD_HEADER_LEN + value_len {
                found.derailed = true;
                return found;
            }
            let id = ValueId::new(u16::from_be_bytes([tag_high, tag_low]));
            found.records.push(Record { offset: found.end, id, value_len, record_len });
            found.end += record_len;
        }
    }

    /// How many values make sense; a reading that derails counts less than one that ends well.
    fn sense(&self, image: &[u8]) -> usize {
        let good = |record: &&Record| {
            length_expected(record.id, record.value(image)) == Some(record.value_len)
        };
        2 * self.records.iter().filter(good).count() + usize::from(!self.derailed)
    }
}

impl Record {
    fn value<'a>(&self, image: &'a [u8]) -> &'a [u8] {
        &image[self.offset + RECORD_HEADER_LEN..][..self.value_len]
    }

    fn pad<'a>(&self, image: &'a [u8]) -> &'a [u8] {
        let start = self.offset + RECORD_HEADER_LEN + self.value_len;
        let end = (self.offset + self.record_len).min(image.len());
        image.get(start..end).unwrap_or_default()
    }
}

fn read_records(form: &TlvForm, image: &[u8], diagnosis: &mut Diagnosis) {
    let written = Records::read(form, image, Reading::Tlv);
    let rewritten = Records::read(form, image, Reading::NordicInternal);
    // Without fill both readings are the same; then only the flags record tells.
    let flagged = rewritten.records.iter().any(|record| record.id == ValueId::NORDIC_FLAGS);
    let (sense_written, sense_rewritten) = (written.sense(image), rewritten.sense(image));
    let is_internal =
        sense_rewritten > sense_written || (sense_rewritten == sense_written && flagged);
    let found = if is_internal { rewritten } else { written };
    if is_internal {
        diagnosis.reading = Reading::NordicInternal;
        let text = "the firmware has taken the page over and rewritten it".to_owned();
        diagnosis.note(FindingCode::InternalForm, None, None, text);
    }
    for record in &found.records {
        keep_record(record, image, diagnosis);
    }
    if found.derailed {
        let text = "the list of records cannot be followed to its end".to_owned();
        diagnosis.note(FindingCode::RecordDerails, Some(found.end), None, text);
    } else {
        note_data(image, found.end, image.len(), FindingCode::DataAfterEnd, diagnosis);
    }
}

/// An application may have values longer than firmware writes at once; beyond this it is noise that a derailed
/// reading made up, which is noted and not kept.
const KEPT_LEN_MAX: usize = 4096;

fn keep_record(record: &Record, image: &[u8], diagnosis: &mut Diagnosis) {
    let Record { offset, id, value_len, .. } = *record;
    let value = record.value(image);
    if matches!(id, ValueId::MAGIC | ValueId::VERSION) || diagnosis.page.value(id).is_some() {
        let text = format!("{id} stands a second time and is passed over");
        diagnosis.note(FindingCode::RecordDuplicate, Some(offset), Some(id), text);
        return;
    }
    check_length(id, value, Some(offset), &mut diagnosis.findings);
    let value_offset = offset + RECORD_HEADER_LEN;
    if record.pad(image).iter().any(|byte| *byte != BLANK) {
        let text = format!("the fill behind {id} is not blank");
        let pad_offset = value_offset + value_len;
        diagnosis.note(FindingCode::PadNotBlank, Some(pad_offset), Some(id), text);
    }
    if id == ValueId::NORDIC_FLAGS {
        note_flags(value, offset, diagnosis);
    }
    if value_len <= KEPT_LEN_MAX {
        diagnosis.keep(id, value_offset, value);
    }
}

fn note_flags(value: &[u8], offset: usize, diagnosis: &mut Diagnosis) {
    let id = Some(ValueId::NORDIC_FLAGS);
    let first = value.first().copied().unwrap_or_default();
    if first & FLAG_INITIALISED == 0 || value.get(1..).is_none_or(|rest| rest != [0; 3]) {
        let text = format!("the flags read {}", hex::encode(value.get(..4).unwrap_or(value)));
        diagnosis.note(FindingCode::FlagsUninitialised, Some(offset), id, text);
    } else if first & FLAG_KEYS_IN_STORE != 0 {
        let text = "the flags say that the private keys are in the key store".to_owned();
        diagnosis.note(FindingCode::KeysInStore, Some(offset), id, text);
    }
}
