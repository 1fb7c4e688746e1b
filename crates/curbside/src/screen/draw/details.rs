//! All that is known about the trouble in one slot, and the devices that wait for their boards.

use ratatui::layout::Rect;

use super::{
    super::{model::Model, slot_view::SlotView},
    below,
    paint::{BOLD, Canvas, PLAIN, YELLOW},
    tile::{face, lines},
    wrap::wrap,
};

/// Draws the page of a slot.
pub(super) fn draw_slot(canvas: &mut Canvas<'_>, area: Rect, slot: Option<&SlotView>) {
    let Some(slot) = slot else { return };
    let face = face(slot);
    let title = format!(" slot {}  {} {} ", slot.number, face.sign, face.word);
    canvas.text(area, 0, &title, face.style);
    let names = [("device", &slot.dsn), ("board", &slot.chip)];
    let names = names.iter().filter_map(|(what, name)| Some(format!("{what} {}", name.as_ref()?)));
    draw_rows(canvas, below(area, 2), names.chain(lines(slot)));
}

/// Draws the page of the devices that wait for their boards.
pub(super) fn draw_unfinished(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let total = model.unfinished_total;
    canvas.text(area, 0, &format!(" [!] {total} unfinished "), YELLOW);
    let devices = model.unfinished.iter().map(|device| device.text.clone());
    let rest = (total > model.unfinished.len()).then(|| {
        format!("and {} more: see `curbside line status`", total - model.unfinished.len())
    });
    draw_rows(canvas, below(area, 2), devices.chain(rest));
}

fn draw_rows(canvas: &mut Canvas<'_>, area: Rect, texts: impl Iterator<Item = String>) {
    let mut row = 0;
    for (index, text) in texts.enumerate() {
        for line in wrap(&text, usize::from(area.width)) {
            canvas.text(area, row, &line, if index == 0 { BOLD } else { PLAIN });
            row += 1;
            if row >= area.height {
                return;
            }
        }
    }
}
