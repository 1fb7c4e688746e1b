//! Goal: what given firmware would misread is said before it is written. Method: one page for each code, and a
//! good page for which nothing but notes remain.

use page::{
    Catalogue, Dialect, FindingCode, Page, PageVersion, Severity, ValueId, lint,
    lint_on_device_chain,
};

use crate::support::{EXTENDED, PLAIN, complete_page, input, layout};

fn dialect(name: &str) -> &'static Dialect {
    Catalogue::built_in().dialect(name).unwrap()
}

fn codes(page: &Page, layout_name: &str, dialect_name: &str) -> Vec<FindingCode> {
    lint(page, layout(layout_name), dialect(dialect_name), 4096)
        .iter()
        .filter(|finding| finding.severity() > Severity::Note)
        .map(|finding| finding.code)
        .collect()
}

fn extended(version: PageVersion) -> Page {
    input(EXTENDED).page_unchecked_like_sid_provision(version)
}

#[test]
fn a_plain_page_suits_every_firmware_of_its_platform() {
    for platform in Catalogue::built_in().platforms() {
        for site in platform.chips().iter().flat_map(|chip| &chip.sites) {
            for version in [PageVersion::Fixed, PageVersion::Tlv] {
                let layout = platform.layout(version).unwrap();
                let findings =
                    lint(&complete_page(version), layout, &site.dialect, site.region_len);
                let worst = findings.iter().map(|finding| finding.severity()).max();
                assert!(worst <= Some(Severity::Note), "{}: {findings:?}", platform.name());
            }
        }
    }
}

#[test]
fn a_reader_that_does_not_step_over_fill_derails_at_the_first_odd_serial() {
    let page = extended(PageVersion::Tlv);
    let findings = lint(&page, layout("nordic-v8"), dialect("nordic-pal"), 4096);
    assert_eq!(findings[0].code, FindingCode::RawPadDerails);
    assert_eq!(findings[0].id, Some(ValueId::DAK_ED25519_SERIAL));
    assert_eq!(findings[0].offset, Some(0x1F0));
    assert_eq!(findings.iter().filter(|it| it.code == FindingCode::RawPadDerails).count(), 1);
    assert_eq!(codes(&page, "nordic-v8", "telink"), [FindingCode::RawPadDerails]);
    assert_eq!(codes(&page, "nordic-v8", "nordic-ncs-2.6"), []);
    assert_eq!(codes(&page, "st-v8", "st"), []);
}

#[test]
fn an_extended_serial_does_not_fit_a_fixed_page() {
    let page = extended(PageVersion::Fixed);
    let expected = [FindingCode::FixedSerialExtended; 2];
    assert_eq!(codes(&page, "nordic-v7", "nordic-pal"), expected);
}

#[test]
fn firmware_that_wants_a_magic_does_not_read_a_layout_without() {
    let page = complete_page(PageVersion::Tlv);
    assert_eq!(codes(&page, "ti-v8", "nordic-pal"), [FindingCode::MagicNotWritten]);
}

#[test]
fn a_version_that_firmware_does_not_read_is_told() {
    let page = Page::new(PageVersion::Short(1));
    assert_eq!(codes(&page, "nordic-short", "ti")[0], FindingCode::VersionNotRead);
}

#[test]
fn a_value_over_the_buffer_of_the_firmware_is_told() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::SW_P256R1_SERIAL, &[0x01; 128]);
    let found = codes(&page, "nordic-v8", "nordic-pal");
    assert_eq!(found, [FindingCode::ValueLength, FindingCode::ElementOverflow]);
    assert_eq!(codes(&page, "nordic-v8", "telink"), [FindingCode::ValueLength]);
    page.insert(ValueId::new(5000), &[1; 65 * 4]);
    assert!(codes(&page, "nordic-v8", "telink").contains(&FindingCode::ElementOverflow));
    assert!(codes(&page, "nordic-v8", "telink").contains(&FindingCode::ValueTooLong));
}

#[test]
fn a_page_over_its_region_is_told() {
    let page = complete_page(PageVersion::Tlv);
    let findings = lint(&page, layout("nordic-v8"), dialect("nordic-pal"), 1527);
    assert_eq!(findings[0].code, FindingCode::PageExceedsRegion);
    let findings = lint(&page, layout("nordic-v8"), dialect("nordic-pal"), 1528);
    assert!(findings.iter().all(|finding| finding.code != FindingCode::PageExceedsRegion));
}

#[test]
fn a_serial_number_over_16_characters_is_told() {
    let mut page = complete_page(PageVersion::Tlv);
    page.insert(ValueId::SERIAL_NUM, b"SEVENTEEN-LETTERS");
    assert_eq!(codes(&page, "st-v8", "st"), [FindingCode::SerialNumberForm]);
}

#[test]
fn firmware_that_rewrites_the_page_is_announced() {
    let page = complete_page(PageVersion::Tlv);
    let findings = lint(&page, layout("nordic-v8"), dialect("nordic-pal"), 4096);
    assert_eq!(findings.last().unwrap().code, FindingCode::RewrittenAtBoot);
}

#[test]
fn on_device_storage_of_nordic_misreads_serials_that_look_extended_to_it() {
    let serials: [(ValueId, &[u8]); 3] = [
        (ValueId::DAK_ED25519_SERIAL, &[0x71, 0x5C, 0x00, 0xFA]),
        (ValueId::SW_ED25519_SERIAL, &[0x75, 0x00, 0x00, 0x03]),
        (ValueId::PRODUCT_ED25519_SERIAL, &[0xE4, 0x7C, 0x83, 0xB1, 0x07]),
    ];
    let findings = lint_on_device_chain(serials, dialect("nordic-pal"));
    let ids: Vec<_> = findings.iter().map(|finding| finding.id).collect();
    let expected = [Some(ValueId::DAK_ED25519_SERIAL), Some(ValueId::PRODUCT_ED25519_SERIAL)];
    assert_eq!(ids, expected);
    assert_eq!(lint_on_device_chain(serials, dialect("st")), []);
    let plain = input(PLAIN).page_unchecked_like_sid_provision(PageVersion::Tlv);
    let serials = plain.iter().filter(|(id, _)| id.is_ca_serial());
    assert_eq!(lint_on_device_chain(serials, dialect("nordic-pal")), []);
}
