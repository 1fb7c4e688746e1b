//! The figures of a report.
//!
//! | figure | rule |
//! |---|---|
//! | verified | devices that were ever verified, whatever came of them later |
//! | given up | devices that a person retired before they were verified |
//! | yield | verified / (verified + given up) |
//! | first-pass yield | verified without a failure on the way / (verified + given up) |
//! | running time | the larger of wall time and work, see below |
//! | units per hour | verified / running time |
//! | p50, p99 | of all devices that were timed, at most 4.5 % too high |
//! | failures | devices by the failure that stands now; one that was overcome counts as an attempt only |
//!
//! Wall time is from the first verified device to the last by the clock, gaps above a day left out: the line stood, or
//! its clock jumped. Work is the longest sum of devices' times in one slot, by a clock that does not jump.

use std::collections::BTreeMap;

use journal::{DeviceRecord, Filter, JobId, JournalError, JournalView, State, Step};
use serde::Serialize;

use super::{failures::Failures, histogram::Histogram, running_time::RunningTime};

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// What a line made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub schema: u32,
    /// Devices that have a row.
    pub devices: u64,
    /// Devices by how far they have come; retired ones are left out.
    pub states: Vec<StateFigure>,
    /// Devices that a person retired.
    pub retired: u64,
    /// Devices that have failed and not gone on since; retired ones are left out.
    pub failing: u64,
    /// Devices that were ever verified.
    pub verified: u64,
    /// Of those, the ones without a failure.
    pub verified_at_first: u64,
    /// Devices that were retired before they were verified.
    pub given_up: u64,
    /// Failures, overcome ones included.
    pub failures: u64,
    /// 0 to 1; absent where nothing is decided yet.
    #[serde(rename = "yield")]
    pub yield_share: Option<f64>,
    /// 0 to 1; absent where nothing is decided yet.
    pub first_pass_yield: Option<f64>,
    /// How long the line was at work, in milliseconds.
    pub running_ms: u64,
    /// Absent where nothing was verified or nothing was timed.
    pub units_per_hour: Option<f64>,
    /// Each slot that has devices, by its number.
    pub slots: Vec<SlotFigures>,
    /// Each step that was timed, in order.
    pub steps: Vec<StepFigures>,
    /// The most frequent failures that stand, at most 20.
    pub top_failures: Vec<FailureFigure>,
}

/// How many devices are in a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct StateFigure {
    /// The state's name.
    pub state: &'static str,
    /// How many.
    pub devices: u64,
}

/// What one slot made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct SlotFigures {
    /// The slot, from 1.
    pub slot: u16,
    /// Devices that were begun in it.
    pub devices: u64,
    /// Devices that were ever verified.
    pub verified: u64,
    /// Of those, the ones without a failure.
    pub verified_at_first: u64,
    /// Devices that were retired before they were verified.
    pub given_up: u64,
    /// Failures, overcome ones included.
    pub failures: u64,
    /// The time it worked on devices, in milliseconds.
    pub busy_ms: u64,
}

/// How long one step took.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct StepFigures {
    /// The step's name.
    pub step: &'static str,
    /// How many devices were timed.
    pub devices: u64,
    /// Half of them took at most this many microseconds.
    pub p50_us: u32,
    /// 99 of 100 took at most this many microseconds.
    pub p99_us: u32,
    /// The longest, in microseconds.
    pub max_us: u32,
}

/// How many devices stand at a failure.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FailureFigure {
    /// The step.
    pub step: String,
    /// The failure's stable name.
    pub code: String,
    /// How many devices.
    pub devices: u64,
}

impl Report {
    /// Reads the devices of one job, or of all.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn of(journal: &JournalView, job: Option<JobId>) -> Result<Self, JournalError> {
        let mut builder = ReportBuilder::new();
        let filter = Filter { job, ..Filter::default() };
        journal.for_each(&filter, |device| builder.add(device))?;
        Ok(builder.finish())
    }
}

/// Adds devices up.
#[derive(Clone, Debug)]
pub struct ReportBuilder {
    states: [u64; State::ALL.len()],
    retired: u64,
    failing: u64,
    slots: BTreeMap<u16, SlotFigures>,
    busy_micros: BTreeMap<u16, u64>,
    steps: Vec<(Step, Histogram)>,
    failures: Failures,
    running: RunningTime,
}

