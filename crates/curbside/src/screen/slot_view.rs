//! What is shown of one slot.

use std::time::Instant;

use line::{event::SlotEvent, step::Step};

use super::clean::clean;

/// The longest serial number and chip name that are shown, in characters. Both are at most 64 in a sound event.
const NAME_LEN_CHARS_MAX: usize = 64;

/// The longest reason or hint that is kept, in characters; details show all of it on a terminal of 80 by 24.
const TEXT_LEN_CHARS_MAX: usize = 600;

/// How many hints are kept: nobody reads more at a fixture.
const HINTS_MAX: usize = 4;

/// One slot.
#[derive(Clone, Debug)]
pub(super) struct SlotView {
    /// Which, from 1.
    pub(super) number: u16,
    /// What it does.
    pub(super) phase: Phase,
    /// What came of the last board. It stays until the next one is put in.
    pub(super) verdict: Option<Verdict>,
    /// The device.
    pub(super) dsn: Option<String>,
    /// The board.
    pub(super) chip: Option<String>,
    /// When the phase began.
    pub(super) since: Instant,
    /// Whether a step had to be repeated for this board.
    is_repeated: bool,
    /// Its identity is new and not counted yet.
    is_fresh: bool,
}

/// What a slot does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// It has not said anything yet.
    Starting,
    /// It waits for a board.
    Waiting,
    /// It waits for a scan.
    WaitingForSerial,
    /// It works on a board.
    Working {
        /// The step, once there is one.
        step: Option<Step>,
        /// What was repeated.
        retry: Option<String>,
    },
    /// The board may be taken out.
    TakeOut,
    /// It has ended.
    Ended,
}

/// What came of a board.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// It is finished.
    Passed {
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// Begun earlier.
        is_resumed: bool,
    },
    /// It was finished before; nothing was changed.
    Finished,
    /// It was not touched.
    Refused {
        /// Why.
        why: String,
        /// What to do.
        hints: Vec<String>,
    },
    /// It is not finished.
    Failed {
        /// Where.
        step: Step,
        /// Why.
        why: String,
        /// What to do.
        hints: Vec<String>,
    },
}

/// What a slot's event means for the whole line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    /// Nothing to be counted.
    Nothing,
    /// A new device got its identity.
    Made,
    /// A device passed.
    Passed {
        /// Not resumed, and no step was repeated.
        is_first_time: bool,
    },
    /// A finished device was seen again.
    Finished,
    /// A board was refused.
    Refused,
    /// An attempt failed.
    Failed,
    /// The way to the board broke while no board was worked on; what is shown of the last board stays so.
    Broken,
}

impl SlotView {
    pub(super) const fn new(number: u16, now: Instant) -> Self {
        Self {
            number,
            phase: Phase::Starting,
            verdict: None,
            dsn: None,
            chip: None,
            since: now,
            is_repeated: false,
            is_fresh: false,
        }
    }

    /// Changes with an event.
    pub(super) fn apply(&mut self, what: &SlotEvent, now: Instant) -> Meaning {
        let was_working = matches!(self.phase, Phase::Working { .. } | Phase::WaitingForSerial);
        match what {
            SlotEvent::Waiting => self.enter(Phase::Waiting, now),
            SlotEvent::WaitingForSerial => self.enter(Phase::WaitingForSerial, now),
            SlotEvent::TakeOut => self.enter(Phase::TakeOut, now),
            SlotEvent::Ended => self.enter(Phase::Ended, now),
            SlotEvent::Board { chip } => {
                *self = Self::new(self.number, now);
                self.chip = chip.as_deref().map(name);
                self.enter(Phase::Working { step: None, retry: None }, now);
            }
            SlotEvent::Step { dsn, step } => return self.step(dsn, *step, now),
            SlotEvent::Retry { dsn, step, attempt, attempts_max, why } => {
                self.dsn = Some(name(dsn));
                self.is_repeated = true;
                let why = text(why);
                let retry = format!("attempt {attempt} of {attempts_max} failed: {why}");
                self.phase = Phase::Working { step: Some(*step), retry: Some(retry) };
            }
            SlotEvent::Passed { dsn, chip, took_ms, is_resumed, .. } => {
                self.dsn = Some(name(dsn));
                self.chip = chip.as_deref().map(name);
                self.settle(Verdict::Passed { took_ms: *took_ms, is_resumed: *is_resumed }, now);
                return Meaning::Passed { is_first_time: !is_resumed && !self.is_repeated };
            }
            SlotEvent::Finished { dsn } => {
                self.dsn = Some(name(dsn));
                self.settle(Verdict::Finished, now);
                return Meaning::Finished;
            }
            SlotEvent::Refused { why, hints } => {
                self.settle(Verdict::Refused { why: text(why), hints: texts(hints) }, now);
                return Meaning::Refused;
            }
            SlotEvent::Failed { dsn, step, why, hints } => {
                // Letting go of a finished device may fail too; that makes it no less finished.
                if !was_working && self.phase == Phase::TakeOut && self.verdict.is_some() {
                    return Meaning::Broken;
                }
                self.dsn = dsn.as_deref().map(name);
                let verdict = Verdict::Failed { step: *step, why: text(why), hints: texts(hints) };
                if was_working {
                    self.settle(verdict, now);
                    return Meaning::Failed;
                }
                self.chip = None;
                self.verdict = Some(verdict);
                return Meaning::Broken;
            }
        }
        Meaning::Nothing
    }

