//! Finds out what a file is: its container, and the page or pages in it.

use std::sync::Arc;

use crate::{
    BLANK, Catalogue, Diagnosis, Layout, LayoutForm, MAGIC, PAGE_LEN_MAX, TextError,
    decode::length_expected, intel_hex, memory::Segment, nvm3, s_record,
};

/// What kind of file carries the bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Container {
    /// Bytes as they stand in flash.
    Binary,
    /// Intel HEX.
    IntelHex,
    /// Motorola S-records.
    SRecord,
    /// Silicon Labs' NVM3 text.
    Nvm3,
}

/// What was found in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Detection {
    /// The kind of file.
    pub container: Container,
    /// The pages in it, the most convincing first; at most one for each place.
    pub pages: Vec<DetectedPage>,
}

/// A page in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DetectedPage {
    /// The layout it was read with; several platforms may share one.
    pub layout: Arc<Layout>,
    /// Where it starts, in bytes from the first byte of the file or of its run of addresses.
    pub offset: usize,
    /// Its address, where the file or the caller says.
    pub address: Option<u32>,
    /// What was read.
    pub diagnosis: Diagnosis,
}

/// How many places of one file are looked at. A flash has one page; copies come from updates.
const PLACES_MAX: usize = 64;

/// How much is read at a place within a larger dump: the smallest flash region of a page.
const DUMP_PAGE_LEN: usize = 4096;

/// Below this many sound values, a page without a magic of its own is taken for noise.
const VALUES_MIN: usize = 3;

impl Container {
    /// Tells the kind from the first characters.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes.trim_ascii_start() {
            [b':', digit, ..] if digit.is_ascii_hexdigit() => Self::IntelHex,
            [b'S', b'0'..=b'9', high, low, ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                Self::SRecord
            }
            [b'0', b'x', rest @ ..] if rest.iter().take(16).any(|byte| *byte == b':') => Self::Nvm3,
            _ => Self::Binary,
        }
    }
}

/// Reads a file of any kind: a page by itself, or a dump that has one somewhere.
///
/// `address` is where the first byte of a binary file stands in flash, if known; a page is then also looked
/// for at the addresses in the catalogue. Without it, pages are found by their magic, and at the start.
///
/// # Errors
///
/// [`TextError`] where a text file is damaged.
pub fn detect(
    catalogue: &Catalogue,
    file: &[u8],
    address: Option<u32>,
) -> Result<Detection, TextError> {
    let container = Container::of(file);
    let memory = match container {
        Container::IntelHex => intel_hex::parse(file)?,
        Container::SRecord => s_record::parse(file)?,
        Container::Nvm3 => return detect_nvm3(catalogue, file),
        Container::Binary => {
            let pages = pages_in(catalogue, file, address);
            return Ok(Detection { container, pages });
        }
    };
    let of_segment = |segment: &Segment| pages_in(catalogue, &segment.bytes, Some(segment.address));
    let mut pages: Vec<DetectedPage> = memory.segments().iter().flat_map(of_segment).collect();
    pages.sort_by_key(|page| std::cmp::Reverse(sound_values(&page.diagnosis)));
    Ok(Detection { container, pages })
}

fn detect_nvm3(catalogue: &Catalogue, file: &[u8]) -> Result<Detection, TextError> {
    let diagnosis = nvm3::parse_lenient(file)?;
    let is_nvm3 = |layout: &&Arc<Layout>| matches!(layout.form(), LayoutForm::Nvm3 { .. });
    let pages = catalogue
        .layouts()
        .find(is_nvm3)
        .map(|layout| DetectedPage {
            layout: Arc::clone(layout),
            offset: 0,
            address: None,
            diagnosis,
        })
        .into_iter()
        .collect();
    Ok(Detection { container: Container::Nvm3, pages })
}

/// The pages in one run of bytes, the most convincing first.
fn pages_in(catalogue: &Catalogue, bytes: &[u8], address: Option<u32>) -> Vec<DetectedPage> {
    let mut found: Vec<DetectedPage> = places(catalogue, bytes, address)
        .into_iter()
        .filter_map(|offset| {
            let head_is_right = |layout: &Layout| layout.head_matches(&bytes[offset..]);
            best_at(catalogue, bytes, offset, address, head_is_right)
        })
        .collect();
    if found.is_empty() && bytes.len() <= PAGE_LEN_MAX {
        // A damaged head. Records speak for themselves; fixed offsets would make values of any bytes, so
        // they need at least their version.
        let may_be = |layout: &Layout| {
            matches!(layout.form(), LayoutForm::Tlv(_)) || layout.version_matches(bytes)
        };
        found.extend(best_at(catalogue, bytes, 0, address, may_be));
    }
    found.sort_by_key(|page| std::cmp::Reverse(sound_values(&page.diagnosis)));
    found
}

/// Offsets worth a look, ascending: the start, every magic on a word, every address where a page belongs.
fn places(catalogue: &Catalogue, bytes: &[u8], address: Option<u32>) -> Vec<usize> {
    let mut places = vec![0];
    if let Some(base) = address {
        let sites = catalogue
            .platforms()
            .iter()
            .flat_map(|platform| platform.chips())
            .flat_map(|chip| &chip.sites)
            .filter_map(|site| site.address.checked_sub(base));
        places.extend(sites.map(|offset| offset as usize).filter(|offset| *offset < bytes.len()));
    }
    let words = bytes.chunks_exact(MAGIC.len()).enumerate();
    places.extend(words.filter(|(_, word)| *word == MAGIC).map(|(index, _)| index * MAGIC.len()));
    places.sort_unstable();
    places.dedup();
    places.truncate(PLACES_MAX);
    places
}

fn best_at(
    catalogue: &Catalogue,
    bytes: &[u8],
    offset: usize,
    address: Option<u32>,
    is_candidate: impl Fn(&Layout) -> bool,
) -> Option<DetectedPage> {
    let rest = &bytes[offset..];
    let image =
        if bytes.len() > PAGE_LEN_MAX { &rest[..rest.len().min(DUMP_PAGE_LEN)] } else { rest };
    if image.iter().all(|byte| *byte == BLANK) {
        return None;
    }
    catalogue
        .layouts()
        .filter(|layout| layout.version_slot().is_some() && is_candidate(layout))
        .map(|layout| (layout, layout.decode_lenient(image)))
        .filter(|(layout, diagnosis)| {
            let head_is_right = layout.magic_slot().is_some() && layout.head_matches(image);
            head_is_right || sound_values(diagnosis) >= VALUES_MIN
        })
        .max_by_key(|(_, diagnosis)| {
            (sound_values(diagnosis), std::cmp::Reverse(diagnosis.findings.len()))
        })
        .map(|(layout, diagnosis)| DetectedPage {
            layout: Arc::clone(layout),
            offset,
            address: address.and_then(|base| base.checked_add(offset as u32)),
            diagnosis,
        })
}

/// How many values have a known id and the size it demands.
fn sound_values(diagnosis: &Diagnosis) -> usize {
    diagnosis
        .page
        .iter()
        .filter(|(id, value)| length_expected(*id, value) == Some(value.len()))
        .count()
}
