//! How long to wait before trying again.

use std::time::Duration;

/// The first wait: a connector that restarts is often back by then.
const FIRST: Duration = Duration::from_millis(25);

/// The longest wait: an HSM that is plugged in again should not stay idle for longer.
const LONGEST: Duration = Duration::from_secs(1);

/// The wait where a person has to change something first.
const FOR_A_PERSON: Duration = Duration::from_secs(5);

/// Waits that double up to a limit.
#[derive(Debug)]
pub(super) struct BackOff {
    next: Duration,
}

impl BackOff {
    pub(super) const fn new() -> Self {
        Self { next: FIRST }
    }

    /// The next wait. `is_passing` says whether trying again may help without a person.
    pub(super) fn next(&mut self, is_passing: bool) -> Duration {
        if !is_passing {
            return FOR_A_PERSON;
        }
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_second() {
        let mut back_off = BackOff::new();
        let waits: Vec<u128> = (0..8).map(|_| back_off.next(true).as_millis()).collect();
        assert_eq!(waits, [25, 50, 100, 200, 400, 800, 1000, 1000]);
        assert_eq!(back_off.next(false), FOR_A_PERSON);
    }
}
