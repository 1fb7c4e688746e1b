//! What a desk has counted since it was opened.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use metrics_text::Buckets;
use signer::service::{Refusal, RefusalCode, SignAnswer};

/// The upper bounds of the durations that are told apart, in milliseconds. An HSM takes 194 ms for a device.
pub const BOUNDS_MS: [u64; 14] =
    [1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1_000, 5_000, 20_000, 60_000];

/// Counters. All only grow.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counted>);

/// The counters at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Counted {
    /// Devices signed.
    pub signed: u64,
    /// Calls that were given what had been given before.
    pub repeated: u64,
    /// Refusals, by their code.
    pub refused: BTreeMap<RefusalCode, u64>,
    /// How long devices took that were signed.
    pub durations: Buckets<{ BOUNDS_MS.len() }>,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            signed: 0,
            repeated: 0,
            refused: BTreeMap::new(),
            durations: Buckets::new(BOUNDS_MS),
        }
    }
}

impl Metrics {
    pub(crate) fn count(&self, result: &Result<SignAnswer, Refusal>, took: Duration) {
        let mut counted = self.lock();
        match result {
            Ok(answer) if answer.is_repeat => counted.repeated += 1,
            Ok(_) => {
                counted.signed += 1;
                counted.durations.add(took);
            }
            Err(refusal) => *counted.refused.entry(refusal.code).or_default() += 1,
        }
    }

    /// The counters now.
    pub fn counted(&self) -> Counted {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // Counting does not panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
