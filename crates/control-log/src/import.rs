//! The import file of AWS IoT Core for Amazon Sidewalk: a CSV file of one column.
//!
//! The first line is `smsn`, each further one an SMSN of 64 hex digits (AWS IoT Wireless developer guide,
//! "Provisioning Sidewalk devices using import tasks"). Its sample has upper-case digits, and so has what we
//! write. Line ends, case, blank lines and a byte-order mark are not specified: we read all of them.

use std::io::{self, BufRead, BufReader, Read, Write};

use sidewalk::{Smsn, SmsnError};

use crate::{
    failure::IoFailure,
    feedback::{FeedbackError, FeedbackReader, Status},
    limits::IMPORT_LINE_LEN_BYTES_MAX,
};

const HEADER: &str = "smsn";
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Writes an import file. Lines are short: give it a buffered sink.
#[derive(Debug)]
pub struct ImportWriter<W> {
    sink: W,
}

impl<W: Write> ImportWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn new(mut sink: W) -> io::Result<Self> {
        sink.write_all(b"smsn\n")?;
        Ok(Self { sink })
    }

    /// Adds a device.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn push(&mut self, smsn: &Smsn) -> io::Result<()> {
        let mut line = smsn.to_string();
        line.make_ascii_uppercase();
        line.push('\n');
        self.sink.write_all(line.as_bytes())
    }

    /// Returns the sink, flushed.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn finish(mut self) -> io::Result<W> {
        self.sink.flush()?;
        Ok(self.sink)
    }
}

/// A line of an import file that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ImportError {
    /// The line, counted from 1 with the header.
    pub line: u64,
    /// What is wrong with it.
    pub problem: ImportProblem,
}

/// What is wrong with an import file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImportProblem {
    /// The source failed.
    #[error("reading failed: {0}")]
    Io(IoFailure),
    /// The first line is not `smsn`.
    #[error("the first line is not `{HEADER}`")]
    Header,
    /// A line that is too long to be an SMSN.
    #[error("the line has more bytes than the limit of {limit_bytes}")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// A line that is not UTF-8.
    #[error("the line is not UTF-8")]
    Utf8,
    /// A line that is no SMSN.
    #[error("{0}")]
    Smsn(SmsnError),
}

impl ImportError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        matches!(self.problem, ImportProblem::Header).then(|| {
            "a feedback file is not an import file: make the import file from it first".to_owned()
        })
    }
}

/// Reads an import file line by line. Holds one line.
#[derive(Debug)]
pub struct ImportReader<R> {
    source: BufReader<R>,
    buffer: Vec<u8>,
    line: u64,
}

impl<R: Read> ImportReader<R> {
    /// Reads the header from `source`, which need not be buffered.
    ///
    /// # Errors
    ///
    /// The first line is not `smsn`.
    pub fn new(source: R) -> Result<Self, ImportError> {
        let mut reader = Self { source: BufReader::new(source), buffer: Vec::new(), line: 0 };
        let has_line = reader.read_line()?;
        let header = reader.buffer.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&reader.buffer);
        if has_line && header.trim_ascii().eq_ignore_ascii_case(HEADER.as_bytes()) {
            Ok(reader)
        } else {
            Err(ImportError { line: 1, problem: ImportProblem::Header })
        }
    }

    /// The next device; `None` behind the last. Blank lines do not count.
    ///
    /// # Errors
    ///
    /// [`ImportError`] names the line. Lines behind one that is no SMSN can still be read.
    pub fn next_smsn(&mut self) -> Result<Option<Smsn>, ImportError> {
        while self.read_line()? {
            let text = self.buffer.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let text = std::str::from_utf8(text).map_err(|_| self.error(ImportProblem::Utf8))?;
            let parsed = text.parse().map_err(|error| self.error(ImportProblem::Smsn(error)));
            return parsed.map(Some);
        }
        Ok(None)
    }

    fn read_line(&mut self) -> Result<bool, ImportError> {
        self.line += 1;
        self.buffer.clear();
        let limit = IMPORT_LINE_LEN_BYTES_MAX as u64 + 1;
        let read = self.source.by_ref().take(limit).read_until(b'\n', &mut self.buffer);
        match read {
            Err(error) => Err(self.error(ImportProblem::Io(IoFailure::from(&error)))),
            Ok(len) if len > IMPORT_LINE_LEN_BYTES_MAX => {
                let limit_bytes = IMPORT_LINE_LEN_BYTES_MAX;
                Err(self.error(ImportProblem::TooLong { limit_bytes }))
            }
            Ok(len) => Ok(len > 0),
        }
    }

    fn error(&self, problem: ImportProblem) -> ImportError {
        ImportError { line: self.line, problem }
    }
}

