//! Goal: chips are data, and a mistake in a chip file is found with its line. Method: the built-in files, one
//! added chip, one broken file for each fault.

use page::{Catalogue, CatalogueFault, LayoutForm, PageVersion, ValueId};

const HEAD: &str =
    "schema = 1\nplatform = \"mine\"\ndefault_chip = \"c\"\nlayouts = { v8 = \"mine-v8\" }\n";

const LAYOUT: &str = "[[layout]]\nname = \"mine-v8\"\nversion = \"v8\"\nword_len = 8\n\
    version_slot = { offset = 8, len = 8 }\n";

const CHIP: &str = "[[chip]]\nname = \"c\"\ndevice = \"C\"\nsites = [\n\
    { generation = \"g\", address = 0x1000, region_len = 4096, dialect = \"generic\" },\n]\n";

fn fault(text: &str) -> (usize, CatalogueFault) {
    let error = Catalogue::built_in().extended_by("mine.toml", text).unwrap_err();
    assert_eq!(error.file, "mine.toml");
    (error.line, error.fault)
}

fn address(platform: &str, chip: &str, generation: &str) -> u32 {
    let platform = Catalogue::built_in().platform(platform).unwrap();
    platform.chip(chip).unwrap().site(generation).unwrap().address
}

#[test]
fn every_public_address_is_known() {
    let expected = [
        ("nordic", "nrf52840", "tool", 0x000F_D000),
        ("nordic", "nrf52840", "ncs", 0x000F_F000),
        ("nordic", "nrf54l15", "ncs", 0x0017_C000),
        ("nordic", "nrf54l10", "ncs", 0x000F_C000),
        ("nordic", "nrf54l10", "add-on-before-1.2.0", 0x000F_F000),
        ("nordic", "nrf54lv10", "ncs", 0x000F_C000),
        ("nordic", "nrf54lm20b", "ncs", 0x001D_E000),
        ("ti", "P1", "tool", 0x0005_6000),
        ("ti", "P7", "tool", 0x000A_E000),
        ("st", "WBA65xI", "sdk", 0x081E_A000),
        ("st", "WBA5M", "sdk", 0x080E_A000),
        ("st", "WBA52xE", "sdk", 0x0806_A000),
        ("telink", "tl323x-1m", "sdk-1.0.0.6", 0x000F_5000),
        ("telink", "tl323x-2m", "sdk-1.0.0.6", 0x001F_5000),
        ("silabs", "xg21", "sdk-2.0.0", 0x000F_8000),
        ("silabs", "xg21", "sdk-before-2.0.0", 0x000F_2000),
        ("silabs", "xg25", "sdk-2.0.0", 0x081D_8000),
    ];
    for (platform, chip, generation, expected) in expected {
        assert_eq!(address(platform, chip, generation), expected, "{chip} {generation}");
    }
}

#[test]
fn the_default_chips_are_those_of_the_tool() {
    let defaults = [("nordic", "nrf52840"), ("ti", "P7"), ("silabs", "xg24"), ("st", "WBA65xI")];
    for (platform, chip) in defaults {
        let platform = Catalogue::built_in().platform(platform).unwrap();
        assert_eq!(platform.default_chip().name, chip);
    }
}

#[test]
fn a_platform_read_alone_is_that_of_the_whole_catalogue() {
    for platform in Catalogue::built_in().platforms() {
        let alone = Catalogue::built_in_platform(platform.name());
        assert_eq!(alone.as_ref(), Some(platform), "{}", platform.name());
    }
    assert_eq!(Catalogue::built_in_platform("nordic.toml"), None);
}

#[test]
fn telink_shares_the_layouts_of_nordic() {
    let telink = Catalogue::built_in().platform("telink").unwrap();
    for version in [PageVersion::Short(1), PageVersion::Fixed, PageVersion::Tlv] {
        let nordic = Catalogue::built_in().platform("nordic").unwrap();
        assert_eq!(telink.layout(version), nordic.layout(version));
    }
}

