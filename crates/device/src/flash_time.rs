//! How long flash takes, slept by whoever owns the clock.

use std::{fmt, sync::Arc, time::Duration};

/// Lets time pass: the real clock, or one that a rehearsal moves. A closure is one.
pub trait Sleep: Send + Sync {
    /// Returns when that much time is over.
    fn sleep(&self, time: Duration);
}

impl<F: Fn(Duration) + Send + Sync> Sleep for F {
    fn sleep(&self, time: Duration) {
        self(time);
    }
}

/// How long the operations of a programmer take.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FlashTime {
    /// Erasing one sector.
    pub erase: Duration,
    /// Programming one step of 64 bytes.
    pub write: Duration,
    /// Reading one KiB, begun KiB counted whole.
    pub read: Duration,
}

/// A time model and who sleeps.
#[derive(Clone)]
pub(crate) struct TimedFlash {
    pub(crate) time: FlashTime,
    pub(crate) sleeper: Arc<dyn Sleep>,
}

impl TimedFlash {
    pub(crate) fn pass(&self, one: Duration, times: usize) {
        let time = one.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX));
        if !time.is_zero() {
            self.sleeper.sleep(time);
        }
    }
}

impl fmt::Debug for TimedFlash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.fmt(f)
    }
}
