//! What a scanner has typed, and what came of it.

use line::serials::{Scan, ScanError};

use super::clean::clean;

/// The longest text that is shown of a scan or its answer, in characters: a line of a wide terminal.
const SHOWN_LEN_CHARS_MAX: usize = 160;

/// The field in which scans appear.
#[derive(Clone, Debug, Default)]
pub(super) struct ScanField {
    /// What was typed since the last line end.
    pub(super) typed: String,
    /// What came of the last scan.
    pub(super) answer: Option<Answer>,
}

/// What came of a scan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// It is a serial number, or the first half of one.
    Taken(String),
    /// It is none.
    Refused(String),
}

impl ScanField {
    /// Shows what is being typed.
    pub(super) fn show_typed(&mut self, text: &str) {
        self.typed = clean(text, SHOWN_LEN_CHARS_MAX);
    }

    /// Shows what came of a scan.
    pub(super) fn show_answer(&mut self, answer: Result<Scan, ScanError>) {
        self.typed.clear();
        self.answer = Some(match answer {
            Ok(Scan::Dsn(dsn)) => Answer::Taken(clean(&dsn, SHOWN_LEN_CHARS_MAX)),
            Ok(Scan::First(dsn)) => {
                Answer::Taken(clean(&format!("{dsn}: scan it once more"), SHOWN_LEN_CHARS_MAX))
            }
            Err(error) => {
                let hint = error.hint().map_or_else(String::new, |hint| format!(": {hint}"));
                Answer::Refused(clean(&format!("{error}{hint}"), SHOWN_LEN_CHARS_MAX))
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_scan_says_why_and_what_to_do() {
        let mut field = ScanField::default();
        field.show_typed("G\x1b7");
        assert_eq!(field.typed, "G?7");
        field.show_answer(Err(ScanError::CheckDigit { dsn: "G7".to_owned() }));
        let said = "the check digit of G7 is wrong: scan it again".to_owned();
        assert_eq!(field.answer, Some(Answer::Refused(said)));
        assert!(field.typed.is_empty());
    }
}