#[test]
fn a_chip_is_added_by_text_alone() {
    let text = format!("{HEAD}{LAYOUT}{CHIP}");
    let catalogue = Catalogue::built_in().extended_by("mine.toml", &text).unwrap();
    let platform = catalogue.platform("mine").unwrap();
    assert_eq!(platform.default_chip().default_site().address, 0x1000);
    let LayoutForm::Tlv(form) = platform.layout(PageVersion::Tlv).unwrap().form() else {
        panic!("version 8 has records");
    };
    assert_eq!((form.records_start(), form.word_len, form.magic), (16, 8, None));
    assert!(catalogue.platform("nordic").is_some());
}

#[test]
fn a_file_of_another_schema_is_refused() {
    let text = format!("{HEAD}{LAYOUT}{CHIP}").replace("schema = 1", "schema = 2");
    assert_eq!(fault(&text), (1, CatalogueFault::Schema(2)));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let text = format!("{HEAD}{LAYOUT}colour = \"red\"\n{CHIP}");
    let (line, fault) = fault(&text);
    assert_eq!(line, 10);
    assert!(matches!(fault, CatalogueFault::Syntax(_)));
}

#[test]
fn what_a_layout_needs_and_what_it_has_no_use_for_are_told() {
    let text = format!("{HEAD}{LAYOUT}{CHIP}").replace("word_len = 8\n", "");
    assert_eq!(fault(&text), (6, CatalogueFault::Missing("word_len")));
    let text = format!("{HEAD}{LAYOUT}page_len = 5\n{CHIP}");
    assert_eq!(fault(&text), (10, CatalogueFault::Superfluous("page_len")));
    let text = format!("{HEAD}{LAYOUT}{CHIP}").replace("word_len = 8", "word_len = 0");
    let range = CatalogueFault::Range { key: "word_len", found: 0, min: 1, max: 256 };
    assert_eq!(fault(&text), (8, range));
}

const FIXED: &str = "[[layout]]\nname = \"mine-v8\"\nversion = \"v7\"\npage_len = 64\nslots = [\n\
    { id = \"VERSION\", offset = 0, len = 4 },\n{ id = \"SMSN\", offset = 8, len = 32 },\n]\n";

#[test]
fn slots_that_do_not_fit_or_overlap_are_refused() {
    let whole = |layout: &str| format!("{HEAD}{layout}{CHIP}");
    assert!(Catalogue::built_in().extended_by("mine.toml", &whole(FIXED)).is_ok());
    let text = whole(&FIXED.replace("offset = 8", "offset = 40"));
    let expected = CatalogueFault::Slot { id: ValueId::SMSN, offset: 40, len: 32 };
    assert_eq!(fault(&text), (11, expected));
    let text = whole(&FIXED.replace("offset = 8", "offset = 3"));
    assert_eq!(fault(&text), (11, CatalogueFault::Overlap(ValueId::VERSION, ValueId::SMSN)));
    let text = whole(&FIXED.replace("SMSN", "SMNS"));
    assert_eq!(fault(&text), (11, CatalogueFault::ValueId("SMNS".into())));
    let text = whole(&FIXED.replace("{ id = \"VERSION\", offset = 0, len = 4 },\n", ""));
    assert_eq!(fault(&text), (6, CatalogueFault::Missing("a slot for VERSION")));
}

#[test]
fn names_that_nothing_has_are_refused() {
    let whole = format!("{HEAD}{LAYOUT}{CHIP}");
    let unknown = |kind, name: &str| CatalogueFault::Unknown { kind, name: name.into() };
    let text = whole.replace("default_chip = \"c\"", "default_chip = \"d\"");
    assert_eq!(fault(&text), (3, unknown("chip", "d")));
    let text = whole.replace("v8 = \"mine-v8\"", "v8 = \"yours-v8\"");
    assert_eq!(fault(&text), (4, unknown("layout", "yours-v8")));
    let text = whole.replace("dialect = \"generic\"", "dialect = \"klingon\"");
    assert_eq!(fault(&text), (14, unknown("dialect", "klingon")));
    let text = format!("{whole}{CHIP}");
    assert_eq!(fault(&text), (17, CatalogueFault::Duplicate("c".into())));
}

#[test]
fn a_region_past_the_last_address_is_refused() {
    let text = format!("{HEAD}{LAYOUT}{CHIP}").replace("0x1000", "0xFFFF_F001");
    let expected = CatalogueFault::Range { key: "region_len", found: 4096, min: 1, max: 4095 };
    assert_eq!(fault(&text), (14, expected));
}
