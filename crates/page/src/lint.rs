//! What firmware of a given generation would misread, said before anything is signed or written.

use crate::{
    Dialect, Finding, FindingCode, Layout, LayoutForm, Page, PageVersion, ValueId, ca_serial,
    decode::check_values,
    layout::{RECORD_HEADER_LEN, TlvForm},
};

/// Everything noteworthy about writing `page` in `layout` for firmware that speaks `dialect`.
///
/// `region_len` is the size of the flash region in bytes. The worst comes first.
pub fn lint(page: &Page, layout: &Layout, dialect: &Dialect, region_len: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !dialect.reads(page.version()) {
        let number = page.version().number();
        let text = format!("{} does not read pages of version {number}", dialect.title);
        findings.push(Finding::new(
            FindingCode::VersionNotRead,
            layout.version_slot().map(|slot| slot.offset),
            Some(ValueId::VERSION),
            text,
        ));
    }
    if dialect.checks_magic && layout.magic_slot().is_none() {
        let text =
            format!("{} wants `SID0`, which {} does not write", dialect.title, layout.name());
        findings.push(Finding::new(
            FindingCode::MagicNotWritten,
            Some(0),
            Some(ValueId::MAGIC),
            text,
        ));
    }
    match layout.form() {
        LayoutForm::Tlv(form) => lint_records(page, form, dialect, region_len, &mut findings),
        LayoutForm::Fixed(form) | LayoutForm::Short(form) => {
            lint_serial_slots(page, &mut findings);
            lint_region(form.page_len, region_len, &mut findings);
        }
        LayoutForm::Nvm3 { .. } => {}
    }
    lint_lengths(page, layout, dialect, &mut findings);
    check_values(page, &mut findings);
    if dialect.rewrites_on_first_boot {
        let text = format!("{} rewrites the page at its first boot", dialect.title);
        findings.push(Finding::new(FindingCode::RewrittenAtBoot, None, None, text));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    findings
}

/// What on-device certificate storage of this firmware would make of these serials: Nordic's code takes
/// their length from the wrong bytes. To be asked before the chain is signed, because the command that
/// stores it fails only afterwards.
pub fn lint_on_device_chain<'a>(
    serials: impl IntoIterator<Item = (ValueId, &'a [u8])>,
    dialect: &Dialect,
) -> Vec<Finding> {
    if !dialect.nordic_serial_rule {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (id, serial) in serials {
        let taken_for = ca_serial::nordic_len(serial);
        if taken_for != serial.len() {
            let len = serial.len();
            let text = format!(
                "{} takes {id} ({}) for {taken_for} bytes, it is {len}",
                dialect.title,
                hex::encode(serial),
            );
            findings.push(Finding::new(FindingCode::OnDeviceSerialLength, None, Some(id), text));
        }
    }
    findings
}

fn lint_records(
    page: &Page,
    form: &TlvForm,
    dialect: &Dialect,
    region_len: usize,
    findings: &mut Vec<Finding>,
) {
    let mut offset = form.records_start();
    let mut derailed = false;
    for (id, value) in page.iter() {
        let record_len = form.record_len(value.len());
        let pad_len = record_len - RECORD_HEADER_LEN - value.len();
        // Nothing behind the first such value is read at all, so one finding says it.
        if pad_len > 0 && !dialect.skips_record_pad && !derailed {
            derailed = true;
            let text = format!(
                "{} does not step over the {pad_len} bytes of fill behind {id} ({} bytes) and loses every value after it",
                dialect.title,
                value.len()
            );
            findings.push(Finding::new(FindingCode::RawPadDerails, Some(offset), Some(id), text));
        }
        offset += record_len;
    }
    lint_region(offset, region_len, findings);
}

fn lint_region(page_len: usize, region_len: usize, findings: &mut Vec<Finding>) {
    if page_len > region_len {
        let text = format!("the page is {page_len} bytes, its flash region {region_len}");
        findings.push(Finding::new(FindingCode::PageExceedsRegion, Some(region_len), None, text));
    }
}

fn lint_serial_slots(page: &Page, findings: &mut Vec<Finding>) {
    if page.version() != PageVersion::Fixed {
        return;
    }
    for (id, serial) in page.iter().filter(|(id, _)| id.is_ca_serial()) {
        if serial.len() != ca_serial::PLAIN_LEN {
            let text = format!("{id} is {} bytes, a version 7 page has room for 4", serial.len());
            findings.push(Finding::new(FindingCode::FixedSerialExtended, None, Some(id), text));
        }
    }
}

fn lint_lengths(page: &Page, layout: &Layout, dialect: &Dialect, findings: &mut Vec<Finding>) {
    let mut offset = match layout.form() {
        LayoutForm::Tlv(form) => Some(form.records_start()),
        _ => None,
    };
    for (id, value) in page.iter() {
        let place = offset.or_else(|| layout.slot(id).map(|slot| slot.offset));
        crate::decode::check_length(id, value, place, findings);
        if let Some(limit) = dialect.element_len_max
            && value.len() > limit
        {
            let text = format!(
                "{id} is {} bytes, {} reads it into {limit} without checking",
                value.len(),
                dialect.title
            );
            findings.push(Finding::new(FindingCode::ElementOverflow, place, Some(id), text));
        }
        if let (LayoutForm::Tlv(form), Some(offset)) = (layout.form(), offset.as_mut()) {
            *offset += form.record_len(value.len());
        }
    }
}
