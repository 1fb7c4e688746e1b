//! Goal: our outputs are those of the public provisioning tools, byte for byte, and read back to the same
//! values. Method: files written by the real tools, see `vectors/README.md`.

use page::{
    Catalogue, Container, Layout, LayoutForm, Mandatory, Page, PageVersion, Reading, ValueId,
    detect, input, intel_hex, nvm3,
};

use crate::support::layout;

const AWS: &[u8] = include_bytes!("../vectors/aws_certificate.json");
const ACS: &[u8] = include_bytes!("../vectors/acs_serial_expansion.json");

fn aws_page(version: PageVersion) -> Page {
    input::read_aws_certificate(AWS).unwrap().page_unchecked_like_sid_provision(version)
}

fn acs_page() -> Page {
    let input = input::read_acs(ACS, &[0xAB; 32]).unwrap();
    input.page_unchecked_like_sid_provision(PageVersion::Tlv)
}

fn address(platform: &str, chip: &str) -> u32 {
    let platform = Catalogue::built_in().platform(platform).unwrap();
    platform.chip(chip).unwrap().default_site().address
}

/// Encodes, compares both files, reads the binary back strictly and finds it again in the Intel HEX.
fn check(page: &Page, layout: &Layout, address: u32, bin: &[u8], hex: &[u8]) {
    let image = layout.encode(page).unwrap();
    assert!(&*image == bin, "the binary differs");
    assert!(intel_hex::write(&image, address).unwrap().as_bytes() == hex, "the hex differs");
    assert_eq!(layout.decode_strict(bin, Mandatory::Complete), Ok(page.clone()));
    let detection = detect(Catalogue::built_in(), hex, None).unwrap();
    assert_eq!(detection.container, Container::IntelHex);
    assert_eq!(detection.pages[0].layout.name(), layout.name());
    assert_eq!(detection.pages[0].address, Some(address));
    assert_eq!(detection.pages[0].diagnosis.page, *page);
    assert_eq!(detection.pages[0].diagnosis.findings, []);
}

macro_rules! golden {
    ($name:ident, $page:expr, $layout:literal, $platform:literal, $chip:literal, $file:literal) => {
        #[test]
        fn $name() {
            let bin = include_bytes!(concat!("../vectors/", $file, ".bin"));
            let hex = include_bytes!(concat!("../vectors/", $file, ".hex"));
            check(&$page, layout($layout), address($platform, $chip), bin, hex);
        }
    };
}

golden!(
    nordic_records_are_those_of_the_tool,
    aws_page(PageVersion::Tlv),
    "nordic-v8",
    "nordic",
    "nrf52840",
    "nordic_aws_nrf52840"
);
golden!(
    nordic_records_with_extended_serials_are_those_of_the_tool,
    acs_page(),
    "nordic-v8",
    "nordic",
    "nrf52840",
    "nordic_expansion"
);
golden!(
    nordic_fixed_offsets_are_those_of_the_tool,
    aws_page(PageVersion::Fixed),
    "nordic-v7",
    "nordic",
    "nrf52840",
    "nordic_v7"
);
golden!(
    ti_records_are_those_of_the_tool,
    aws_page(PageVersion::Tlv),
    "ti-v8",
    "ti",
    "P7",
    "ti_aws_P7"
);
golden!(
    ti_fixed_offsets_are_those_of_the_tool,
    aws_page(PageVersion::Fixed),
    "ti-v7",
    "ti",
    "P7",
    "ti_v7"
);
golden!(
    st_records_are_those_of_the_tool,
    aws_page(PageVersion::Tlv),
    "st-v8",
    "st",
    "WBA55xG",
    "st_aws_WBA55xG"
);
golden!(
    st_fixed_offsets_are_those_of_the_tool,
    aws_page(PageVersion::Fixed),
    "st-v7",
    "st",
    "WBA55xG",
    "st_v7"
);

#[test]
fn nvm3_objects_are_those_of_the_tool() {
    let golden = include_bytes!("../vectors/silabs_aws_xg24.nvm3");
    let page = aws_page(PageVersion::Tlv);
    let LayoutForm::Nvm3 { key_base } = *layout("silabs-nvm3").form() else {
        panic!("the layout of Silicon Labs is NVM3");
    };
    assert!(nvm3::write(&page, key_base).unwrap().as_bytes() == golden);
    assert_eq!(nvm3::parse_strict(golden, Mandatory::Complete), Ok(page.clone()));
    let detection = detect(Catalogue::built_in(), golden, None).unwrap();
    assert_eq!(detection.container, Container::Nvm3);
    assert_eq!(detection.pages[0].diagnosis.page, page);
    assert_eq!(detection.pages[0].diagnosis.findings, []);
    assert_eq!(detection.pages[0].diagnosis.reading, Reading::Nvm3);
}