impl ReportBuilder {
    /// No devices yet.
    pub fn new() -> Self {
        Self {
            states: [0; State::ALL.len()],
            retired: 0,
            failing: 0,
            slots: BTreeMap::new(),
            busy_micros: BTreeMap::new(),
            steps: Step::ALL.into_iter().map(|step| (step, Histogram::new())).collect(),
            failures: Failures::default(),
            running: RunningTime::default(),
        }
    }

    /// Adds a device. The order does not matter.
    pub fn add(&mut self, device: &DeviceRecord) {
        let is_verified = device.state >= State::Verified;
        let slot = self
            .slots
            .entry(device.slot)
            .or_insert_with(|| SlotFigures { slot: device.slot, ..SlotFigures::default() });
        slot.devices += 1;
        slot.verified += u64::from(is_verified);
        slot.verified_at_first += u64::from(is_verified && device.attempts == 0);
        slot.given_up += u64::from(!is_verified && device.retired);
        slot.failures += u64::from(device.attempts);
        if device.retired {
            self.retired += 1;
        } else if let Some(place) = State::ALL.iter().position(|state| *state == device.state) {
            self.states[place] += 1;
        }
        if let Some(failure) = &device.failure {
            self.failing += u64::from(!device.retired);
            self.failures.add(&failure.step, &failure.code);
        }
        if let Some(at) = device.at.verified.filter(|_| is_verified) {
            self.running.add(at.0);
        }
        if let Some(times) = &device.step_times {
            for (step, histogram) in &mut self.steps {
                // Zero stands for a step that was not timed.
                let micros = times.micros(*step);
                if micros > 0 {
                    histogram.add(micros);
                }
            }
            *self.busy_micros.entry(device.slot).or_default() +=
                u64::from(times.micros(Step::Total));
        }
    }

    /// The figures.
    pub fn finish(self) -> Report {
        let mut slots: Vec<SlotFigures> = self.slots.into_values().collect();
        for slot in &mut slots {
            slot.busy_ms = self.busy_micros.get(&slot.slot).copied().unwrap_or(0) / 1000;
        }
        let sum = |of: fn(&SlotFigures) -> u64| slots.iter().map(of).sum::<u64>();
        let verified = sum(|slot| slot.verified);
        let verified_at_first = sum(|slot| slot.verified_at_first);
        let given_up = sum(|slot| slot.given_up);
        let busiest_ms = slots.iter().map(|slot| slot.busy_ms).max().unwrap_or(0);
        let running_ms = self.running.millis().max(busiest_ms);
        let share = |part: u64| {
            let decided = verified + given_up;
            (decided > 0).then(|| part as f64 / decided as f64)
        };
        Report {
            schema: SCHEMA,
            devices: sum(|slot| slot.devices),
            states: State::ALL
                .into_iter()
                .zip(self.states)
                .map(|(state, devices)| StateFigure { state: state.name(), devices })
                .collect(),
            retired: self.retired,
            failing: self.failing,
            verified,
            verified_at_first,
            given_up,
            failures: sum(|slot| slot.failures),
            yield_share: share(verified),
            first_pass_yield: share(verified_at_first),
            running_ms,
            units_per_hour: (verified > 0 && running_ms > 0)
                .then(|| verified as f64 * 3_600_000.0 / running_ms as f64),
            slots,
            steps: self
                .steps
                .iter()
                .filter(|(_, histogram)| histogram.total() > 0)
                .map(|(step, histogram)| StepFigures {
                    step: step.name(),
                    devices: histogram.total(),
                    p50_us: histogram.quantile(0.5),
                    p99_us: histogram.quantile(0.99),
                    max_us: histogram.max_micros(),
                })
                .collect(),
            top_failures: self
                .failures
                .most()
                .into_iter()
                .map(|((step, code), devices)| FailureFigure { step, code, devices })
                .collect(),
        }
    }
}

