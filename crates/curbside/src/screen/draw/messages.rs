//! The rows below the slots: alarms that last, then what was told, the newest first.

use ratatui::{layout::Rect, style::Style};

use super::{
    super::model::Model,
    paint::{Canvas, PLAIN, RED},
    wrap::wrap,
};

/// How many rows there is something for.
pub(super) fn rows(model: &Model, columns: u16) -> u16 {
    u16::try_from(texts(model, columns).count()).unwrap_or(u16::MAX)
}

/// Draws as many as there are rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    for (row, (text, style)) in (0..area.height).zip(texts(model, area.width)) {
        canvas.text(area, row, &text, style);
    }
}

fn texts(model: &Model, columns: u16) -> impl Iterator<Item = (String, Style)> {
    let alarms = model.alarms().map(|alarm| (format!("[x] {alarm}"), RED));
    let told = told(model).map(|told| (told.replace('\n', "  "), PLAIN));
    alarms.chain(told).flat_map(move |(text, style)| {
        wrap(&text, usize::from(columns)).into_iter().map(move |row| (row, style))
    })
}

/// What no alarm says, the newest first.
fn told(model: &Model) -> impl Iterator<Item = &str> {
    let told = model.messages.iter().rev().filter(|message| !message.is_alarm);
    told.map(|message| message.text.as_str())
}
