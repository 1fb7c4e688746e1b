//! Verdicts on the entries of a log.

use std::{io::Cursor, num::NonZeroUsize};

use control_log::{
    CheckError, CheckOptions, Ending, Entry, Fault, Field, Note, ReadError, ReadProblem, Writer,
    check::{CheckSummary, Finding, Position, Repeat, Repeated, Verdict, check},
    single_log,
};
use sidewalk::{Curve, TrustAnchors, Verifier, VerifyError};

use crate::plant::{Plant, smsn};

fn log(entries: &[Entry]) -> String {
    let mut writer = Writer::new(Vec::new());
    entries.iter().for_each(|entry| writer.push(entry).unwrap());
    String::from_utf8(writer.finish(Ending::Bare).unwrap()).unwrap()
}

struct Checked {
    verdicts: Vec<Verdict>,
    repeats: Vec<Repeat>,
    summary: Result<CheckSummary, CheckError>,
}

fn checked_with(text: &str, anchors: TrustAnchors, options: &CheckOptions) -> Checked {
    let verifier = Verifier::new(anchors);
    let (mut verdicts, mut repeats) = (Vec::new(), Vec::new());
    let open_spill = || Ok(Cursor::new(Vec::new()));
    let summary = check(text.as_bytes(), &verifier, options, open_spill, |finding| match finding {
        Finding::Verdict(verdict) => {
            assert_eq!(repeats, [], "repeats come behind the last verdict");
            verdicts.push(verdict);
        }
        Finding::Repeat(repeat) => repeats.push(repeat),
    });
    Checked { verdicts, repeats, summary }
}

fn checked(text: &str) -> Checked {
    let options = CheckOptions::with_threads(NonZeroUsize::new(2).unwrap());
    checked_with(text, Plant::new().anchors(), &options)
}

/// The faults of a log of one entry.
fn faults(text: &str) -> Vec<Fault> {
    checked(text).verdicts.remove(0).faults
}

#[test]
fn genuine_entries_are_accepted_in_order() {
    let plant = Plant::new();
    let entries: Vec<_> = (0..300).map(|number| plant.entry(number)).collect();
    let Checked { verdicts, repeats, summary } = checked(&log(&entries));
    assert_eq!(summary, Ok(CheckSummary { records: 300, records_faulty: 0, repeats: 0 }));
    assert_eq!(repeats, []);
    for (number, verdict) in (0..).zip(&verdicts) {
        assert_eq!(verdict.position.record, u64::from(number) + 1);
        assert_eq!(verdict.smsn, Some(smsn(number)));
        assert_eq!((verdict.notes.len(), verdict.faults.len()), (0, 0));
    }
}

#[test]
fn a_real_log_is_accepted_under_amazons_roots_and_no_others() {
    let text = include_str!("../data/single.txt");
    let options = CheckOptions::with_threads(NonZeroUsize::MIN);
    let amazon = checked_with(text, TrustAnchors::amazon(), &options);
    assert_eq!(amazon.verdicts[0].faults, []);
    assert!(amazon.summary.unwrap().is_acceptable());
    let other = faults(text);
    assert_eq!(other.len(), 2);
    assert!(other.iter().all(|fault| fault.code() == "untrusted-root"), "{other:?}");
}

#[test]
fn a_log_without_entries_is_not_acceptable() {
    let summary = checked("{\"controlLogs\":[]}").summary.unwrap();
    assert_eq!(summary, CheckSummary::default());
    assert!(!summary.is_acceptable());
}

#[test]
fn the_answer_is_the_same_for_any_number_of_threads_and_any_memory() {
    let plant = Plant::new();
    let mut entries: Vec<_> = (0..150).map(|number| plant.entry(number)).collect();
    entries.push(plant.entry(7));
    entries.push(plant.entry_with_keys(500, 9));
    let text = log(&entries).replacen("production", "produktion", 1);
    let usual = checked(&text);
    for (threads, ledger_len_bytes) in [(1, 0), (3, 100), (8, 5000)] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let options = CheckOptions { threads, ledger_len_bytes };
        let other = checked_with(&text, plant.anchors(), &options);
        assert_eq!(other.verdicts, usual.verdicts);
        assert_eq!(other.repeats, usual.repeats);
        assert_eq!(other.summary, usual.summary);
    }
    assert_eq!(usual.repeats.len(), 3);
}

#[test]
fn a_serial_number_that_occurs_twice_is_found_with_both_positions() {
    let plant = Plant::new();
    let Checked { repeats, verdicts, .. } =
        checked(&log(&[plant.entry(1), plant.entry(2), plant.entry(1)]));
    let what = Repeated::SerialNumber(smsn(1));
    let (first, again) = (verdicts[0].position, verdicts[2].position);
    assert_eq!(repeats, [Repeat { what, first, again }]);
    assert_eq!(first, Position { record: 1, offset_bytes: 25 });
}

#[test]
fn keys_that_occur_under_another_serial_number_are_found() {
    let plant = Plant::new();
    let Checked { repeats, verdicts, .. } =
        checked(&log(&[plant.entry(1), plant.entry_with_keys(2, 1)]));
    let (first, again) = (verdicts[0].position, verdicts[1].position);
    let expected = Curve::ALL.map(|curve| {
        let what = Repeated::Key { curve, first: smsn(1), again: smsn(2) };
        Repeat { what, first, again }
    });
    assert_eq!(repeats, expected);
}

