//! Events, added up.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use metrics_text::Buckets;

use crate::{
    event::{Event, SlotEvent},
    step::Step,
};

/// The upper ends of the buckets of devices' times, in milliseconds: a simulated board takes less than the first, a
/// board that has to be written to over a slow port some minutes.
const DEVICE_MS_BUCKETS: [u64; 12] =
    [100, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];

/// How many unfinished devices are known by name. There are hardly ever more than slots; a set without a limit
/// would grow with every board that is given up.
const UNFINISHED_MAX: usize = 100_000;

/// How many HSMs and hooks are told apart. Their names come from the job.
const NAMES_MAX: usize = 256;

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) job: String,
    pub(super) quota: Option<u64>,
    pub(super) made: u64,
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) refused: u64,
    pub(super) finished_before: u64,
    pub(super) first_pass: u64,
    pub(super) resumed: u64,
    pub(super) step_failures: BTreeMap<Step, u64>,
    pub(super) step_retries: BTreeMap<Step, u64>,
    pub(super) device_times: DeviceTimes,
    pub(super) slots: BTreeMap<u16, SlotState>,
    pub(super) hsms: BTreeMap<String, bool>,
    pub(super) hsms_up: usize,
    pub(super) hsms_total: usize,
    pub(super) queued: usize,
    pub(super) log_files: u64,
    pub(super) log_devices: u64,
    pub(super) log_failures: u64,
    pub(super) labels_printed: u64,
    pub(super) labels_failed: u64,
    pub(super) plant_away: BTreeMap<String, u64>,
    pub(super) is_paused: bool,
    unfinished: HashSet<String>,
    /// Devices in work that had a step repeated.
    repeated: HashSet<String>,
}

/// What a slot is at.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum SlotState {
    Waiting,
    WaitingForSerial,
    Working,
    TakeOut,
    Ended,
}

impl SlotState {
    pub(super) const ALL: [Self; 5] =
        [Self::Waiting, Self::WaitingForSerial, Self::Working, Self::TakeOut, Self::Ended];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::WaitingForSerial => "waiting_for_serial",
            Self::Working => "working",
            Self::TakeOut => "take_out",
            Self::Ended => "ended",
        }
    }
}

/// How long devices took that passed.
#[derive(Debug)]
pub(super) struct DeviceTimes(pub(super) Buckets<{ DEVICE_MS_BUCKETS.len() }>);

impl Default for DeviceTimes {
    fn default() -> Self {
        Self(Buckets::new(DEVICE_MS_BUCKETS))
    }
}

impl Counted {
    pub(super) fn tell(&mut self, event: &Event) {
        match event {
            Event::Started { job, quota, made, .. } => {
                self.job.clone_from(job);
                self.quota = *quota;
                self.made = *made;
            }
            Event::Unfinished { dsn, .. } => self.unfinished(dsn),
            Event::Slot { slot, what } => self.tell_slot(*slot, what),
            Event::HsmUp { place, .. } => self.hsm(place, true),
            Event::HsmDown { place, .. } => self.hsm(place, false),
            Event::Signing { queued, hsms_up, hsms } => {
                (self.queued, self.hsms_up, self.hsms_total) = (*queued, *hsms_up, *hsms);
            }
            Event::ControlLog { devices, .. } => {
                self.log_files += 1;
                self.log_devices += *devices as u64;
            }
            Event::ControlLogFailed { .. } => self.log_failures += 1,
            Event::Label { failure: None, .. } => self.labels_printed += 1,
            Event::Label { failure: Some(_), .. } => self.labels_failed += 1,
            Event::PlantAway { hook, .. } => {
                if self.plant_away.len() < NAMES_MAX || self.plant_away.contains_key(hook) {
                    *self.plant_away.entry(hook.clone()).or_default() += 1;
                }
            }
            Event::Paused { .. } => self.is_paused = true,
            Event::Resumed => self.is_paused = false,
            // As long as it is away, none of its HSMs counts as one that signs.
            Event::SigningServerBack { .. } | Event::SigningServerAway { .. } => {}
            Event::Scan { .. } | Event::Stopping { .. } | Event::Ended(_) => {}
        }
    }

    /// How many devices have an identity and no board that carries it proven.
    pub(super) fn unfinished_now(&self) -> usize {
        self.unfinished.len()
    }

    pub(super) fn in_state(&self, state: SlotState) -> usize {
        self.slots.values().filter(|slot| **slot == state).count()
    }

