//! Goal: the lenient decoder reads what can be read of any page, and says what is odd about it. Method: pages as
//! firmware leaves them behind, old pages, damaged pages.

use crate::support::{EXTENDED, complete_page, input, layout};
use page::{
    Catalogue, Container, FindingCode, Image, LayoutForm, Page, PageVersion, Reading, ValueId,
    detect, nvm3,
};

fn codes(diagnosis: &page::Diagnosis) -> Vec<FindingCode> {
    diagnosis.findings.iter().map(|finding| finding.code).collect()
}

fn nordic(page: &Page) -> Vec<u8> {
    layout("nordic-v8").encode(page).unwrap().to_vec()
}

/// A page as Nordic firmware rewrites it: tag, fill size, value size, value, fill.
fn rewritten(page: &Page, flags: u8) -> Vec<u8> {
    let mut image = b"SID0\x00\x00\x00\x08".to_vec();
    let flags = [flags, 0, 0, 0];
    let values = page.iter().chain([(ValueId::NORDIC_FLAGS, &flags[..])]);
    for (id, value) in values {
        let pad_len = value.len().next_multiple_of(4) - value.len();
        image.extend_from_slice(&id.number().to_be_bytes());
        image.extend_from_slice(&[pad_len as u8, value.len() as u8]);
        image.extend_from_slice(value);
        image.resize(image.len() + pad_len, 0xFF);
    }
    image.resize(4096, 0xFF);
    image
}

#[test]
fn a_page_that_nordic_firmware_took_over_is_read_in_its_own_form() {
    let mut page = input(EXTENDED).page_unchecked_like_sid_provision(PageVersion::Tlv);
    page.remove(ValueId::DEVICE_PRIV_ED25519);
    page.remove(ValueId::DEVICE_PRIV_P256R1);
    let diagnosis = layout("nordic-v8").decode_lenient(&rewritten(&page, 0xC0));
    assert_eq!(diagnosis.reading, Reading::NordicInternal);
    page.insert(ValueId::NORDIC_FLAGS, &[0xC0, 0, 0, 0]);
    assert_eq!(diagnosis.page, page);
    let expected = [FindingCode::InternalForm, FindingCode::KeysInStore, FindingCode::KeysInStore];
    assert_eq!(codes(&diagnosis), expected);
}

#[test]
fn flags_that_do_not_say_done_are_noted() {
    let page = complete_page(PageVersion::Tlv);
    let diagnosis = layout("nordic-v8").decode_lenient(&rewritten(&page, 0x00));
    let expected = [FindingCode::InternalForm, FindingCode::FlagsUninitialised];
    assert_eq!(codes(&diagnosis), expected);
}

#[test]
fn extended_serials_as_the_tool_writes_them_are_read_as_such() {
    let page = input(EXTENDED).page_unchecked_like_sid_provision(PageVersion::Tlv);
    let diagnosis = layout("nordic-v8").decode_lenient(&nordic(&page));
    assert_eq!(diagnosis.reading, Reading::Tlv);
    assert_eq!(diagnosis.page, page);
    assert_eq!(diagnosis.findings, []);
}

#[test]
fn a_short_form_page_is_found_and_read_on_either_platform() {
    for (name, version) in [("nordic-short", 1_u32), ("st-short", 1), ("nordic-short", 0x0100_0000)]
    {
        let LayoutForm::Short(form) = layout(name).form() else { panic!("{name} is a short form") };
        let mut image = vec![0xFF; form.page_len];
        let mut expected = Page::new(PageVersion::Short(version));
        for (id, slot) in &form.slots {
            let value = vec![id.number() as u8; slot.len];
            image[slot.offset..slot.end()].copy_from_slice(&value);
            if *id != ValueId::VERSION {
                expected.insert(*id, &value);
            }
        }
        image[..4].copy_from_slice(&version.to_be_bytes());
        let detection = detect(Catalogue::built_in(), &image, None).unwrap();
        assert_eq!(detection.container, Container::Binary);
        let found = &detection.pages[0];
        assert_eq!(found.layout.name(), name);
        assert_eq!(found.diagnosis.page, expected);
        assert_eq!(codes(&found.diagnosis), [FindingCode::ShortForm]);
    }
}

