//! Control logs and the CSV files around them.

use control_log::feedback::FeedbackReader;
use control_log::import::{ImportReader, ImportWriter};
use control_log::{Examined, Reader};

/// The streaming reader. The canonical text of an accepted entry reads back as itself.
pub fn control_log(data: &[u8]) {
    let mut reader = Reader::new(data);
    while let Ok(Some(record)) = reader.next_record() {
        let _ = Examined::of(&record);
        let text = format!("{{\"controlLogs\":[{}]}}", record.text());
        let mut again = Reader::new(text.as_bytes());
        let second =
            again.next_record().expect("our own text is read").expect("with its one entry");
        assert_eq!(second.text(), record.text());
    }
}

/// Feedback files.
pub fn feedback(data: &[u8]) {
    if let Ok(mut reader) = FeedbackReader::new(data) {
        let mut rows = 0;
        while let Ok(Some(feedback)) = reader.next_row() {
            rows += 1;
            assert_eq!(feedback.row, rows);
        }
    }
}

/// Import files. The numbers that were read are written and read again.
pub fn import(data: &[u8]) {
    let Ok(mut reader) = ImportReader::new(data) else { return };
    let mut writer = ImportWriter::new(Vec::new()).expect("memory takes all");
    let mut numbers = Vec::new();
    while let Ok(Some(smsn)) = reader.next_smsn() {
        writer.push(&smsn).expect("memory takes all");
        numbers.push(smsn);
    }
    let text = writer.finish().expect("memory takes all");
    let mut again = ImportReader::new(&text[..]).expect("our own header is read");
    for smsn in numbers {
        assert_eq!(again.next_smsn(), Ok(Some(smsn)));
    }
    assert_eq!(again.next_smsn(), Ok(None));
}
