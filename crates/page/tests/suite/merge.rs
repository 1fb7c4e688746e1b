//! Goal: values go into an existing page as the public tool puts them there, and into nothing else. Method: the
//! tool's rules spelled out in bytes, and one refusal for each kind of file.

use page::{BLANK, EncodeError, MergeError, Page, PageVersion, ValueId};

use crate::support::{complete_page, layout};

fn one(version: PageVersion, id: ValueId, value: &[u8]) -> Page {
    let mut page = Page::new(version);
    page.insert(id, value);
    page
}

#[test]
fn a_record_gives_way_to_the_new_one_at_the_end() {
    for name in ["nordic-v8", "ti-v8", "st-v8"] {
        let existing = layout(name).encode(&complete_page(PageVersion::Tlv)).unwrap();
        let new = one(PageVersion::Tlv, ValueId::SMSN, &[9; 32]);
        let merged = layout(name).merge(&existing, &new).unwrap();
        let page::LayoutForm::Tlv(form) = layout(name).form() else { panic!("records") };
        let (start, record_len) = (form.records_start(), form.record_len(32));
        let fresh = layout(name).encode(&new).unwrap();
        let expected =
            [&existing[..start], &existing[start + record_len..], &fresh[start..]].concat();
        assert_eq!(&*merged, expected);
    }
}

#[test]
fn a_page_that_has_a_value_twice_is_refused() {
    let existing =
        layout("nordic-v8").encode(&one(PageVersion::Tlv, ValueId::APID, b"AAAA")).unwrap();
    let twice = [&existing[..], b"\x00\x26\x00\x04BBBB"].concat();
    let new = one(PageVersion::Tlv, ValueId::APID, b"CCCC");
    let refused = layout("nordic-v8").merge(&twice, &new);
    assert_eq!(refused.err(), Some(MergeError::Duplicate { id: ValueId::APID, offset: 16 }));
}

#[test]
fn a_whole_page_merged_into_another_replaces_it_and_keeps_application_values() {
    let mut existing = complete_page(PageVersion::Tlv);
    existing.insert(ValueId::new(4711), b"kept");
    let image = layout("st-v8").encode(&existing).unwrap();
    let mut new = complete_page(PageVersion::Tlv);
    new.insert(ValueId::SMSN, &[9; 32]);
    let merged = layout("st-v8").merge(&image, &new).unwrap();
    let mut expected = new.clone();
    expected.insert(ValueId::new(4711), b"kept");
    assert_eq!(layout("st-v8").decode_lenient(&merged).page, expected);
}

#[test]
fn fixed_slots_are_overwritten_in_place_and_the_tail_is_kept() {
    let existing = layout("nordic-v7").encode(&complete_page(PageVersion::Fixed)).unwrap();
    let with_tail = [&existing[..], &[1, 2, 3]].concat();
    let new = one(PageVersion::Fixed, ValueId::SMSN, &[9; 32]);
    let merged = layout("nordic-v7").merge(&with_tail, &new).unwrap();
    let mut expected = with_tail.clone();
    expected[32..64].fill(9);
    assert_eq!(&*merged, expected);
}

#[test]
fn a_fixed_page_that_is_cut_is_filled_up() {
    let existing = layout("nordic-v7").encode(&complete_page(PageVersion::Fixed)).unwrap();
    let new = one(PageVersion::Fixed, ValueId::SMSN, &[9; 32]);
    let merged = layout("nordic-v7").merge(&existing[..64], &new).unwrap();
    assert_eq!(merged.len(), 1420);
    assert!(merged[64..].iter().all(|byte| *byte == BLANK));
}

#[test]
fn blank_flash_becomes_a_fresh_page() {
    let page = complete_page(PageVersion::Tlv);
    let fresh = layout("nordic-v8").encode(&page).unwrap();
    for len in [0, 3, 8, 4096] {
        assert_eq!(layout("nordic-v8").merge(&vec![BLANK; len], &page), Ok(fresh.clone()));
    }
    let page = complete_page(PageVersion::Fixed);
    let merged = layout("ti-v7").merge(&[BLANK; 2000], &page).unwrap();
    assert_eq!(&merged[..1415], &*layout("ti-v7").encode(&page).unwrap());
    assert_eq!(merged.len(), 2000);
}

