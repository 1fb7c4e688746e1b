//! One slot.

use std::time::Instant;

use line::step::Step;
use ratatui::{layout::Rect, style::Style};

use super::{
    super::slot_view::{Phase, SlotView, Verdict},
    letters::BigWord,
    paint::{BLUE, BOLD, CYAN, Canvas, GREEN, GREY, PLAIN, RED, YELLOW},
    wrap::wrap,
};

/// Rows of a tile from which on its word is in block letters: a title, five rows, and a row for the reason.
pub(super) const BIG_FROM_ROWS: u16 = 7;

/// The widest progress bar, in columns.
const BAR_COLUMNS_MAX: usize = 33;

/// How much a tile says at least.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Size {
    /// Number, sign and word.
    Worded,
    /// Number and sign.
    Compact,
}

/// How a slot looks.
pub(super) struct Face {
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
    pub(super) style: Style,
    /// It is to be seen from afar.
    is_big: bool,
}

/// Sign, word and colour of a slot.
pub(super) fn face(slot: &SlotView) -> Face {
    let (sign, word, style, is_big) = match (slot.shown_verdict(), &slot.phase) {
        (Some(Verdict::Passed { .. }), _) => ("[+]", "PASS", GREEN, true),
        (Some(Verdict::Finished), _) => ("[=]", "PASS", GREEN, true),
        (Some(Verdict::Refused { .. }), _) => ("[!]", "REFUSED", YELLOW, true),
        (Some(Verdict::Failed { .. }), _) => ("[x]", "FAIL", RED, true),
        (None, Phase::WaitingForSerial) => ("[?]", "SCAN", CYAN, true),
        (None, Phase::Working { .. }) => ("[>]", "WORKING", BLUE, false),
        (None, Phase::TakeOut) => ("[<]", "TAKE OUT", GREY, false),
        (None, Phase::Starting | Phase::Waiting) => ("[ ]", "EMPTY", GREY, false),
        (None, Phase::Ended) => ("[.]", "ENDED", GREY, false),
    };
    Face { sign, word, style, is_big }
}

/// What is said below the word, each to be wrapped by itself.
pub(super) fn lines(slot: &SlotView) -> Vec<String> {
    let told = |why: String, hints: &[String]| {
        let hints = hints.iter().map(|hint| format!("-> {hint}"));
        [why].into_iter().chain(hints).collect()
    };
    match (slot.shown_verdict(), &slot.phase) {
        (Some(Verdict::Passed { took_ms, is_resumed }), _) => {
            let resumed = if *is_resumed { ", resumed" } else { "" };
            vec![format!("{:.1} s{resumed}", *took_ms as f64 / 1000.0)]
        }
        (Some(Verdict::Finished), _) => vec!["finished before, nothing changed".to_owned()],
        (Some(Verdict::Refused { why, hints }), _) => told(why.clone(), hints),
        (Some(Verdict::Failed { step, why, hints }), _) => told(format!("{step}: {why}"), hints),
        (None, Phase::WaitingForSerial) => vec!["scan the board's serial number".to_owned()],
        (None, Phase::Working { step, retry }) => {
            let step = step.map_or("look at the board", Step::name);
            [step.to_owned()].into_iter().chain(retry.clone()).collect()
        }
        (None, Phase::TakeOut) => vec!["take the board out".to_owned()],
        (None, Phase::Waiting) => vec!["put a board in".to_owned()],
        (None, Phase::Starting) => vec!["not started yet".to_owned()],
        (None, Phase::Ended) => Vec::new(),
    }
}

/// Draws a slot into its place.
pub(super) fn draw_tile(
    canvas: &mut Canvas<'_>,
    place: Rect,
    size: Size,
    slot: &SlotView,
    now: Instant,
) {
    let face = face(slot);
    canvas.fill(place, face.style);
    let strong = face.style.patch(BOLD);
    if size == Size::Compact {
        canvas.text(place, 0, &format!("{:>3}{}", slot.number, face.sign), strong);
        return;
    }
    let dsn = slot.dsn.as_deref().unwrap_or_default();
    let title = format!("{:>2} {} {}  {dsn}", slot.number, face.sign, face.word);
    canvas.text(place, 0, title.trim_end(), strong);
    let mut row = 1;
    if face.is_big && place.height >= BIG_FROM_ROWS {
        let room = Rect { y: place.y + 1, height: place.height - 1, ..place };
        // One row stays for the reason.
        if let Some(word) = BigWord::fit(face.word, room.width, room.height - 1) {
            word.draw(canvas, room, face.style);
            row += word.rows();
        }
    } else if place.height >= BIG_FROM_ROWS {
        row += 1;
    }
    let room = Rect { width: place.width, height: place.height.saturating_sub(row), ..place };
    for line in below_word(slot, room, now) {
        canvas.text_at(place, 1, row, &line, face.style.patch(PLAIN));
        row += 1;
    }
}

fn below_word(slot: &SlotView, room: Rect, now: Instant) -> Vec<String> {
    let columns = usize::from(room.width.saturating_sub(2));
    let said = lines(slot);
    let wrapped = |said: &[String]| said.iter().flat_map(|line| wrap(line, columns)).collect();
    let mut rows: Vec<String> = wrapped(&said);
    if slot.is_trouble()
        && rows.len() > usize::from(room.height)
        && room.height > 1
        && let Some((why, hints)) = said.split_first()
    {
        // What to do matters more than the end of the reason.
        let hint: Vec<String> = wrapped(&hints[..hints.len().min(1)]);
        let hint_rows = hint.len().min(usize::from(room.height / 2));
        rows = wrap(why, columns);
        rows.truncate(usize::from(room.height) - hint_rows);
        rows.extend(hint.into_iter().take(hint_rows));
    }
    if slot.shown_verdict().is_none()
        && let Phase::Working { step, .. } = &slot.phase
    {
        rows.insert(1.min(rows.len()), bar(*step, columns));
        rows.push(format!("{} s", now.saturating_duration_since(slot.since).as_secs()));
    }
    if let Some(chip) = slot.chip.as_ref().filter(|_| !slot.is_trouble()) {
        rows.push(format!("board {chip}"));
    }
    rows
}

fn bar(step: Option<Step>, columns: usize) -> String {
    let done = step.map_or(0, |step| Step::ALL.iter().take_while(|it| **it < step).count());
    let columns = columns.saturating_sub(2).min(BAR_COLUMNS_MAX);
    let dots = done * columns / Step::ALL.len();
    format!("[{}{}]", "#".repeat(dots), "-".repeat(columns - dots))
}
