//! Bytes from strangers and from broken disks.

use std::{fs, num::NonZeroUsize, path::Path};

use proptest::prelude::{Strategy, any, proptest};
use proptest::{collection::vec, prop_assert, test_runner::Config};
use sidewalk::{Curve, Stage};
use signer::{
    Signer, SoftwareSigner,
    batch::{
        Defaults, JournalFile, PlannedRow, Row, RowsForm, finished, plan, read_rows, sign_all,
    },
};
use tempfile::TempDir;

use crate::support::{product, verifier};

/// What a good file is made of, in a wrong order, with other bytes in between.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"dsn",
        b"apid",
        b"smsn",
        b",",
        b"\"",
        b"\n",
        b"\r\n",
        b"{",
        b"}",
        b":",
        b"\\u0000",
        b"null",
        b"[",
        b"\xef\xbb\xbf",
        b"\xff",
        b"eddsa_csr",
        b"AAAA",
        b"abCD",
    ];
    let word = (0..words.len()).prop_map(move |index| words[index].to_vec());
    vec(proptest::prop_oneof![4 => word, 1 => vec(any::<u8>(), 0..4)], 0..60)
        .prop_map(|pieces| pieces.concat())
}

fn defaults() -> Defaults {
    Defaults {
        stage: Stage::Test,
        device_type: Some("TYPE".to_owned()),
        apid: Some("abCD".to_owned()),
        board_id: None,
        needs_apid: true,
    }
}

fn rows(count: u64) -> Vec<PlannedRow> {
    let row = |record| Row { dsn: Some(format!("G{record}")), ..Row::default() };
    let rows = (1..=count).map(|record| (record, Ok(row(record)))).collect();
    plan(rows, &defaults(), |_, _| Err("no files".to_owned())).expect("no duplicates")
}

proptest! {
    #![proptest_config(Config::with_cases(2000))]

    #[test]
    fn no_batch_file_makes_reading_or_planning_panic(bytes in pieces()) {
        if let Ok(rows) = read_rows(&bytes[..], RowsForm::of(&bytes)) {
            let records: Vec<u64> = rows.iter().map(|(record, _)| *record).collect();
            prop_assert!(records.iter().copied().eq(1..=rows.len() as u64));
            let _planned = plan(rows, &defaults(), |_, _| Err("no files".to_owned()));
        }
    }
}

proptest! {
    #![proptest_config(Config::with_cases(60))]

    /// A journal with one changed byte is refused, or what it says of each device is unchanged or not genuine: chains
    /// that do not verify are never given out.
    #[test]
    fn a_damaged_journal_never_gives_out_a_chain_that_does_not_verify(
        place in any::<proptest::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let directory = TempDir::new().expect("a temporary directory");
        let path = directory.path().join("journal");
        let signer = Signer::new(product(1), verifier(1));
        let rows = rows(4);
        sign(&signer, &rows, &path);
        let mut bytes = read(&path);
        let at = place.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        put(&path, &bytes);
        // All of it was on the disk when the run ended, so nothing of it may be cut off in silence.
        if let Ok(journal) = JournalFile::open(&path, signer.who_signs()) {
            let known = rows.iter().filter_map(|(_, device)| device.as_ref().ok());
            prop_assert!(known.filter(|device| journal.recorded(&device.smsn).is_some()).count() >= 3);
            for (_, device) in &rows {
                let device = device.as_ref().expect("a good row");
                if let Ok(Some(output)) = finished(&signer, Stage::Test, device, &journal) {
                    for curve in Curve::ALL {
                        let chain = output.device.chain(curve).clone();
                        prop_assert!(verifier(1).verify(chain).is_ok());
                    }
                }
            }
        }
    }
}

fn sign(signer: &Signer<SoftwareSigner>, rows: &[PlannedRow], path: &Path) {
    let mut journal = JournalFile::open(path, signer.who_signs()).expect("a journal");
    let mut counter = 0_u8;
    let random = |bytes: &mut [u8]| {
        counter += 1;
        bytes.fill(counter);
        Ok(())
    };
    let callers = NonZeroUsize::new(2).expect("two");
    let summary = sign_all(signer, rows, &mut journal, callers, random, |_| {});
    assert_eq!(summary.expect("it runs").signed, rows.len() as u64);
}

#[expect(clippy::disallowed_methods, reason = "a test damages what was written")]
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("the journal is there")
}

#[expect(clippy::disallowed_methods, reason = "a test damages what was written")]
fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the journal can be written");
}
