//! How long each step of a device took.

use std::time::Duration;

/// How many steps are timed.
pub const STEPS: usize = 10;

/// A step that is timed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Step {
    /// Looking at the board and reading what stands on it.
    Read,
    /// Making the keys, or asking the board for them.
    Keys,
    /// Making the intent durable.
    Intent,
    /// The HSM.
    Sign,
    /// Making and proving the page.
    Page,
    /// Writing the page.
    Flash,
    /// Reading it back.
    Readback,
    /// Proving what was read back.
    Verify,
    /// The customer's own test steps.
    Checks,
    /// From the board's arrival to the verdict.
    Total,
}

impl Step {
    /// Every step, in the order of the file.
    pub const ALL: [Self; STEPS] = [
        Self::Read,
        Self::Keys,
        Self::Intent,
        Self::Sign,
        Self::Page,
        Self::Flash,
        Self::Readback,
        Self::Verify,
        Self::Checks,
        Self::Total,
    ];

    /// The lower-case name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Keys => "keys",
            Self::Intent => "intent",
            Self::Sign => "sign",
            Self::Page => "page",
            Self::Flash => "flash",
            Self::Readback => "readback",
            Self::Verify => "verify",
            Self::Checks => "checks",
            Self::Total => "total",
        }
    }
}

/// Microseconds per step; zero for a step that was not timed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StepTimes([u32; STEPS]);

impl StepTimes {
    /// Takes the microseconds in the order of [`Step::ALL`].
    pub const fn from_micros(micros: [u32; STEPS]) -> Self {
        Self(micros)
    }

    /// Notes how long a step took. More than 71 minutes is noted as that.
    pub fn set(&mut self, step: Step, took: Duration) {
        self.0[step as usize] = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
    }

    /// The microseconds of a step.
    pub const fn micros(&self, step: Step) -> u32 {
        self.0[step as usize]
    }

    /// Four bytes a step, little-endian.
    pub(crate) fn to_bytes(self) -> [u8; 4 * STEPS] {
        let mut bytes = [0; 4 * STEPS];
        for (place, micros) in bytes.chunks_exact_mut(4).zip(self.0) {
            place.copy_from_slice(&micros.to_le_bytes());
        }
        bytes
    }

    /// Reads what is there: a newer program may have written more steps, which are passed over.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut times = Self::default();
        for (micros, place) in times.0.iter_mut().zip(bytes.chunks_exact(4)) {
            let mut four = [0; 4];
            four.copy_from_slice(place);
            *micros = u32::from_le_bytes(four);
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_from_their_bytes() {
        let mut times = StepTimes::default();
        for (index, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step as usize, index);
            times.set(step, Duration::from_micros(index as u64 + 7));
        }
        assert_eq!(StepTimes::from_bytes(&times.to_bytes()), times);
        assert_eq!(times.micros(Step::Total), 16);
    }

    #[test]
    fn bytes_of_another_length_are_read_as_far_as_they_go() {
        let times = StepTimes::from_bytes(&[1, 0, 0, 0, 2, 0, 0]);
        assert_eq!(times.micros(Step::Read), 1);
        assert_eq!(times.micros(Step::Keys), 0);
        assert_eq!(StepTimes::from_bytes(&[0xFF; 400]).micros(Step::Total), u32::MAX);
    }

    #[test]
    fn a_step_longer_than_the_field_is_noted_as_its_largest() {
        let mut times = StepTimes::default();
        times.set(Step::Flash, Duration::from_secs(1 << 20));
        assert_eq!(times.micros(Step::Flash), u32::MAX);
    }
}
