//! Batches: many devices, bad rows, kills at every place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    num::NonZeroUsize,
    path::Path,
    sync::{
        Barrier, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use durable::{Cause, DurableError, Operation};
use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Curve, PrivateKey, Smsn, Stage, Verifier};
use signer::{
    DeviceSigner, SignError, Signer, SoftwareSigner,
    batch::{
        BatchError, Defaults, Event, FoundRow, Journal, JournalError, JournalFile, JournalStorage,
        KeyError, OpenError, PlannedRow, RecordFailure, Row, Summary, finished, plan, sign_all,
    },
};
use tempfile::TempDir;

use crate::support::{product, verifier};

const DEVICES: u64 = 40;

/// The public keys that were signed for each number.
type Keys = BTreeMap<Smsn, BTreeSet<Vec<u8>>>;

/// Counts what it signs and remembers under which keys.
struct Watched {
    inner: SoftwareSigner,
    keys: Mutex<Keys>,
    /// From this signature on there are no more.
    signs_max: AtomicU64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("unplugged")]
struct Unplugged;

impl DeviceSigner for Watched {
    type Error = Unplugged;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.inner.issuers_bytes(curve)
    }

    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, Unplugged> {
        let left = self
            .signs_max
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map_err(|_| Unplugged)?;
        let keys = Curve::ALL.map(|curve| device.public_key(curve).as_bytes().to_vec()).concat();
        self.keys.lock().expect("no panic").entry(device.smsn()).or_default().insert(keys);
        self.inner.sign(device).map_err(|_| Unplugged)
    }
}

fn watched(signs_max: u64) -> Signer<Watched> {
    let inner = product(1);
    let signs_max = AtomicU64::new(signs_max);
    Signer::new(Watched { inner, keys: Mutex::default(), signs_max }, verifier(1))
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
    let row = |record| Row { dsn: Some(format!("G091-{record:04}")), ..Row::default() };
    let rows: Vec<FoundRow> = (1..=count).map(|record| (record, Ok(row(record)))).collect();
    plan(rows, &defaults(), |_, path| Err(format!("{path} is not there"))).expect("no duplicates")
}

/// Random numbers that differ from call to call and from run to run of the program.
fn random() -> impl FnMut(&mut [u8]) -> Result<(), KeyError> {
    static RUNS: AtomicU64 = AtomicU64::new(1);
    let mut state = RUNS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
        Ok(())
    }
}

fn callers(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("at least one")
}

type Run = Result<Summary<Unplugged>, BatchError>;

fn run<F: JournalStorage>(
    signer: &Signer<Watched>,
    rows: &[PlannedRow],
    journal: &mut Journal<F>,
) -> Run {
    sign_all(signer, rows, journal, callers(8), random(), |_| {})
}

/// A run from opening the journal to its end.
fn whole_run(signer: &Signer<Watched>, rows: &[PlannedRow], path: &Path) -> Summary<Unplugged> {
    let mut journal = JournalFile::open(path, signer.who_signs()).expect("a journal");
    let summary = run(signer, rows, &mut journal).expect("it runs");
    check_finished(signer, rows, &journal);
    summary
}

/// Every device has chains of the only keys that were ever signed for its number.
fn check_finished<F: JournalStorage>(
    signer: &Signer<Watched>,
    rows: &[PlannedRow],
    journal: &Journal<F>,
) {
    let keys = signer.who_signs().keys.lock().expect("no panic");
    for (_, device) in rows {
        let device = device.as_ref().expect("a good row");
        let output = finished(signer, Stage::Test, device, journal).expect("genuine");
        let output = output.expect("signed").device;
        let certified =
            Curve::ALL.map(|curve| output.chain(curve).device().public_key_bytes().to_vec());
        // What this signer did not sign was signed in an earlier run.
        if let Some(signed) = keys.get(&device.smsn) {
            assert_eq!(signed.len(), 1, "{} was signed under two keys", device.smsn);
            assert_eq!(signed.first(), Some(&certified.concat()));
        }
        for curve in Curve::ALL {
            let private = output.private_key(curve).expect("generated keys are given out");
            assert_eq!(
                private.public_key().as_bytes(),
                output.chain(curve).device().public_key_bytes()
            );
        }
    }
}

#[test]
fn every_device_is_signed_once_and_a_second_run_signs_nothing() {
    let place = TempDir::new().unwrap();
    let (path, rows, signer) = (place.path().join("journal"), rows(DEVICES), watched(DEVICES));
    let first = whole_run(&signer, &rows, &path);
    assert_eq!((first.signed, first.reused, first.failed), (DEVICES, 0, 0));
    let second = whole_run(&signer, &rows, &path);
    assert_eq!((second.signed, second.reused, second.failed), (0, DEVICES, 0));
}

