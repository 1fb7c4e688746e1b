//! The lowest rows: the scan, where there are scans, and the three keys.

use line::Pace;
use ratatui::{layout::Rect, style::Style};

use super::{
    super::{
        model::Model,
        page::Page,
        scan_field::{Answer, ScanField},
    },
    paint::{BOLD, CYAN, Canvas, GREEN, PLAIN, RED},
    wrap::width,
};

/// How many rows it takes.
pub(super) const fn rows(model: &Model) -> u16 {
    if model.scan.is_some() { 2 } else { 1 }
}

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let keys_row = area.height.saturating_sub(1);
    if let Some(scan) = &model.scan {
        draw_scan(canvas, area, scan, model.slots.values().any(|it| it.is_waiting_for_scan()));
    }
    let long = keys(model, true);
    let keys = if width(&long) <= usize::from(area.width) { long } else { keys(model, false) };
    canvas.text(area, keys_row, &keys, BOLD);
}

fn draw_scan(canvas: &mut Canvas<'_>, area: Rect, scan: &ScanField, is_waited_for: bool) {
    let (label, style) = if is_waited_for { (" [?] SCAN ", CYAN) } else { (" scan ", PLAIN) };
    let (text, answer): (String, Style) = match (&scan.answer, scan.typed.as_str()) {
        (Some(Answer::Taken(said)), "") => (format!(" [+] {said} "), GREEN),
        (Some(Answer::Refused(said)), "") => (format!(" [x] {said} "), RED),
        (_, typed) => (format!(" {typed}_"), PLAIN),
    };
    canvas.text(area, 0, label, style);
    canvas.text_at(area, label.len() as u16, 0, &text, answer);
}

fn keys(model: &Model, is_long: bool) -> String {
    let pause_key = match (model.scan.is_some(), is_long) {
        (true, _) => "F2",
        (false, true) => "Space/F2",
        (false, false) => "Space",
    };
    let pause = match (model.pace, is_long) {
        (Pace::Running, true) => "take in no more boards for now",
        (Pace::Running, false) => "pause",
        (Pace::Paused, true) => "take boards in again",
        (Pace::Paused, false) => "go on",
        (Pace::Stopping | Pace::Aborting, _) => "",
    };
    let stop = match (model.pace, is_long) {
        (Pace::Running | Pace::Paused, true) => "Esc finish and end",
        (Pace::Running | Pace::Paused, false) => "Esc end",
        (Pace::Stopping, true) => "Esc once more: leave the boards in hand, now",
        (Pace::Stopping, false) => "Esc leave",
        (Pace::Aborting, _) => "",
    };
    let details = match (model.page, is_long) {
        (Page::Slots, true) => "Tab why it fails",
        (Page::Slots, false) => "Tab why",
        (_, _) => "Tab next",
    };
    let pause = if pause.is_empty() { String::new() } else { format!("{pause_key} {pause}") };
    let shown = [pause.as_str(), stop, details].into_iter().filter(|key| !key.is_empty());
    shown.collect::<Vec<_>>().join(if is_long { "   " } else { "  " })
}