#[test]
fn a_blank_page_says_so() {
    let diagnosis = layout("nordic-v8").decode_lenient(&[0xFF; 4096]);
    assert_eq!(codes(&diagnosis), [FindingCode::PageBlank]);
    assert!(diagnosis.page.is_empty());
    assert_eq!(detect(Catalogue::built_in(), &[0xFF; 4096], None).unwrap().pages, []);
}

#[test]
fn a_damaged_head_does_not_hide_the_values() {
    let page = complete_page(PageVersion::Tlv);
    let mut image = nordic(&page);
    image[..4].copy_from_slice(&[0; 4]);
    let found = &detect(Catalogue::built_in(), &image, None).unwrap().pages[0];
    assert_eq!(found.layout.name(), "nordic-v8");
    assert_eq!(found.diagnosis.page, page);
    assert_eq!(codes(&found.diagnosis), [FindingCode::MagicMissing]);
}

#[test]
fn versions_of_others_and_of_nobody_are_told_apart() {
    let mut image = nordic(&complete_page(PageVersion::Tlv));
    image[7] = 7;
    let diagnosis = layout("nordic-v8").decode_lenient(&image);
    assert_eq!(codes(&diagnosis), [FindingCode::VersionOther]);
    image[7] = 99;
    let diagnosis = layout("nordic-v8").decode_lenient(&image);
    assert_eq!(codes(&diagnosis), [FindingCode::VersionUnknown]);
}

#[test]
fn what_stands_before_the_cut_of_a_page_is_read() {
    let image = nordic(&complete_page(PageVersion::Tlv));
    let diagnosis = layout("nordic-v8").decode_lenient(&image[..0x100 + 20]);
    assert!(codes(&diagnosis).contains(&FindingCode::RecordDerails));
    assert!(codes(&diagnosis).contains(&FindingCode::ValueMissing));
    assert_eq!(diagnosis.page.len(), 6);
    let image = layout("ti-v7").encode(&complete_page(PageVersion::Fixed)).unwrap();
    let diagnosis = layout("ti-v7").decode_lenient(&image[..100]);
    assert!(codes(&diagnosis).contains(&FindingCode::PageTruncated));
    assert_eq!(diagnosis.page.len(), 2);
}

#[test]
fn duplicates_fill_and_tails_are_noted_with_their_place() {
    let mut image = layout("st-v8").encode(&complete_page(PageVersion::Tlv)).unwrap().to_vec();
    image[0x20 + 36] = 0;
    let second = image.len();
    image.extend_from_slice(b"\x00\x26\x00\x04XXXX\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    image.extend_from_slice(&[0xFF; 16]);
    image.push(1);
    let diagnosis = layout("st-v8").decode_lenient(&image);
    let found: Vec<_> = diagnosis.findings.iter().map(|it| (it.code, it.offset)).collect();
    let expected = [
        (FindingCode::PadNotBlank, Some(0x20 + 36)),
        (FindingCode::RecordDuplicate, Some(second)),
        (FindingCode::DataAfterEnd, Some(second + 32)),
    ];
    assert_eq!(found, expected);
    assert_eq!(diagnosis.page.value(ValueId::APID), Some(&b"SSDK"[..]));
}

#[test]
fn values_of_odd_sizes_are_kept_and_noted() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::SMSN, &[1; 8]);
    page.insert(ValueId::new(5000), &[1; 100]);
    let diagnosis = layout("nordic-v8").decode_lenient(&nordic(&page));
    assert_eq!(codes(&diagnosis), [FindingCode::ValueLength, FindingCode::ValueTooLong]);
    assert_eq!(diagnosis.page, page);
}

