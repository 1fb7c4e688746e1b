//! Goal: the layout files of `sid_provision` give the layouts that the tool makes of them, and a mistake in one is
//! found with its line. Method: our own layouts in the tool's words, one broken file for each fault, any text.

use page::{CatalogueError, CatalogueFault, Layout, LayoutForm, Slot, ValueId, YamlFault};
use proptest::prelude::*;

use crate::support::layout;

fn read(text: &str) -> Result<Layout, CatalogueError> {
    Layout::from_tool_config("config.yaml", text)
}

fn fault(text: &str) -> (usize, CatalogueFault) {
    let CatalogueError { file, line, fault } = read(text).unwrap_err();
    assert_eq!(file, "config.yaml");
    (line, fault)
}

/// One of our layouts in the words of the tool's own configuration file.
fn tool_config(layout: &Layout) -> String {
    let (word_len, head, slots) = match layout.form() {
        LayoutForm::Fixed(form) => {
            let word_len = if layout.name().starts_with("st") { 16 } else { 1 };
            let head = format!("tlv_enabled: false\nmfg_page_size: {}\n", form.page_len / word_len);
            (word_len, head, form.slots.clone())
        }
        LayoutForm::Tlv(form) => {
            let magic = form.magic.map(|slot| (ValueId::MAGIC, slot));
            let slots = magic.into_iter().chain([(ValueId::VERSION, form.version)]).collect();
            (form.word_len, String::new(), slots)
        }
        _ => panic!("the tool has no such layout"),
    };
    let mut text = format!("# comment\n{head}offset_size: {word_len}\nmfg_offsets:\n");
    for (id, slot) in slots {
        let (start, end) = (slot.offset / word_len, slot.end() / word_len);
        let name = id.name().unwrap();
        text += &format!("  SID_PAL_MFG_STORE_{name}:\n    start: {start}\n    end: {end}\n");
    }
    text + "  SID_PAL_MFG_STORE_DTID:\n    null\n"
}

#[test]
fn configuration_files_of_the_tool_give_the_same_layouts() {
    for name in ["nordic-v7", "nordic-v8", "ti-v7", "ti-v8", "st-v7", "st-v8"] {
        let read = Layout::from_tool_config("config.yaml", &tool_config(layout(name))).unwrap();
        assert_eq!(read.form(), layout(name).form(), "{name}");
    }
}

#[test]
fn a_file_without_tlv_enabled_means_records() {
    let layout = read(
        "offset_size: 4\nmfg_offsets:\n  SID_PAL_MFG_STORE_MAGIC: {start: 0, end: 1}\n  \
         SID_PAL_MFG_STORE_VERSION:\n    start: 1\n    end: 2\n  SID_PAL_MFG_STORE_SMSN:\n    null\n",
    )
    .unwrap();
    let LayoutForm::Tlv(form) = layout.form() else { panic!("{layout:?}") };
    assert_eq!(form.word_len, 4);
    assert_eq!(form.magic, Some(Slot { offset: 0, len: 4 }));
    assert_eq!(form.version, Slot { offset: 4, len: 4 });
}

#[test]
fn fixed_offsets_are_counted_in_words() {
    let layout = read(
        "tlv_enabled: False\noffset_size: 16\nmfg_page_size: 98\nmfg_offsets:\n  \
         SID_PAL_MFG_STORE_VERSION: {start: 1, end: 2}\n  SID_PAL_MFG_STORE_APID: {start: 6, end: 0x7}\n  \
         SID_PAL_MFG_STORE_DEVID: null\n  SOMETHING_ELSE: {start: 0, end: 1}\n",
    )
    .unwrap();
    let LayoutForm::Fixed(form) = layout.form() else { panic!("{layout:?}") };
    assert_eq!(form.page_len, 1568);
    assert_eq!(form.slot(ValueId::APID), Some(Slot { offset: 96, len: 16 }));
    assert_eq!(form.slots.len(), 2);
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    let good = tool_config(layout("st-v8"));
    let text = good.replace("offset_size: 16\n", "");
    assert_eq!(fault(&text), (1, CatalogueFault::Missing("offset_size")));
    let text = good.replace("VERSION", "VERSIO");
    assert_eq!(fault(&text), (7, CatalogueFault::ValueId("SID_PAL_MFG_STORE_VERSIO".into())));
    let text = good.replace("start: 1\n", "start: 0\n");
    assert_eq!(fault(&text), (7, CatalogueFault::Overlap(ValueId::MAGIC, ValueId::VERSION)));
    let text = good.replace("offset_size", "mfg_page_size: 3\noffset_size");
    assert_eq!(fault(&text), (2, CatalogueFault::Superfluous("mfg_page_size")));
    let text = good.replace("start: 1\n", "");
    assert_eq!(fault(&text), (7, CatalogueFault::Missing("start")));
    let text = good.replace("offset_size", "tlv_enable: False\noffset_size");
    let unknown = CatalogueFault::Unknown { kind: "key", name: "tlv_enable".into() };
    assert_eq!(fault(&text), (2, unknown));
    let wrong = |key: &str, expected| CatalogueFault::Type { key: key.into(), expected };
    for word in ["one", "010", "0x", "-1", "+1", "1.0"] {
        let text = good.replace("start: 1\n", &format!("start: {word}\n"));
        assert_eq!(fault(&text), (8, wrong("start", "a whole number")), "{word}");
    }
}

