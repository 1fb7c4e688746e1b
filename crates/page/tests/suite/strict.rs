//! Goal: the strict decoder refuses exactly what must not leave the line, and names the byte. Method: one good
//! page for each layout, damaged in one place at a time.

use crate::support::{complete_page, layout};
use page::{
    BLANK, Fault, FaultKind, Layout, LineFault, Mandatory, PAGE_LEN_MAX, Page, PageVersion,
    TextError, ValueId, nvm3,
};

fn decode(layout: &Layout, image: &[u8]) -> Result<Page, Fault> {
    layout.decode_strict(image, Mandatory::Complete)
}

fn fault(layout: &Layout, image: &[u8]) -> (usize, FaultKind) {
    let fault = decode(layout, image).unwrap_err();
    (fault.offset, fault.kind)
}

/// A complete image of one of the record layouts, as plain bytes to damage.
fn records(name: &str) -> Vec<u8> {
    layout(name).encode(&complete_page(PageVersion::Tlv)).unwrap().to_vec()
}

fn fixed(name: &str) -> Vec<u8> {
    layout(name).encode(&complete_page(PageVersion::Fixed)).unwrap().to_vec()
}

#[test]
fn blank_flash_behind_the_page_is_no_fault() {
    let mut image = records("nordic-v8");
    image.resize(4096, BLANK);
    assert_eq!(decode(layout("nordic-v8"), &image), Ok(complete_page(PageVersion::Tlv)));
    let mut image = fixed("st-v7");
    image.resize(8192, BLANK);
    assert_eq!(decode(layout("st-v7"), &image), Ok(complete_page(PageVersion::Fixed)));
}

#[test]
fn a_wrong_magic_is_refused() {
    let mut image = records("st-v8");
    image[3] = b'1';
    assert_eq!(fault(layout("st-v8"), &image), (0, FaultKind::Magic { found: *b"SID1" }));
}

#[test]
fn a_wrong_version_is_refused() {
    let mut image = records("nordic-v8");
    image[7] = 9;
    let expected = (4, FaultKind::Version { found: 9, expected: 8 });
    assert_eq!(fault(layout("nordic-v8"), &image), expected);
    let expected = (4, FaultKind::Version { found: 8, expected: 7 });
    assert_eq!(fault(layout("nordic-v7"), &records("nordic-v8")), expected);
}

#[test]
fn a_duplicate_is_refused() {
    let mut image = records("nordic-v8");
    let second = image.len();
    image.extend_from_slice(b"\x00\x26\x00\x04SSDK");
    let expected = (second, FaultKind::Duplicate { id: ValueId::APID });
    assert_eq!(fault(layout("nordic-v8"), &image), expected);
}

#[test]
fn a_version_among_the_records_is_a_duplicate() {
    let mut image = records("nordic-v8");
    let second = image.len();
    image.extend_from_slice(b"\x00\x02\x00\x04\x00\x00\x00\x08");
    let expected = (second, FaultKind::Duplicate { id: ValueId::VERSION });
    assert_eq!(fault(layout("nordic-v8"), &image), expected);
}

#[test]
fn a_value_of_the_wrong_size_is_refused() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::SMSN, &[1; 31]);
    let image = layout("nordic-v8").encode(&page).unwrap();
    let kind = FaultKind::ValueLength { id: ValueId::SMSN, expected: 32, found: 31 };
    assert_eq!(fault(layout("nordic-v8"), &image), (8, kind));
}

#[test]
fn a_serial_of_another_size_than_it_announces_is_refused() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::DAK_ED25519_SERIAL, &[0xE4, 0x7C, 0x83, 0xB1]);
    let image = layout("nordic-v8").encode(&page).unwrap();
    let id = ValueId::DAK_ED25519_SERIAL;
    let kind = FaultKind::ValueLength { id, expected: 5, found: 4 };
    assert_eq!(fault(layout("nordic-v8"), &image), (0x1F0, kind));
}

#[test]
fn a_value_longer_than_firmware_takes_is_refused() {
    let id = ValueId::new(4711);
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(id, &[1; 65]);
    let image = layout("ti-v8").encode(&page).unwrap();
    let kind = FaultKind::ValueTooLong { id, limit: 64, found: 65 };
    assert_eq!(fault(layout("ti-v8"), &image), (1529, kind));
    page.remove(id);
    page.insert(ValueId::SW_P256R1_SERIAL, &[1; 130]);
    let image = layout("ti-v8").encode(&page).unwrap();
    let id = ValueId::SW_P256R1_SERIAL;
    let kind = FaultKind::ValueTooLong { id, limit: 129, found: 130 };
    assert_eq!(fault(layout("ti-v8"), &image).1, kind);
}

#[test]
fn fill_that_is_not_blank_is_refused() {
    let mut image = records("st-v8");
    let pad = 0x20 + 4 + 32;
    image[pad + 3] = 0;
    let expected = (pad + 3, FaultKind::PadNotBlank { found: 0 });
    assert_eq!(fault(layout("st-v8"), &image), expected);
}

#[test]
fn a_gap_between_slots_that_is_not_blank_is_refused() {
    let mut image = fixed("nordic-v7");
    image[70] = 0xA5;
    let expected = (70, FaultKind::PadNotBlank { found: 0xA5 });
    assert_eq!(fault(layout("nordic-v7"), &image), expected);
}

