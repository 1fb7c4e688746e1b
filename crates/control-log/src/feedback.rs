//! The feedback file: what Amazon says about each entry of a control log.
//!
//! It is a CSV file by RFC 4180 with the columns of [`COLUMNS`], one row per entry. Two cells hold a JSON
//! object with one member each. Which texts stand in `Status` beside `Success` is not published, so others
//! are kept as they are.

use std::{borrow::Cow, io::Read};

use serde::Deserialize;
use sidewalk::{Apid, Smsn};

use crate::{bounded::Bounded, failure::IoFailure, limits::ROW_LEN_BYTES_MAX};

/// The columns, in order.
pub const COLUMNS: [&str; 5] =
    ["Record Id", "ProductInstanceIdentifier", "ProductIdentifier", "Status", "Error Details"];

/// How many bytes the CSV reader takes at a time.
const BUFFER_LEN_BYTES: usize = 64 * 1024;

/// What Amazon says about one device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Feedback {
    /// The row, counted from 1 behind the header.
    pub row: u64,
    /// `Record Id`: Amazon's number of the record.
    pub record_id: String,
    /// The `serialNumber` of `ProductInstanceIdentifier`.
    pub smsn: Smsn,
    /// The `advertisedProductId` of `ProductIdentifier`.
    pub apid: Apid,
    /// `Status`.
    pub status: Status,
    /// `Error Details`; empty on success.
    pub error_details: String,
}

/// The verdict on a device.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Status {
    /// `Success`: the device is known to Amazon.
    Success,
    /// Any other text.
    Other(String),
}

/// A feedback file that cannot be read further.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}{problem}, at byte {offset_bytes}", at_row(*row))]
pub struct FeedbackError {
    /// The row, counted from 1 behind the header; `None` for the header.
    pub row: Option<u64>,
    /// Where the row begins, counted from 0.
    pub offset_bytes: u64,
    /// What is wrong with it.
    pub problem: FeedbackProblem,
}

/// What is wrong with a feedback file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FeedbackProblem {
    /// The source failed.
    #[error("reading failed: {0}")]
    Io(IoFailure),
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// The first row does not name the columns.
    #[error("the columns are not {}", COLUMNS.join(", "))]
    Columns,
    /// A row with another number of cells than the header.
    #[error("the row has {found} cells instead of {}", COLUMNS.len())]
    Cells {
        /// How many.
        found: u64,
    },
    /// A row that does not end; often a quote that is not closed.
    #[error("the row has more bytes than the limit of {limit_bytes}")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// A row that is not UTF-8.
    #[error("the row is not UTF-8")]
    Utf8,
    /// A cell that is not the JSON object it should be.
    #[error("the cell {column} is not a JSON object with the text \"{member}\" alone")]
    Json {
        /// The column.
        column: &'static str,
        /// The member that its object has.
        member: &'static str,
    },
    /// A serial number that is not 64 hex digits.
    #[error("the serial number is not 64 hex digits")]
    SerialNumber,
    /// An advertised product id that is not 4 letters or digits.
    #[error("the advertised product id is not 4 letters or digits")]
    AdvertisedProductId,
}

impl FeedbackError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self.problem {
            FeedbackProblem::Columns | FeedbackProblem::Empty => {
                "the feedback file is the CSV file attached to Amazon's mail about a control log"
            }
            FeedbackProblem::TooLong { .. } | FeedbackProblem::Cells { .. } => {
                "a spreadsheet may have damaged the quotes: take the file as it came"
            }
            _ => return None,
        };
        Some(hint.into())
    }
}

/// Reads a feedback file row by row. Holds one row.
#[derive(Debug)]
pub struct FeedbackReader<R> {
    csv: csv::Reader<Bounded<R>>,
    cells: csv::StringRecord,
    rows: u64,
}