#[test]
fn what_is_missing_or_of_the_wrong_type_is_named() {
    let wrong = |key: &str, expected| CatalogueFault::Type { key: key.into(), expected };
    let version = "SID_PAL_MFG_STORE_VERSION";
    let cases = [
        ("offset_size: 4\n", 1, CatalogueFault::Missing("mfg_offsets")),
        (
            "offset_size: 4\ntlv_enabled: no\nmfg_offsets: {}\n",
            1,
            CatalogueFault::Missing("mfg_page_size"),
        ),
        ("offset_size: 4\nmfg_offsets: {}\n", 2, CatalogueFault::Missing("a slot for VERSION")),
        ("offset_size: four\nmfg_offsets: {}\n", 1, wrong("offset_size", "a whole number")),
        ("offset_size: 4\ntlv_enabled: 3\n", 2, wrong("tlv_enabled", "true or false")),
        ("offset_size: 4\nmfg_offsets: 3\n", 2, wrong("mfg_offsets", "a mapping of values")),
        (
            "offset_size: 4\nmfg_page_size: 9\nmfg_offsets: {}\n",
            2,
            CatalogueFault::Superfluous("mfg_page_size"),
        ),
        (
            "offset_size: 4\nmfg_offsets:\n  SID_PAL_MFG_STORE_VERSION: 3\n",
            3,
            wrong(version, "a start and an end"),
        ),
        (
            "offset_size: 4\nmfg_offsets:\n  SID_PAL_MFG_STORE_VERSION: {start: 2, end: 1}\n",
            3,
            CatalogueFault::Backwards(ValueId::VERSION),
        ),
        (
            "offset_size: 9999999999\nmfg_offsets:\n  SID_PAL_MFG_STORE_VERSION: {start: 9, end: 10}\n",
            1,
            CatalogueFault::Range { key: "offset_size", found: 9_999_999_999, min: 1, max: 256 },
        ),
        (
            "offset_size: 16\nmfg_offsets:\n  SID_PAL_MFG_STORE_VERSION: {start: 9, end: 4097}\n",
            3,
            CatalogueFault::Range { key: "end", found: 4097, min: 0, max: 4096 },
        ),
    ];
    for (text, line, expected) in cases {
        assert_eq!(fault(text), (line, expected), "{text}");
    }
}

#[test]
fn yaml_that_is_not_understood_is_refused() {
    let cases = [
        ("a: &x 1\nb: *x\n", 2, YamlFault::NotUnderstood("aliases")),
        ("- 1\n", 1, YamlFault::NotUnderstood("lists")),
        ("{a: 1}: 1\n", 1, YamlFault::NotUnderstood("keys that are no text")),
        ("a: {b: {c: {d: {e: 1}}}}\n", 1, YamlFault::TooDeep),
        ("a: 1\n---\na: 2\n", 2, YamlFault::NotUnderstood("further documents")),
    ];
    for (text, line, expected) in cases {
        assert_eq!(fault(text), (line, CatalogueFault::Yaml(expected)), "{text}");
    }
    for text in ["", "a: [", "a: 1\n]\n"] {
        assert!(matches!(fault(text).1, CatalogueFault::Yaml(_)), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[-a-z0-9:{}\\[\\]&*!|>'\"#%@, \n\t]{0,200}") {
        let _ = read(&text);
    }
}
