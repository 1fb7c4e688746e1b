//! Words in block letters, to be read from two metres.

use ratatui::{layout::Rect, style::Style};

use super::paint::Canvas;

/// Rows and columns of a letter.
const ROWS: u16 = 5;
const COLUMNS: u16 = 4;

/// How many columns and rows a dot may take, the largest first. Terminal cells are twice as high as wide, so that dots of
/// 2 by 1 make letters of a natural shape.
const DOTS: [(u16, u16); 5] = [(8, 4), (6, 3), (4, 2), (2, 1), (1, 1)];

/// A word in block letters, at the size that fits.
pub(super) struct BigWord<'a> {
    word: &'a str,
    dot: (u16, u16),
}

impl<'a> BigWord<'a> {
    /// The largest that fits into so many columns and rows, or `None` where none does.
    pub(super) fn fit(word: &'a str, columns: u16, rows: u16) -> Option<Self> {
        let letters = u16::try_from(word.len()).ok()?;
        let dots = letters * (COLUMNS + 1) - u16::from(letters > 0);
        let fits = |(wide, high): &(u16, u16)| dots * wide <= columns && ROWS * high <= rows;
        DOTS.into_iter().find(fits).map(|dot| Self { word, dot })
    }

    /// How many rows it takes.
    pub(super) const fn rows(&self) -> u16 {
        ROWS * self.dot.1
    }

    /// Draws it from the first row of an area on, in the middle.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, style: Style) {
        let (wide, high) = self.dot;
        let letters = u16::try_from(self.word.len()).unwrap_or(u16::MAX);
        let columns = (letters * (COLUMNS + 1)).saturating_sub(1) * wide;
        let left = area.width.saturating_sub(columns) / 2;
        // A dot is the colour of the text on itself: a block where there is colour, a sign where there is none.
        let dot = "#".repeat(usize::from(wide));
        let solid = style.fg.map_or(style, |ink| style.bg(ink));
        for (index, letter) in (0..letters).zip(self.word.chars()) {
            let rows = shape(letter);
            for (row, bits) in (0..ROWS).zip(rows) {
                for column in (0..COLUMNS).filter(|column| bits >> (COLUMNS - 1 - column) & 1 == 1)
                {
                    let x = left + (index * (COLUMNS + 1) + column) * wide;
                    for line in 0..high {
                        canvas.text_at(area, x, row * high + line, &dot, solid);
                    }
                }
            }
        }
    }
}

/// The rows of a letter, a bit a dot. Letters that no verdict has are empty.
const fn shape(letter: char) -> [u8; 5] {
    match letter {
        'A' => [0b0110, 0b1001, 0b1111, 0b1001, 0b1001],
        'C' => [0b0111, 0b1000, 0b1000, 0b1000, 0b0111],
        'D' => [0b1110, 0b1001, 0b1001, 0b1001, 0b1110],
        'E' => [0b1111, 0b1000, 0b1110, 0b1000, 0b1111],
        'F' => [0b1111, 0b1000, 0b1110, 0b1000, 0b1000],
        'I' => [0b0111, 0b0010, 0b0010, 0b0010, 0b0111],
        'L' => [0b1000, 0b1000, 0b1000, 0b1000, 0b1111],
        'N' => [0b1001, 0b1101, 0b1011, 0b1001, 0b1001],
        'P' => [0b1110, 0b1001, 0b1110, 0b1000, 0b1000],
        'R' => [0b1110, 0b1001, 0b1110, 0b1010, 0b1001],
        'S' => [0b0111, 0b1000, 0b0110, 0b0001, 0b1110],
        'U' => [0b1001, 0b1001, 0b1001, 0b1001, 0b0110],
        _ => [0; 5],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_all_its_letters() {
        for word in ["PASS", "FAIL", "REFUSED", "SCAN"] {
            assert!(word.chars().all(|letter| shape(letter) != [0; 5]), "{word}");
        }
    }

    #[test]
    fn the_largest_size_that_fits_is_taken() {
        let rows = |columns, rows| BigWord::fit("PASS", columns, rows).map(|word| word.rows());
        assert_eq!(rows(19, 5), Some(5));
        assert_eq!(rows(18, 50), None);
        assert_eq!(rows(200, 4), None);
        assert_eq!(rows(76, 10), Some(10));
    }
}
