//! The rows of a batch file: CSV with a header line, or a JSON object a line.

use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

/// The most rows of a batch. Ten HSMs sign them in an hour and a half; what is recorded of them takes 450 MB of memory.
pub const ROWS_MAX: u64 = 250_000;

/// The longest row in bytes: both requests, both paths, and room.
const ROW_LEN_BYTES_MAX: u64 = 64 * 1024;

/// What a row says of a device. Everything may be missing; what is needed depends on the rest.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Row {
    /// The number, 64 hex digits.
    pub smsn: Option<String>,
    /// What the number is generated from, with the following three.
    pub device_type: Option<String>,
    /// The device serial number.
    pub dsn: Option<String>,
    /// The advertised product id.
    pub apid: Option<String>,
    /// The board id of the on-device generator.
    pub board_id: Option<String>,
    /// The Ed25519 request, base64.
    pub eddsa_csr: Option<String>,
    /// The P-256 request, base64.
    pub ecdsa_csr: Option<String>,
    /// A PEM file with the Ed25519 private key.
    pub ed25519_private_key_file: Option<String>,
    /// A PEM file with the P-256 private key.
    pub p256r1_private_key_file: Option<String>,
}

/// The form of a batch file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RowsForm {
    /// Comma-separated values with a header line.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

impl RowsForm {
    /// Tells the form by how a file begins: no header of ours begins with a brace.
    pub fn of(head: &[u8]) -> Self {
        if head.trim_ascii_start().starts_with(b"{") { Self::JsonLines } else { Self::Csv }
    }
}

/// A row that was found, or why there is none. Record numbers count from 1, the header not counted.
pub type FoundRow = (u64, Result<Row, RowError>);

/// Reads all rows.
///
/// # Errors
///
/// [`RowsError`] where the file as a whole makes no sense. A bad row is an item of the list.
pub fn read_rows(source: impl Read, form: RowsForm) -> Result<Vec<FoundRow>, RowsError> {
    let rows = match form {
        RowsForm::Csv => read_csv(source)?,
        RowsForm::JsonLines => read_json_lines(source)?,
    };
    if rows.is_empty() { Err(RowsError::Empty) } else { Ok(rows) }
}

fn read_csv(source: impl Read) -> Result<Vec<FoundRow>, RowsError> {
    // Rows of a wrong length are found one by one, so that they do not end the reading.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(BufReader::new(source));
    let header = reader.headers().map_err(csv_failed)?.clone();
    let mut names = Vec::new();
    for name in &header {
        let name = name.trim_start_matches('\u{feff}');
        let mut probe = Row::default();
        if probe.column(name).is_none() {
            return Err(RowsError::UnknownColumn { name: name.to_owned() });
        }
        if names.contains(&name) {
            return Err(RowsError::RepeatedColumn { name: name.to_owned() });
        }
        names.push(name);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let number = next_number(&rows)?;
        let row = match record {
            // No value of ours has a line end, so this is a quote that swallows the rows behind it.
            Ok(record) if record.iter().any(|value| value.contains('\n')) => {
                return Err(RowsError::OpenQuote { record: number });
            }
            Ok(record) if record.len() == names.len() => Ok(row_of(&names, &record)),
            Ok(record) => Err(RowError::Columns { expected: names.len(), found: record.len() }),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { .. } => Err(RowError::NotText),
                _ => return Err(csv_failed(error)),
            },
        };
        rows.push((number, row));
    }
    Ok(rows)
}

fn row_of(names: &[&str], record: &csv::StringRecord) -> Row {
    let mut row = Row::default();
    for (name, value) in names.iter().zip(record) {
        if let Some(column) = row.column(name).filter(|_| !value.is_empty()) {
            *column = Some(value.to_owned());
        }
    }
    row
}

fn read_json_lines(source: impl Read) -> Result<Vec<FoundRow>, RowsError> {
    let mut source = BufReader::new(source);
    let mut rows = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let limited = (&mut source).take(ROW_LEN_BYTES_MAX + 1).read_until(b'\n', &mut line);
        if limited.map_err(|error| RowsError::Read { cause: error.to_string() })? == 0 {
            return Ok(rows);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = next_number(&rows)?;
        if line.len() as u64 > ROW_LEN_BYTES_MAX {
            return Err(RowsError::TooLong { record: number, limit_bytes: ROW_LEN_BYTES_MAX });
        }
        // The parser's own message may quote the row.
        let row = serde_json::from_slice(&line).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => RowError::Member { column: error.column() },
            _ => RowError::Json { column: error.column() },
        });
        rows.push((number, row));
    }
}

fn next_number(rows: &[FoundRow]) -> Result<u64, RowsError> {
    match rows.len() as u64 {
        ROWS_MAX => Err(RowsError::TooMany { limit: ROWS_MAX }),
        len => Ok(len + 1),
    }
}

fn csv_failed(error: csv::Error) -> RowsError {
    RowsError::Read { cause: error.to_string() }
}

