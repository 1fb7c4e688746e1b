//! Manufacturing pages, value by value.

use page::{Diagnosis, Finding, IdentityFault, PageVersion, Reading, ValueId, ValueRow};

use crate::block::{Block, Remark};

/// The values of a page; private keys by their size only.
pub(crate) fn page(diagnosis: &Diagnosis) -> Block {
    let version = match diagnosis.page.version() {
        PageVersion::Fixed => "7 (fixed offsets)".to_owned(),
        PageVersion::Tlv => "8 (records)".to_owned(),
        PageVersion::Short(number) => format!("{number} (short form)"),
    };
    let reading = match diagnosis.reading {
        Reading::Fixed => "fixed offsets",
        Reading::Short => "fixed offsets of the short form",
        Reading::Tlv => "records",
        Reading::NordicInternal => "records as Nordic firmware rewrites them",
        Reading::Nvm3 => "NVM3 objects",
    };
    let smsn = diagnosis.page.value(ValueId::SMSN).map(hex::encode);
    let apid = diagnosis.page.value(ValueId::APID).map(<[u8]>::escape_ascii);
    Block::new("")
        .maybe("smsn", smsn)
        .maybe("apid", apid)
        .text("version", version)
        .text("read_as", reading)
        .list("heading", vec![Block::line(heading())])
        .for_people()
        .list("values", diagnosis.rows().map(|row| value(&row)).collect())
}

/// What was found, with its place.
pub(crate) fn finding(finding: &Finding) -> Remark {
    let place = finding.offset.map(|offset| format!(" (at {offset})")).unwrap_or_default();
    let message = format!("{}{place}", finding.text);
    Remark::new(finding.severity(), finding.code.name(), message)
}

pub(crate) fn identity_fault(fault: &IdentityFault) -> Remark {
    Remark::fault(fault.code(), fault)
}

fn heading() -> String {
    format!("{:>5} {:<NAME_LEN_CHARS$} {:>5} {:>4}  value", "id", "name", "at", "size")
}

fn value(row: &ValueRow) -> Block {
    let ValueRow { id, offset, len, hex } = row;
    let name = id.name().unwrap_or_default();
    let place = offset.map(|offset| offset.to_string()).unwrap_or_default();
    let bytes = match hex.as_deref() {
        Some(digits) if digits.len() > VALUE_LEN_CHARS_MAX => {
            format!("{}…", &digits[..VALUE_LEN_CHARS_MAX])
        }
        Some(digits) => digits.to_owned(),
        None => "(private)".to_owned(),
    };
    let title = format!("{:>5} {name:<NAME_LEN_CHARS$} {place:>5} {len:>4}  {bytes}", id.number());
    let block = Block::line(title).number("id", id.number()).maybe("name", id.name());
    let block = match offset {
        Some(offset) => block.number("offset", *offset),
        None => block,
    };
    block.number("len_bytes", *len).maybe("hex", hex.as_ref()).flag("is_private", hex.is_none())
}

/// The longest name of a value, so that columns line up.
const NAME_LEN_CHARS: usize = "PRODUCT_PUB_ED25519_SIGNATURE".len();

/// A line must fit a terminal of 100 columns; programs are given the whole value.
const VALUE_LEN_CHARS_MAX: usize = 48;
