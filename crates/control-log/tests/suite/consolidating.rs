//! Many logs into one.

use std::io;

use control_log::{
    ConsolidateError, Ending, ReadError, ReadProblem,
    consolidate::{Event, Options, Origin, Summary, consolidate},
    limits::LEDGER_LEN_BYTES,
};
use proptest::prelude::*;

use crate::plant::{Crumbs, consolidated, consolidated_from, log_of, small_entry, smsn};

/// A ledger of one row: every entry spills.
const TINY: Options = Options { ending: Ending::Bare, ledger_len_bytes: 0 };

fn log(entries: &[(u16, &str)]) -> String {
    let entries: Vec<_> = entries.iter().map(|(number, text)| small_entry(*number, text)).collect();
    log_of(&entries.iter().map(String::as_str).collect::<Vec<_>>())
}

fn origin(source: u64, record: u64) -> Origin {
    Origin { source, record }
}

#[test]
fn sources_stay_in_argument_order() {
    let logs = [log(&[(9, "a")]), log(&[(1, "b"), (5, "c")]), log(&[(3, "d")])];
    let sources: Vec<_> = logs.iter().map(String::as_str).collect();
    let (text, summary, events) = consolidated(&sources, &Options::default()).unwrap();
    let (expected, ..) =
        consolidated(&[&log(&[(9, "a"), (1, "b"), (5, "c"), (3, "d")])], &Options::default())
            .unwrap();
    assert_eq!(text, expected);
    assert_eq!((summary.sources, summary.records_written()), (3, 4));
    assert_eq!(events, [0, 1, 2].map(|source| Event::SourceStarted { source }));
}

