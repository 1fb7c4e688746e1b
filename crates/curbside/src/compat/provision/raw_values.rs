//! What `--dump_raw_values` prints, and what the public tool remarks about single values.
//!
//! The lines are the public tool's except for private keys, which are never shown.

use std::fmt::Write;

use page::{Layout, LayoutForm, MAGIC, Page, ValueId, ValueLength};
use sidewalk::{Chain, Curve, Level};

use crate::compat::provision::{
    device::{Device, Origin},
    request::Request,
};

/// What stands in place of a private key.
const HIDDEN: &str = "<private, 32 bytes>";

/// What the public tool says about values that the layout does not have, or gives another size.
pub(super) fn remarks(page: &Page, request: &Request) -> String {
    let layout = &request.layout;
    let mut text = String::new();
    // NVM3 has no places, so that none can be missing.
    if matches!(layout.form(), LayoutForm::Nvm3 { .. }) {
        return text;
    }
    if layout.magic_slot().is_none() {
        text.push_str("Skipping SID_PAL_MFG_STORE_MAGIC\n");
    }
    // The vendors' newer copies say so of a slot that is too small only.
    if request.platform.name() == "st" {
        return text;
    }
    for (id, line) in value_lines(page, layout) {
        if let (ValueLength::Exact(expected), Some(slot)) = (id.length(), layout.slot(id))
            && slot.len != expected
        {
            let _ = writeln!(text, "{line} has incorrect size {} expected {expected}", slot.len);
        }
    }
    text
}

/// Every value, private keys hidden.
pub(super) fn dump(device: &Device, request: &Request) -> String {
    let mut text = String::new();
    if let Origin::Chains(input) = &device.origin {
        for curve in Curve::ALL {
            dump_chain(input.chain(curve), &mut text);
            text.push_str(" \n");
        }
    }
    text.push_str("SID Values\n");
    for (_, line) in value_lines(&device.page, &request.layout) {
        let _ = writeln!(text, " {line}");
    }
    text.push('\n');
    text
}

fn dump_chain(chain: &Chain, text: &mut String) {
    text.push_str(match chain.curve() {
        Curve::Ed25519 => "SidCertMfgED25519Chain\n",
        Curve::P256r1 => "SidCertMfgP256R1Chain\n",
    });
    let _ = writeln!(text, " _cert_buffer: {}", python_bytes(chain.as_bytes()));
    let _ = writeln!(text, " device_prk: {HIDDEN}");
    for certificate in chain.certificates() {
        let name = level_name(certificate.level());
        for (field, bytes) in [
            ("serial", certificate.subject()),
            ("pub", certificate.public_key_bytes()),
            ("sig", certificate.signature_bytes()),
        ] {
            let _ = writeln!(text, " {name}_{field}: {}", python_bytes(bytes));
        }
    }
    let _ = writeln!(text, " smsn: {}", python_bytes(chain.device().subject()));
}

/// One line for each value, in the order in which the public tool puts them on the page.
fn value_lines(page: &Page, layout: &Layout) -> Vec<(ValueId, String)> {
    let mut lines = Vec::with_capacity(page.len() + 2);
    let is_nvm3 = matches!(layout.form(), LayoutForm::Nvm3 { .. });
    if is_nvm3 || layout.magic_slot().is_some() {
        lines.push((ValueId::MAGIC, value_line(ValueId::MAGIC, &MAGIC, layout)));
    }
    let version = page.version().number().to_be_bytes();
    lines.push((ValueId::VERSION, value_line(ValueId::VERSION, &version, layout)));
    let is_first =
        |id: ValueId| matches!(id, ValueId::SMSN | ValueId::APID | ValueId::APP_PUB_ED25519);
    for id in [ValueId::SMSN, ValueId::APID, ValueId::APP_PUB_ED25519] {
        if let Some(value) = page.value(id) {
            lines.push((id, value_line(id, value, layout)));
        }
    }
    for (id, value) in page.iter().filter(|(id, _)| !is_first(*id)) {
        lines.push((id, value_line(id, value, layout)));
    }
    lines
}

fn value_line(id: ValueId, value: &[u8], layout: &Layout) -> String {
    let (start, end) = layout.slot(id).map_or((0, 0), |slot| (slot.offset, slot.end()));
    let shown = match id {
        _ if id.is_private() => HIDDEN.to_owned(),
        // The two that the public tool holds as text.
        ValueId::MAGIC | ValueId::APID => String::from_utf8_lossy(value).into_owned(),
        _ => {
            let mut padded = value.to_vec();
            padded.resize(value.len().max(end - start), 0);
            python_bytes(&padded)
        }
    };
    let name = id.name().unwrap_or_default();
    format!("SID_PAL_MFG_STORE_{name}[{start}:{end}] : {shown}")
}

/// The public tool's names for the levels of a chain.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::Device => "device",
        Level::Dak => "dak",
        Level::Product | Level::Model => "product",
        Level::Manufacturer => "man",
        Level::Sidewalk => "sw",
        Level::Amazon => "root",
    }
}

/// Bytes as Python prints upper-case hex.
fn python_bytes(bytes: &[u8]) -> String {
    format!("b'{}'", hex::encode_upper(bytes))
}