/// The offsets of the golden Nordic page, as read off the file by hand.
#[test]
fn records_of_the_nordic_page_stand_where_they_should() {
    let expected: &[(usize, u16)] = &[
        (0x008, 4),
        (0x02c, 5),
        (0x050, 6),
        (0x074, 7),
        (0x098, 8),
        (0x0dc, 9),
        (0x100, 10),
        (0x144, 11),
        (0x188, 12),
        (0x1ac, 13),
        (0x1f0, 14),
        (0x1f8, 15),
        (0x23c, 16),
        (0x280, 17),
        (0x288, 18),
        (0x2ac, 19),
        (0x2f0, 20),
        (0x2f8, 21),
        (0x33c, 22),
        (0x380, 23),
        (0x388, 24),
        (0x3ac, 25),
        (0x3f0, 26),
        (0x3f8, 27),
        (0x43c, 28),
        (0x480, 29),
        (0x488, 30),
        (0x4ac, 31),
        (0x4f0, 32),
        (0x4f8, 33),
        (0x53c, 34),
        (0x580, 35),
        (0x588, 36),
        (0x5ac, 37),
        (0x5f0, 38),
    ];
    check_places("nordic-v8", include_bytes!("../vectors/nordic_aws_nrf52840.bin"), expected);
}

#[test]
fn records_of_the_st_page_stand_where_they_should() {
    let expected: &[(usize, u16)] = &[
        (0x020, 4),
        (0x050, 5),
        (0x080, 6),
        (0x0b0, 7),
        (0x0e0, 8),
        (0x130, 9),
        (0x160, 10),
        (0x1b0, 11),
        (0x200, 12),
        (0x780, 38),
    ];
    check_places("st-v8", include_bytes!("../vectors/st_aws_WBA55xG.bin"), expected);
}

#[test]
fn records_of_the_ti_page_stand_where_they_should() {
    let expected: &[(usize, u16)] = &[(0x009, 4), (0x02d, 5), (0x5f1, 38)];
    check_places("ti-v8", include_bytes!("../vectors/ti_aws_P7.bin"), expected);
}

fn check_places(layout_name: &str, image: &[u8], expected: &[(usize, u16)]) {
    let diagnosis = layout(layout_name).decode_lenient(image);
    for (record_offset, number) in expected {
        let id = ValueId::new(*number);
        assert_eq!(diagnosis.offset(id), Some(record_offset + 4), "{id}");
    }
}

#[test]
fn a_page_is_found_in_a_dump_of_the_whole_flash() {
    let image = layout("nordic-v8").encode(&aws_page(PageVersion::Tlv)).unwrap();
    let mut flash = vec![0xFF; 1024 * 1024];
    flash[..4].copy_from_slice(&[0x00, 0x00, 0x04, 0x20]);
    flash[0xF_F000..0xF_F000 + image.len()].copy_from_slice(&image);
    let detection = detect(Catalogue::built_in(), &flash, Some(0)).unwrap();
    assert_eq!(detection.pages.len(), 1);
    assert_eq!(detection.pages[0].address, Some(0xF_F000));
    assert_eq!(detection.pages[0].diagnosis.findings, []);
}

#[test]
fn a_page_without_magic_is_found_in_a_dump_at_its_address() {
    let image = layout("ti-v8").encode(&aws_page(PageVersion::Tlv)).unwrap();
    let mut flash = vec![0xFF; 704 * 1024];
    flash[0xA_E000..0xA_E000 + image.len()].copy_from_slice(&image);
    let detection = detect(Catalogue::built_in(), &flash, Some(0)).unwrap();
    assert_eq!(detection.pages.len(), 1);
    assert_eq!(detection.pages[0].layout.name(), "ti-v8");
}

#[test]
fn a_page_merged_into_another_is_that_of_the_tool() {
    let existing = include_bytes!("../vectors/nordic_aws_nrf52840.bin");
    let merged = layout("nordic-v8").merge(existing, &acs_page()).unwrap();
    assert!(&*merged == include_bytes!("../vectors/nordic_merged.bin"));
}

#[test]
fn a_page_merged_into_one_with_application_values_is_that_of_the_tool() {
    let mut existing = include_bytes!("../vectors/ti_aws_P7.bin").to_vec();
    existing.extend_from_slice(b"\x12\x67\x00\x05hello");
    let merged = layout("ti-v8").merge(&existing, &acs_page()).unwrap();
    assert!(&*merged == include_bytes!("../vectors/ti_merged.bin"));
}
