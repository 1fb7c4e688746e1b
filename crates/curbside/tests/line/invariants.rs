//! What must be true of lines that are done, read from their files: journals, control logs, boards.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use device::Board;
use journal::{DeviceRecord, Filter, JournalView, State};
use page::{Mandatory, Page, PageVersion, ValueId};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sidewalk::{ChainText, Curve, PrivateKey, Smsn};

use crate::line_place::{LinePlace, is_blank, region};

/// No file of these tests is larger.
const FILE_LEN_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What lines made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Made {
    pub(crate) devices: u64,
    /// How often an HSM was asked for one of them, or was about to be.
    pub(crate) asked: u64,
    pub(crate) asked_again: u64,
    pub(crate) logs: u64,
}

/// Checks lines on which nothing is unfinished.
pub(crate) fn check(lines: &[LinePlace]) -> Made {
    let mut made = Made::default();
    let mut recorded = HashMap::new();
    let (mut dsns, mut smsns) = (HashSet::new(), HashSet::new());
    let mut logged = HashSet::new();
    let mut on_boards = HashSet::new();
    for line in lines {
        let records = records(line);
        for record in &records {
            assert!(dsns.insert(record.dsn.clone()), "DSN {} was used twice", record.dsn);
            assert!(smsns.insert(record.smsn), "SMSN {} was used twice", record.smsn);
            let is_done = record.state == State::Logged && !record.retired;
            assert!(is_done, "{} is {}", record.dsn, record.state);
            made.devices += 1;
            made.asked += u64::from(record.asked);
            made.asked_again += u64::from(record.asked > 1);
        }
        let of_line = records.into_iter().map(|record| (record.smsn, record)).collect();
        made.logs += check_logs(line, &of_line, &mut logged);
        check_boards(line, &of_line, &mut on_boards);
        recorded.extend(of_line);
    }
    assert_eq!(logged.len(), recorded.len(), "devices in control logs");
    assert_eq!(on_boards.len(), recorded.len(), "devices on boards");
    made
}

/// Every device of a line's journal.
pub(crate) fn records(line: &LinePlace) -> Vec<DeviceRecord> {
    let mut records = Vec::new();
    let view = JournalView::open(line.journal()).unwrap();
    view.for_each(&Filter::default(), |record| records.push(record.clone())).unwrap();
    records
}

type Records = HashMap<Smsn, DeviceRecord>;

/// Every device stands once, with the certificates of the journal, in the file that the journal names.
fn check_logs(line: &LinePlace, records: &Records, logged: &mut HashSet<Smsn>) -> u64 {
    let mut logs = 0;
    for path in files_in(line.control_logs()) {
        // Hidden files are drafts of killed lines, which nobody reads.
        if path.file_name().unwrap().to_string_lossy().starts_with('.') {
            continue;
        }
        logs += 1;
        let bytes = durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap();
        let log: Value = serde_json::from_slice(&bytes).unwrap();
        for entry in log["controlLogs"].as_array().unwrap() {
            let device = &entry["device"];
            let smsn: [u8; 32] =
                hex::decode(text(&device["serialNumber"])).unwrap().try_into().unwrap();
            let smsn = Smsn::from_bytes(smsn);
            let record = &records[&smsn];
            assert!(logged.insert(smsn), "{} stands in two control logs", record.dsn);
            let file = record.control_log.as_ref().unwrap();
            assert_eq!(PathBuf::from(file).file_name(), path.file_name(), "{}", record.dsn);
            for (curve, key) in [
                (Curve::Ed25519, "sidewalkED25519CertificateChain"),
                (Curve::P256r1, "sidewalkP256R1CertificateChain"),
            ] {
                let chain = text(&device["sidewalkData"][key]);
                let chain = ChainText::parse_base64(curve, chain.as_bytes()).unwrap();
                assert_eq!(chain.smsn(), smsn);
                let (public_key, signature) = recorded(record, curve);
                assert_eq!(chain.device().public_key_bytes(), public_key, "{}", record.dsn);
                assert_eq!(chain.device().signature().as_bytes(), &signature, "{}", record.dsn);
            }
        }
    }
    logs
}

