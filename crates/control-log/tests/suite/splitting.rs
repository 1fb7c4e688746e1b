//! One log into several.

use std::num::NonZeroU64;

use control_log::{Ending, PartSize, SplitError, consolidate::Options, split, split::SplitSummary};
use proptest::prelude::*;

use crate::plant::{consolidated, log_of, small_entry};

fn log(entries: u16) -> String {
    let entries: Vec<_> = (0..entries).map(|number| small_entry(number, "text")).collect();
    log_of(&entries.iter().map(String::as_str).collect::<Vec<_>>())
}

fn parts(text: &str, size: PartSize) -> Result<(Vec<String>, SplitSummary), SplitError<String>> {
    let mut parts = Vec::new();
    let summary = split(
        text.as_bytes(),
        size,
        Ending::Bare,
        |_| Ok(Vec::new()),
        |part, bytes| {
            parts.push(String::from_utf8(bytes).unwrap());
            if parts.len() as u64 == part { Ok(()) } else { Err("parts out of order".to_owned()) }
        },
    )?;
    Ok((parts, summary))
}

fn devices(count: u64) -> PartSize {
    PartSize::Devices(NonZeroU64::new(count).unwrap())
}

fn bytes(count: u64) -> PartSize {
    PartSize::Bytes(NonZeroU64::new(count).unwrap())
}

#[test]
fn a_log_is_split_by_devices() {
    let (parts, summary) = parts(&log(7), devices(3)).unwrap();
    assert_eq!(summary, SplitSummary { parts: 3, records: 7 });
    let counts: Vec<_> = parts.iter().map(|part| part.matches("\"version\"").count()).collect();
    assert_eq!(counts, [3, 3, 1]);
}

#[test]
fn a_log_is_split_by_bytes_with_the_limit_itself_allowed() {
    let (two, _) = parts(&log(2), devices(2)).unwrap();
    let limit = two[0].len() as u64;
    let count = |size| parts(&log(6), size).unwrap().0.len();
    assert_eq!(count(bytes(limit)), 3);
    assert_eq!(count(bytes(limit - 1)), 6);
}

#[test]
fn an_entry_that_no_part_can_hold_is_refused() {
    let (one, _) = parts(&log(1), devices(1)).unwrap();
    let len_bytes = one[0].len() as u64;
    let error = parts(&log(2), bytes(len_bytes - 1)).unwrap_err();
    let expected = SplitError::EntryTooLong { record: 1, len_bytes, limit_bytes: len_bytes - 1 };
    assert_eq!(error, expected);
}

#[test]
fn a_log_without_entries_gives_no_part() {
    assert_eq!(parts("{\"controlLogs\":[]}", devices(1)), Ok((vec![], SplitSummary::default())));
}

#[test]
fn a_part_that_cannot_be_opened_is_named() {
    let open = |part| if part == 2 { Err("no") } else { Ok(Vec::new()) };
    let error = split(log(2).as_bytes(), devices(1), Ending::Bare, open, |_, _| Ok(()));
    assert_eq!(error, Err(SplitError::Part { part: 2, error: "no" }));
}

proptest! {
    #[test]
    fn parts_consolidate_to_the_whole(entries in 1..30_u16, limit in 300..3000_u64, by_devices in any::<bool>()) {
        let size = if by_devices { devices(limit / 100) } else { bytes(limit) };
        let (parts, summary) = parts(&log(entries), size).unwrap();
        prop_assert_eq!(summary.records, u64::from(entries));
        prop_assert!(by_devices || parts.iter().all(|part| part.len() as u64 <= limit));
        let texts: Vec<_> = parts.iter().map(String::as_str).collect();
        let joined = consolidated(&texts, &Options::default()).unwrap().0;
        let whole = consolidated(&[&log(entries)], &Options::default()).unwrap().0;
        prop_assert_eq!(joined, whole);
    }
}
