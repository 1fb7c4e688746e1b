//! What a desk has counted since it was opened.

use std::{
    array,
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use signer::service::{Refusal, RefusalCode, SignAnswer};

/// The upper bounds of the durations that are told apart, in milliseconds. An HSM takes 194 ms for a device.
pub const BOUNDS_MS: [u64; 14] =
    [1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1_000, 5_000, 20_000, 60_000];

/// Counters. All only grow.
#[derive(Debug)]
pub struct Metrics {
    signed: AtomicU64,
    repeated: AtomicU64,
    refused: Mutex<BTreeMap<RefusalCode, u64>>,
    /// How many calls that were signed took no longer than each bound; the last is those that took longer.
    durations: [AtomicU64; BOUNDS_MS.len() + 1],
    duration_sum_us: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counted {
    /// Devices signed.
    pub signed: u64,
    /// Calls that were given what had been given before.
    pub repeated: u64,
    /// Refusals, by their code.
    pub refused: BTreeMap<RefusalCode, u64>,
    /// How many signed devices fall under each bound of [`BOUNDS_MS`] and not under the one before; the last fall under
    /// none.
    pub durations: [u64; BOUNDS_MS.len() + 1],
    /// The sum of those durations, in microseconds.
    pub duration_sum_us: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            signed: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            refused: Mutex::default(),
            durations: array::from_fn(|_| AtomicU64::new(0)),
            duration_sum_us: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    pub(crate) fn count(&self, result: &Result<SignAnswer, Refusal>, took: Duration) {
        match result {
            Ok(answer) if answer.is_repeat => {
                self.repeated.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {
                self.signed.fetch_add(1, Ordering::Relaxed);
                let ms = took.as_millis();
                let at = BOUNDS_MS.iter().position(|bound| ms <= u128::from(*bound));
                self.durations[at.unwrap_or(BOUNDS_MS.len())].fetch_add(1, Ordering::Relaxed);
                let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                self.duration_sum_us.fetch_add(us, Ordering::Relaxed);
            }
            Err(refusal) => {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                *refused.entry(refusal.code).or_default() += 1;
            }
        }
    }

    /// The counters now.
    pub fn counted(&self) -> Counted {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Counted {
            signed: self.signed.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
            refused,
            durations: array::from_fn(|at| self.durations[at].load(Ordering::Relaxed)),
            duration_sum_us: self.duration_sum_us.load(Ordering::Relaxed),
        }
    }
}
