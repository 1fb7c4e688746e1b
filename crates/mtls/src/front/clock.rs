//! The time, which is passed in.

use std::{fmt, sync::Arc, time::Duration};

use rustls::{pki_types::UnixTime, time_provider::TimeProvider};

/// Tells the time. Certificates are judged by it and log lines are stamped with it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// A clock that gives milliseconds since 1970.
    pub fn new(unix_millis: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(unix_millis))
    }

    /// Milliseconds since 1970.
    pub fn unix_millis(&self) -> u64 {
        (self.0)()
    }

    /// Seconds since 1970.
    pub fn unix_seconds(&self) -> u64 {
        self.unix_millis() / 1000
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.unix_millis())
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.unix_millis())))
    }
}
