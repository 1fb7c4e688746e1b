//! Breaking text into rows.

use ratatui::text::Span;

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// Rows of at most `columns` columns, broken between words where that is possible.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !row.is_empty() && width(&row) + 1 + width(word) > columns {
            rows.push(std::mem::take(&mut row));
        }
        if !row.is_empty() {
            row.push(' ');
        }
        for letter in word.chars() {
            let mut bytes = [0; 4];
            if !row.is_empty() && width(&row) + width(letter.encode_utf8(&mut bytes)) > columns {
                rows.push(std::mem::take(&mut row));
            }
            row.push(letter);
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("the board is gone", 9), ["the board", "is gone"]);
        assert_eq!(wrap("a 0123456789", 4), ["a", "0123", "4567", "89"]);
        assert_eq!(wrap("", 4), Vec::<String>::new());
    }

    #[test]
    fn wide_letters_count_twice_and_no_width_is_too_small() {
        assert_eq!(wrap("基板基板", 4), ["基板", "基板"]);
        assert_eq!(wrap("ab", 0), ["a", "b"]);
    }
}
