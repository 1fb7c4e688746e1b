//! What a person at the line asks of it, and whether it goes on.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The switch that all slots look at.
#[derive(Debug, Default)]
pub struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    pace: Pace,
    /// Why the line stops, where it does.
    reason: Option<StopReason>,
}

/// Whether boards are taken in.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Pace {
    /// They are.
    #[default]
    Running,
    /// Not until it is resumed.
    Paused,
    /// Not any more; those in hand are finished.
    Stopping,
    /// Not any more; those in hand are left at their next step. Their identities are kept for them.
    Aborting,
}

/// Why a line ends before its job is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StopReason {
    /// Somebody asked for it.
    Asked,
    /// Every device of the job is made.
    Done,
    /// Nothing can go on.
    Fault {
        /// What happened.
        what: String,
        /// What to do.
        hint: Option<String>,
        /// Whether the HSM or this machine is faulty: nobody may go on before somebody looked.
        is_alarm: bool,
    },
}

impl Control {
    /// Takes no more boards in until [`Control::resume`]. A line that stops goes on stopping.
    pub fn pause(&self) -> bool {
        self.change(Pace::Running, Pace::Paused)
    }

    /// Takes boards in again.
    pub fn resume(&self) -> bool {
        self.change(Pace::Paused, Pace::Running)
    }

    /// Finishes the boards in hand and ends. The first reason counts; says whether this one is it.
    pub fn stop(&self, reason: StopReason) -> bool {
        self.end(Pace::Stopping, reason)
    }

    /// Leaves the boards in hand at their next step and ends.
    pub fn abort(&self, reason: StopReason) -> bool {
        self.end(Pace::Aborting, reason)
    }

    /// Whether boards are taken in.
    pub fn pace(&self) -> Pace {
        self.lock().pace
    }

    /// Why the line stops, where it does.
    pub fn reason(&self) -> Option<StopReason> {
        self.lock().reason.clone()
    }

    /// Waits for `time`, less where the pace changes meanwhile. Returns the pace.
    pub fn wait(&self, time: Duration) -> Pace {
        let state = self.lock();
        let before = state.pace;
        let waited = self.changed.wait_timeout_while(state, time, |state| state.pace == before);
        waited.unwrap_or_else(PoisonError::into_inner).0.pace
    }

    fn change(&self, from: Pace, to: Pace) -> bool {
        let mut state = self.lock();
        let is_change = state.pace == from;
        if is_change {
            state.pace = to;
            self.changed.notify_all();
        }
        is_change
    }

    fn end(&self, pace: Pace, reason: StopReason) -> bool {
        let mut state = self.lock();
        state.pace = state.pace.max(pace);
        let is_first = state.reason.is_none();
        // A fault says more than that somebody had asked or that the job was done.
        let is_graver = matches!(reason, StopReason::Fault { .. })
            && !matches!(state.reason, Some(StopReason::Fault { .. }));
        if is_first || is_graver {
            state.reason = Some(reason);
        }
        self.changed.notify_all();
        is_first
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment: a thread that panicked left a sound state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_stops_cannot_be_paused_or_resumed_and_only_an_abort_is_faster() {
        let control = Control::default();
        assert!(control.pause());
        assert!(control.stop(StopReason::Asked));
        assert!(!control.resume());
        assert!(!control.stop(StopReason::Done));
        assert_eq!(control.reason(), Some(StopReason::Asked));
        control.abort(StopReason::Asked);
        assert_eq!(control.wait(Duration::ZERO), Pace::Aborting);
    }

    #[test]
    fn a_fault_is_told_even_where_somebody_had_asked_to_stop() {
        let control = Control::default();
        control.stop(StopReason::Asked);
        let fault = StopReason::Fault { what: "disk".to_owned(), hint: None, is_alarm: false };
        control.stop(fault.clone());
        assert_eq!(control.reason(), Some(fault));
    }
}
