//! What the screen knows, changed by nothing but events, keys and the line's switch.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use line::{
    Control, Pace, StopReason,
    event::{Event, Totals},
    job::SLOTS_MAX,
};

use super::{
    clean::{clean, clean_lines},
    page::Page,
    rate::Rate,
    scan_field::ScanField,
    slot_view::{Meaning, SlotView},
};

/// How many messages are kept: two full screens, and what a person reads after a shift.
const MESSAGES_MAX: usize = 50;

/// How many unfinished devices are listed; more are counted. `line status` lists all.
const UNFINISHED_LISTED_MAX: usize = 100;

/// How many HSMs that do not answer are told apart; a line has two or three.
const HSMS_DOWN_MAX: usize = 16;

/// The longest message, in characters and lines: a sentence with its hints.
const MESSAGE_LEN_CHARS_MAX: usize = 600;
const MESSAGE_LINES_MAX: usize = 6;

/// The longest name, in characters: a job's has 64, a file's name up to 255.
const NAME_LEN_CHARS_MAX: usize = 80;

/// How an event is said in a sentence; `None` for what only a screen shows.
pub(crate) type Say = fn(&Event) -> Option<String>;

/// What the screen knows.
#[derive(Clone, Debug)]
pub(super) struct Model {
    say: Say,
    /// The line's name.
    pub(super) line: String,
    /// The job's name.
    pub(super) job: String,
    /// How many devices the job may make.
    pub(super) quota: Option<u64>,
    /// How many have their identity.
    pub(super) made: u64,
    /// The slots, in order.
    pub(super) slots: BTreeMap<u16, SlotView>,
    /// What was made so far; exact once the line has ended.
    pub(super) counts: Totals,
    /// How fast.
    pub(super) rate: Rate,
    /// Who signs.
    pub(super) hsms: Hsms,
    /// The last control log.
    pub(super) last_log: Option<LastLog>,
    /// Why no control log can be written, while none can.
    pub(super) log_failure: Option<String>,
    /// Devices of earlier runs that wait for their boards, the first ones by name.
    pub(super) unfinished: Vec<Unfinished>,
    /// How many there are.
    pub(super) unfinished_total: usize,
    /// What was told beside the slots, the newest last.
    pub(super) messages: VecDeque<Message>,
    /// The last trouble of each slot, in a sentence.
    pub(super) troubles: BTreeMap<u16, String>,
    /// Whether boards are taken in.
    pub(super) pace: Pace,
    /// Why not, where it is known.
    pub(super) pace_why: Option<String>,
    /// The scans, where this job has any.
    pub(super) scan: Option<ScanField>,
    /// What the middle of the screen shows.
    pub(super) page: Page,
    /// How the line ended, in a sentence.
    pub(super) ended: Option<String>,
}

/// Who signs.
#[derive(Clone, Debug, Default)]
pub(super) struct Hsms {
    /// How many answer.
    pub(super) up: usize,
    /// How many there are, once it is known.
    pub(super) total: usize,
    /// How many devices wait for a signature.
    pub(super) queued: usize,
    /// Those that do not answer, and why.
    pub(super) down: BTreeMap<String, String>,
    /// The signing server that does not sign, and why.
    pub(super) server_away: Option<(String, String)>,
}

/// A control log on the disk.
#[derive(Clone, Debug)]
pub(super) struct LastLog {
    /// The file's name.
    pub(super) file: String,
    /// How many devices stand in it.
    pub(super) devices: usize,
}

/// Something that was told.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// A sentence, with hints on lines of their own.
    pub(super) text: String,
    /// It is an alarm as long as it lasts, and need not be told twice.
    pub(super) is_alarm: bool,
}

/// A device of an earlier run that waits for its board.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    /// Its serial number.
    dsn: String,
    /// The device, its board and what to do.
    pub(super) text: String,
}

impl Model {
    /// A line that has not started.
    pub(super) fn new(line: &str, say: Say) -> Self {
        Self {
            say,
            line: name(line),
            job: String::new(),
            quota: None,
            made: 0,
            slots: BTreeMap::new(),
            counts: Totals::default(),
            rate: Rate::default(),
            hsms: Hsms::default(),
            last_log: None,
            log_failure: None,
            unfinished: Vec::new(),
            unfinished_total: 0,
            messages: VecDeque::new(),
            troubles: BTreeMap::new(),
            pace: Pace::Running,
            pace_why: None,
            scan: None,
            page: Page::Slots,
            ended: None,
        }
    }

