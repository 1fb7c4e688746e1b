//! The rows below the slots: alarms that last, then what was told, the newest first.

use ratatui::layout::Rect;

use super::{
    super::model::Model,
    paint::{Canvas, PLAIN, RED},
};

/// How many rows there is something for.
pub(super) fn rows(model: &Model) -> u16 {
    u16::try_from(model.alarms().count() + model.messages.len()).unwrap_or(u16::MAX)
}

/// Draws as many as there are rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let alarms = model.alarms().map(|alarm| (format!("[x] {alarm}"), RED));
    let told = model.messages.iter().rev().map(|told| (told.replace('\n', "  "), PLAIN));
    for (row, (text, style)) in (0..area.height).zip(alarms.chain(told)) {
        canvas.text(area, row, &text, style);
    }
}