#[test]
fn blank_flash_behind_the_list_is_dropped() {
    let existing = layout("nordic-v8").encode(&complete_page(PageVersion::Tlv)).unwrap();
    let dump = [&existing[..], &[BLANK; 2000]].concat();
    let new = one(PageVersion::Tlv, ValueId::SMSN, &[9; 32]);
    let expected = layout("nordic-v8").merge(&existing, &new);
    assert_eq!(layout("nordic-v8").merge(&dump, &new), expected);
}

#[test]
fn a_file_that_is_no_page_of_the_layout_is_refused() {
    let page = complete_page(PageVersion::Tlv);
    let not_a_page = |name: &str| Err(MergeError::NotAPage { layout: name.into() });
    assert_eq!(layout("nordic-v8").merge(b"an essay", &page), not_a_page("nordic-v8"));
    assert_eq!(layout("nordic-v8").merge(&[0], &page), not_a_page("nordic-v8"));
    let fixed = layout("nordic-v7").encode(&complete_page(PageVersion::Fixed)).unwrap();
    assert_eq!(layout("nordic-v8").merge(&fixed, &page), not_a_page("nordic-v8"));
    let st = layout("st-v8").encode(&page).unwrap();
    assert_eq!(layout("nordic-v8").merge(&st, &page), not_a_page("nordic-v8"));
}

#[test]
fn a_list_that_derails_or_has_something_behind_it_is_refused() {
    let page = complete_page(PageVersion::Tlv);
    let existing = layout("nordic-v8").encode(&page).unwrap();
    let cut = &existing[..existing.len() - 1];
    let derails = Err(MergeError::Derails { offset: 0x5F0 });
    assert_eq!(layout("nordic-v8").merge(cut, &page), derails);
    let tail = [&existing[..], &[BLANK, BLANK, BLANK, BLANK, 7]].concat();
    let behind = Err(MergeError::DataAfterEnd { offset: existing.len() + 4 });
    assert_eq!(layout("nordic-v8").merge(&tail, &page), behind);
    assert_eq!(
        layout("nordic-v8").merge(&vec![0; 70_000], &page),
        Err(MergeError::TooLarge { found: 70_000 })
    );
}

#[test]
fn a_page_that_firmware_took_over_is_refused() {
    let mut existing = complete_page(PageVersion::Tlv);
    existing.insert(ValueId::NORDIC_FLAGS, &[0x80, 0, 0, 0]);
    let image = layout("nordic-v8").encode(&existing).unwrap();
    let new = one(PageVersion::Tlv, ValueId::SMSN, &[9; 32]);
    assert_eq!(
        layout("nordic-v8").merge(&image, &new),
        Err(MergeError::TakenOver { offset: 1528 })
    );
}

#[test]
fn values_without_a_place_are_refused_by_merge_and_encode_alike() {
    let page = one(PageVersion::Fixed, ValueId::DEVID, &[1; 5]);
    let error = EncodeError::NoSlot { layout: "nordic-v7".into(), id: ValueId::DEVID };
    assert_eq!(layout("nordic-v7").encode(&page), Err(error.clone()));
    assert_eq!(layout("nordic-v7").merge(&[], &page), Err(MergeError::Encode(error)));
    let page = one(PageVersion::Fixed, ValueId::SW_ED25519_SERIAL, &[1; 5]);
    let id = ValueId::SW_ED25519_SERIAL;
    let error = EncodeError::TooLong { id, len: 5, len_max: 4 };
    assert_eq!(layout("nordic-v7").encode(&page), Err(error));
    let page = one(PageVersion::Tlv, ValueId::MAGIC, b"SID0");
    let error = EncodeError::Reserved(ValueId::MAGIC);
    assert_eq!(layout("nordic-v8").encode(&page), Err(error));
    for (name, version) in
        [("nordic-short", PageVersion::Short(1)), ("nordic-v7", PageVersion::Tlv)]
    {
        let error = EncodeError::Version { layout: name.into(), version };
        assert_eq!(layout(name).encode(&Page::new(version)), Err(error));
    }
}