    /// Changes with an event.
    pub(super) fn apply(&mut self, event: &Event, now: Instant) {
        match event {
            Event::Started { job, slots, quota, made } => {
                self.job = name(job);
                (self.quota, self.made) = (*quota, *made);
                for slot in 1..=(*slots).min(SLOTS_MAX) {
                    self.slots.entry(slot).or_insert_with(|| SlotView::new(slot, now));
                }
                self.rate.begin(now);
            }
            Event::Unfinished { dsn, chip, todo } => {
                let board = chip.as_deref().unwrap_or("unknown");
                let text = clean(&format!("{dsn}, board {board}: {todo}"), MESSAGE_LEN_CHARS_MAX);
                self.unfinished_total += 1;
                if self.unfinished.len() < UNFINISHED_LISTED_MAX {
                    self.unfinished.push(Unfinished { dsn: name(dsn), text });
                }
            }
            Event::Slot { slot, what } if *slot <= SLOTS_MAX => {
                let view = self.slots.entry(*slot).or_insert_with(|| SlotView::new(*slot, now));
                let meaning = view.apply(what, now);
                self.count(*slot, meaning, event, now);
            }
            Event::Slot { .. } => {}
            Event::HsmUp { place, .. } => {
                if self.hsms.down.remove(&name(place)).is_some() {
                    self.note(event, false);
                }
            }
            Event::HsmDown { place, why } => {
                let is_known = self.hsms.down.contains_key(&name(place));
                if is_known || self.hsms.down.len() < HSMS_DOWN_MAX {
                    self.hsms.down.insert(name(place), clean(why, MESSAGE_LEN_CHARS_MAX));
                }
                if !is_known {
                    self.note(event, true);
                }
            }
            Event::SigningServerBack { .. } => {
                if self.hsms.server_away.take().is_some() {
                    self.note(event, false);
                }
            }
            Event::SigningServerAway { place, why } => {
                let away = (name(place), clean(why, MESSAGE_LEN_CHARS_MAX));
                if self.hsms.server_away.replace(away).is_none() {
                    self.note(event, true);
                }
            }
            Event::Signing { queued, hsms_up, hsms } => {
                (self.hsms.queued, self.hsms.up, self.hsms.total) = (*queued, *hsms_up, *hsms);
            }
            Event::ControlLog { file, devices } => {
                let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
                self.last_log = Some(LastLog { file: name(file), devices: *devices });
                self.counts.logged += *devices as u64;
                self.log_failure = None;
            }
            Event::ControlLogFailed { why, hint } => {
                let hint = hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
                let text = clean(&format!("{why}{hint}"), MESSAGE_LEN_CHARS_MAX);
                // It is tried again every few seconds, and need not be told each time.
                if self.log_failure.replace(text).is_none() {
                    self.note(event, true);
                }
            }
            Event::Label { failure: None, .. } | Event::Scan { message: None, .. } => {}
            Event::Label { .. } | Event::Scan { .. } | Event::PlantAway { .. } => {
                self.note(event, false)
            }
            Event::Paused { why } => {
                self.pace = self.pace.max(Pace::Paused);
                self.pace_why = why.as_deref().map(|why| clean(why, MESSAGE_LEN_CHARS_MAX));
            }
            Event::Resumed => {
                if self.pace == Pace::Paused {
                    self.pace = Pace::Running;
                }
                self.pace_why = None;
            }
            Event::Stopping { why } => {
                self.pace = self.pace.max(Pace::Stopping);
                self.pace_why = Some(clean(why, MESSAGE_LEN_CHARS_MAX));
            }
            Event::Ended(totals) => {
                self.counts = *totals;
                self.ended = (self.say)(event);
            }
        }
    }

    /// Looks at the line's switch, which signals and faults turn too. Says whether anything changed.
    pub(super) fn look_at(&mut self, control: &Control) -> bool {
        let pace = control.pace();
        let is_change = pace != self.pace;
        self.pace = pace;
        if is_change && pace >= Pace::Stopping && self.pace_why.is_none() {
            self.pace_why = control.reason().map(|reason| match reason {
                StopReason::Asked => "somebody asked for it".to_owned(),
                StopReason::Done => "the job is done".to_owned(),
                StopReason::Fault { what, .. } => clean(&what, MESSAGE_LEN_CHARS_MAX),
            });
        }
        is_change
    }

