//! What goes wrong in a rehearsal, and when: a plan that is pure, and the same again from the same seed.

use std::{str::FromStr, time::Duration};

use yubihsm2::ErrorCode;

use super::fault_spec::{self, FaultSpecError};
use crate::randomness::{SeededRandomness, random_bytes};

/// One million: chances are counted in millionths.
pub(super) const MILLION: u32 = 1_000_000;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// The frame is lost before the device has it, and the connection closes.
    Drop,
    /// The device does what it was asked, its answer is lost, and the connection closes.
    DropAnswer,
    /// The device takes up the frame only after this time, and nothing else meanwhile.
    Delay(Duration),
    /// The device does nothing and answers with this code in the clear.
    Error(ErrorCode),
    /// The device loses power and comes back after this time.
    Unplug(Duration),
    /// All sessions are gone.
    LoseSessions,
}

/// When it goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// With this frame, once; the first is 1.
    AtFrame(u64),
    /// With every frame whose number is a multiple of this, which is not zero.
    EveryFrames(u64),
    /// This long after the start, once.
    AtTime(Duration),
    /// Again and again after this time, which is not zero.
    EveryTime(Duration),
    /// With any frame, at a chance of this many in a million.
    Chance(u32),
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What.
    pub action: Action,
    /// When.
    pub when: When,
}

impl FromStr for Rule {
    type Err = FaultSpecError;

    /// Reads `ACTION [ARGUMENT] WHEN`:
    ///
    /// - actions: `drop`, `drop-answer`, `delay TIME`, `error CODE`, `unplug TIME`, `lose-sessions`;
    /// - `at N`, `every N`: by the number of the frame; `at TIME`, `every TIME`: by the clock; `with N%`: by
    ///   chance;
    /// - a TIME is a number with `ms`, `s` or `min`; a CODE is a name such as `storage-failed`, or `0x07`.
    fn from_str(text: &str) -> Result<Self, FaultSpecError> {
        fault_spec::parse(text)
    }
}

/// Something that goes wrong now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault {
    /// What.
    pub action: Action,
    /// When it began, counted from the start of the plan; for what happens by the clock this may be a while
    /// ago.
    pub since: Duration,
}

/// All that goes wrong.
#[derive(Debug)]
pub struct FaultPlan {
    rules: Vec<Armed>,
    chance: SeededRandomness,
    frames: u64,
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    /// When it is due next, where it goes by the clock and is not over.
    due: Option<Duration>,
}

impl FaultPlan {
    /// A plan by which nothing goes wrong.
    pub fn none() -> Self {
        Self::new(Vec::new(), 0)
    }

    /// A plan of these rules; `seed` decides what is left to chance.
    pub fn new(rules: Vec<Rule>, seed: u64) -> Self {
        let armed = |rule: Rule| {
            let due = match rule.when {
                When::AtTime(time) | When::EveryTime(time) => Some(time),
                When::AtFrame(_) | When::EveryFrames(_) | When::Chance(_) => None,
            };
            Armed { rule, due }
        };
        Self {
            rules: rules.into_iter().map(armed).collect(),
            chance: SeededRandomness::from_number(seed),
            frames: 0,
        }
    }

    /// Counts a frame and says what goes wrong with it. `now` is the time since the start of the plan.
    pub fn next_frame(&mut self, now: Duration) -> Vec<Fault> {
        self.frames += 1;
        let (frame, chance) = (self.frames, &mut self.chance);
        let fault = |armed: &mut Armed| {
            let since = match armed.rule.when {
                When::AtFrame(number) => (number == frame).then_some(now),
                When::EveryFrames(step) => frame.is_multiple_of(step).then_some(now),
                When::Chance(millionths) => (draw(chance) < millionths).then_some(now),
                When::AtTime(_) | When::EveryTime(_) => armed.take_due(now),
            };
            since.map(|since| Fault { action: armed.rule.action, since })
        };
        self.rules.iter_mut().filter_map(fault).collect()
    }

    /// What has gone wrong with the device itself by now, by the clock and without a frame.
    pub fn device_faults(&mut self, now: Duration) -> Vec<Fault> {
        let concerns_device = |armed: &&mut Armed| {
            matches!(armed.rule.action, Action::Unplug(_) | Action::LoseSessions)
        };
        let fault = |armed: &mut Armed| {
            armed.take_due(now).map(|since| Fault { action: armed.rule.action, since })
        };
        self.rules.iter_mut().filter(concerns_device).filter_map(fault).collect()
    }
}

impl Armed {
    /// The last time that it was due, where that was not taken before.
    fn take_due(&mut self, now: Duration) -> Option<Duration> {
        let due = self.due.filter(|due| *due <= now)?;
        match self.rule.when {
            When::EveryTime(step) => {
                let missed = (now - due).as_nanos() / step.as_nanos().max(1);
                let last = due + step * u32::try_from(missed).unwrap_or(u32::MAX);
                self.due = Some(last + step);
                Some(last)
            }
            _ => {
                self.due = None;
                Some(due)
            }
        }
    }
}

/// A number below a million.
fn draw(chance: &mut SeededRandomness) -> u32 {
    (u64::from_le_bytes(random_bytes(chance)) % u64::from(MILLION)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn plan(rules: &[&str], seed: u64) -> FaultPlan {
        FaultPlan::new(rules.iter().map(|rule| rule.parse().unwrap()).collect(), seed)
    }

    /// The numbers of the frames of a hundred with which something goes wrong.
    fn hit(plan: &mut FaultPlan) -> Vec<u64> {
        (1..=100).filter(|_| !plan.next_frame(s(0)).is_empty()).collect()
    }

    #[test]
    fn faults_go_by_the_number_of_the_frame() {
        assert_eq!(hit(&mut plan(&["drop at 7", "drop-answer every 40"], 0)), [7, 40, 80]);
        assert!(hit(&mut FaultPlan::none()).is_empty());
    }

    #[test]
    fn chance_is_the_same_again_from_the_same_seed() {
        let one = hit(&mut plan(&["drop with 10%"], 1));
        assert_eq!(one, hit(&mut plan(&["drop with 10%"], 1)));
        assert_ne!(one, hit(&mut plan(&["drop with 10%"], 2)));
        assert!((1..40).contains(&one.len()), "{one:?}");
        assert_eq!(hit(&mut plan(&["drop with 100%"], 1)).len(), 100);
        assert!(hit(&mut plan(&["drop with 0%"], 1)).is_empty());
    }

    #[test]
    fn what_goes_by_the_clock_happens_once_or_again_and_again() {
        let mut plan = plan(&["unplug 5s every 30s", "lose-sessions at 1s"], 0);
        let unplug = |since| Fault { action: Action::Unplug(s(5)), since };
        let lose = Fault { action: Action::LoseSessions, since: s(1) };
        assert_eq!(plan.device_faults(s(0)), []);
        assert_eq!(plan.next_frame(s(2)), [lose]);
        assert_eq!(plan.device_faults(s(31)), [unplug(s(30))]);
        assert_eq!(plan.next_frame(s(32)), []);
        assert_eq!(plan.next_frame(s(125)), [unplug(s(120))]);
        assert_eq!(plan.next_frame(s(149)), []);
        assert_eq!(plan.device_faults(s(150)), [unplug(s(150))]);
    }

    #[test]
    fn what_concerns_a_frame_waits_for_one() {
        let mut plan = plan(&["drop at 1s"], 0);
        assert_eq!(plan.device_faults(s(2)), []);
        assert_eq!(plan.next_frame(s(3)), [Fault { action: Action::Drop, since: s(1) }]);
        assert_eq!(plan.next_frame(s(4)), []);
    }
}