/// What became of a feedback file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FromFeedback {
    /// Rows with `Success`, which are in the import file.
    pub imported: u64,
    /// Rows with any other status, which are not.
    pub left_out: u64,
}

/// Why no import file can be made of a feedback file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FromFeedbackError {
    /// The feedback file cannot be read.
    #[error(transparent)]
    Feedback(FeedbackError),
    /// The import file cannot be written.
    #[error("the import file cannot be written: {0}")]
    Write(IoFailure),
}

/// Makes the import file of a feedback file: the devices that Amazon knows, in order.
///
/// # Errors
///
/// Any row of the feedback file that cannot be read, so that no device is lost silently.
pub fn from_feedback<R: Read, W: Write>(
    mut feedback: FeedbackReader<R>,
    sink: W,
) -> Result<(W, FromFeedback), FromFeedbackError> {
    let write_failed = |error: io::Error| FromFeedbackError::Write(IoFailure::from(&error));
    let mut import = ImportWriter::new(sink).map_err(write_failed)?;
    let mut summary = FromFeedback::default();
    while let Some(row) = feedback.next_row().map_err(FromFeedbackError::Feedback)? {
        if row.status == Status::Success {
            import.push(&row.smsn).map_err(write_failed)?;
            summary.imported += 1;
        } else {
            summary.left_out += 1;
        }
    }
    Ok((import.finish().map_err(write_failed)?, summary))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMSN: &str = "77086ebf8e20d074180f1a01fff256688dee68baa990c3610070e66c86f6ff39";

    fn read(bytes: &[u8]) -> Result<Vec<Smsn>, ImportError> {
        let mut reader = ImportReader::new(bytes)?;
        std::iter::from_fn(|| reader.next_smsn().transpose()).collect()
    }

    fn written(smsns: &[Smsn]) -> Vec<u8> {
        let mut writer = ImportWriter::new(Vec::new()).unwrap();
        smsns.iter().for_each(|smsn| writer.push(smsn).unwrap());
        writer.finish().unwrap()
    }

    #[test]
    fn the_file_has_a_header_and_upper_case_digits() {
        let expected = format!("smsn\n{}\n", SMSN.to_uppercase());
        assert_eq!(written(&[SMSN.parse().unwrap()]), expected.as_bytes());
    }

    #[test]
    fn windows_line_ends_a_byte_order_mark_blank_lines_and_lower_case_are_read() {
        let text = format!("\u{feff}SMSN \r\n\r\n{SMSN}\r\n\n{}", SMSN.to_uppercase());
        let smsn = SMSN.parse().unwrap();
        assert_eq!(read(text.as_bytes()), Ok(vec![smsn, smsn]));
    }

    #[test]
    fn a_file_without_the_header_is_refused() {
        for text in ["", "\n", SMSN, "Record Id,Status\n"] {
            let error = ImportError { line: 1, problem: ImportProblem::Header };
            assert_eq!(read(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        let text = format!("smsn\n{SMSN}\n{}\n", &SMSN[1..]);
        let problem = ImportProblem::Smsn(SmsnError::Length { found_len_chars: 63 });
        assert_eq!(read(text.as_bytes()), Err(ImportError { line: 3, problem }));
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_memory() {
        let text = format!("smsn\n{}", "0".repeat(1000));
        let problem = ImportProblem::TooLong { limit_bytes: IMPORT_LINE_LEN_BYTES_MAX };
        assert_eq!(read(text.as_bytes()), Err(ImportError { line: 2, problem }));
    }

    #[test]
    fn only_successful_rows_of_a_feedback_file_are_imported() {
        let row = |id: u8, status: &str| {
            format!(
                "{id},\"{{\"\"serialNumber\"\":\"\"{}\"\"}}\",\
                 \"{{\"\"advertisedProductId\"\":\"\"CfnC\"\"}}\",{status},\r\n",
                format!("{id:02x}").repeat(32)
            )
        };
        let text = [
            crate::feedback::COLUMNS.join(",") + "\r\n",
            row(1, "Success"),
            row(2, "Failed"),
            row(3, "Success"),
        ]
        .concat();
        let feedback = FeedbackReader::new(text.as_bytes()).unwrap();
        let (import, summary) = from_feedback(feedback, Vec::new()).unwrap();
        assert_eq!(summary, FromFeedback { imported: 2, left_out: 1 });
        let expected = format!("smsn\n{}\n{}\n", "01".repeat(32), "03".repeat(32));
        assert_eq!(String::from_utf8(import).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(numbers in proptest::collection::vec(any::<[u8; 32]>(), 0..20)) {
            let smsns: Vec<_> = numbers.into_iter().map(Smsn::from_bytes).collect();
            prop_assert_eq!(read(&written(&smsns)), Ok(smsns));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let _ = read(&[b"smsn\n", &bytes[..]].concat());
        }
    }
}
