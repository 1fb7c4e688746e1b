//! Our bytes are those of the public tools.

use control_log::{
    Ending, Entry, Reader, Writer,
    consolidate::{Options, Origin},
    single_log,
};

use crate::plant::consolidated;

const SINGLE: &str = include_str!("../data/single.txt");
const ODD_1: &str = include_str!("../data/odd_1.json");
const ODD_2: &str = include_str!("../data/odd_2.json");
const CONSOLIDATED: &str = include_str!("../data/consolidated.txt");

#[test]
fn consolidation_writes_what_python_writes() {
    let (text, summary, _) = consolidated(&[ODD_1, ODD_2, SINGLE], &Options::default()).unwrap();
    assert_eq!(text, CONSOLIDATED);
    assert_eq!((summary.sources, summary.records_read, summary.records_written()), (3, 4, 4));
    assert_eq!(summary.members_ignored, 2);
    assert_eq!(summary.len_bytes, CONSOLIDATED.len() as u64);
}

#[test]
fn what_was_consolidated_once_stays_the_same() {
    let (text, ..) = consolidated(&[CONSOLIDATED], &Options::default()).unwrap();
    assert_eq!(text, CONSOLIDATED);
}

#[test]
fn an_entry_that_was_parsed_is_written_as_the_signing_tool_writes_it() {
    let mut reader = Reader::new(SINGLE.as_bytes());
    let record = reader.next_record().unwrap().unwrap();
    let (entry, note) = Entry::parse(&record).unwrap();
    assert_eq!(note, None);
    assert_eq!(single_log(&entry), SINGLE);
}

#[test]
fn the_writer_and_consolidation_give_the_same_bytes() {
    let mut reader = Reader::new(CONSOLIDATED.as_bytes());
    let mut writer = Writer::new(Vec::new());
    while let Some(record) = reader.next_record().unwrap() {
        writer.push_record(&record).unwrap();
    }
    assert_eq!(writer.records(), 4);
    assert_eq!(String::from_utf8(writer.finish(Ending::Bare).unwrap()).unwrap(), CONSOLIDATED);
}

#[test]
fn a_log_without_entries_is_written_as_python_writes_it() {
    let empty = Writer::new(Vec::new()).finish(Ending::Bare).unwrap();
    assert_eq!(empty, b"{\n  \"controlLogs\": []\n}");
}

#[test]
fn an_upper_case_serial_number_is_written_in_lower_case() {
    let upper = ODD_2.replace(&"b".repeat(64), &"B".repeat(64));
    let (text, summary, _) = consolidated(&[&upper], &Options::default()).unwrap();
    assert_eq!(summary.serials_lowered, 1);
    assert_eq!(text, consolidated(&[ODD_2], &Options::default()).unwrap().0);
}

#[test]
fn an_origin_orders_by_source_and_record() {
    let origin = |source, record| Origin { source, record };
    assert!(origin(0, 9) < origin(1, 1) && origin(1, 1) < origin(1, 2));
}
