//! The CSV files: Amazon's feedback, and the import file of AWS IoT.

use control_log::{
    feedback::{COLUMNS, FeedbackReader, Status},
    import::ImportReader,
};

use super::Explanation;
use crate::{
    block::{Block, Remark},
    words::counted,
};

/// How many rows are named one by one; the rest are counted.
const ROWS_NAMED_MAX: usize = 10;

/// A table, if it is one.
pub(super) fn explain(bytes: &[u8]) -> Option<Explanation> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    if first_line.eq_ignore_ascii_case(b"smsn") {
        return Some(explain_import(bytes));
    }
    let first_column = COLUMNS[0].as_bytes();
    let is_feedback = first_line.starts_with(first_column)
        || first_line.strip_prefix(b"\"").is_some_and(|cell| cell.starts_with(first_column));
    is_feedback.then(|| explain_feedback(bytes))
}

fn explain_feedback(bytes: &[u8]) -> Explanation {
    let (mut succeeded, mut others) = (0_u64, 0_u64);
    let mut remarks = Vec::new();
    let mut read = || {
        let mut reader = FeedbackReader::new(bytes)?;
        while let Some(row) = reader.next_row()? {
            match row.status {
                Status::Success => succeeded += 1,
                Status::Other(status) => {
                    others += 1;
                    if remarks.len() < ROWS_NAMED_MAX {
                        let message = format!(
                            "row {}: {} was answered with {status}: {}",
                            row.row, row.smsn, row.error_details
                        );
                        remarks.push(Remark::fault("refused-by-amazon", message));
                    }
                }
            }
        }
        Ok(())
    };
    let ended: Result<(), control_log::feedback::FeedbackError> = read();
    if let Err(error) = ended {
        remarks.push(Remark::fault("feedback", error));
    }
    let rows = succeeded + others;
    let devices = counted(rows, "device", "devices");
    let fields = Block::new("")
        .number("rows", rows)
        .number("succeeded", succeeded)
        .number("not_succeeded", others);
    Explanation::new("feedback", format!("Amazon's feedback on {devices}"), fields)
        .with_remarks(remarks)
}

fn explain_import(bytes: &[u8]) -> Explanation {
    let mut devices = 0_u64;
    let mut read = || {
        let mut reader = ImportReader::new(bytes)?;
        while reader.next_smsn()?.is_some() {
            devices += 1;
        }
        Ok(())
    };
    let ended: Result<(), control_log::import::ImportError> = read();
    let fields = Block::new("").number("devices", devices);
    let what = format!("an AWS IoT import file of {}", counted(devices, "device", "devices"));
    Explanation::new("import", what, fields)
        .with_remarks(ended.err().map(|error| Remark::fault("import", error)))
}
