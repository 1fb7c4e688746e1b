//! Report and export of a journal on the disk.

use std::path::Path;

use journal::{
    FailureNote, JobRecord, Journal, JournalOptions, JournalView, NoteKind, Reservation, UnixMillis,
};
use line::report::{ExportForm, Report, Selection, export};
use sidewalk::{Smsn, Stage};

fn smsn(number: u8) -> Smsn {
    hex::encode([number; 32]).parse().unwrap()
}

fn fill(bytes: &mut [u8]) -> bool {
    bytes.fill(7);
    true
}

/// Three devices: one fails, one is noted twice, one is as it was reserved.
fn journal(path: &Path) {
    let options = JournalOptions { path: path.to_owned(), fill_random: fill };
    let journal = Journal::open(options).unwrap();
    let job = JobRecord {
        name: "night".to_owned(),
        product: "TEST_DAK".to_owned(),
        device_type: "A1".to_owned(),
        apid: "Ab12".parse().unwrap(),
        stage: Stage::Test,
        app_server_key: [7; 32],
        ed25519_issuers: Vec::new(),
        p256r1_issuers: Vec::new(),
    };
    let job = journal.job(&job).unwrap();
    let at = UnixMillis(1000);
    for number in 1..=3 {
        let chip = Some(format!("C{number}"));
        let (dsn, smsn) = (format!("G{number}"), smsn(number));
        let reservation = Reservation { job, slot: u16::from(number), dsn, smsn, chip, at };
        let device = journal.reserve(reservation).unwrap();
        match number {
            1 => {
                let failure = FailureNote {
                    step: "write".to_owned(),
                    code: "board".to_owned(),
                    text: "no contact".to_owned(),
                    what_to_do: String::new(),
                };
                journal.fail(device.id(), &failure, at).unwrap();
            }
            2 => {
                journal.note(device.id(), NoteKind::Label, "sent", at).unwrap();
                journal.note(device.id(), NoteKind::Remark, "fell down", at).unwrap();
            }
            _ => {}
        }
    }
    journal.close().unwrap();
}

fn rows(view: &JournalView, selection: &Selection<'_>) -> Vec<serde_json::Value> {
    let mut text = Vec::new();
    let count = export(view, selection, ExportForm::JsonLines, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let rows: Vec<_> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len() as u64, count);
    rows
}

#[test]
fn a_journal_becomes_a_report_and_rows_by_any_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    journal(&path);
    let view = JournalView::open(&path).unwrap();

    let report = Report::of(&view, None).unwrap();
    assert_eq!((report.devices, report.verified, report.failing, report.failures), (3, 0, 1, 1));
    assert_eq!(report.top_failures[0].code, "board");
    assert!(report.csv().contains("failing_at,,write,board,1\n"));

    let all = rows(&view, &Selection::All);
    let serials: Vec<_> = all.iter().map(|row| row["dsn"].as_str().unwrap()).collect();
    assert_eq!(serials, ["G1", "G2", "G3"]);
    assert_eq!(all[0]["failure"]["text"], "no contact");
    assert_eq!(all[0]["attempts"], 1);
    assert_eq!(all[1]["job"], "night");
    assert_eq!(all[1]["times"]["reserved_at"], "1970-01-01T00:00:01.000Z");
    let texts: Vec<_> = all[1]["notes"].as_array().unwrap().iter().map(|n| &n["text"]).collect();
    assert_eq!(texts, ["sent", "fell down"]);

    let wanted = smsn(2);
    for selection in [Selection::Dsn("G2"), Selection::Smsn(&wanted), Selection::Chip("C2")] {
        assert_eq!(rows(&view, &selection), all[1..2], "{selection:?}");
    }
    assert!(rows(&view, &Selection::Log("none.txt")).is_empty());

    let mut csv = Vec::new();
    export(&view, &Selection::All, ExportForm::Csv, &mut csv).unwrap();
    assert_eq!(csv::Reader::from_reader(&csv[..]).records().count(), 3);
}