#[test]
fn a_slot_filled_by_firmware_or_by_the_tool_is_right_and_a_mix_is_not() {
    let mut image = fixed("st-v7");
    // The APID's slot: four characters and twelve zeros.
    image[100..112].fill(BLANK);
    assert_eq!(decode(layout("st-v7"), &image), Ok(complete_page(PageVersion::Fixed)));
    image[105] = 0;
    let expected = (105, FaultKind::PadNotBlank { found: 0 });
    assert_eq!(fault(layout("st-v7"), &image), expected);
}

#[test]
fn bytes_behind_the_end_are_refused() {
    let mut image = records("nordic-v8");
    let end = image.len();
    image.extend_from_slice(&[BLANK, BLANK, BLANK, BLANK, 0x12]);
    let expected = (end + 4, FaultKind::DataAfterEnd { found: 0x12 });
    assert_eq!(fault(layout("nordic-v8"), &image), expected);
    let mut image = fixed("ti-v7");
    image.push(0);
    assert_eq!(fault(layout("ti-v7"), &image), (1415, FaultKind::DataAfterEnd { found: 0 }));
}

#[test]
fn every_mandatory_value_is_missed() {
    for number in 4..=38 {
        let id = ValueId::new(number);
        for (name, version) in [("nordic-v8", PageVersion::Tlv), ("nordic-v7", PageVersion::Fixed)]
        {
            let mut page = complete_page(version);
            page.remove(id);
            let image = layout(name).encode(&page).unwrap();
            let expected = (image.len(), FaultKind::Missing { id });
            assert_eq!(fault(layout(name), &image), expected, "{name} {id}");
        }
    }
}

#[test]
fn a_device_with_a_key_store_has_no_private_keys_on_its_page() {
    let mut page = complete_page(PageVersion::Tlv);
    page.remove(ValueId::DEVICE_PRIV_ED25519);
    page.remove(ValueId::DEVICE_PRIV_P256R1);
    let image = layout("nordic-v8").encode(&page).unwrap();
    let decoded = layout("nordic-v8").decode_strict(&image, Mandatory::KeysInStore);
    assert_eq!(decoded, Ok(page));
}

#[test]
fn a_page_cut_anywhere_is_refused() {
    for name in ["nordic-v8", "ti-v8", "st-v8"] {
        let image = records(name);
        for len in 0..image.len() {
            assert!(decode(layout(name), &image[..len]).is_err(), "{name} cut to {len}");
        }
    }
    for name in ["nordic-v7", "ti-v7", "st-v7"] {
        let image = fixed(name);
        for len in 0..image.len() {
            let kind = FaultKind::Truncated { needed: image.len(), available: len };
            assert_eq!(fault(layout(name), &image[..len]), (0, kind), "{name} cut to {len}");
        }
    }
}

#[test]
fn an_image_larger_than_any_page_is_refused() {
    let image = vec![BLANK; PAGE_LEN_MAX + 1];
    let expected = (PAGE_LEN_MAX, FaultKind::TooLarge { found: PAGE_LEN_MAX + 1 });
    assert_eq!(fault(layout("nordic-v8"), &image), expected);
}

#[test]
fn short_forms_and_nvm3_are_not_read_strictly_from_an_image() {
    for name in ["nordic-short", "silabs-nvm3"] {
        let kind = FaultKind::NoStrictForm { layout: name.to_owned() };
        assert_eq!(fault(layout(name), &[0; 4096]), (0, kind));
    }
}

#[test]
fn bytes_where_ti_has_no_magic_are_refused() {
    let mut image = records("ti-v8");
    image[4] = 0;
    assert_eq!(fault(layout("ti-v8"), &image), (4, FaultKind::PadNotBlank { found: 0 }));
}

#[test]
fn nvm3_text_is_refused_with_its_line() {
    let page = complete_page(PageVersion::Tlv);
    let good = nvm3::write(&page, nvm3::KEY_BASE).unwrap().to_string();
    let fault = |text: &str| {
        let TextError { line, fault } =
            nvm3::parse_strict(text.as_bytes(), Mandatory::Complete).unwrap_err();
        (line, fault)
    };
    let text = good.replace("0xa9002:OBJ:00000008\n", "");
    assert_eq!(fault(&text), (36, LineFault::MissingId(ValueId::VERSION)));
    let text = good.replace("0xa9002:OBJ:00000008", "0xa9002:OBJ:00000009");
    assert_eq!(fault(&text), (1, LineFault::Version(9)));
    let text = good.replace("\n0xa9026:OBJ:5353444b", "");
    assert_eq!(fault(&text), (36, LineFault::MissingId(ValueId::APID)));
    let text = good.replace("5353444b", "5353444b00");
    let id = ValueId::APID;
    assert_eq!(fault(&text), (36, LineFault::ValueLength { id, expected: 4, found: 5 }));
    let text = format!("{good}\n0xa9026:OBJ:5353444b");
    assert_eq!(fault(&text), (37, LineFault::Nvm3Duplicate { key: 0xA_9026 }));
    let text = good.replace("0xa9026", "0xb0000");
    assert_eq!(fault(&text), (36, LineFault::Nvm3Key { key: 0xB_0000 }));
    let text = good.replace("0xa9026:OBJ:", "0xa9026:DATA:");
    assert_eq!(fault(&text), (36, LineFault::Nvm3Form));
    let text = good.replace("5353444b", "5353444x");
    assert_eq!(fault(&text), (36, LineFault::Digit { column: 20 }));
}