#[test]
fn equal_entries_of_a_device_are_collapsed_to_the_first() {
    for options in [Options::default(), TINY] {
        let logs = [
            log(&[(1, "a"), (2, "b")]),
            log(&[(2, "b"), (3, "c"), (1, "a")]),
            log(&[(4, "d"), (1, "a")]),
        ];
        let sources: Vec<_> = logs.iter().map(String::as_str).collect();
        let (text, summary, events) = consolidated(&sources, &options).unwrap();
        let once = log(&[(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
        assert_eq!(text, consolidated(&[&once], &options).unwrap().0);
        assert_eq!((summary.records_read, summary.duplicates_dropped), (7, 3));
        assert_eq!(summary.len_bytes, text.len() as u64);
        let dropped =
            |number, kept, dropped| Event::DuplicateDropped { smsn: smsn(number), kept, dropped };
        assert_eq!(
            events[3..],
            [
                dropped(1, origin(0, 1), origin(1, 3)),
                dropped(1, origin(0, 1), origin(2, 2)),
                dropped(2, origin(0, 2), origin(1, 1)),
            ]
        );
    }
}

#[test]
fn layout_and_the_case_of_a_serial_number_do_not_make_entries_differ() {
    let entry = small_entry(0xabcd, "x");
    let upper = entry.replace(&smsn(0xabcd).to_string(), &smsn(0xabcd).to_string().to_uppercase());
    let spread = upper.replace(':', " :\n").replace(',', "\t,");
    let logs = [log_of(&[&entry]), log_of(&[&upper]), log_of(&[&spread])];
    let sources: Vec<_> = logs.iter().map(String::as_str).collect();
    let (_, summary, _) = consolidated(&sources, &Options::default()).unwrap();
    assert_eq!((summary.duplicates_dropped, summary.serials_lowered), (2, 2));
}

#[test]
fn unequal_entries_of_a_device_are_refused_with_both_origins() {
    for options in [Options::default(), TINY] {
        let logs = [log(&[(7, "a"), (2, "b")]), log(&[(9, "c"), (7, "z"), (2, "zz")])];
        let sources: Vec<_> = logs.iter().map(String::as_str).collect();
        let error = consolidated(&sources, &options).unwrap_err();
        // Of the two conflicts, that of device 7 comes first in the sources though not in the ledger.
        let conflict =
            ConsolidateError::Conflict { smsn: smsn(7), first: origin(0, 1), second: origin(1, 2) };
        assert_eq!(error, conflict);
    }
}

#[test]
fn a_spilled_ledger_gives_the_same_as_one_in_memory() {
    let entries: Vec<_> = (0..500_u16).map(|number| (number.wrapping_mul(37) % 300, "x")).collect();
    let log = log(&entries);
    let in_memory = consolidated(&[&log], &Options::default()).unwrap();
    assert_eq!(in_memory.1.duplicates_dropped, 200);
    for ledger_len_bytes in [0, 100, 1000, 10_000] {
        let options = Options { ledger_len_bytes, ..Options::default() };
        assert_eq!(consolidated(&[&log], &options).unwrap(), in_memory);
    }
}

#[test]
fn nothing_is_written_without_entries() {
    for sources in [&[][..], &["{\"controlLogs\": []}", "{\"controlLogs\": []}"]] {
        let (text, summary, _) = consolidated(sources, &Options::default()).unwrap();
        assert_eq!((text.as_str(), summary.len_bytes), ("", 0));
        assert_eq!(summary, Summary { sources: sources.len() as u64, ..Summary::default() });
    }
}

#[test]
fn a_log_can_end_with_a_newline() {
    let options = Options { ending: Ending::Newline, ledger_len_bytes: LEDGER_LEN_BYTES };
    let (text, summary, _) = consolidated(&[&log(&[(1, "a")])], &options).unwrap();
    assert!(text.ends_with("\n  ]\n}\n"));
    assert_eq!(summary.len_bytes, text.len() as u64);
}

#[test]
fn a_source_that_cannot_be_opened_is_named() {
    let log = log(&[(1, "a")]);
    let sources = [Ok(log.as_bytes()), Err(io::ErrorKind::NotFound), Ok(log.as_bytes())];
    let error = consolidated_from(sources.into_iter(), &Options::default()).unwrap_err();
    let expected = ConsolidateError::Open { source_number: 1, error: io::ErrorKind::NotFound };
    assert_eq!(error, expected);
}

#[test]
fn a_bad_source_is_named_with_record_and_offset() {
    let good = log(&[(1, "a")]);
    let cut = &log(&[(2, "b"), (3, "c")])[..150];
    let error = consolidated(&[&good, cut, &good], &Options::default()).unwrap_err();
    let problem = ReadProblem::Truncated;
    let error_of_source = ReadError { record: Some(2), offset_bytes: 150, problem };
    let expected = ConsolidateError::Source { source_number: 1, error: error_of_source };
    assert_eq!(error, expected);
}

#[test]
fn an_entry_of_another_version_is_refused() {
    let other = log(&[(1, "a")]).replace("4-0-1", "4-0-2");
    let problem = ReadProblem::UnknownVersion { found: "4-0-2".into() };
    let error = ReadError { record: Some(1), offset_bytes: 16, problem };
    let expected = ConsolidateError::Source { source_number: 0, error };
    assert_eq!(consolidated(&[&other], &Options::default()).unwrap_err(), expected);
}

#[test]
fn sources_longer_than_a_batch_and_in_crumbs_are_put_together() {
    let text = "x".repeat(3000);
    let entries: Vec<_> = (0..300).map(|number| (number, text.as_str())).collect();
    let log = log(&entries);
    let whole = consolidated(&[&log], &Options::default()).unwrap();
    assert_eq!(whole.1.records_written(), 300);
    for len_max in [999, 70_000] {
        let crumbs = Ok(Crumbs { bytes: log.as_bytes(), len_max });
        let from_crumbs = consolidated_from(std::iter::once(crumbs), &Options::default()).unwrap();
        assert_eq!(from_crumbs, whole);
    }
}

#[test]
fn a_spill_store_that_cannot_be_opened_fails_the_whole() {
    let log = log(&[(1, "a"), (2, "b")]);
    let sources = [Ok::<_, io::ErrorKind>(log.as_bytes())];
    let mut output = io::Cursor::new(Vec::new());
    let full = || Err::<io::Cursor<Vec<u8>>, _>(io::ErrorKind::StorageFull.into());
    let error = consolidate(sources.into_iter(), &mut output, full, &TINY, |_| ()).unwrap_err();
    let ConsolidateError::Spill(failure) = error else { panic!("another error: {error}") };
    assert_eq!(failure.kind, io::ErrorKind::StorageFull);
}

/// Goal: whichever read, write or seek of the output fails, the failure comes out as one. Method: fail the n-th
/// operation for n = 1, 2, 3… until none is left to fail.
#[test]
fn every_failing_operation_of_the_output_is_reported() {
    let log = log(&[(1, "a"), (2, "b"), (1, "a"), (3, "c")]);
    for operations in 0.. {
        let mut output = Fragile { inner: io::Cursor::new(Vec::new()), operations };
        let sources = [Ok::<_, io::ErrorKind>(log.as_bytes())];
        let spill = || Ok(io::Cursor::new(Vec::new()));
        match consolidate(sources.into_iter(), &mut output, spill, &Options::default(), |_| ()) {
            Ok(_) => {
                assert!(operations > 8, "the duplicate's comparison and removal take more");
                return;
            }
            Err(error) => assert!(matches!(error, ConsolidateError::Output(_)), "{error}"),
        }
    }
}

/// An output that works for so many operations.
struct Fragile {
    inner: io::Cursor<Vec<u8>>,
    operations: usize,
}

impl Fragile {
    fn operate(&mut self) -> io::Result<()> {
        self.operations = self.operations.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

impl io::Read for Fragile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.operate()?;
        self.inner.read(buffer)
    }
}

impl io::Write for Fragile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.operate()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.operate()
    }
}

impl io::Seek for Fragile {
    fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
        self.operate()?;
        self.inner.seek(position)
    }
}

impl control_log::Spool for Fragile {
    fn truncate(&mut self, len_bytes: u64) -> io::Result<()> {
        self.operate()?;
        self.inner.truncate(len_bytes)
    }
}

proptest! {
    /// The same devices with the same text, cut into sources anyhow, collapse to each device's first.
    #[test]
    fn any_logs_collapse_to_the_first_entry_of_each_device(
        sources in proptest::collection::vec(proptest::collection::vec(0..12_u16, 0..8), 0..6),
        ledger_len_bytes in 0..600_usize,
    ) {
        let logs: Vec<_> = sources
            .iter()
            .map(|numbers| log(&numbers.iter().map(|&number| (number, "t")).collect::<Vec<_>>()))
            .collect();
        let texts: Vec<_> = logs.iter().map(String::as_str).collect();
        let options = Options { ledger_len_bytes, ..Options::default() };
        let (text, summary, _) = consolidated(&texts, &options).unwrap();

        let mut firsts = Vec::new();
        for &number in sources.iter().flatten() {
            if !firsts.contains(&(number, "t")) {
                firsts.push((number, "t"));
            }
        }
        let expected = consolidated(&[&log(&firsts)], &Options::default()).unwrap().0;
        prop_assert_eq!(text, expected);
        prop_assert_eq!(summary.records_written(), firsts.len() as u64);
    }
}