    /// Goes to the next page.
    pub(super) fn turn_page(&mut self) {
        let troubled: Vec<u16> = self.troubled().map(|slot| slot.number).collect();
        self.page = self.page.next(&troubled, self.unfinished_total > 0);
    }

    /// The slots that somebody has to look at.
    pub(super) fn troubled(&self) -> impl Iterator<Item = &SlotView> {
        self.slots.values().filter(|slot| slot.is_trouble())
    }

    /// What lasts until somebody does something about it.
    pub(super) fn alarms(&self) -> impl Iterator<Item = String> + '_ {
        let log =
            self.log_failure.iter().map(|why| format!("no control log can be written: {why}"));
        let server = self.hsms.server_away.iter();
        let server =
            server.map(|(place, why)| format!("signing server {place} does not sign: {why}"));
        let hsms = self.hsms.down.iter();
        let hsms = hsms.map(|(place, why)| format!("HSM at {place} does not answer: {why}"));
        log.chain(server).chain(hsms)
    }

    /// How long the rest of the job takes.
    pub(super) fn time_left(&self, now: Instant) -> Option<Duration> {
        self.rate.time_for(self.quota?.saturating_sub(self.made), now)
    }

    /// Of a hundred attempts, how many passed with no step repeated.
    pub(super) fn first_pass_percent(&self) -> Option<f64> {
        let attempts = self.counts.passed + self.counts.failed;
        (attempts > 0).then(|| self.counts.passed_first_time as f64 * 100.0 / attempts as f64)
    }

    fn count(&mut self, slot: u16, meaning: Meaning, event: &Event, now: Instant) {
        match meaning {
            Meaning::Nothing => return,
            Meaning::Made => {
                self.made += 1;
                return;
            }
            Meaning::Passed { is_first_time } => {
                self.counts.passed += 1;
                self.counts.passed_first_time += u64::from(is_first_time);
                self.rate.count(now);
                self.forget_unfinished(slot);
                return;
            }
            Meaning::Finished => {
                self.counts.finished_before += 1;
                return;
            }
            Meaning::Refused => self.counts.refused += 1,
            Meaning::Failed => self.counts.failed += 1,
            Meaning::Broken => self.note(event, false),
        }
        if let Some(sentence) = (self.say)(event) {
            self.troubles.insert(slot, message(&sentence));
        }
    }

    /// The device of this slot is finished now.
    fn forget_unfinished(&mut self, slot: u16) {
        let Some(dsn) = self.slots.get(&slot).and_then(|slot| slot.dsn.as_deref()) else { return };
        let before = self.unfinished.len();
        self.unfinished.retain(|device| device.dsn != dsn);
        self.unfinished_total =
            self.unfinished_total.saturating_sub(before - self.unfinished.len());
    }

    fn note(&mut self, event: &Event, is_alarm: bool) {
        let Some(sentence) = (self.say)(event) else { return };
        if self.messages.len() >= MESSAGES_MAX {
            self.messages.pop_front();
        }
        self.messages.push_back(Message { text: message(&sentence), is_alarm });
    }
}

fn message(sentence: &str) -> String {
    clean_lines(sentence, MESSAGE_LINES_MAX, MESSAGE_LEN_CHARS_MAX)
}

