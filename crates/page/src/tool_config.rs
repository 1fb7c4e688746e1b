//! The layout files of `sid_provision` (`--config FILE.yaml`): the places of a page, counted in words.

use crate::{
    CatalogueError, CatalogueFault, FixedForm, Layout, LayoutForm, PAGE_LEN_MAX, Slot, TlvForm,
    ValueId,
    catalogue_file::{CATALOGUE_TEXT_LEN_MAX, WORD_LEN_MAX},
    yaml::{self, Member, Node, Value},
};

/// What a layout file may say.
const KEYS: [&str; 4] = [TLV_ENABLED, OFFSET_SIZE, MFG_PAGE_SIZE, MFG_OFFSETS];

/// Whether the values stand in records. Without it they do.
const TLV_ENABLED: &str = "tlv_enabled";

/// Size of a word in bytes.
const OFFSET_SIZE: &str = "offset_size";

/// Size of a page of fixed offsets in words.
const MFG_PAGE_SIZE: &str = "mfg_page_size";

/// Start and end of each value in words.
const MFG_OFFSETS: &str = "mfg_offsets";

/// What the names of all values start with.
const VALUE_PREFIX: &str = "SID_PAL_MFG_STORE_";

impl Layout {
    /// Reads a layout file of `sid_provision`: YAML with `tlv_enabled`, `offset_size`, `mfg_page_size` and
    /// `mfg_offsets`. A file without `tlv_enabled` means records, as in the tool.
    ///
    /// `file_name` becomes the layout's name and serves the error. Of YAML, mappings and scalars are understood.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] names the line.
    pub fn from_tool_config(file_name: &str, text: &str) -> Result<Self, CatalogueError> {
        let error =
            |Located(line, fault)| CatalogueError { file: file_name.to_owned(), line, fault };
        Ok(Self { name: file_name.to_owned(), form: read(text).map_err(error)? })
    }
}

/// A fault and its line.
struct Located(usize, CatalogueFault);

/// The place of a value, and the line of its name.
struct Place {
    line: usize,
    id: ValueId,
    slot: Slot,
}

fn read(text: &str) -> Result<LayoutForm, Located> {
    if text.len() > CATALOGUE_TEXT_LEN_MAX {
        return Err(Located(1, CatalogueFault::TooLarge(text.len())));
    }
    let root = yaml::parse(text).map_err(|(line, fault)| Located(line, fault.into()))?;
    refuse_other_keys(&root)?;
    let word_len = required(&root, OFFSET_SIZE)?;
    let word_len = ranged(word_len, OFFSET_SIZE, 1, WORD_LEN_MAX)?;
    let is_tlv = member(&root, TLV_ENABLED).map_or(Ok(true), truth)?;
    let page_words = member(&root, MFG_PAGE_SIZE);
    if is_tlv {
        if let Some(page_words) = page_words {
            return Err(Located(page_words.line, CatalogueFault::Superfluous(MFG_PAGE_SIZE)));
        }
        let offsets = required(&root, MFG_OFFSETS)?;
        return tlv_form(word_len, offsets.line, &places(offsets, word_len)?).map(LayoutForm::Tlv);
    }
    let page_words = required(&root, MFG_PAGE_SIZE)?;
    let page_words = ranged(page_words, MFG_PAGE_SIZE, 1, PAGE_LEN_MAX / word_len)?;
    let offsets = required(&root, MFG_OFFSETS)?;
    let places = places(offsets, word_len)?;
    let slots = places.iter().map(|place| (place.id, place.slot)).collect();
    FixedForm::new(page_words * word_len, slots)
        .map(LayoutForm::Fixed)
        .map_err(|fault| locate(fault, offsets.line, &places))
}

fn tlv_form(word_len: usize, line: usize, places: &[Place]) -> Result<TlvForm, Located> {
    let slot = |id| places.iter().rfind(|place| place.id == id).map(|place| place.slot);
    let version = slot(ValueId::VERSION)
        .ok_or(Located(line, CatalogueFault::Missing("a slot for VERSION")))?;
    TlvForm::new(word_len, slot(ValueId::MAGIC), version)
        .map_err(|fault| locate(fault, line, places))
}

