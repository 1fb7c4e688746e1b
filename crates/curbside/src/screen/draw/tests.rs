//! Whole screens, compared with files as a person would see them without colour.

use std::time::Duration;

use line::{
    Pace,
    event::{Event, SlotEvent},
    serials::{Scan, ScanError},
    step::Step,
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Color};

use super::*;
use crate::screen::scan_field::ScanField;

/// Messages as the line words them.
fn said(event: &Event) -> Option<String> {
    match event {
        Event::HsmDown { place, why } => Some(format!("warning: no HSM at {place}: {why}")),
        Event::ControlLogFailed { why, hint } => {
            Some(format!("error: {why}\nhint: {}", hint.as_deref().unwrap_or_default()))
        }
        _ => None,
    }
}

/// A line in the middle of its work, and the time.
struct Scene {
    model: Model,
    began: Instant,
    now: Instant,
}

impl Scene {
    fn new(slots: u16) -> Self {
        let now = Instant::now();
        let mut scene = Self { model: Model::new("line-a", said), began: now, now };
        let job = "night-shift".to_owned();
        scene.tell(Event::Started { job, slots, quota: Some(1000), made: 118 });
        scene.tell(Event::Signing { queued: 3, hsms_up: 2, hsms: 2 });
        scene
    }

    fn tell(&mut self, event: Event) {
        self.model.apply(&event, self.now);
    }

    fn slot(&mut self, slot: u16, what: SlotEvent) {
        self.tell(Event::Slot { slot, what });
    }

    fn at(&mut self, seconds: u64) {
        self.now = self.began + Duration::from_secs(seconds);
    }

    fn board(&mut self, slot: u16) {
        self.slot(slot, SlotEvent::Board { chip: Some(format!("F4CE36A1B2C3D4{slot:02X}")) });
    }

    fn step(&mut self, slot: u16, step: Step) {
        self.slot(slot, SlotEvent::Step { dsn: format!("G091-{slot:04}"), step });
    }

    fn pass(&mut self, slot: u16) {
        self.board(slot);
        self.step(slot, Step::Keys);
        self.step(slot, Step::Sign);
        self.slot(
            slot,
            SlotEvent::Passed {
                dsn: format!("G091-{slot:04}"),
                smsn: "24d4".to_owned(),
                chip: Some(format!("F4CE36A1B2C3D4{slot:02X}")),
                took_ms: 4210,
                is_resumed: false,
            },
        );
        self.slot(slot, SlotEvent::TakeOut);
        self.slot(slot, SlotEvent::Waiting);
    }

    fn fail(&mut self, slot: u16) {
        self.board(slot);
        self.step(slot, Step::Flash);
        self.slot(
            slot,
            SlotEvent::Failed {
                dsn: Some(format!("G091-{slot:04}")),
                step: Step::Flash,
                why: "the probe 683112233 does not reach the board: no voltage on VTref".to_owned(),
                hints: vec![
                    "press the board down and start again".to_owned(),
                    "look whether the fixture has power".to_owned(),
                ],
            },
        );
        self.slot(slot, SlotEvent::TakeOut);
    }

    fn refuse(&mut self, slot: u16) {
        self.board(slot);
        self.slot(
            slot,
            SlotEvent::Refused {
                why: "the board carries device G091-0007, finished before".to_owned(),
                hints: vec!["change the board".to_owned()],
            },
        );
        self.slot(slot, SlotEvent::TakeOut);
    }

    /// Four slots: passed, failed, refused, at work.
    fn four() -> Self {
        let mut scene = Self::new(4);
        scene.at(120);
        scene.pass(1);
        scene.fail(2);
        scene.refuse(3);
        scene.board(4);
        scene.step(4, Step::Flash);
        scene.at(123);
        scene
    }

    /// 64 slots, every one in some state.
    fn many() -> Self {
        let mut scene = Self::new(64);
        scene.at(120);
        for slot in 1..=60 {
            match slot % 10 {
                3 => scene.fail(slot),
                5 => scene.refuse(slot),
                7 => scene.board(slot),
                _ => scene.pass(slot),
            }
        }
        scene
    }

    fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &self.model, self.now)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn text(&self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let rows = (0..height).map(|y| {
            let row: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            row.trim_end().to_owned() + "\n"
        });
        rows.collect()
    }
}

/// Compares a screen with a file of `snapshots/`.
macro_rules! assert_screen {
    ($scene:expr, $width:literal, $height:literal, $file:literal) => {
        let shown = $scene.text($width, $height);
        let expected = include_str!(concat!("../snapshots/", $file, ".txt"));
        assert!(shown == expected, "{} is now\n=== {}\n{shown}===", $file, $file);
    };
}

#[test]
fn four_slots_on_a_terminal_of_80_by_24() {
    assert_screen!(Scene::four(), 80, 24, "four-80x24");
}

#[test]
fn four_slots_on_a_terminal_of_120_by_40() {
    assert_screen!(Scene::four(), 120, 40, "four-120x40");
}

#[test]
fn four_slots_on_a_terminal_of_40_by_12() {
    assert_screen!(Scene::four(), 40, 12, "four-40x12");
}