impl Default for ReportBuilder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use journal::{DeviceId, FailureNote, StepTimes, Times, UnixMillis};

    use super::*;

    const HOUR_MS: i64 = 60 * 60 * 1000;

    /// A device that is reserved.
    pub(in crate::report) fn device(id: i64) -> DeviceRecord {
        let mut smsn = [0; 32];
        smsn[..8].copy_from_slice(&id.to_be_bytes());
        DeviceRecord {
            id: DeviceId(id),
            job: JobId(1),
            slot: 1,
            dsn: format!("G{id}"),
            smsn: smsn
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .parse()
                .unwrap(),
            chip: None,
            state: State::Reserved,
            retired: false,
            failure: None,
            attempts: 0,
            asked: 0,
            keys_on_board: false,
            ed25519_public_key: None,
            p256r1_public_key: None,
            ed25519_signature: None,
            p256r1_signature: None,
            hsm_serial: None,
            page_sha256: None,
            control_log: None,
            batch: None,
            verdict: None,
            at: Times::default(),
            step_times: None,
        }
    }

    fn verified(id: i64, at_ms: i64) -> DeviceRecord {
        let at = Times { verified: Some(UnixMillis(at_ms)), ..Times::default() };
        DeviceRecord { state: State::Logged, at, ..device(id) }
    }

    fn report(devices: &[DeviceRecord]) -> Report {
        let mut builder = ReportBuilder::new();
        devices.iter().for_each(|device| builder.add(device));
        builder.finish()
    }

    /// Four devices that show every figure.
    pub(in crate::report) fn sample() -> Report {
        let mut micros = [0; journal::STEPS];
        micros[Step::Sign as usize] = 20_000;
        micros[Step::Total as usize] = 4_000_000;
        let note = |step: &str, code: &str| FailureNote {
            step: step.to_owned(),
            code: code.to_owned(),
            text: String::new(),
            what_to_do: String::new(),
        };
        report(&[
            DeviceRecord { step_times: Some(StepTimes::from_micros(micros)), ..verified(1, 0) },
            DeviceRecord { slot: 2, attempts: 2, ..verified(2, HOUR_MS) },
            DeviceRecord { retired: true, failure: Some(note("sign", "hsm")), ..device(3) },
            DeviceRecord { attempts: 1, failure: Some(note("write", "=board")), ..device(4) },
        ])
    }

    #[test]
    fn figures_follow_their_rules() {
        let report = sample();
        assert_eq!((report.devices, report.retired, report.failing), (4, 1, 1));
        assert_eq!((report.verified, report.verified_at_first, report.given_up), (2, 1, 1));
        assert_eq!(report.failures, 3);
        assert_eq!(report.yield_share, Some(2.0 / 3.0));
        assert_eq!(report.first_pass_yield, Some(1.0 / 3.0));
        assert_eq!((report.running_ms, report.units_per_hour), (HOUR_MS as u64, Some(2.0)));
        let in_state = |name| report.states.iter().find(|figure| figure.state == name).unwrap();
        assert_eq!((in_state("reserved").devices, in_state("logged").devices), (1, 2));
        let slot = |slot, devices, verified, verified_at_first, given_up, failures, busy_ms| {
            SlotFigures { slot, devices, verified, verified_at_first, given_up, failures, busy_ms }
        };
        assert_eq!(report.slots, [slot(1, 3, 1, 1, 1, 1, 4000), slot(2, 1, 1, 0, 0, 2, 0)]);
        let names: Vec<_> = report.steps.iter().map(|step| (step.step, step.p50_us)).collect();
        assert_eq!(names, [("sign", 20_000), ("total", 4_000_000)]);
        assert_eq!(report.top_failures.len(), 2);
    }

    #[test]
    fn nothing_made_gives_no_rates() {
        let report = report(&[]);
        assert_eq!((report.yield_share, report.first_pass_yield), (None, None));
        assert_eq!(report.units_per_hour, None);
    }

    #[test]
    fn a_clock_that_stands_does_not_make_a_line_infinitely_fast() {
        let mut micros = [0; journal::STEPS];
        micros[Step::Total as usize] = 36_000_000;
        let times = Some(StepTimes::from_micros(micros));
        let made = |id| DeviceRecord { step_times: times, ..verified(id, 0) };
        let report = report(&[made(1), made(2)]);
        assert_eq!((report.running_ms, report.units_per_hour), (72_000, Some(100.0)));
    }
}
