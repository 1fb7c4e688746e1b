//! Durations, counted by upper bound.

use std::time::Duration;

/// How many durations fall under each of N bounds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Buckets<const N: usize> {
    /// The bounds in milliseconds, rising.
    pub bounds_ms: [u64; N],
    /// How many fall under each bound and not under the one before.
    pub counts: [u64; N],
    /// How many fall under none.
    pub beyond: u64,
    /// The sum of all, in microseconds.
    pub sum_us: u64,
}

impl<const N: usize> Buckets<N> {
    /// Nothing counted yet.
    pub const fn new(bounds_ms: [u64; N]) -> Self {
        Self { bounds_ms, counts: [0; N], beyond: 0, sum_us: 0 }
    }

    /// Counts a duration.
    pub fn add(&mut self, duration: Duration) {
        let is_under = |bound_ms: &u64| duration <= Duration::from_millis(*bound_ms);
        match self.bounds_ms.iter().position(is_under).and_then(|at| self.counts.get_mut(at)) {
            Some(count) => *count += 1,
            None => self.beyond += 1,
        }
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.sum_us = self.sum_us.saturating_add(us);
    }
}
