//! One slot: a fixture, its driver, and the boards that are put in, one after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sidewalk::Smsn;

use super::{Labelled, Pace, Shared, StopReason, tally::Tally};
use crate::{
    driver::{ChipId, Driver, DriverError, Presence},
    event::{Event, SlotEvent},
    plant::{Plant, ResultReport},
    saga::{Ending, Saga, Trouble},
    step::Step,
};

/// How long a slot waits between two looks for a board: what a person does not notice.
const LOOK_PAUSE: Duration = Duration::from_millis(200);

/// How long it waits after the way to its board broke.
const BROKEN_PAUSE: Duration = Duration::from_secs(2);

/// Owns a fixture until the line ends.
pub(super) struct Slot {
    pub(super) number: u16,
    pub(super) driver: Box<dyn Driver>,
    pub(super) shared: Arc<Shared>,
    pub(super) tally: Arc<Tally>,
}

impl Slot {
    /// Takes boards in until the line ends or nothing is left to be made.
    pub(super) fn work(mut self) {
        let mut last = Presence::Empty;
        let mut is_told = false;
        let mut is_broken = false;
        while self.shared.control.pace() < Pace::Stopping && !self.is_done() {
            if self.shared.control.pace() == Pace::Paused || self.is_held_up() {
                self.shared.control.wait(LOOK_PAUSE);
                continue;
            }
            if !std::mem::replace(&mut is_told, true) {
                self.tell(SlotEvent::Waiting);
            }
            let presence = match self.driver.look() {
                Ok(presence) => presence,
                Err(error) => {
                    if !std::mem::replace(&mut is_broken, true) {
                        self.tell_broken(&error);
                    }
                    self.shared.control.wait(BROKEN_PAUSE);
                    continue;
                }
            };
            if std::mem::take(&mut is_broken) {
                // What was told of the broken way no longer holds.
                self.tell(SlotEvent::Waiting);
            }
            let is_new = match &presence {
                Presence::Empty => false,
                // Nothing tells this board from the last one: the driver itself waits for the next.
                Presence::Anonymous => true,
                Presence::Board(_) => presence != last,
            };
            last = presence;
            if !is_new {
                self.shared.control.wait(LOOK_PAUSE);
                continue;
            }
            let chip = match &last {
                Presence::Board(chip) => Some(chip.clone()),
                Presence::Empty | Presence::Anonymous => None,
            };
            is_told = false;
            self.board(chip);
            if let Err(error) = self.driver.let_go() {
                self.tell_broken(&error);
            }
            self.tell(SlotEvent::TakeOut);
        }
        self.tell(SlotEvent::Ended);
    }

    /// Works on one board and tells how it went.
    fn board(&mut self, chip: Option<ChipId>) {
        let text = chip.as_ref().map(|chip| chip.as_str().to_owned());
        self.tell(SlotEvent::Board { chip: text.clone() });
        let shared = Arc::clone(&self.shared);
        let in_hand = text.as_deref().map(|chip| shared.in_hand.take(chip, self.number));
        if let Some(Err(other)) = in_hand {
            let why = format!("board {} is in slot {other} already", text.unwrap_or_default());
            let hints = vec!["two boards tell one chip id: put one of them aside".to_owned()];
            self.refused(why, hints);
            return;
        }
        let began = Instant::now();
        let mut saga = Saga::new(&shared, self.driver.as_mut(), self.number, chip);
        let ended = saga.run();
        let device = saga.device.take();
        let took = began.elapsed();
        match ended {
            Ok(Ending::Passed { dsn, smsn, is_resumed, is_first_time }) => {
                self.tally.passed(is_first_time);
                self.report(Some(&dsn), Some(&smsn), text.as_deref(), None, took);
                self.tell(SlotEvent::Passed {
                    dsn: dsn.clone(),
                    smsn: smsn.to_string(),
                    chip: text.clone(),
                    took_ms: millis(took),
                    is_resumed,
                });
                if let (Some(labels), Some((id, _))) = (&shared.labels, device) {
                    labels.print(Labelled { id, dsn, smsn, chip: text });
                }
            }
            Ok(Ending::Finished { dsn }) => {
                self.tally.finished_before();
                self.tell(SlotEvent::Finished { dsn });
            }
            Ok(Ending::Refused { why, hints }) => self.refused(why, hints),
            Ok(Ending::NothingLeft { why }) => {
                // Unfinished devices may still come; new ones cannot.
                self.tell(SlotEvent::Refused { why, hints: Vec::new() });
                self.tally.nothing_left();
                // Whoever puts boards in needs a moment to read that.
                self.shared.control.wait(LOOK_PAUSE);
            }
            Ok(Ending::Left) => {}
            Err(trouble) => self.failed(&trouble, device, text.as_deref(), took),
        }
    }

