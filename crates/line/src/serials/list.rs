//! A list of serial numbers: CSV with a column `dsn`, or a number a line.

use std::collections::HashSet;

use super::dsn_is_good;

/// The largest list that is read, in bytes: ten million numbers of sixteen characters.
pub const LIST_LEN_BYTES_MAX: u64 = 200 * 1024 * 1024;

/// Why a list cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ListError {
    /// A row that cannot be read.
    #[error("row {row}: {problem}")]
    Row {
        /// The row, from 1, the header counted.
        row: u64,
        /// What is wrong.
        problem: String,
    },
    /// A number twice.
    #[error("row {row}: serial number {dsn} stands a second time")]
    Repeated {
        /// The second row.
        row: u64,
        /// The number.
        dsn: String,
    },
    /// No number at all.
    #[error("it has no serial number")]
    Empty,
}

/// Reads a list. A first row with a column `dsn` is a header; without one the first column counts.
///
/// # Errors
///
/// [`ListError`]: a list with a doubled or unusable number is refused as a whole, before any board.
pub fn read_list(bytes: &[u8]) -> Result<Vec<String>, ListError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut column = 0;
    let mut seen = HashSet::new();
    let mut numbers = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let row = index as u64 + 1;
        let record = record.map_err(|error| ListError::Row { row, problem: error.to_string() })?;
        if index == 0
            && let Some(found) = record.iter().position(|name| name.eq_ignore_ascii_case("dsn"))
        {
            column = found;
            continue;
        }
        let dsn = record.get(column).unwrap_or_default();
        if dsn.is_empty() && record.iter().all(str::is_empty) {
            continue;
        }
        if !dsn_is_good(dsn) {
            let problem = "a DSN has 1 to 16 visible ASCII characters".to_owned();
            return Err(ListError::Row { row, problem });
        }
        if !seen.insert(dsn.to_owned()) {
            return Err(ListError::Repeated { row, dsn: dsn.to_owned() });
        }
        numbers.push(dsn.to_owned());
    }
    if numbers.is_empty() { Err(ListError::Empty) } else { Ok(numbers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_which_column_and_without_one_the_first_counts() {
        let numbers = vec!["A1".to_owned(), "A2".to_owned()];
        assert_eq!(read_list(b"lot,dsn\n7,A1\n7,A2\n"), Ok(numbers.clone()));
        assert_eq!(read_list(b"A1\n\nA2\n"), Ok(numbers));
    }

    #[test]
    fn a_doubled_number_refuses_the_whole_list() {
        let error = ListError::Repeated { row: 3, dsn: "A1".to_owned() };
        assert_eq!(read_list(b"A1\nA2\nA1\n"), Err(error));
    }

    #[test]
    fn a_number_that_fits_no_page_is_named_by_its_row() {
        assert!(matches!(
            read_list(b"A1\n12345678901234567\n"),
            Err(ListError::Row { row: 2, .. })
        ));
        assert_eq!(read_list(b"dsn\n"), Err(ListError::Empty));
    }
}