/// Whatever the n-th append is, and however much of it arrives: the next run finishes with the keys of the first.
#[test]
fn a_disk_that_fails_at_any_append_costs_no_device_and_no_second_key() {
    let mut failed_at = 0;
    for appends in 0.. {
        for arrived in [0, 1, 700] {
            let place = TempDir::new().unwrap();
            let (path, rows) = (place.path().join("journal"), rows(DEVICES));
            let signer = watched(u64::MAX);
            let journal = JournalFile::open(&path, signer.who_signs()).expect("a journal");
            let mut journal = journal.map_storage(|inner| Failing { inner, appends, arrived });
            let ended = run(&signer, &rows, &mut journal);
            drop(journal);
            whole_run(&signer, &rows, &path);
            if ended.is_ok() {
                assert!(failed_at > 3, "the schedule reached intents and outcomes");
                return;
            }
            failed_at = appends;
        }
    }
}

/// A journal that was cut at any byte, as by a power cut before the sync returned.
#[test]
fn a_journal_that_ends_within_a_line_is_continued() {
    let place = TempDir::new().unwrap();
    let (path, rows, signer) = (place.path().join("journal"), rows(6), watched(u64::MAX));
    whole_run(&signer, &rows, &path);
    let whole = read(&path);
    let header_len = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for len in (header_len..whole.len()).step_by(97) {
        put(&path, &whole[..len]);
        assert_eq!(whole_run(&watched(u64::MAX), &rows, &path).failed, 0);
        // Zeroed blocks, as some file systems leave them.
        put(&path, &[&whole[..len], &[0; 300]].concat());
        assert_eq!(whole_run(&watched(u64::MAX), &rows, &path).failed, 0);
    }
}

#[test]
fn damage_that_no_power_cut_makes_is_refused() {
    let place = TempDir::new().unwrap();
    let (path, signer) = (place.path().join("journal"), watched(u64::MAX));
    whole_run(&signer, &rows(6), &path);
    let whole = read(&path);
    let open = |bytes: &[u8]| {
        put(&path, bytes);
        JournalFile::open(&path, signer.who_signs()).map(drop)
    };
    let damaged = |offset_bytes| {
        Err(OpenError::Content {
            path: path.clone(),
            error: JournalError::Damaged { offset_bytes },
        })
    };
    let long = [&whole[..], &[b'x'; 1024 * 1024 + 1]].concat();
    assert_eq!(open(&long), damaged(whole.len() as u64));
    assert_eq!(open(b"dsn,apid\n"), damaged(0));
    // A bad line in front of an append that followed it: it was on the disk once.
    let mut spoilt = whole.clone();
    let second_line = whole.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
    spoilt[second_line + 1] = b'?';
    assert_eq!(open(&spoilt), damaged(second_line as u64));
    assert_eq!(open(&[]), Ok(()), "an empty file is no journal yet");
    let signer = watched(u64::MAX);
    assert_eq!(whole_run(&signer, &rows(6), &path).reused, 0);
    assert_eq!(whole_run(&signer, &rows(6), &path).reused, 6);
}

#[test]
fn a_journal_belongs_to_one_product_and_one_process() {
    let place = TempDir::new().unwrap();
    let path = place.path().join("journal");
    let journal = JournalFile::open(&path, &product(1)).expect("a journal");
    let held = JournalFile::open(&path, &product(1)).map(drop);
    assert!(
        matches!(
            held,
            Err(OpenError::File(DurableError { cause: Cause::HeldByProcess { .. }, .. }))
        ),
        "{held:?}"
    );
    drop(journal);
    let other = JournalFile::open(&path, &product(60)).map(drop);
    let error = JournalError::OtherAuthority { curve: Curve::Ed25519 };
    assert_eq!(other, Err(OpenError::Content { path, error }));
}

