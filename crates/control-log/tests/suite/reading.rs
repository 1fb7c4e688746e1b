//! The streaming reader gives the same answer however the bytes come, and an exact one on bad bytes.

use control_log::{
    Field, ReadError, ReadProblem, Reader,
    limits::{DEPTH_MAX, ENTRY_LEN_BYTES_MAX, MEMBERS_MAX},
};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::plant::{Crumbs, log_of};

const SINGLE: &str = include_str!("../data/single.txt");
const CONSOLIDATED: &str = include_str!("../data/consolidated.txt");

/// Number, offset and text of each record, up to the end or the error.
type Outcome = (Vec<(u64, u64, String)>, Option<ReadError>);

fn read(bytes: &[u8], len_max: usize) -> Outcome {
    let mut reader = Reader::new(Crumbs { bytes, len_max });
    let mut records = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => {
                records.push((record.number(), record.offset_bytes(), record.text().to_owned()));
            }
            Ok(None) => return (records, None),
            Err(error) => {
                assert_eq!(reader.next_record().unwrap().map(|record| record.number()), None);
                return (records, Some(error));
            }
        }
    }
}

fn error(text: impl AsRef<[u8]>) -> ReadError {
    let (_, error) = read(text.as_ref(), usize::MAX);
    error.expect("the text is bad")
}

fn bad(record: Option<u64>, offset_bytes: u64, problem: ReadProblem) -> ReadError {
    ReadError { record, offset_bytes, problem }
}

#[test]
fn records_are_numbered_and_located() {
    let text = r#" {"controlLogs" : [ {"a":1} , {"b":2}]}"#;
    let (records, error) = read(text.as_bytes(), usize::MAX);
    assert_eq!(error, None);
    let located: Vec<_> = records.iter().map(|(number, offset, _)| (*number, *offset)).collect();
    assert_eq!(located, [(1, 20), (2, 30)]);
}

#[test]
fn known_members_are_found_in_their_places_only() {
    let text = log_of(&[r#"{"serialNumber":"x","device":{"version":"y","serialNumber":1,
        "sidewalkData":{"label":"test"}},"version":"4-0-1"}"#]);
    let mut reader = Reader::new(text.as_bytes());
    let record = reader.next_record().unwrap().unwrap();
    assert_eq!(record.field(Field::Version), Some("4-0-1"));
    assert_eq!(record.field(Field::Label), Some("test"));
    assert_eq!(record.field(Field::SerialNumber), None);
    assert!(record.has(Field::SerialNumber));
    assert!(!record.has(Field::AdvertisedProductId));
}

#[test]
fn every_truncation_is_an_error_at_the_cut() {
    for len in 0..CONSOLIDATED.len() {
        let cut = &CONSOLIDATED.as_bytes()[..len];
        let error = error(cut);
        let expected = if len == 0 { ReadProblem::Empty } else { ReadProblem::Truncated };
        assert_eq!((error.offset_bytes, error.problem), (len as u64, expected), "cut at {len}");
    }
}

#[test]
fn a_read_that_fails_is_told_with_its_record_and_offset() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let start = br#"{"controlLogs":[{"a":1},{"b""#;
    let mut reader = Reader::new(std::io::Read::chain(&start[..], Failing));
    assert_eq!(reader.next_record().unwrap().unwrap().number(), 1);
    let error = reader.next_record().unwrap_err();
    assert_eq!((error.record, error.offset_bytes), (Some(2), start.len() as u64));
    assert!(matches!(error.problem, ReadProblem::Io(_)));
}

#[test]
fn a_byte_order_mark_is_refused() {
    for text in [&b"\xef\xbb\xbf{}"[..], b"\xff\xfe{\0", b"\xfe\xff\0{"] {
        assert_eq!(error(text), bad(None, 0, ReadProblem::ByteOrderMark));
    }
}

#[test]
fn whitespace_alone_is_an_empty_file() {
    assert_eq!(error(" \n"), bad(None, 2, ReadProblem::Empty));
}