/// The line of the slot at fault, or `line` where none is.
fn locate(fault: CatalogueFault, line: usize, places: &[Place]) -> Located {
    let culprit = places.iter().rfind(|place| Some(place.id) == fault.culprit());
    Located(culprit.map_or(line, |place| place.line), fault)
}

/// The places of `mfg_offsets`; a value may have none.
fn places(offsets: &Member, word_len: usize) -> Result<Vec<Place>, Located> {
    let Value::Mapping(members) = &offsets.node.value else {
        return Err(wrong(offsets, "a mapping of values"));
    };
    let mut places = Vec::with_capacity(members.len());
    for member in members {
        // The tool looks its own names up, so that any other does no harm; a misspelt one would.
        if !member.name.starts_with(VALUE_PREFIX) {
            continue;
        }
        let unknown = || Located(member.line, CatalogueFault::ValueId(member.name.clone()));
        let id = member.name.parse().map_err(|_| unknown())?;
        if let Some(slot) = slot(member, id, word_len)? {
            places.push(Place { line: member.line, id, slot });
        }
    }
    Ok(places)
}

fn slot(place: &Member, id: ValueId, word_len: usize) -> Result<Option<Slot>, Located> {
    if let Value::Scalar(text) = &place.node.value {
        return match text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Ok(None),
            _ => Err(wrong(place, "a start and an end")),
        };
    }
    let word = |key| {
        let Some(word) = member(&place.node, key) else {
            return Err(Located(place.line, CatalogueFault::Missing(key)));
        };
        ranged(word, key, 0, PAGE_LEN_MAX / word_len)
    };
    let (start, end) = (word("start")?, word("end")?);
    if end <= start {
        return Err(Located(place.line, CatalogueFault::Backwards(id)));
    }
    Ok(Some(Slot { offset: start * word_len, len: (end - start) * word_len }))
}

/// A misspelt `tlv_enabled` would give a page of the other version.
fn refuse_other_keys(root: &Node) -> Result<(), Located> {
    let Value::Mapping(members) = &root.value else { return Ok(()) };
    match members.iter().find(|member| !KEYS.contains(&member.name.as_str())) {
        None => Ok(()),
        Some(Member { line, name, .. }) => {
            Err(Located(*line, CatalogueFault::Unknown { kind: "key", name: name.clone() }))
        }
    }
}

/// The member of this name; the last one counts, as in the tool.
fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Member> {
    let Value::Mapping(members) = &node.value else { return None };
    members.iter().rfind(|member| member.name == name)
}

fn required<'n>(root: &'n Node, name: &'static str) -> Result<&'n Member, Located> {
    member(root, name).ok_or(Located(1, CatalogueFault::Missing(name)))
}

fn wrong(member: &Member, expected: &'static str) -> Located {
    Located(member.node.line, CatalogueFault::Type { key: member.name.clone(), expected })
}

fn scalar<'m>(member: &'m Member, expected: &'static str) -> Result<&'m str, Located> {
    match &member.node.value {
        Value::Scalar(text) => Ok(text),
        Value::Mapping(_) => Err(wrong(member, expected)),
    }
}

/// A whole number, decimal or `0x…`, within `min..=max`.
fn ranged(member: &Member, key: &'static str, min: usize, max: usize) -> Result<usize, Located> {
    const EXPECTED: &str = "a whole number";
    let text = scalar(member, EXPECTED)?;
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    // A leading zero means octal to the tool.
    let is_octal = radix == 10 && digits.len() > 1 && digits.starts_with('0');
    let is_number = digits.chars().all(|digit| digit.is_digit(radix)) && !is_octal;
    let number = u64::from_str_radix(digits, radix).ok().filter(|_| is_number);
    let found = number.ok_or_else(|| wrong(member, EXPECTED))?;
    let (min, max) = (min as u64, max as u64);
    if !(min..=max).contains(&found) {
        return Err(Located(member.node.line, CatalogueFault::Range { key, found, min, max }));
    }
    // It is at most `max`, which came from a `usize`.
    Ok(found as usize)
}

/// As YAML 1.1 writes it, which the tool reads.
fn truth(member: &Member) -> Result<bool, Located> {
    const EXPECTED: &str = "true or false";
    match scalar(member, EXPECTED)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err(wrong(member, EXPECTED)),
    }
}
