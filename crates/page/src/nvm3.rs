//! Silicon Labs' `.nvm3` text: one object per line, `0xKEY:OBJ:HEX`, the key being a base plus the value id.

use std::fmt::Write;

use zeroize::Zeroizing;

use crate::{
    Diagnosis, EncodeError, FindingCode, ImageText, Mandatory, Page, PageVersion, Reading, ValueId,
    decode::{check_length, check_values, length_expected},
    encode::refuse_reserved,
    text_lines::{Line, LineFault, TextError, lines},
};

/// The key of id 0 (SiliconLabs/amazon-sidewalk, `nvm3_manager.h`).
pub const KEY_BASE: u32 = 0xA_9000;

/// Ids a key can carry: the manufacturing range ends at 0xAFFFF.
const ID_MAX: u32 = 0x6FFF;

/// The page as `.nvm3` text: the version and every value in ascending order of their ids, without a newline at
/// the end, as `sid_provision` writes it.
///
/// # Errors
///
/// [`EncodeError::Reserved`] for an id that cannot be a value, [`EncodeError::TooLong`] where the key would leave
/// the manufacturing range.
pub fn write(page: &Page, key_base: u32) -> Result<ImageText, EncodeError> {
    let digits: usize =
        page.iter().map(|(_, value)| 2 * value.len() + "0x000000:OBJ:\n".len()).sum();
    let mut text = ImageText::with_capacity(digits + "0x000000:OBJ:00000000".len());
    let version = page.version().number().to_be_bytes();
    let (before, after): (Vec<_>, Vec<_>) = page.iter().partition(|(id, _)| *id < ValueId::VERSION);
    for (id, value) in &before {
        refuse_reserved(*id)?;
        write_object(text.text_mut(), key_base, *id, value);
        text.text_mut().push('\n');
    }
    write_object(text.text_mut(), key_base, ValueId::VERSION, &version);
    for (id, value) in &after {
        refuse_reserved(*id)?;
        text.text_mut().push('\n');
        write_object(text.text_mut(), key_base, *id, value);
    }
    Ok(text)
}

/// Reads `.nvm3` text strictly: keys from [`KEY_BASE`] on, each once, a version, every value of the right
/// size, none missing.
///
/// # Errors
///
/// [`TextError`] names the line.
pub fn parse_strict(text: &[u8], mandatory: Mandatory) -> Result<Page, TextError> {
    let mut page = Page::new(PageVersion::Tlv);
    let mut version_seen = false;
    let mut last_line = 0;
    for line in lines(text)? {
        last_line = line.number;
        let object = Object::parse(&line)?;
        let id = object
            .id(KEY_BASE)
            .ok_or_else(|| line.fault(LineFault::Nvm3Key { key: object.key }))?;
        if page.value(id).is_some() || (id == ValueId::VERSION && version_seen) {
            return Err(line.fault(LineFault::Nvm3Duplicate { key: object.key }));
        }
        if let Some(expected) = length_expected(id, &object.value)
            && expected != object.value.len()
        {
            let found = object.value.len();
            return Err(line.fault(LineFault::ValueLength { id, expected, found }));
        }
        if id == ValueId::VERSION {
            let number = object.version().unwrap_or_default();
            let version = PageVersion::from_number(number)
                .filter(|version| !matches!(version, PageVersion::Short(_)))
                .ok_or_else(|| line.fault(LineFault::Version(number)))?;
            page.set_version(version);
            version_seen = true;
        } else {
            page.insert(id, &object.value);
        }
    }
    let missing = if version_seen { mandatory.missing(&page) } else { Some(ValueId::VERSION) };
    match missing {
        Some(id) => Err(TextError { line: last_line + 1, fault: LineFault::MissingId(id) }),
        None => Ok(page),
    }
}

/// Reads whatever `.nvm3` text has, in the key scheme of today or the older one that counts from 0.
///
/// # Errors
///
/// [`TextError`] only where the text exceeds a limit; the offset of a finding is a line number here.
pub fn parse_lenient(text: &[u8]) -> Result<Diagnosis, TextError> {
    let mut diagnosis = Diagnosis::new(Reading::Nvm3);
    let mut version_seen = false;
    for line in lines(text)? {
        let place = Some(line.number);
        let object = match Object::parse(&line) {
            Ok(object) => object,
            Err(error) => {
                diagnosis.note(FindingCode::TextLine, place, None, error.fault.to_string());
                continue;
            }
        };
        // A key at the base or above it cannot belong to the old scheme, whose ids end far below.
        let Some(id) = object.id(KEY_BASE).or_else(|| object.id(0)) else {
            let text = LineFault::Nvm3Key { key: object.key }.to_string();
            diagnosis.note(FindingCode::TextLine, place, None, text);
            continue;
        };
        if object.key < KEY_BASE {
            let text =
                format!("key {:#x} follows the older scheme, which counts from 0", object.key);
            diagnosis.note(FindingCode::Nvm3OldKey, place, Some(id), text);
        }
        if id == ValueId::VERSION {
            version_seen = true;
            match object.version().and_then(PageVersion::from_number) {
                Some(version) => diagnosis.page.set_version(version),
                None => {
                    let text = "the version object holds no known version".to_owned();
                    diagnosis.note(FindingCode::VersionUnknown, place, Some(id), text);
                }
            }
        } else if diagnosis.page.value(id).is_some() {
            let text = format!("{id} stands a second time and is passed over");
            diagnosis.note(FindingCode::RecordDuplicate, place, Some(id), text);
        } else {
            check_length(id, &object.value, place, &mut diagnosis.findings);
            diagnosis.keep(id, line.number, &object.value);
        }
    }
    if !version_seen {
        let text = "there is no version object".to_owned();
        diagnosis.note(FindingCode::VersionUnknown, None, Some(ValueId::VERSION), text);
    }
    check_values(&diagnosis.page, &mut diagnosis.findings);
    Ok(diagnosis)
}

fn write_object(text: &mut String, key_base: u32, id: ValueId, value: &[u8]) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{:#06x}:OBJ:", key_base.saturating_add(u32::from(id.number())));
    push_hex_lower(text, value);
}

struct Object {
    key: u32,
    value: Zeroizing<Vec<u8>>,
}

impl Object {
    fn parse(line: &Line<'_>) -> Result<Self, TextError> {
        let form = || line.fault(LineFault::Nvm3Form);
        let rest = line.text.strip_prefix(b"0x").ok_or_else(form)?;
        let colon = rest.iter().position(|byte| *byte == b':').ok_or_else(form)?;
        let digits = rest[colon..].strip_prefix(b":OBJ:").ok_or_else(form)?;
        let key = std::str::from_utf8(&rest[..colon])
            .ok()
            .filter(|key| key.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|key| u32::from_str_radix(key, 16).ok())
            .ok_or_else(form)?;
        Ok(Self { key, value: line.hex_digits(digits)? })
    }

    fn id(&self, key_base: u32) -> Option<ValueId> {
        let number = self.key.checked_sub(key_base).filter(|number| *number <= ID_MAX)?;
        u16::try_from(number).ok().map(ValueId::new).filter(|id| *id != ValueId::MAGIC)
    }

    fn version(&self) -> Option<u32> {
        Some(u32::from_be_bytes(self.value[..].try_into().ok()?))
    }
}

fn push_hex_lower(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