impl Row {
    /// The value of a column by its name.
    fn column(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "smsn" => &mut self.smsn,
            "device_type" => &mut self.device_type,
            "dsn" => &mut self.dsn,
            "apid" => &mut self.apid,
            "board_id" => &mut self.board_id,
            "eddsa_csr" => &mut self.eddsa_csr,
            "ecdsa_csr" => &mut self.ecdsa_csr,
            "ed25519_private_key_file" => &mut self.ed25519_private_key_file,
            "p256r1_private_key_file" => &mut self.p256r1_private_key_file,
            _ => return None,
        })
    }
}

/// Why one row cannot be read. The others can.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RowError {
    /// More or fewer values than the header has names.
    #[error("it has {found} values, the header has {expected} names")]
    Columns {
        /// What the header has.
        expected: usize,
        /// What the row has.
        found: usize,
    },
    /// Not UTF-8.
    #[error("it is not text")]
    NotText,
    /// Not JSON.
    #[error("it is not JSON at column {column}")]
    Json {
        /// Where, from 1.
        column: usize,
    },
    /// JSON, but not of texts under the known names.
    #[error("at column {column} it has a member that is unknown, twice there, or no text")]
    Member {
        /// Where, from 1.
        column: usize,
    },
}

/// Why a batch file as a whole cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RowsError {
    /// No rows.
    #[error("it has no rows")]
    Empty,
    /// More rows than a batch may have.
    #[error("it has more than {limit} rows")]
    TooMany {
        /// The most there may be.
        limit: u64,
    },
    /// A row without end.
    #[error("record {record} is longer than {limit_bytes} bytes")]
    TooLong {
        /// Which, from 1.
        record: u64,
        /// The most it may have.
        limit_bytes: u64,
    },
    /// A quote that is not closed on its line: which rows follow cannot be told.
    #[error("record {record} has a quote that is not closed on its line")]
    OpenQuote {
        /// Which, from 1.
        record: u64,
    },
    /// A column that nobody would look at, most likely misspelt.
    #[error("it has an unknown column {name:?}")]
    UnknownColumn {
        /// Its name.
        name: String,
    },
    /// A column twice.
    #[error("it has the column {name:?} twice")]
    RepeatedColumn {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("{cause}")]
    Read {
        /// What the reader said.
        cause: String,
    },
}

impl RowsError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownColumn { .. } | Self::Empty => Some(
                "columns are smsn, device_type, dsn, apid, board_id, eddsa_csr, ecdsa_csr, \
                 ed25519_private_key_file, p256r1_private_key_file; a CSV file begins with their names"
                    .to_owned(),
            ),
            Self::TooMany { .. } => Some("sign in several batches".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<FoundRow>, RowsError> {
        read_rows(text.as_bytes(), RowsForm::of(text.as_bytes()))
    }

    #[test]
    fn csv_and_json_lines_say_the_same() {
        let csv = "dsn, apid,smsn\nG091-0042,abCD,\n\"G,1\",abCD,00\n";
        let json = "{\"dsn\":\"G091-0042\",\"apid\":\"abCD\"}\n\n{\"dsn\":\"G,1\",\"apid\":\"abCD\",\"smsn\":\"00\"}\n";
        assert_eq!(read(csv), read(json));
        let rows = read(csv).unwrap();
        assert_eq!(rows[1].1.as_ref().unwrap().dsn.as_deref(), Some("G,1"));
        assert_eq!(rows[0].1.as_ref().unwrap().smsn, None);
    }

    #[test]
    fn a_bad_row_is_numbered_and_the_others_are_there() {
        let rows = read("dsn,apid\na,b\nc\nd,e\n").unwrap();
        assert_eq!(rows[1], (2, Err(RowError::Columns { expected: 2, found: 1 })));
        assert_eq!(rows.len(), 3);
        let rows =
            read("{\"dsn\":\"a\"}\n{\"dsm\":\"a\"}\n{\"dsn\":1}\n{\n{\"dsn\":\"b\"}").unwrap();
        assert!(matches!(rows[1].1, Err(RowError::Member { .. })));
        assert!(matches!(rows[2].1, Err(RowError::Member { .. })));
        assert!(matches!(rows[3].1, Err(RowError::Json { .. })));
        assert!(rows[4].1.is_ok());
    }

    #[test]
    fn an_open_quote_refuses_the_file_because_it_swallows_rows() {
        assert_eq!(read("dsn\na\n\"b\nc\nd\n"), Err(RowsError::OpenQuote { record: 2 }));
    }

    #[test]
    fn a_misspelt_or_repeated_column_refuses_the_file() {
        assert_eq!(
            read("dsn,eddsa-csr\na,b\n"),
            Err(RowsError::UnknownColumn { name: "eddsa-csr".to_owned() })
        );
        assert_eq!(read("dsn,dsn\n"), Err(RowsError::RepeatedColumn { name: "dsn".to_owned() }));
        assert_eq!(read(""), Err(RowsError::Empty));
        assert_eq!(read("dsn\n"), Err(RowsError::Empty));
    }

    #[test]
    fn a_row_without_end_does_not_fill_memory() {
        let endless = format!("{{\"dsn\":\"{}", "x".repeat(2 * 64 * 1024));
        assert!(matches!(read(&endless), Err(RowsError::TooLong { record: 1, .. })));
    }
}