#[test]
fn other_kinds_of_values_are_refused() {
    let kind = |what, expected| ReadProblem::WrongKind { what, expected };
    assert_eq!(error("[]"), bad(None, 0, kind("the file", "a JSON object")));
    let list = kind("\"controlLogs\"", "a list");
    assert_eq!(error(r#"{"controlLogs":{}}"#), bad(None, 15, list));
    let entry = kind("the entry", "a JSON object");
    assert_eq!(error(log_of(&["{}", "1"])), bad(Some(2), 19, entry));
}

#[test]
fn a_file_without_control_logs_is_refused() {
    assert_eq!(error(r#"{"logs":[]}"#), bad(None, 10, ReadProblem::ControlLogsMissing));
}

#[test]
fn control_logs_twice_are_refused() {
    let twice = ReadProblem::DuplicateKey { key: "controlLogs".into() };
    assert_eq!(error(r#"{"controlLogs":[],"controlLogs":[]}"#), bad(None, 18, twice));
}

#[test]
fn something_behind_the_end_is_refused() {
    assert_eq!(
        error(log_of(&[]) + "\n x"),
        bad(None, 20, ReadProblem::TrailingData { byte: b'x' })
    );
    assert_eq!(error(log_of(&[]) + "\0"), bad(None, 18, ReadProblem::TrailingData { byte: 0 }));
}

#[test]
fn a_repeated_key_is_refused_even_behind_an_escape() {
    let twice = ReadProblem::DuplicateKey { key: "a".into() };
    assert_eq!(error(log_of(&[r#"{"a":1,"\u0061":2}"#])), bad(Some(1), 23, twice));
}

#[test]
fn bad_utf_8_is_located() {
    let mut text = log_of(&[r#"{"a":"x"}"#]).into_bytes();
    text[22] = 0xff;
    assert_eq!(error(&text), bad(Some(1), 22, ReadProblem::Utf8));
}

#[test]
fn control_characters_and_unknown_escapes_are_located() {
    let control = ReadProblem::ControlCharacter { byte: b'\n' };
    assert_eq!(error(log_of(&["{\"a\":\"x\n\"}"])), bad(Some(1), 23, control));
    assert_eq!(error(log_of(&[r#"{"a":"\x"}"#])), bad(Some(1), 22, ReadProblem::Escape));
    assert_eq!(error(log_of(&[r#"{"a":"\u12g4"}"#])), bad(Some(1), 22, ReadProblem::Escape));
}

#[test]
fn what_json_does_not_allow_is_located() {
    let unexpected = |byte, expected| ReadProblem::UnexpectedByte { byte, expected };
    for (entry, offset, problem) in [
        ("{\"a\":}", 21, unexpected(b'}', "a value")),
        ("{\"a\" 1}", 21, unexpected(b'1', "`:`")),
        ("{a:1}", 17, unexpected(b'a', "a key in double quotes")),
        ("{\"a\":1,}", 23, unexpected(b'}', "a key in double quotes")),
        ("{\"a\":[1,]}", 24, unexpected(b']', "a value")),
        ("{\"a\":01}", 22, unexpected(b'1', "`,` or `}`")),
        ("{\"a\":1.}", 23, unexpected(b'}', "a digit")),
        ("{\"a\":-}", 22, unexpected(b'}', "a digit")),
        ("{\"a\":NaN}", 21, unexpected(b'N', "a value")),
        ("{\"a\":nul}", 24, unexpected(b'}', "a value")),
        ("{\"a\":1 2}", 23, unexpected(b'2', "`,` or `}`")),
        ("{\"a\":1e999}", 21, ReadProblem::NumberOutOfRange),
    ] {
        assert_eq!(error(log_of(&[entry])), bad(Some(1), offset, problem), "{entry}");
    }
}

#[test]
fn an_entry_longer_than_the_limit_is_refused_and_one_at_the_limit_is_read() {
    // Canonical text of one text member: 16 bytes of layout around key and text.
    let entry = |len: usize| format!("{{\n      \"a\": \"{}\"\n    }}", "x".repeat(len - 21));
    let longest = entry(ENTRY_LEN_BYTES_MAX);
    assert_eq!(longest.len(), ENTRY_LEN_BYTES_MAX);
    let (records, none) = read(log_of(&[&longest]).as_bytes(), usize::MAX);
    assert_eq!((records[0].2.as_str(), none), (longest.as_str(), None));
    let too_long = error(log_of(&[&entry(ENTRY_LEN_BYTES_MAX + 1)]));
    let limit = ReadProblem::TooLong { limit_bytes: ENTRY_LEN_BYTES_MAX };
    assert_eq!(too_long, bad(Some(1), 16, limit));
}

#[test]
fn an_entry_that_would_be_written_longer_than_the_limit_is_refused() {
    let entry = format!("{{\"a\":\"{}\"}}", "\u{e9}".repeat(ENTRY_LEN_BYTES_MAX / 6));
    let limit = ReadProblem::TooLong { limit_bytes: ENTRY_LEN_BYTES_MAX };
    assert_eq!(error(log_of(&[&entry])), bad(Some(1), 16, limit));
}

#[test]
fn nesting_deeper_than_the_limit_is_refused() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        log_of(&[&format!("{{\"a\":{open}{close}}}")])
    };
    assert_eq!(read(nested(DEPTH_MAX).as_bytes(), usize::MAX).1, None);
    assert_eq!(error(nested(DEPTH_MAX + 1)).problem, ReadProblem::TooDeep { limit: DEPTH_MAX });
}

#[test]
fn more_members_than_the_limit_are_refused() {
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        log_of(&[&format!("{{{}}}", members.join(","))])
    };
    assert_eq!(read(members(MEMBERS_MAX).as_bytes(), usize::MAX).1, None);
    let limit = ReadProblem::TooManyMembers { limit: MEMBERS_MAX };
    assert_eq!(error(members(MEMBERS_MAX + 1)).problem, limit);
}

/// Goal: a source of any size costs the same memory. Method: 64 MiB of blanks and a long list, never held as a
/// whole, pass through a reader whose window is fixed.
#[test]
fn a_large_source_streams_through() {
    let blanks = std::io::Read::take(std::io::repeat(b' '), 64 * 1024 * 1024);
    let source = std::io::Read::chain(&b"{\"controlLogs\":["[..], blanks);
    let mut reader = Reader::new(std::io::Read::chain(source, &b"{}]}"[..]));
    let offset = reader.next_record().unwrap().unwrap().offset_bytes();
    assert_eq!(offset, 16 + 64 * 1024 * 1024);
    assert!(reader.next_record().unwrap().is_none());
}

/// Numbers that Python and `serde_json` print alike are left to the golden file; here are those that both read
/// back to the same value.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has finite numbers only", |n| n.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_entry() -> impl Strategy<Value = Value> {
    proptest::collection::vec(("[a-z\\PC]{0,8}", any_value()), 0..6)
        .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

proptest! {
    #[test]
    fn any_entry_keeps_its_meaning_and_its_order(entries in proptest::collection::vec(any_entry(), 0..4)) {
        let compact = serde_json::json!({ "controlLogs": entries }).to_string();
        let (records, error) = read(compact.as_bytes(), usize::MAX);
        prop_assert_eq!(error, None);
        let values: Vec<Value> =
            records.iter().map(|(_, _, text)| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(&values, &entries);
        for ((_, _, text), value) in records.iter().zip(&values) {
            prop_assert!(text.is_ascii());
            // Key order is no part of a value's equality: compare the texts without layout.
            let keys = |text: &str| serde_json::from_str::<Value>(text).unwrap().to_string();
            prop_assert_eq!(keys(text), value.to_string());
        }
    }

    #[test]
    fn canonical_text_is_read_as_it_stands(entry in any_entry()) {
        let once = read(log_of(&[&entry.to_string()]).as_bytes(), usize::MAX).0;
        let twice = read(log_of(&[&once[0].2]).as_bytes(), usize::MAX).0;
        prop_assert_eq!(&once[0].2, &twice[0].2);
    }

    #[test]
    fn the_size_of_reads_makes_no_difference(
        entries in proptest::collection::vec(any_entry(), 0..3),
        len_max in 1..50_usize,
        damage in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut bytes = serde_json::json!({ "controlLogs": entries }).to_string().into_bytes();
        if let Some((index, byte)) = damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(read(&bytes, len_max), read(&bytes, usize::MAX));
    }

    #[test]
    fn what_serde_json_refuses_we_refuse(
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = SINGLE.as_bytes().to_vec();
        let at = index.index(bytes.len());
        bytes[at] = byte;
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            prop_assert!(read(&bytes, usize::MAX).1.is_some());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, 7);
        let _ = read(&[b"{\"controlLogs\":[{\"a\":", &bytes[..]].concat(), 7);
        let _ = read(&[b"{\"controlLogs\":[{\"a\":\"", &bytes[..]].concat(), 7);
    }
}
