//! From a model to a frame: pure, so that tests compare whole screens.
//!
//! Every verdict is shown three ways, as colour, as word and as sign, so that colour is never the only signal. All signs and
//! letters are ASCII: line PCs have consoles without UTF-8.

mod details;
mod footer;
mod grid;
mod header;
mod letters;
mod messages;
mod paint;
mod tile;
mod wrap;

use std::time::Instant;

use ratatui::{Frame, layout::Rect};

use self::{
    grid::Grid,
    paint::Canvas,
    tile::{Size, draw_tile},
};
use super::{model::Model, page::Page, slot_view::SlotView};

/// From this height on the screen has room for several messages and a header of its own lines.
const TALL: u16 = 20;

/// Of so many rows one may be a message: on 24 two, which leaves room for block letters.
const MESSAGE_FOR_ROWS: u16 = 12;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, now: Instant) {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut());
    let is_tall = area.height >= TALL;
    let head = header::draw(&mut canvas, area, if is_tall { 5 } else { 3 }, model, now);
    let (rest, foot_len) = (below(area, head), footer::rows(model));
    let (rest, foot) = split_bottom(rest, foot_len);
    footer::draw(&mut canvas, foot, model);
    let most = if is_tall { area.height / MESSAGE_FOR_ROWS } else { 1 };
    let wanted = messages::rows(model, area.width).min(most);
    let (middle, told) = split_bottom(rest, wanted);
    messages::draw(&mut canvas, told, model);
    match model.page {
        Page::Slots => draw_slots(&mut canvas, middle, model, now),
        Page::Trouble(slot) => details::draw_slot(&mut canvas, middle, model.slots.get(&slot)),
        Page::Unfinished => details::draw_unfinished(&mut canvas, middle, model),
    }
}

fn draw_slots(canvas: &mut Canvas<'_>, area: Rect, model: &Model, now: Instant) {
    let Some(grid) = Grid::of(model.slots.len(), area) else { return };
    let mut slots: Vec<&SlotView> = model.slots.values().collect();
    let (shown, hidden) = grid.shown(slots.len());
    if hidden > 0 {
        // Slots have their places, as fixtures have; only where there is no room for all, trouble comes first.
        slots.sort_by_key(|slot| (!slot.is_trouble(), !slot.is_waiting_for_scan(), slot.number));
    }
    let size = if grid.is_compact { Size::Compact } else { Size::Worded };
    for (index, slot) in slots.into_iter().take(shown).enumerate() {
        draw_tile(canvas, grid.tile(index), size, slot, now);
    }
    if hidden > 0 {
        canvas.text(grid.tile(shown), 0, &format!("+{hidden}"), paint::PLAIN);
    }
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

fn split_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let top = Rect { height: area.height - rows, ..area };
    (top, Rect { y: area.y + top.height, height: rows, ..area })
}

#[cfg(test)]
mod tests;
