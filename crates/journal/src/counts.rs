//! How many devices stand where.

use crate::state::State;

/// Counts of a job or of a whole journal, from a table that is kept along: reading them costs nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    states: [u64; State::ALL.len()],
    /// Devices that are retired; they count in no state.
    pub retired: u64,
    /// Devices whose last step failed and that have not gone on since; retired ones do not count.
    pub failed_now: u64,
    /// Failures ever.
    pub failures: u64,
    /// Devices that were ever verified.
    pub verified_ever: u64,
    /// Devices that were verified without a failure before: the first pass.
    pub verified_at_first: u64,
    /// Requests to the HSM ever.
    pub asked: u64,
    /// Reservations that were dropped.
    pub dropped: u64,
}

impl Counts {
    /// Devices in a state that are not retired.
    pub const fn in_state(&self, state: State) -> u64 {
        self.states[state.code() as usize - 1]
    }

    /// Every device that has a row, retired ones too.
    pub fn devices(&self) -> u64 {
        self.states.iter().sum::<u64>() + self.retired
    }

    /// Devices that the line has not finished.
    pub fn unfinished(&self) -> u64 {
        State::ALL.into_iter().filter(|state| state.is_unfinished()).map(|s| self.in_state(s)).sum()
    }

    /// Adds what a row of the table says. A counter that a newer program keeps is passed over.
    pub(crate) fn add(&mut self, counter: i64, n: u64) {
        let place = match counter {
            counter::RETIRED => &mut self.retired,
            counter::FAILED_NOW => &mut self.failed_now,
            counter::FAILURES => &mut self.failures,
            counter::VERIFIED_EVER => &mut self.verified_ever,
            counter::VERIFIED_AT_FIRST => &mut self.verified_at_first,
            counter::ASKED => &mut self.asked,
            counter::DROPPED => &mut self.dropped,
            state => match State::from_code(state) {
                Some(state) => &mut self.states[state.code() as usize - 1],
                None => return,
            },
        };
        *place = place.saturating_add(n);
    }
}

/// The numbers of the counters in the file beside those of the states, which begin at 1.
pub(crate) mod counter {
    pub(crate) const RETIRED: i64 = 101;
    pub(crate) const FAILED_NOW: i64 = 102;
    pub(crate) const FAILURES: i64 = 103;
    pub(crate) const VERIFIED_EVER: i64 = 104;
    pub(crate) const VERIFIED_AT_FIRST: i64 = 105;
    pub(crate) const ASKED: i64 = 106;
    pub(crate) const DROPPED: i64 = 107;
}