/// Every page on a board is what the journal says, and private keys are on boards only.
fn check_boards(line: &LinePlace, records: &Records, on_boards: &mut HashSet<Smsn>) {
    let mut private_keys = HashSet::new();
    for board in line.boards().iter().filter(|board| !is_blank(board)) {
        let page = page_of(board);
        let smsn: [u8; 32] = page.value(ValueId::SMSN).unwrap().try_into().unwrap();
        let record = &records[&Smsn::from_bytes(smsn)];
        assert!(on_boards.insert(record.smsn), "{} is on two boards", record.dsn);
        assert_eq!(record.chip.as_deref(), Some(board.chip_id()), "{}", record.dsn);
        let layout = board.model().layout(PageVersion::Tlv).unwrap();
        let sha256: [u8; 32] = Sha256::digest(layout.encode(&page).unwrap()).into();
        assert_eq!(record.page_sha256, Some(sha256), "{}", record.dsn);
        for (curve, private, public, signature) in [
            (
                Curve::Ed25519,
                ValueId::DEVICE_PRIV_ED25519,
                ValueId::DEVICE_PUB_ED25519,
                ValueId::DEVICE_PUB_ED25519_SIGNATURE,
            ),
            (
                Curve::P256r1,
                ValueId::DEVICE_PRIV_P256R1,
                ValueId::DEVICE_PUB_P256R1,
                ValueId::DEVICE_PUB_P256R1_SIGNATURE,
            ),
        ] {
            let bytes = page.value(private).unwrap();
            let key = PrivateKey::from_bytes(curve, bytes).unwrap();
            let (public_key, recorded_signature) = recorded(record, curve);
            assert_eq!(key.public_key().as_bytes(), public_key, "{}", record.dsn);
            assert_eq!(page.value(public), Some(&*public_key), "{}", record.dsn);
            assert_eq!(page.value(signature), Some(&recorded_signature[..]), "{}", record.dsn);
            private_keys.insert(<[u8; 32]>::try_from(bytes).unwrap());
        }
    }
    no_key_is_left(line, &private_keys);
}

/// The journal has no sealed key of a finished device, and no file beside the boards has any key in the clear.
fn no_key_is_left(line: &LinePlace, private_keys: &HashSet<[u8; 32]>) {
    let journal =
        Connection::open_with_flags(line.journal(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let count = |sql| journal.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM device WHERE sealed IS NOT NULL"), 0);
    let wiped = "SELECT count(*) FROM sealed_key WHERE bytes <> zeroblob(length(bytes))";
    assert_eq!(count(wiped), 0, "sealed keys are left");
    drop(journal);
    for path in files_in(line.path().to_owned()).into_iter().chain(files_in(line.control_logs())) {
        let bytes = durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap();
        let found = bytes.windows(32).any(|window| private_keys.contains(window));
        assert!(!found, "{} has a private key", path.display());
    }
}

fn page_of(board: &Board) -> Page {
    let layout = board.model().layout(PageVersion::Tlv).unwrap();
    let page = layout.decode_strict(&region(board), Mandatory::Complete);
    page.unwrap_or_else(|fault| panic!("board {}: {fault}", board.chip_id()))
}

/// The public key and signature that the journal has.
fn recorded(record: &DeviceRecord, curve: Curve) -> (Vec<u8>, [u8; 64]) {
    let (key, signature) = match curve {
        Curve::Ed25519 => (record.ed25519_public_key, record.ed25519_signature),
        Curve::P256r1 => (record.p256r1_public_key, record.p256r1_signature),
    };
    (key.unwrap().as_bytes().to_vec(), *signature.unwrap().as_bytes())
}

/// The files of a directory, without those of directories in it.
fn files_in(directory: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
