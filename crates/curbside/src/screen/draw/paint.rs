//! Putting text and colour on the buffer, never outside of an area.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};

/// As the terminal is.
pub(super) const PLAIN: Style = Style::new();
/// For headings.
pub(super) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
/// Good.
pub(super) const GREEN: Style = Style::new().bg(Color::Green).fg(Color::Black);
/// Bad.
pub(super) const RED: Style = Style::new().bg(Color::Red).fg(Color::White);
/// Somebody has to look.
pub(super) const YELLOW: Style = Style::new().bg(Color::Yellow).fg(Color::Black);
/// At work.
pub(super) const BLUE: Style = Style::new().bg(Color::Blue).fg(Color::White);
/// Somebody has to scan.
pub(super) const CYAN: Style = Style::new().bg(Color::Cyan).fg(Color::Black);
/// Nothing happens.
pub(super) const GREY: Style = Style::new().bg(Color::DarkGray).fg(Color::White);

/// A buffer that takes nothing outside of an area.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
}

impl<'a> Canvas<'a> {
    pub(super) const fn new(buffer: &'a mut Buffer) -> Self {
        Self { buffer }
    }

    /// Writes on one row of an area, cut at its end.
    pub(super) fn text(&mut self, area: Rect, row: u16, text: &str, style: Style) {
        self.text_at(area, 0, row, text, style);
    }

    /// Writes from a column of an area's row on, cut at its end.
    pub(super) fn text_at(&mut self, area: Rect, column: u16, row: u16, text: &str, style: Style) {
        let area = area.intersection(*self.buffer.area());
        if row >= area.height || column >= area.width {
            return;
        }
        let width = usize::from(area.width - column);
        self.buffer.set_stringn(area.x + column, area.y + row, text, width, style);
    }

    /// Colours an area.
    pub(super) fn fill(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area, style);
    }
}