    /// Whether somebody has to look.
    pub(super) const fn is_trouble(&self) -> bool {
        matches!(self.shown_verdict(), Some(Verdict::Failed { .. } | Verdict::Refused { .. }))
    }

    /// Whether somebody has to scan.
    pub(super) fn is_waiting_for_scan(&self) -> bool {
        self.phase == Phase::WaitingForSerial
    }

    /// What came of the last board, unless the next is being worked on.
    pub(super) const fn shown_verdict(&self) -> Option<&Verdict> {
        match self.phase {
            Phase::Working { .. } | Phase::WaitingForSerial => None,
            _ => self.verdict.as_ref(),
        }
    }

    fn step(&mut self, dsn: &str, step: Step, now: Instant) -> Meaning {
        self.dsn = Some(name(dsn));
        self.enter(Phase::Working { step: Some(step), retry: None }, now);
        // Only new devices are given keys, and what comes after the keys has its identity.
        if step == Step::Keys {
            self.is_fresh = true;
            return Meaning::Nothing;
        }
        let is_made = std::mem::take(&mut self.is_fresh) && step > Step::Keys;
        if is_made { Meaning::Made } else { Meaning::Nothing }
    }

    fn settle(&mut self, verdict: Verdict, now: Instant) {
        self.verdict = Some(verdict);
        self.enter(Phase::TakeOut, now);
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }
}

fn name(text: &str) -> String {
    clean(text, NAME_LEN_CHARS_MAX)
}

fn text(text: &str) -> String {
    clean(text, TEXT_LEN_CHARS_MAX)
}

fn texts(hints: &[String]) -> Vec<String> {
    hints.iter().take(HINTS_MAX).map(|hint| text(hint)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> SlotView {
        SlotView::new(3, Instant::now())
    }

    fn tell(slot: &mut SlotView, what: SlotEvent) -> Meaning {
        slot.apply(&what, Instant::now())
    }

    fn step(step: Step) -> SlotEvent {
        SlotEvent::Step { dsn: "G7".to_owned(), step }
    }

    fn passed() -> SlotEvent {
        SlotEvent::Passed {
            dsn: "G7".to_owned(),
            smsn: "00".to_owned(),
            chip: None,
            took_ms: 1500,
            is_resumed: false,
        }
    }

    fn failed(why: &str) -> SlotEvent {
        let (why, hints) = (why.to_owned(), vec!["press the board down".to_owned()]);
        SlotEvent::Failed { dsn: None, step: Step::Flash, why, hints }
    }

    #[test]
    fn a_verdict_stays_until_the_next_board_is_in() {
        let mut slot = slot();
        tell(&mut slot, SlotEvent::Board { chip: None });
        assert_eq!(tell(&mut slot, step(Step::Keys)), Meaning::Nothing);
        assert_eq!(tell(&mut slot, step(Step::Sign)), Meaning::Made);
        assert_eq!(tell(&mut slot, step(Step::Flash)), Meaning::Nothing);
        assert_eq!(tell(&mut slot, passed()), Meaning::Passed { is_first_time: true });
        tell(&mut slot, SlotEvent::TakeOut);
        tell(&mut slot, SlotEvent::Waiting);
        assert!(matches!(slot.shown_verdict(), Some(Verdict::Passed { took_ms: 1500, .. })));
        tell(&mut slot, SlotEvent::Board { chip: Some("F4".to_owned()) });
        assert_eq!(slot.shown_verdict(), None);
        assert_eq!((slot.dsn.as_deref(), slot.chip.as_deref()), (None, Some("F4")));
    }

    #[test]
    fn a_device_with_a_repeated_step_did_not_pass_the_first_time() {
        let mut slot = slot();
        tell(&mut slot, SlotEvent::Board { chip: None });
        let why = "no answer".to_owned();
        tell(
            &mut slot,
            SlotEvent::Retry {
                dsn: "G7".to_owned(),
                step: Step::Flash,
                attempt: 1,
                attempts_max: 3,
                why,
            },
        );
        assert_eq!(tell(&mut slot, passed()), Meaning::Passed { is_first_time: false });
        tell(&mut slot, SlotEvent::Board { chip: None });
        assert_eq!(tell(&mut slot, passed()), Meaning::Passed { is_first_time: true });
    }

    #[test]
    fn a_probe_that_breaks_after_a_pass_does_not_turn_it_into_a_failure() {
        let mut slot = slot();
        tell(&mut slot, SlotEvent::Board { chip: None });
        tell(&mut slot, passed());
        assert_eq!(tell(&mut slot, failed("the probe is gone")), Meaning::Broken);
        assert!(!slot.is_trouble());
        // While it waits for the next board, the broken probe is what somebody has to look at.
        tell(&mut slot, SlotEvent::TakeOut);
        tell(&mut slot, SlotEvent::Waiting);
        assert_eq!(tell(&mut slot, failed("the probe is gone")), Meaning::Broken);
        assert!(slot.is_trouble());
    }

    #[test]
    fn huge_texts_are_cut_and_control_characters_are_gone() {
        let mut slot = slot();
        tell(&mut slot, SlotEvent::Board { chip: Some("\x1b]0;x\x07".repeat(1000)) });
        tell(&mut slot, failed(&"\x1b[31m".repeat(100_000)));
        let Some(Verdict::Failed { why, .. }) = &slot.verdict else { panic!("it failed") };
        assert_eq!(why.chars().count(), TEXT_LEN_CHARS_MAX);
        assert!(!format!("{slot:?}").contains("\\u{1b}"));
        assert!(!why.contains('\x1b'));
    }
}
