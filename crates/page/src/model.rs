//! A page as a map from value id to bytes, whatever the flash layout.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::ValueId;

/// Room for the values of a page with plain serials, so that building one does not grow the buffer.
const CAPACITY_BYTES: usize = 2048;

/// Values of an ordinary page (35 from the AWS input), with room for a few more.
const CAPACITY_VALUES: usize = 40;

/// The page version as it stands in flash.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PageVersion {
    /// Version 7: every value at a fixed offset. SDK up to 1.15.
    Fixed,
    /// Version 8: tag, length, value. SDK 1.16 and later.
    Tlv,
    /// Versions 1 to 6, or `0x0100_0000` from a little-endian writer: no SMSN, no DAK.
    Short(u32),
}

impl PageVersion {
    /// The version a little-endian writer of version 1 left behind, read big-endian.
    pub const SHORT_SWAPPED: u32 = 0x0100_0000;

    /// Reads the number from flash, or `None` where no firmware knows it.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1..=6 | Self::SHORT_SWAPPED => Some(Self::Short(number)),
            7 => Some(Self::Fixed),
            8 => Some(Self::Tlv),
            _ => None,
        }
    }

    /// The number in flash.
    pub const fn number(self) -> u32 {
        match self {
            Self::Fixed => 7,
            Self::Tlv => 8,
            Self::Short(number) => number,
        }
    }
}

/// The values of one page, ascending by id. Magic and version are not among them: the version is
/// [`Page::version`], and the magic is a matter of the layout.
///
/// All bytes stand in one buffer, which is wiped when the page is dropped or the buffer grows.
#[derive(Clone)]
pub struct Page {
    version: PageVersion,
    entries: Vec<Entry>,
    bytes: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy)]
struct Entry {
    id: ValueId,
    start: usize,
    len: usize,
}

impl Page {
    /// An empty page.
    pub fn new(version: PageVersion) -> Self {
        Self {
            version,
            entries: Vec::with_capacity(CAPACITY_VALUES),
            bytes: Zeroizing::new(Vec::with_capacity(CAPACITY_BYTES)),
        }
    }

    /// Sets a value, in place of the one that had this id.
    pub fn insert(&mut self, id: ValueId, value: &[u8]) {
        let position = self.position(id);
        if let Ok(index) = position
            && self.entries[index].len == value.len()
        {
            let start = self.entries[index].start;
            self.bytes[start..start + value.len()].copy_from_slice(value);
            return;
        }
        self.reserve(value.len());
        let entry = Entry { id, start: self.bytes.len(), len: value.len() };
        self.bytes.extend_from_slice(value);
        match position {
            Ok(index) => {
                let old = std::mem::replace(&mut self.entries[index], entry);
                self.bytes[old.start..old.start + old.len].zeroize();
            }
            Err(index) => self.entries.insert(index, entry),
        }
    }

    /// Takes a value out and wipes it; says whether it was there.
    pub fn remove(&mut self, id: ValueId) -> bool {
        let Ok(index) = self.position(id) else { return false };
        let old = self.entries.remove(index);
        self.bytes[old.start..old.start + old.len].zeroize();
        true
    }

    /// Changes the version, which changes how the values can be laid out.
    pub fn set_version(&mut self, version: PageVersion) {
        self.version = version;
    }

    /// The page version.
    pub fn version(&self) -> PageVersion {
        self.version
    }

    /// The bytes of a value.
    pub fn value(&self, id: ValueId) -> Option<&[u8]> {
        let index = self.position(id).ok()?;
        Some(self.slice(self.entries[index]))
    }

    /// Every value, ascending by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ValueId, &[u8])> {
        self.entries.iter().map(|entry| (entry.id, self.slice(*entry)))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn slice(&self, entry: Entry) -> &[u8] {
        &self.bytes[entry.start..entry.start + entry.len]
    }

    fn position(&self, id: ValueId) -> Result<usize, usize> {
        // Pages are built and read in ascending order, so the end is where the next value mostly goes.
        match self.entries.last() {
            Some(last) if last.id < id => Err(self.entries.len()),
            _ => self.entries.binary_search_by_key(&id, |entry| entry.id),
        }
    }

    /// Grows by hand, because a vector that moves leaves its old bytes, private keys among them, behind.
    fn reserve(&mut self, additional: usize) {
        let needed = self.bytes.len() + additional;
        if needed <= self.bytes.capacity() {
            return;
        }
        let mut grown = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.bytes.capacity())));
        grown.extend_from_slice(&self.bytes);
        self.bytes = grown;
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.iter().eq(other.iter())
    }
}

impl Eq for Page {}

impl fmt::Debug for Page {
    /// Shows lengths of private values, never their bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entry(&"version", &self.version);
        for (id, value) in self.iter() {
            if id.is_private() {
                map.entry(&id, &format_args!("<{} private bytes>", value.len()));
            } else {
                map.entry(&id, &format_args!("{}", hex::encode(value)));
            }
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_ascending_whatever_the_order_they_went_in() {
        let mut page = Page::new(PageVersion::Tlv);
        page.insert(ValueId::APID, b"SSDK");
        page.insert(ValueId::SMSN, &[7; 32]);
        page.insert(ValueId::new(4711), b"application");
        let ids: Vec<_> = page.iter().map(|(id, _)| id).collect();
        assert_eq!(ids, [ValueId::SMSN, ValueId::APID, ValueId::new(4711)]);
    }

    #[test]
    fn a_second_value_with_the_same_id_replaces_the_first_at_any_length() {
        let mut page = Page::new(PageVersion::Tlv);
        page.insert(ValueId::APID, b"ABCD");
        page.insert(ValueId::APID, b"EFGH");
        assert_eq!(page.value(ValueId::APID), Some(&b"EFGH"[..]));
        page.insert(ValueId::APID, b"longer than before");
        assert_eq!(page.value(ValueId::APID), Some(&b"longer than before"[..]));
        assert_eq!(page.len(), 1);
        assert!(page.remove(ValueId::APID));
        assert!(!page.remove(ValueId::APID));
        assert_eq!(page.value(ValueId::APID), None);
    }

    #[test]
    fn debug_never_shows_a_private_key() {
        let mut page = Page::new(PageVersion::Tlv);
        page.insert(ValueId::DEVICE_PRIV_ED25519, &[0xA5; 32]);
        page.insert(ValueId::DEVICE_PRIV_P256R1, &[0xA5; 32]);
        let shown = format!("{page:?}").to_lowercase();
        assert!(!shown.contains("a5a5"), "{shown}");
        assert!(shown.contains("<32 private bytes>"));
    }

    #[test]
    fn a_page_outgrows_its_first_buffer_without_losing_a_byte() {
        let mut page = Page::new(PageVersion::Tlv);
        for number in 4001..4201_u16 {
            page.insert(ValueId::new(number), &number.to_be_bytes().repeat(32));
        }
        for number in 4001..4201_u16 {
            let expected = number.to_be_bytes().repeat(32);
            assert_eq!(page.value(ValueId::new(number)), Some(&expected[..]));
        }
    }

    #[test]
    fn versions_that_no_firmware_knows_have_no_value() {
        assert_eq!(PageVersion::from_number(8), Some(PageVersion::Tlv));
        assert_eq!(PageVersion::from_number(0x0100_0000), Some(PageVersion::Short(0x0100_0000)));
        for number in [0, 9, 0x0200_0000, u32::MAX] {
            assert_eq!(PageVersion::from_number(number), None);
        }
    }
}
