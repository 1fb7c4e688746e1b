//! Cells of a CSV file that people open in a spreadsheet.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA_BEGINNINGS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text, with an apostrophe before it where a spreadsheet would run it.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_BEGINNINGS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        for text in ["+1", "-1", "@a", "\ta"] {
            assert!(cell(text).starts_with('\''));
        }
        for text in ["", "G1", "1-2", "'=1"] {
            assert_eq!(cell(text), text);
        }
    }
}