#[test]
fn wiped_and_referenced_private_keys_are_told() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::DEVICE_PRIV_ED25519, &[0; 32]);
    let mut reference = [0; 32];
    reference[0] = 2;
    page.insert(ValueId::DEVICE_PRIV_P256R1, &reference);
    let diagnosis = layout("nordic-v8").decode_lenient(&nordic(&page));
    let expected = [FindingCode::PrivateKeyWiped, FindingCode::PrivateKeyReference];
    assert_eq!(codes(&diagnosis), expected);
}

#[test]
fn blank_and_misshapen_identities_are_told() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::SMSN, &[0; 32]);
    page.insert(ValueId::APID, &[1, 2, 3, 4]);
    page.insert(ValueId::SERIAL_NUM, b"17 characters____");
    let diagnosis = layout("nordic-v8").decode_lenient(&nordic(&page));
    let expected =
        [FindingCode::SmsnBlank, FindingCode::ApidNotAscii, FindingCode::SerialNumberForm];
    assert_eq!(codes(&diagnosis), expected);
}

#[test]
fn more_bytes_than_a_page_has_are_noted_and_not_read() {
    let mut image = nordic(&complete_page(PageVersion::Tlv));
    image.resize(page::PAGE_LEN_MAX + 1, 0xFF);
    let diagnosis = layout("nordic-v8").decode_lenient(&image);
    assert_eq!(codes(&diagnosis), [FindingCode::PageTooLarge]);
}

#[test]
fn nvm3_of_the_older_key_scheme_is_read_with_a_note() {
    let page = complete_page(PageVersion::Fixed);
    let text = nvm3::write(&page, 0).unwrap();
    assert!(text.starts_with("0x0002:OBJ:00000007\n"));
    let diagnosis = nvm3::parse_lenient(text.as_bytes()).unwrap();
    assert_eq!(diagnosis.page, page);
    assert!(codes(&diagnosis).iter().all(|code| *code == FindingCode::Nvm3OldKey));
}

#[test]
fn nvm3_lines_that_cannot_be_read_are_noted_and_passed_over() {
    let text = b"0xa9002:OBJ:00000008\nnonsense\n0xb0000:OBJ:00\n0xa9026:OBJ:5353444b\n0xa9026:OBJ:00000000";
    let diagnosis = nvm3::parse_lenient(text).unwrap();
    let expected = [FindingCode::TextLine, FindingCode::TextLine, FindingCode::RecordDuplicate];
    assert_eq!(codes(&diagnosis)[..3], expected);
    assert_eq!(diagnosis.findings[0].offset, Some(2));
    assert_eq!(diagnosis.page.value(ValueId::APID), Some(&b"SSDK"[..]));
}

#[test]
fn rows_show_places_and_hide_private_keys() {
    let diagnosis = layout("nordic-v8").decode_lenient(&nordic(&complete_page(PageVersion::Tlv)));
    for row in diagnosis.rows() {
        assert_eq!(row.hex.is_none(), row.id.is_private(), "{}", row.id);
        assert!(row.offset.is_some());
    }
    assert_eq!(diagnosis.rows().next().unwrap().offset, Some(12));
}

#[test]
fn an_image_shows_its_size_only() {
    let image = Image::from(vec![0xA5; 4]);
    assert_eq!(format!("{image:?}"), "Image(4 bytes)");
}

#[test]
fn a_list_without_end_is_given_up() {
    let mut image = b"SID0\x00\x00\x00\x08".to_vec();
    for number in (4001..0x3000_u16).rev() {
        image.extend_from_slice(&number.to_be_bytes());
        image.extend_from_slice(&[0, 0]);
    }
    let diagnosis = layout("nordic-v8").decode_lenient(&image);
    assert_eq!(diagnosis.page.len(), 1024);
    assert_eq!(codes(&diagnosis)[0], FindingCode::RecordDerails);
}
