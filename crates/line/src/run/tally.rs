//! What a run has made so far.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use crate::event::Totals;

/// Counts of a run, shared by its slots.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    totals: Mutex<Totals>,
    is_nothing_left: AtomicBool,
}

impl Tally {
    pub(crate) fn passed(&self, is_first_time: bool) {
        self.count(|totals| {
            totals.passed += 1;
            totals.passed_first_time += u64::from(is_first_time);
        });
    }

    pub(crate) fn failed(&self) {
        self.count(|totals| totals.failed += 1);
    }

    pub(crate) fn refused(&self) {
        self.count(|totals| totals.refused += 1);
    }

    pub(crate) fn finished_before(&self) {
        self.count(|totals| totals.finished_before += 1);
    }

    /// Notes that no new device can be begun: the quota or the serial numbers are used up.
    pub(crate) fn nothing_left(&self) {
        self.is_nothing_left.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_nothing_left(&self) -> bool {
        self.is_nothing_left.load(Ordering::Relaxed)
    }

    pub(crate) fn totals(&self) -> Totals {
        *self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, change: impl FnOnce(&mut Totals)) {
        change(&mut self.totals.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