    fn tell_slot(&mut self, slot: u16, what: &SlotEvent) {
        let state = match what {
            SlotEvent::Waiting => SlotState::Waiting,
            SlotEvent::WaitingForSerial => SlotState::WaitingForSerial,
            SlotEvent::Board { .. } | SlotEvent::Step { .. } | SlotEvent::Retry { .. } => {
                SlotState::Working
            }
            SlotEvent::Passed { .. }
            | SlotEvent::Finished { .. }
            | SlotEvent::Refused { .. }
            | SlotEvent::Failed { .. }
            | SlotEvent::TakeOut => SlotState::TakeOut,
            SlotEvent::Ended => SlotState::Ended,
        };
        self.slots.insert(slot, state);
        match what {
            SlotEvent::Retry { dsn, step, .. } => {
                *self.step_retries.entry(*step).or_default() += 1;
                if self.repeated.len() < UNFINISHED_MAX {
                    self.repeated.insert(dsn.clone());
                }
            }
            SlotEvent::Passed { dsn, took_ms, is_resumed, .. } => {
                self.passed += 1;
                self.made += 1;
                self.resumed += u64::from(*is_resumed);
                let is_repeated = self.repeated.remove(dsn);
                self.first_pass += u64::from(!is_repeated && !is_resumed);
                self.unfinished.remove(dsn);
                self.device_times.0.add(Duration::from_millis(*took_ms));
            }
            SlotEvent::Finished { .. } => self.finished_before += 1,
            SlotEvent::Refused { .. } => self.refused += 1,
            SlotEvent::Failed { dsn, step, .. } => {
                self.failed += 1;
                *self.step_failures.entry(*step).or_default() += 1;
                if let Some(dsn) = dsn {
                    self.repeated.remove(dsn);
                    self.unfinished(dsn);
                }
            }
            SlotEvent::Waiting
            | SlotEvent::WaitingForSerial
            | SlotEvent::Board { .. }
            | SlotEvent::Step { .. }
            | SlotEvent::TakeOut
            | SlotEvent::Ended => {}
        }
    }

    fn unfinished(&mut self, dsn: &str) {
        if self.unfinished.len() < UNFINISHED_MAX {
            self.unfinished.insert(dsn.to_owned());
        }
    }

    fn hsm(&mut self, place: &str, is_up: bool) {
        if self.hsms.len() < NAMES_MAX || self.hsms.contains_key(place) {
            self.hsms.insert(place.to_owned(), is_up);
        }
    }
}

/// The step's name in a label, as the JSON of events has it.
pub(super) const fn step_label(step: Step) -> &'static str {
    match step {
        Step::Route => "route",
        Step::Read => "read",
        Step::TestBefore => "test_before",
        Step::Keys => "keys",
        Step::Intent => "intent",
        Step::Sign => "sign",
        Step::Outcome => "outcome",
        Step::Flash => "flash",
        Step::Verify => "verify",
        Step::TestAfter => "test_after",
        Step::Record => "record",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(what: SlotEvent) -> Event {
        Event::Slot { slot: 1, what }
    }

    fn passed(dsn: &str, is_resumed: bool) -> Event {
        let (dsn, smsn) = (dsn.to_owned(), String::new());
        slot(SlotEvent::Passed { dsn, smsn, chip: None, took_ms: 250, is_resumed })
    }

    fn retry(dsn: &str) -> Event {
        let (dsn, why) = (dsn.to_owned(), String::new());
        slot(SlotEvent::Retry { dsn, step: Step::Flash, attempt: 1, attempts_max: 3, why })
    }

    fn failed(dsn: Option<&str>) -> Event {
        let (dsn, why) = (dsn.map(str::to_owned), String::new());
        slot(SlotEvent::Failed { dsn, step: Step::Flash, why, hints: Vec::new() })
    }

    fn counted(events: &[Event]) -> Counted {
        let mut counted = Counted::default();
        events.iter().for_each(|event| counted.tell(event));
        counted
    }

    #[test]
    fn only_a_device_that_nothing_was_repeated_for_is_a_first_pass() {
        let events = [
            passed("G1", false),
            retry("G2"),
            passed("G2", false),
            failed(Some("G3")),
            passed("G3", true),
        ];
        let counted = counted(&events);
        assert_eq!((counted.passed, counted.first_pass, counted.resumed), (3, 1, 1));
        assert_eq!((counted.failed, counted.step_retries[&Step::Flash]), (1, 1));
        assert_eq!(counted.device_times.0.counts[1], 3);
    }

    #[test]
    fn a_device_is_unfinished_until_it_passes() {
        let unfinished =
            Event::Unfinished { dsn: "G1".to_owned(), chip: None, todo: String::new() };
        let events = [unfinished.clone(), unfinished, failed(Some("G2")), failed(None)];
        assert_eq!(counted(&events).unfinished_now(), 2);
        let more = [&events[..], &[passed("G1", true)]].concat();
        assert_eq!(counted(&more).unfinished_now(), 1);
    }

    #[test]
    fn a_slot_is_in_one_state() {
        let events = [slot(SlotEvent::Waiting), slot(SlotEvent::Board { chip: None })];
        let counted = counted(&events);
        assert_eq!(counted.in_state(SlotState::Working), 1);
        assert_eq!(counted.in_state(SlotState::Waiting), 0);
    }

    #[test]
    fn a_step_has_the_same_name_as_in_the_json_of_events() {
        for step in Step::ALL {
            assert_eq!(serde_json::to_value(step).unwrap(), step_label(step));
        }
    }
}
