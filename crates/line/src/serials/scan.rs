//! What a scanner reads.

use regex::Regex;

use super::{SerialsError, check_digit::check_digit_is_right, dsn_is_good};
use crate::job::CheckDigit;

/// The longest scan that is looked at, in characters: the fullest Data Matrix that a label of this size has.
pub(super) const SCAN_LEN_MAX: usize = 512;

/// What a scan must be.
#[derive(Clone, Debug)]
pub struct ScanRules {
    pattern: Option<Regex>,
    check_digit: Option<CheckDigit>,
    is_twice: bool,
}

/// What a scan is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scan {
    /// A serial number.
    Dsn(String),
    /// The first of two scans that must agree.
    First(String),
}

impl ScanRules {
    /// Rules as a job says them.
    ///
    /// # Errors
    ///
    /// [`SerialsError::Pattern`].
    pub fn new(
        pattern: Option<&str>,
        check_digit: Option<CheckDigit>,
        is_twice: bool,
    ) -> Result<Self, SerialsError> {
        let pattern = pattern
            .map(|pattern| Regex::new(&format!("^(?:{pattern})$")))
            .transpose()
            .map_err(|error| SerialsError::Pattern { problem: error.to_string() })?;
        Ok(Self { pattern, check_digit, is_twice })
    }

    /// Takes a scan. `first` is what was scanned first, where two scans must agree.
    pub(super) fn scan(&self, text: &str, first: &mut Option<String>) -> Result<Scan, ScanError> {
        let dsn = self.dsn(text)?;
        if !self.is_twice {
            return Ok(Scan::Dsn(dsn));
        }
        match first.take() {
            None => {
                *first = Some(dsn.clone());
                Ok(Scan::First(dsn))
            }
            Some(first) if first == dsn => Ok(Scan::Dsn(dsn)),
            Some(first) => Err(ScanError::Differs { first, second: dsn }),
        }
    }

    fn dsn(&self, text: &str) -> Result<String, ScanError> {
        // A wedge may add what the keyboard's layout makes of its control characters.
        let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
        if text.is_empty() || text.len() > SCAN_LEN_MAX {
            return Err(ScanError::Length { found_len_chars: text.chars().count() });
        }
        let dsn = match &self.pattern {
            None => text,
            Some(pattern) => {
                let found = pattern
                    .captures(text)
                    .ok_or_else(|| ScanError::Pattern { scan: shown(text) })?;
                found.name("dsn").map_or(text, |group| group.as_str())
            }
        };
        if !dsn_is_good(dsn) {
            return Err(ScanError::NoDsn { scan: shown(dsn) });
        }
        if self.check_digit.is_some_and(|kind| !check_digit_is_right(kind, dsn)) {
            return Err(ScanError::CheckDigit { dsn: dsn.to_owned() });
        }
        Ok(dsn.to_owned())
    }
}

/// A scan for a message: short, and nothing that a terminal would obey.
fn shown(text: &str) -> String {
    text.chars().take(40).map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

/// Why a scan is no serial number.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScanError {
    /// Nothing, or far too much.
    #[error("the scan has {found_len_chars} characters")]
    Length {
        /// How many.
        found_len_chars: usize,
    },
    /// The job's pattern is another.
    #[error("{scan:?} is no serial number of this job")]
    Pattern {
        /// What was scanned.
        scan: String,
    },
    /// No page has room for it.
    #[error("{scan:?} is no serial number: 1 to 16 visible characters")]
    NoDsn {
        /// What was scanned.
        scan: String,
    },
    /// Read wrongly.
    #[error("the check digit of {dsn} is wrong")]
    CheckDigit {
        /// What was scanned.
        dsn: String,
    },
    /// Two scans of two labels.
    #[error("{first} was scanned first, then {second}")]
    Differs {
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
    /// No board waits for it: it would go to the next one, whichever that is.
    #[error("no board waits for a serial number")]
    NotExpected,
    /// The job has other serial numbers.
    #[error("this job takes no scans")]
    NotScanned,
}

impl ScanError {
    /// What the operator does.
    pub fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::CheckDigit { .. } | Self::Length { .. } => "scan it again",
                Self::Differs { .. } => "scan both labels of one board again",
                Self::Pattern { .. } | Self::NoDsn { .. } => {
                    "scan the label with the serial number"
                }
                Self::NotExpected => "put a board in first",
                Self::NotScanned => return None,
            }
            .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(pattern: Option<&str>, check_digit: Option<CheckDigit>, is_twice: bool) -> ScanRules {
        ScanRules::new(pattern, check_digit, is_twice).unwrap()
    }

    #[test]
    fn a_group_cuts_the_number_out_and_the_whole_scan_must_fit() {
        let rules = rules(Some("SN:(?<dsn>[A-Z0-9]+);.*"), None, false);
        let mut first = None;
        assert_eq!(rules.scan("SN:G042;LOT7\r\n", &mut first), Ok(Scan::Dsn("G042".to_owned())));
        assert!(matches!(rules.scan("x SN:G042;", &mut first), Err(ScanError::Pattern { .. })));
    }

    #[test]
    fn two_scans_must_agree_and_a_difference_starts_over() {
        let rules = rules(None, None, true);
        let mut first = None;
        assert_eq!(rules.scan("A1", &mut first), Ok(Scan::First("A1".to_owned())));
        let differs = ScanError::Differs { first: "A1".to_owned(), second: "A2".to_owned() };
        assert_eq!(rules.scan("A2", &mut first), Err(differs));
        assert_eq!(rules.scan("A2", &mut first), Ok(Scan::First("A2".to_owned())));
        assert_eq!(rules.scan("A2", &mut first), Ok(Scan::Dsn("A2".to_owned())));
    }

    #[test]
    fn a_misread_digit_and_control_characters_are_refused() {
        let rules = rules(None, Some(CheckDigit::Luhn), false);
        let mut first = None;
        assert!(matches!(rules.scan("79927398710", &mut first), Err(ScanError::CheckDigit { .. })));
        assert!(matches!(rules.scan("7\u{1b}[31m9", &mut first), Err(ScanError::NoDsn { .. })));
        assert!(matches!(rules.scan("  \r\n", &mut first), Err(ScanError::Length { .. })));
    }
}
