//! Manufacturing pages, the files programmers take, and chip files.

use page::memory::Memory;
use page::{
    Catalogue, Layout, LayoutForm, Mandatory, Page, PageVersion, input, intel_hex, nvm3, s_record,
};

const MANDATORY: [Mandatory; 2] = [Mandatory::Complete, Mandatory::KeysInStore];

/// The decoder of the line, over every built-in layout. An accepted page encodes, and that image
/// decodes to the same page.
pub fn page_strict(data: &[u8]) {
    for layout in Catalogue::built_in().layouts() {
        for mandatory in MANDATORY {
            if let Ok(page) = layout.decode_strict(data, mandatory) {
                assert_encodes(layout, &page, mandatory);
            }
        }
    }
}

fn assert_encodes(layout: &Layout, page: &Page, mandatory: Mandatory) {
    if matches!(layout.form(), LayoutForm::Short(_) | LayoutForm::Nvm3 { .. }) {
        return;
    }
    let image = layout.encode(page).expect("a page that was accepted can be written");
    let again = layout.decode_strict(&image, mandatory).expect("our own image is read");
    assert!(page.iter().eq(again.iter()));
}

/// The decoder of diagnosis, over every built-in layout.
pub fn page_lenient(data: &[u8]) {
    for layout in Catalogue::built_in().layouts() {
        let diagnosis = layout.decode_lenient(data);
        assert!(diagnosis.page.iter().all(|(_, value)| value.len() <= data.len()));
    }
}

/// NVM3 text, strict and lenient.
pub fn nvm3(data: &[u8]) {
    let _ = nvm3::parse_lenient(data);
    for mandatory in MANDATORY {
        if let Ok(page) = nvm3::parse_strict(data, mandatory) {
            let text = nvm3::write(&page, nvm3::KEY_BASE)
                .expect("a page that was accepted can be written");
            let again =
                nvm3::parse_strict(text.as_bytes(), mandatory).expect("our own text is read");
            assert!(page.iter().eq(again.iter()));
        }
    }
}

/// Intel HEX. Every stretch of accepted memory survives being written.
pub fn intel_hex(data: &[u8]) {
    if let Ok(memory) = intel_hex::parse(data) {
        for segment in memory.segments() {
            let text =
                intel_hex::write(&segment.bytes, segment.address).expect("it fits, it was read");
            assert_holds(
                &intel_hex::parse(text.as_bytes()).expect("our own text is read"),
                segment,
            );
        }
    }
}

/// S-records, as Intel HEX.
pub fn s_record(data: &[u8]) {
    if let Ok(memory) = s_record::parse(data) {
        for segment in memory.segments() {
            let text =
                s_record::write(&segment.bytes, segment.address).expect("it fits, it was read");
            assert_holds(&s_record::parse(text.as_bytes()).expect("our own text is read"), segment);
        }
    }
}

fn assert_holds(memory: &Memory, expected: &page::memory::Segment) {
    assert_eq!(memory.segments().len(), 1);
    assert_eq!(memory.segments()[0].address, expected.address);
    assert_eq!(memory.segments()[0].bytes, expected.bytes);
}

/// Layout files of the public provisioning tool. Whatever is accepted has a name and a form that encodes.
pub fn tool_config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(layout) = Layout::from_tool_config("fuzz.yaml", text) {
        assert_eq!(layout.name(), "fuzz.yaml");
        let _ = layout.decode_lenient(data);
    }
}

/// Chip files of a user.
pub fn catalogue(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(catalogue) = Catalogue::built_in().extended_by("fuzz.toml", text)
    {
        assert!(catalogue.layouts().count() >= Catalogue::built_in().layouts().count());
    }
}

/// What kind of file it is and which pages are in it, with and without an address.
pub fn detect(data: &[u8]) {
    for address in [None, Some(0), Some(0x000F_D000), Some(u32::MAX - 16)] {
        if let Ok(detection) = page::detect(Catalogue::built_in(), data, address) {
            for found in detection.pages {
                assert!(found.diagnosis.page.iter().all(|(_, value)| value.len() <= data.len()));
            }
        }
    }
}

/// Merging a page into whatever stands at the output path. What was merged into a sound page reads
/// back with every value of the new one.
pub fn merge(data: &[u8]) {
    let built_in = Catalogue::built_in();
    for (layout, page) in built_in.layouts().filter_map(|layout| Some((layout, golden(layout)?))) {
        let Ok(image) = layout.merge(data, &page) else { continue };
        if layout.decode_strict(data, Mandatory::KeysInStore).is_ok() {
            let merged = layout.decode_lenient(&image).page;
            assert!(page.iter().all(|(id, value)| merged.value(id) == Some(value)));
        }
    }
}

/// A sound page of this layout, where the corpus has one.
fn golden(layout: &Layout) -> Option<Page> {
    const GOLDEN: [&[u8]; 4] = [
        include_bytes!("../../corpus/merge/nordic_aws_nrf52840.bin"),
        include_bytes!("../../corpus/merge/nordic_v7.bin"),
        include_bytes!("../../corpus/merge/ti_aws_P7.bin"),
        include_bytes!("../../corpus/merge/st_v7.bin"),
    ];
    GOLDEN.iter().find_map(|image| layout.decode_strict(image, Mandatory::Complete).ok())
}

/// The JSON inputs of all kinds. The two files of a wireless device are divided by a zero byte.
pub fn page_input(data: &[u8]) {
    let (device, profile) = match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, data),
    };
    let inputs = [
        input::read_aws_certificate(data),
        input::read_aws_device(device, profile),
        input::read_acs(data, &[0x33; 32]),
    ];
    for version in [PageVersion::Fixed, PageVersion::Tlv] {
        for input in inputs.iter().flatten() {
            let page = input.page_unchecked_like_sid_provision(version);
            assert_eq!(Mandatory::Complete.missing(&page), None);
        }
        let _ = input::page_from_black_box_unchecked(data, version);
    }
}