    fn failed(
        &mut self,
        trouble: &Trouble,
        device: Option<(journal::DeviceId, String)>,
        chip: Option<&str>,
        took: Duration,
    ) {
        self.tally.failed();
        let dsn = device.as_ref().map(|(_, dsn)| dsn.clone());
        self.report(dsn.as_deref(), None, chip, Some(trouble), took);
        if let Some((id, _)) = &device {
            // A journal that fails is the trouble itself.
            let _unrecorded = self.shared.journal.fail(*id, &trouble.note(), (self.shared.clock)());
            if chip.is_none() {
                self.shared.in_hand.keep_anonymous(self.number, *id);
            }
        }
        self.tell(SlotEvent::Failed {
            dsn,
            step: trouble.step,
            why: trouble.what.clone(),
            hints: trouble.hints.clone(),
        });
        if let Some(reason) = trouble.stop() {
            self.stop(reason);
        }
    }

    fn refused(&self, why: String, hints: Vec<String>) {
        self.tally.refused();
        self.tell(SlotEvent::Refused { why, hints });
    }

    /// Tells the plant. A result that cannot be kept is told to the operator; the journal has it.
    fn report(
        &self,
        dsn: Option<&str>,
        smsn: Option<&Smsn>,
        chip: Option<&str>,
        trouble: Option<&Trouble>,
        took: Duration,
    ) {
        let Some(plant) = &self.shared.plant else { return };
        let report = ResultReport {
            line: &self.shared.line,
            slot: self.number,
            dsn,
            smsn,
            chip,
            passed: trouble.is_none(),
            step: trouble.map(|trouble| trouble.step),
            why: trouble.map(|trouble| trouble.what.as_str()),
            took_ms: millis(took),
            at: (self.shared.clock)(),
        };
        if let Err(error) = plant.result(&report) {
            self.shared.tell(&Event::PlantAway {
                hook: "result".to_owned(),
                why: error.to_string(),
                policy: "the result is not kept for it; the journal has it".to_owned(),
            });
        }
    }

    /// Whether every device of the job has its identity and none waits for its board.
    fn is_done(&self) -> bool {
        if self.shared.mode.is_resume()
            || self.shared.quota.is_used_up()
            || self.tally.is_nothing_left()
        {
            return self.tally.is_nothing_unfinished(&self.shared.journal, self.shared.job);
        }
        false
    }

    /// Whether no board may be taken in, although nobody asked for a pause.
    fn is_held_up(&self) -> bool {
        self.shared.logs.is_blocked() || self.shared.plant.as_ref().is_some_and(Plant::is_blocked)
    }

    fn tell_broken(&self, error: &DriverError) {
        self.tell(SlotEvent::Failed {
            dsn: None,
            step: Step::Read,
            why: error.to_string(),
            hints: error.hint().into_iter().collect(),
        });
    }

    fn stop(&self, reason: StopReason) {
        let why = match &reason {
            StopReason::Fault { what, .. } => what.clone(),
            StopReason::Asked => "somebody asked for it".to_owned(),
            StopReason::Done => "the job is done".to_owned(),
        };
        if self.shared.control.stop(reason) {
            self.shared.tell(&Event::Stopping { why });
        }
    }

    fn tell(&self, what: SlotEvent) {
        self.shared.tell(&Event::Slot { slot: self.number, what });
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
