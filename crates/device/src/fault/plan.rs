//! The plan, and how far it has come.

use std::str::FromStr;

use sidewalk::Curve;

use super::spec::{self, FaultSpecError};
use crate::{Randomness, SeededRandomness, flash::BadCell};

/// One thing that goes wrong. Steps are sectors erased and pieces of at most 64 bytes programmed; bytes are those
/// that diagnostic firmware gets. Both are counted from when the plan was given to the board.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Bits of one byte of flash never change.
    BadCell(BadCell),
    /// After this many steps everything stops, until the board gets power again.
    PowerCut {
        /// How many steps are still done.
        steps: u64,
    },
    /// After this many steps the board starts anew.
    ResetAfterSteps {
        /// How many steps are still done.
        steps: u64,
    },
    /// After this many bytes the board starts anew.
    ResetAfterBytes {
        /// How many bytes are still taken.
        bytes: u64,
    },
    /// After this many bytes nothing is answered any more.
    Silent {
        /// How many bytes are still answered.
        bytes: u64,
    },
    /// A byte that is answered turns into another one, at this chance in a million.
    Garbage {
        /// The chance.
        millionths: u32,
    },
    /// A byte that is answered is lost, at this chance in a million.
    Loss {
        /// The chance.
        millionths: u32,
    },
    /// A key is not the one it should be.
    WrongKey {
        /// On which curve.
        curve: Curve,
        /// Which key.
        wrong: WrongKey,
    },
}

/// Which key is not the one it should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WrongKey {
    /// The key that signs the request, which the station notices at once.
    Request,
    /// The private key that is kept, which nobody notices before registration.
    Kept,
}

impl FromStr for Fault {
    type Err = FaultSpecError;

    /// Reads one of:
    ///
    /// - `bad-cell ADDRESS low|high MASK`
    /// - `power-cut after N steps`
    /// - `reset after N steps|bytes`
    /// - `silent`, `silent after N bytes`
    /// - `garbage with N%`, `loss with N%`
    /// - `wrong-key ed25519|p256r1 request|kept`
    fn from_str(text: &str) -> Result<Self, FaultSpecError> {
        spec::parse(text)
    }
}

/// All that goes wrong with one board.
#[derive(Clone)]
pub struct FaultPlan {
    faults: Vec<Fault>,
    chance: SeededRandomness,
    steps: u64,
    bytes: u64,
}

/// What stops a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum StepFault {
    PowerCut,
    Reset,
}

/// What happens with a byte that firmware gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ByteFault {
    Silence,
    Reset,
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self::none()
    }
}

impl FaultPlan {
    /// A plan by which nothing goes wrong.
    pub fn none() -> Self {
        Self::new(Vec::new(), 0)
    }

    /// A plan of these faults; `seed` decides what is left to chance.
    pub fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { faults, chance: SeededRandomness::new(seed), steps: 0, bytes: 0 }
    }

    /// The faults that have not happened yet, and those that last.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Asks for leave for one more step. A cut or reset happens once.
    pub(crate) fn step(&mut self) -> Option<StepFault> {
        let done = self.steps;
        let due = |fault: &Fault| match fault {
            Fault::PowerCut { steps } if done >= *steps => Some(StepFault::PowerCut),
            Fault::ResetAfterSteps { steps } if done >= *steps => Some(StepFault::Reset),
            _ => None,
        };
        if let Some(index) = self.faults.iter().position(|fault| due(fault).is_some()) {
            return due(&self.faults.remove(index));
        }
        self.steps += 1;
        None
    }

    /// Counts a byte that the firmware gets, and says what stops it.
    pub(crate) fn byte(&mut self) -> Option<ByteFault> {
        let taken = self.bytes;
        self.bytes += 1;
        let is_due =
            |fault: &Fault| matches!(fault, Fault::ResetAfterBytes { bytes } if taken >= *bytes);
        if let Some(index) = self.faults.iter().position(is_due) {
            self.faults.remove(index);
            return Some(ByteFault::Reset);
        }
        let is_silent = |fault: &Fault| matches!(fault, Fault::Silent { bytes } if taken >= *bytes);
        self.faults.iter().any(is_silent).then_some(ByteFault::Silence)
    }

    /// Lets the wire garble and lose what is answered.
    pub(crate) fn wire(&mut self, answer: Vec<u8>) -> Vec<u8> {
        let (mut garbage, mut loss) = (0, 0);
        for fault in &self.faults {
            match fault {
                Fault::Garbage { millionths } => garbage = (*millionths).max(garbage),
                Fault::Loss { millionths } => loss = (*millionths).max(loss),
                _ => {}
            }
        }
        if garbage == 0 && loss == 0 {
            return answer;
        }
        let mut arrived = Vec::with_capacity(answer.len());
        for byte in answer {
            if self.chance.millionth() < loss {
                continue;
            }
            let mut other = [byte];
            if self.chance.millionth() < garbage {
                self.chance.fill(&mut other);
            }
            arrived.extend(other);
        }
        arrived
    }

    pub(crate) fn has_wrong_key(&self, curve: Curve, wrong: WrongKey) -> bool {
        self.faults.contains(&Fault::WrongKey { curve, wrong })
    }

    pub(crate) fn bad_cells(&self) -> impl Iterator<Item = BadCell> {
        self.faults.iter().filter_map(|fault| match fault {
            Fault::BadCell(cell) => Some(*cell),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_comes_after_its_steps_and_once() {
        let mut plan = FaultPlan::new(vec![Fault::PowerCut { steps: 2 }], 0);
        assert_eq!([plan.step(), plan.step()], [None, None]);
        assert_eq!(plan.step(), Some(StepFault::PowerCut));
        assert_eq!(plan.step(), None);
    }

    #[test]
    fn silence_lasts_and_a_reset_does_not() {
        let faults = vec![Fault::Silent { bytes: 3 }, Fault::ResetAfterBytes { bytes: 1 }];
        let mut plan = FaultPlan::new(faults, 0);
        let happened: Vec<_> = (0..5).map(|_| plan.byte()).collect();
        let silence = Some(ByteFault::Silence);
        assert_eq!(happened, [None, Some(ByteFault::Reset), None, silence, silence]);
    }

    #[test]
    fn the_same_seed_garbles_the_same_bytes() {
        let garbled = |seed| {
            let faults =
                vec![Fault::Garbage { millionths: 200_000 }, Fault::Loss { millionths: 100_000 }];
            FaultPlan::new(faults, seed).wire(vec![b'x'; 1000])
        };
        assert_eq!(garbled(1), garbled(1));
        assert_ne!(garbled(1), garbled(2));
        assert!(garbled(1).len() < 1000);
    }
}