impl<R: Read> FeedbackReader<R> {
    /// Reads the header from `source`, which need not be buffered.
    ///
    /// # Errors
    ///
    /// The file is empty, or its columns are others.
    pub fn new(source: R) -> Result<Self, FeedbackError> {
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_LEN_BYTES)
            .from_reader(Bounded::new(source));
        let mut reader = Self { csv, cells: csv::StringRecord::new(), rows: 0 };
        if !reader.read_cells(None)? {
            return Err(reader.error(None, FeedbackProblem::Empty));
        }
        if reader.cells.iter().map(str::trim).ne(COLUMNS) {
            return Err(reader.error(None, FeedbackProblem::Columns));
        }
        Ok(reader)
    }

    /// The next row; `None` behind the last.
    ///
    /// # Errors
    ///
    /// [`FeedbackError`] names the row. Rows behind a row that was read but makes no sense can still be read.
    pub fn next_row(&mut self) -> Result<Option<Feedback>, FeedbackError> {
        let row = self.rows + 1;
        if !self.read_cells(Some(row))? {
            return Ok(None);
        }
        self.rows = row;
        self.feedback(row).map(Some).map_err(|problem| self.error(Some(row), problem))
    }

    fn feedback(&self, row: u64) -> Result<Feedback, FeedbackProblem> {
        let cells: Vec<&str> = self.cells.iter().collect();
        let [record_id, instance, product, status, error_details] = cells[..] else {
            return Err(FeedbackProblem::Cells { found: cells.len() as u64 });
        };
        let json = |column, member| FeedbackProblem::Json { column, member };
        let instance: ProductInstance<'_> =
            serde_json::from_str(instance).map_err(|_| json(COLUMNS[1], "serialNumber"))?;
        let product: Product<'_> =
            serde_json::from_str(product).map_err(|_| json(COLUMNS[2], "advertisedProductId"))?;
        Ok(Feedback {
            row,
            record_id: record_id.to_owned(),
            smsn: instance.serial_number.parse().map_err(|_| FeedbackProblem::SerialNumber)?,
            apid: product
                .advertised_product_id
                .parse()
                .map_err(|_| FeedbackProblem::AdvertisedProductId)?,
            status: match status {
                "Success" => Status::Success,
                other => Status::Other(other.to_owned()),
            },
            error_details: error_details.to_owned(),
        })
    }

    fn read_cells(&mut self, row: Option<u64>) -> Result<bool, FeedbackError> {
        // What the CSV reader still holds from before does not count: the limit is kept to within a buffer.
        self.csv.get_mut().allow(ROW_LEN_BYTES_MAX);
        self.csv.read_record(&mut self.cells).map_err(|error| {
            let problem = match error.kind() {
                _ if self.csv.get_ref().is_exhausted() => {
                    FeedbackProblem::TooLong { limit_bytes: ROW_LEN_BYTES_MAX }
                }
                csv::ErrorKind::Utf8 { .. } => FeedbackProblem::Utf8,
                csv::ErrorKind::Io(error) => FeedbackProblem::Io(IoFailure::from(error)),
                csv::ErrorKind::UnequalLengths { len, .. } => {
                    FeedbackProblem::Cells { found: *len }
                }
                _ => FeedbackProblem::Columns,
            };
            self.error(row, problem)
        })
    }

    fn error(&self, row: Option<u64>, problem: FeedbackProblem) -> FeedbackError {
        let offset_bytes = self.cells.position().map_or(0, csv::Position::byte);
        FeedbackError { row, offset_bytes, problem }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductInstance<'a> {
    #[serde(rename = "serialNumber", borrow)]
    serial_number: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product<'a> {
    #[serde(rename = "advertisedProductId", borrow)]
    advertised_product_id: Cow<'a, str>,
}