fn name(text: &str) -> String {
    clean(text, NAME_LEN_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use line::{event::SlotEvent, step::Step};

    use super::*;

    fn started(slots: u16) -> (Model, Instant) {
        let (mut model, now) =
            (Model::new("A", |event| Some(format!("{event:?}"))), Instant::now());
        let job = "night".to_owned();
        model.apply(&Event::Started { job, slots, quota: Some(100), made: 10 }, now);
        (model, now)
    }

    fn slot(model: &mut Model, slot: u16, what: SlotEvent) {
        model.apply(&Event::Slot { slot, what }, Instant::now());
    }

    fn work(model: &mut Model, number: u16, dsn: &str, is_resumed: bool) {
        let dsn = dsn.to_owned();
        slot(model, number, SlotEvent::Board { chip: None });
        if !is_resumed {
            slot(model, number, SlotEvent::Step { dsn: dsn.clone(), step: Step::Keys });
        }
        slot(model, number, SlotEvent::Step { dsn: dsn.clone(), step: Step::Sign });
        let smsn = String::new();
        slot(model, number, SlotEvent::Passed { dsn, smsn, chip: None, took_ms: 1, is_resumed });
    }

    #[test]
    fn a_resumed_device_is_not_made_twice_and_leaves_the_unfinished() {
        let (mut model, now) = started(2);
        for dsn in ["G1", "G2"] {
            let todo = "put it in".to_owned();
            model.apply(&Event::Unfinished { dsn: dsn.to_owned(), chip: None, todo }, now);
        }
        work(&mut model, 1, "G1", true);
        work(&mut model, 2, "G7", false);
        assert_eq!((model.made, model.counts.passed), (11, 2));
        assert_eq!(model.counts.passed_first_time, 1);
        assert_eq!(model.unfinished_total, 1);
        assert!(model.unfinished[0].text.starts_with("G2"));
    }

    #[test]
    fn a_failed_log_stays_an_alarm_until_one_is_written() {
        let (mut model, now) = started(1);
        let hint = Some("free some space".to_owned());
        model.apply(&Event::ControlLogFailed { why: "disk full".to_owned(), hint }, now);
        assert_eq!(model.alarms().count(), 1);
        let again = Event::ControlLogFailed { why: "disk full".to_owned(), hint: None };
        model.apply(&again, now);
        assert_eq!(model.messages.len(), 1);
        model.apply(&Event::ControlLog { file: "/logs/C_LOG.txt".to_owned(), devices: 3 }, now);
        assert_eq!(model.alarms().count(), 0);
        assert_eq!(model.last_log.as_ref().map(|log| log.file.as_str()), Some("C_LOG.txt"));
    }

    #[test]
    fn an_hsm_that_comes_back_is_no_alarm_any_more() {
        let (mut model, now) = started(1);
        let place = "http://a:1".to_owned();
        model.apply(&Event::HsmDown { place: place.clone(), why: "refused".to_owned() }, now);
        assert_eq!(model.alarms().count(), 1);
        model.apply(&Event::HsmUp { place, serial: 1 }, now);
        assert_eq!(model.alarms().count(), 0);
        assert_eq!(model.messages.len(), 2);
    }

    #[test]
    fn a_signing_server_that_comes_back_is_no_alarm_any_more() {
        let (mut model, now) = started(1);
        let place = "https://signer:8082".to_owned();
        let away = Event::SigningServerAway { place: place.clone(), why: "refused".to_owned() };
        model.apply(&away, now);
        model.apply(&away, now);
        assert_eq!(model.alarms().count(), 1);
        model.apply(&Event::SigningServerBack { place }, now);
        assert_eq!(model.alarms().count(), 0);
        assert_eq!(model.messages.len(), 2);
    }

    #[test]
    fn a_flood_of_events_takes_a_bounded_memory() {
        let (mut model, now) = started(2);
        for number in 0..1000 {
            let place = format!("http://{number}");
            model.apply(&Event::HsmDown { place, why: "x".repeat(10_000) }, now);
            let (dsn, todo) = (format!("G{number}"), "wait".to_owned());
            model.apply(&Event::Unfinished { dsn, chip: None, todo }, now);
            slot(&mut model, 60_000, SlotEvent::Waiting);
        }
        assert_eq!(model.messages.len(), MESSAGES_MAX);
        assert_eq!(model.hsms.down.len(), HSMS_DOWN_MAX);
        assert_eq!((model.unfinished.len(), model.unfinished_total), (UNFINISHED_LISTED_MAX, 1000));
        assert_eq!(model.slots.len(), 2);
    }

    #[test]
    fn the_line_s_switch_counts_even_where_no_event_told_it() {
        let (mut model, _) = started(1);
        let control = Control::default();
        assert!(!model.look_at(&control));
        control.stop(StopReason::Asked);
        assert!(model.look_at(&control));
        assert_eq!(model.pace, Pace::Stopping);
        assert_eq!(model.pace_why.as_deref(), Some("somebody asked for it"));
    }

    #[test]
    fn the_end_brings_the_exact_counts() {
        let (mut model, now) = started(1);
        let totals = Totals { passed: 5, passed_first_time: 4, failed: 1, ..Totals::default() };
        model.apply(&Event::Ended(totals), now);
        assert_eq!(model.first_pass_percent(), Some(4.0 * 100.0 / 6.0));
        assert!(model.ended.is_some_and(|sentence| sentence.starts_with("Ended")));
    }
}