#[test]
fn sixty_four_slots_fit_on_a_terminal_of_80_by_24() {
    assert_screen!(Scene::many(), 80, 24, "many-80x24");
}

#[test]
fn sixty_four_slots_fit_on_a_terminal_of_120_by_40() {
    assert_screen!(Scene::many(), 120, 40, "many-120x40");
}

#[test]
fn where_not_all_slots_fit_those_in_trouble_are_seen() {
    assert_screen!(Scene::many(), 40, 12, "many-40x12");
}

#[test]
fn one_slot_that_waits_for_a_scan_says_so_from_afar() {
    let mut scene = Scene::new(1);
    scene.model.scan = Some(ScanField::default());
    scene.board(1);
    scene.slot(1, SlotEvent::WaitingForSerial);
    let scan = scene.model.scan.as_mut().unwrap();
    scan.show_answer(Err(ScanError::CheckDigit { dsn: "G091-0043".to_owned() }));
    assert_screen!(scene, 80, 24, "scan-80x24");
}

#[test]
fn details_show_the_whole_reason_and_every_hint() {
    let mut scene = Scene::four();
    scene.model.turn_page();
    assert_screen!(scene, 80, 24, "details-80x24");
}

#[test]
fn a_line_that_stops_with_a_full_disk_and_a_lost_hsm_says_all_of_it() {
    let mut scene = Scene::four();
    scene.tell(Event::Signing { queued: 0, hsms_up: 1, hsms: 2 });
    scene.tell(Event::HsmDown {
        place: "http://hsm-b:12345".to_owned(),
        why: "connection refused".to_owned(),
    });
    scene.tell(Event::ControlLogFailed {
        why: "no space left".to_owned(),
        hint: Some("free some space".to_owned()),
    });
    scene.tell(Event::Stopping { why: "asked for at the keyboard".to_owned() });
    scene.model.pace = Pace::Stopping;
    assert_screen!(scene, 120, 40, "trouble-120x40");
}

#[test]
fn neither_alarms_nor_scans_cost_the_block_letters_on_80_by_24() {
    let mut scene = Scene::four();
    scene.model.scan = Some(ScanField::default());
    for place in ["http://hsm-a:12345", "http://hsm-b:12345"] {
        let why = "connection refused by whoever stands behind this name".to_owned();
        scene.tell(Event::HsmDown { place: place.to_owned(), why });
    }
    let shown = scene.text(80, 24);
    assert!(shown.contains("######      ####      ######    ######"), "{shown}");
    assert!(shown.contains("[x] HSM at http://hsm-a:12345"), "{shown}");
    assert!(shown.contains("the board carries device G091-0007"), "{shown}");
}

#[test]
fn a_verdict_is_colour_and_sign_and_word() {
    let scene = Scene::four();
    let (buffer, text) = (scene.buffer(80, 24), scene.text(80, 24));
    for (sign, colour) in
        [("1 [+] PASS", Color::Green), ("2 [x] FAIL", Color::Red), ("3 [!] REFUSED", Color::Yellow)]
    {
        let (y, x) = text
            .lines()
            .enumerate()
            .find_map(|(y, line)| Some((y as u16, line.find(sign)? as u16)))
            .unwrap_or_else(|| panic!("{sign} is not shown:\n{text}"));
        assert_eq!(buffer[(x, y)].bg, colour, "{sign}");
        // The whole tile has it, down to the row of the reason; the letters are of its ink.
        assert_eq!(buffer[(x, y + 7)].bg, colour, "{sign}");
    }
}

#[test]
fn a_scan_that_was_taken_and_one_that_is_typed_are_shown() {
    let mut scene = Scene::new(1);
    let mut scan = ScanField::default();
    scan.show_answer(Ok(Scan::Dsn("G7".to_owned())));
    scene.model.scan = Some(scan.clone());
    assert!(scene.text(60, 14).contains("scan  [+] G7"));
    scan.show_typed("G09");
    scene.model.scan = Some(scan);
    assert!(scene.text(60, 14).contains("scan  G09_"));
}

#[test]
fn no_size_and_no_text_makes_drawing_fail_and_nothing_leaves_the_screen() {
    let mut scene = Scene::many();
    for slot in [1, 2] {
        scene.board(slot);
        scene.slot(
            slot,
            SlotEvent::Failed {
                dsn: Some("\x1b[2J基板".repeat(5000)),
                step: Step::Verify,
                why: "\u{9b}31m基\u{202e}板\0".repeat(5000),
                hints: vec!["x".repeat(100_000); 50],
            },
        );
    }
    scene.tell(Event::HsmDown { place: "p\x07".repeat(500), why: "\r\n\t".repeat(500) });
    scene.model.scan = Some(ScanField::default());
    for page in [Page::Slots, Page::Trouble(1), Page::Trouble(99), Page::Unfinished] {
        scene.model.page = page;
        for width in (1..24).chain([40, 80, 300]) {
            for height in (1..14).chain([24, 100]) {
                let buffer = scene.buffer(width, height);
                let is_clean =
                    |symbol: &str| symbol.chars().all(|it| !it.is_control() && it != '\u{202e}');
                assert!(buffer.content().iter().all(|cell| is_clean(cell.symbol())));
            }
        }
    }
}