#[test]
fn a_damaged_signature_is_found_on_its_curve() {
    let entry = Plant::new().entry(1);
    // The device's signature stands behind 32 bytes of SMSN and the key.
    for (curve, offset) in [(Curve::Ed25519, 80), (Curve::P256r1, 110)] {
        let mut bytes = entry.chain(curve).as_bytes().to_vec();
        bytes[offset] ^= 1;
        let damaged = base64_simd::STANDARD.encode_to_string(&bytes);
        let text = single_log(&entry).replace(&entry.chain(curve).to_base64(), &damaged);
        let faults = faults(&text);
        let [Fault::NotGenuine(VerifyError::Signature { curve: found, .. })] = faults[..] else {
            panic!("other faults: {faults:?}")
        };
        assert_eq!(found, curve);
    }
}

#[test]
fn chains_of_another_device_are_found() {
    let plant = Plant::new();
    let text = single_log(&plant.entry(1)).replace(&smsn(1).to_string(), &smsn(2).to_string());
    let expected =
        Curve::ALL.map(|curve| Fault::OtherDevice { curve, expected: smsn(2), found: smsn(1) });
    assert_eq!(faults(&text), expected);
}

#[test]
fn every_member_that_is_missing_is_named() {
    let entry = r#"{"controlLogs":[{"device":{}}]}"#;
    let missing: Vec<_> = [
        Field::Version,
        Field::SerialNumber,
        Field::AdvertisedProductId,
        Field::Ed25519Chain,
        Field::P256r1Chain,
    ]
    .map(|field| Fault::Missing { field })
    .into();
    let Checked { verdicts, .. } = checked(entry);
    assert_eq!(verdicts[0].faults, missing);
    assert_eq!(verdicts[0].notes, [Note::LabelMissing]);
}

#[test]
fn members_of_the_wrong_kind_are_named() {
    let text = single_log(&Plant::new().entry(1))
        .replace("\"4-0-1\"", "401")
        .replace("\"production\"", "null");
    let not_text = [Field::Version, Field::Label].map(|field| Fault::NotText { field });
    assert_eq!(faults(&text), not_text);
}

#[test]
fn a_wrong_version_apid_and_label_are_quoted() {
    let text = single_log(&Plant::new().entry(1))
        .replace("4-0-1", "4-0-2")
        .replace("CfnC", "Cfn-")
        .replace("production", "PRODUCTION");
    let codes: Vec<_> = faults(&text).iter().map(Fault::code).collect();
    assert_eq!(codes, ["version", "advertised-product-id", "label"]);
}

#[test]
fn a_chain_that_is_cut_or_not_base64_is_found() {
    let entry = Plant::new().entry(1);
    let base64 = entry.chain(Curve::Ed25519).to_base64();
    let cut = single_log(&entry).replace(&base64, &base64[..base64.len() - 4]);
    assert_eq!(faults(&cut)[0].code(), "chain-form");
    for bad in ["&", " ", "="] {
        let text = single_log(&entry).replace(&base64, &format!("{bad}{}", &base64[1..]));
        assert_eq!(faults(&text), [Fault::ChainBase64 { curve: Curve::Ed25519 }], "{bad}");
    }
}

#[test]
fn what_older_samples_show_is_tolerated_with_a_note() {
    let text = single_log(&Plant::new().entry(0xabcd))
        .replace("sidewalkED", "SidewalkED")
        .replace("sidewalkP256", "SidewalkP256")
        .replace("\",\n          \"label\": \"production\"", "\"")
        .replace("abcd", "ABCD");
    let Checked { verdicts, .. } = checked(&text);
    assert_eq!(verdicts[0].faults, []);
    let [ed25519, p256r1] = Curve::ALL.map(|curve| Note::ChainKeyCapitalised { curve });
    let expected = [Note::SerialUpperCase, ed25519, p256r1, Note::LabelMissing];
    assert_eq!(verdicts[0].notes, expected);
}

#[test]
fn a_chain_under_both_spellings_is_refused() {
    let text = single_log(&Plant::new().entry(1))
        .replace("\"label\"", "\"SidewalkED25519CertificateChain\": \"\", \"label\"");
    assert_eq!(faults(&text), [Fault::ChainTwice { curve: Curve::Ed25519 }]);
}

#[test]
fn verdicts_before_a_damaged_place_are_given() {
    let plant = Plant::new();
    let entries: Vec<_> = (0..5).map(|number| plant.entry(number)).collect();
    let whole = log(&entries);
    let cut = &whole[..whole.len() - 20];
    let Checked { verdicts, summary, .. } = checked(cut);
    assert_eq!(verdicts.len(), 4);
    let offset_bytes = cut.len() as u64;
    let error = ReadError { record: Some(5), offset_bytes, problem: ReadProblem::Truncated };
    assert_eq!(summary, Err(CheckError::Source(error)));
}

#[test]
fn strict_parsing_refuses_what_diagnosis_tolerates_but_for_upper_case_digits() {
    let parse = |text: &str| {
        let mut reader = control_log::Reader::new(text.as_bytes());
        Entry::parse(&reader.next_record().unwrap().unwrap())
    };
    let entry = Plant::new().entry(0xabcd);
    let text = single_log(&entry);
    assert_eq!(parse(&text), Ok((entry.clone(), None)));
    let upper = text.replacen("abcd", "ABCD", 1);
    assert_eq!(parse(&upper), Ok((entry, Some(Note::SerialUpperCase))));
    let no_label = text.replace("\",\n          \"label\": \"production\"", "\"");
    assert_eq!(parse(&no_label), Err(vec![Fault::NotTolerated(Note::LabelMissing)]));
}