fn at_row(row: Option<u64>) -> String {
    row.map(|row| format!("row {row}: ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "Record Id,ProductInstanceIdentifier,ProductIdentifier,Status,Error Details\r\n";
    const SMSN: &str = "77086ebf8e20d074180f1a01fff256688dee68baa990c3610070e66c86f6ff39";

    fn row(status: &str, details: &str) -> String {
        format!(
            "251305634104,\"{{\"\"serialNumber\"\":\"\"{SMSN}\"\"}}\",\
             \"{{\"\"advertisedProductId\"\":\"\"CfnC\"\"}}\",{status},{details}\r\n"
        )
    }

    fn read(text: &str) -> Result<Vec<Feedback>, FeedbackError> {
        let mut reader = FeedbackReader::new(text.as_bytes())?;
        std::iter::from_fn(|| reader.next_row().transpose()).collect()
    }

    fn problem(text: &str) -> (Option<u64>, FeedbackProblem) {
        let error = read(text).unwrap_err();
        (error.row, error.problem)
    }

    #[test]
    fn a_row_is_read() {
        let expected = Feedback {
            row: 1,
            record_id: "251305634104".into(),
            smsn: SMSN.parse().unwrap(),
            apid: "CfnC".parse().unwrap(),
            status: Status::Success,
            error_details: String::new(),
        };
        assert_eq!(read(&(HEADER.to_owned() + &row("Success", ""))), Ok(vec![expected]));
    }

    #[test]
    fn a_byte_order_mark_and_bare_newlines_are_tolerated() {
        let text = format!("\u{feff}{HEADER}{}", row("Success", "")).replace("\r\n", "\n");
        assert_eq!(read(&text).unwrap().len(), 1);
    }

    #[test]
    fn an_unknown_status_and_quoted_details_are_kept_as_they_are() {
        let text = HEADER.to_owned() + &row("FAILED", "\"bad \"\"chain\"\",\r\nsecond line\"");
        let rows = read(&text).unwrap();
        assert_eq!(rows[0].status, Status::Other("FAILED".into()));
        assert_eq!(rows[0].error_details, "bad \"chain\",\r\nsecond line");
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert_eq!(problem(""), (None, FeedbackProblem::Empty));
    }

    #[test]
    fn other_columns_are_refused() {
        assert_eq!(problem("smsn\n"), (None, FeedbackProblem::Columns));
    }

    #[test]
    fn a_row_with_a_cell_too_few_is_refused_by_its_number() {
        let text = HEADER.to_owned() + &row("Success", "") + "1,2,3,4\r\n";
        assert_eq!(problem(&text), (Some(2), FeedbackProblem::Cells { found: 4 }));
    }

    #[test]
    fn json_with_a_repeated_member_is_refused() {
        let twice = format!(
            "{HEADER}1,\"{{\"\"serialNumber\"\":\"\"{SMSN}\"\",\"\"serialNumber\"\":\"\"{SMSN}\"\"}}\",{{}},Success,\n"
        );
        let json = FeedbackProblem::Json { column: COLUMNS[1], member: "serialNumber" };
        assert_eq!(problem(&twice), (Some(1), json));
    }

    #[test]
    fn a_serial_number_of_the_wrong_length_is_refused() {
        let text = (HEADER.to_owned() + &row("Success", "")).replace("77086e", "7086e");
        assert_eq!(problem(&text), (Some(1), FeedbackProblem::SerialNumber));
    }

    #[test]
    fn an_advertised_product_id_of_five_characters_is_refused() {
        let text = (HEADER.to_owned() + &row("Success", "")).replace("CfnC", "CfnCC");
        assert_eq!(problem(&text), (Some(1), FeedbackProblem::AdvertisedProductId));
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_memory() {
        let text = format!("{HEADER}1,\"{}", "x".repeat(4 * ROW_LEN_BYTES_MAX));
        let too_long = FeedbackProblem::TooLong { limit_bytes: ROW_LEN_BYTES_MAX };
        assert_eq!(problem(&text), (Some(1), too_long));
    }

    #[test]
    fn reading_goes_on_behind_a_row_that_makes_no_sense() {
        let text = format!("{HEADER}1,2,3,4,5\r\n{}", row("Success", ""));
        let mut reader = FeedbackReader::new(text.as_bytes()).unwrap();
        assert!(reader.next_row().is_err());
        assert_eq!(reader.next_row().unwrap().unwrap().row, 2);
        assert_eq!(reader.next_row(), Ok(None));
    }
}