#[test]
fn a_device_that_was_recorded_with_other_keys_is_left_out_and_the_others_are_signed() {
    let place = TempDir::new().unwrap();
    let (path, signer) = (place.path().join("journal"), watched(u64::MAX));
    whole_run(&signer, &rows(3), &path);
    let row = |record: u64, file: Option<&str>| Row {
        dsn: Some(format!("G091-{record:04}")),
        ed25519_private_key_file: file.map(str::to_owned),
        p256r1_private_key_file: file.map(str::to_owned),
        ..Row::default()
    };
    let found = vec![(1, Ok(row(2, Some("9")))), (2, Ok(row(4, None))), (3, Ok(row(5, Some("x"))))];
    let key = |curve, path: &str| {
        let number: u8 = path.parse().map_err(|_| "no such file".to_owned())?;
        PrivateKey::from_bytes(curve, &[number; 32]).map_err(|error| error.to_string())
    };
    let rows = plan(found, &defaults(), key).expect("no duplicates");
    let mut journal = JournalFile::open(&path, signer.who_signs()).expect("a journal");
    let mut failures = Vec::new();
    let summary = sign_all(&signer, &rows, &mut journal, callers(8), random(), |event| {
        if let Event::Failed { record, failure } = event {
            failures.push((record, failure.clone()));
        }
    })
    .expect("it runs");
    assert_eq!((summary.signed, summary.reused, summary.failed), (1, 0, 2));
    assert_eq!(failures[0], (1, RecordFailure::OtherKey { curve: Curve::Ed25519 }));
    assert!(matches!(failures[1], (3, RecordFailure::Row(_))), "{failures:?}");
}

#[test]
fn an_hsm_that_stops_signing_stops_the_batch_and_the_next_run_continues() {
    let place = TempDir::new().unwrap();
    let (path, rows, signer) = (place.path().join("journal"), rows(DEVICES), watched(10));
    let mut journal = JournalFile::open(&path, signer.who_signs()).expect("a journal");
    let summary = run(&signer, &rows, &mut journal).expect("it runs");
    assert!(matches!(summary.stopped, Some((_, SignError::NotSigned(Unplugged)))));
    assert_eq!(summary.signed, 10);
    drop(journal);
    signer.who_signs().signs_max.store(u64::MAX, Ordering::Relaxed);
    let summary = whole_run(&signer, &rows, &path);
    assert_eq!((summary.signed, summary.reused), (DEVICES - 10, 10));
}

#[test]
fn as_many_devices_are_signed_at_once_as_there_are_callers() {
    /// Signs only when eight ask at once; a smaller number would wait for ever.
    struct Together(SoftwareSigner, Barrier);
    impl DeviceSigner for Together {
        type Error = Unplugged;
        fn issuers_bytes(&self, curve: Curve) -> &[u8] {
            self.0.issuers_bytes(curve)
        }
        fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, Unplugged> {
            self.1.wait();
            self.0.sign(device).map_err(|_| Unplugged)
        }
    }
    let place = TempDir::new().unwrap();
    let trusted: Verifier = verifier(1);
    let signer = Signer::new(Together(product(1), Barrier::new(8)), trusted);
    let mut journal = JournalFile::open(&place.path().join("journal"), signer.who_signs()).unwrap();
    let summary = sign_all(&signer, &rows(DEVICES), &mut journal, callers(8), random(), |_| {});
    assert_eq!(summary.expect("it runs").signed, DEVICES);
}

#[test]
fn a_control_log_covers_each_device_once_even_when_its_name_was_not_recorded() {
    let place = TempDir::new().unwrap();
    let (path, signer) = (place.path().join("journal"), watched(u64::MAX));
    whole_run(&signer, &rows(3), &path);
    let open = || JournalFile::open(&path, signer.who_signs()).expect("a journal");
    let mut journal = open();
    assert_eq!(journal.unlogged().count(), 3);
    journal.logging("C_CONTROL_LOG_1.txt", [7; 32]).unwrap();
    drop(journal);
    // Killed here: the file may stand there or not, and whoever looks tells.
    let mut journal = open();
    let pending = journal.pending_log().expect("it is remembered");
    assert_eq!((pending.file.as_str(), pending.sha256), ("C_CONTROL_LOG_1.txt", [7; 32]));
    assert_eq!(journal.unlogged().count(), 3);
    journal.logged().unwrap();
    assert_eq!(journal.unlogged().count(), 0);
    drop(journal);
    whole_run(&signer, &rows(5), &path);
    let journal = open();
    assert_eq!(journal.unlogged().count(), 2);
    assert_eq!(journal.pending_log(), None);
}

#[cfg(unix)]
#[test]
fn a_journal_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = TempDir::new().unwrap();
    let (path, signer) = (place.path().join("journal"), watched(u64::MAX));
    whole_run(&signer, &rows(1), &path);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A disk that takes so many appends, and then part of one.
struct Failing {
    inner: JournalFile,
    appends: usize,
    arrived: usize,
}

impl JournalStorage for Failing {
    fn append(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        if let Some(left) = self.appends.checked_sub(1) {
            self.appends = left;
            return self.inner.append(bytes);
        }
        self.inner.append(&bytes[..self.arrived.min(bytes.len())])?;
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(DurableError::new(Operation::Write, "journal", &full))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks at what was written")]
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("the journal is there")
}

#[expect(clippy::disallowed_methods, reason = "a test damages what was written")]
fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the journal can be written");
}
