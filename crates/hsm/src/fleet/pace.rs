//! How fast HSMs sign, and how long a device would wait for one.

use std::time::Duration;

/// What a device takes on hardware by the vendor's figures, 121 ms and 73 ms: believed until a device was
/// measured.
const FIRST_GUESS: Duration = Duration::from_millis(194);

/// How much a new figure counts: the mean is over about the last twenty devices.
const WEIGHT_OF_NEWEST: f64 = 0.1;

/// The mean time between two devices of one HSM that has enough to do; newer figures count more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    seconds: Option<f64>,
}

impl Pace {
    /// Counts a device that was at the HSM for so long, together with others: this many in all, on
    /// average. An HSM does one thing at a time, so that each has its part of the time.
    pub(super) fn count(&mut self, took: Duration, together: f64) {
        let newest = took.as_secs_f64() / together.max(1.0);
        self.seconds = Some(match self.seconds {
            None => newest,
            Some(mean) => mean + WEIGHT_OF_NEWEST * (newest - mean),
        });
    }

    /// Devices a second, measured; zero before the first.
    pub(super) fn measured_per_second(self) -> f64 {
        self.seconds.map_or(0.0, per_second)
    }

    /// Devices a second, measured or guessed.
    pub(super) fn per_second(self) -> f64 {
        per_second(self.seconds.unwrap_or(FIRST_GUESS.as_secs_f64()))
    }
}

/// What the HSMs that sign now can do together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Capacity {
    pub(super) per_second: f64,
    /// Sessions that have nothing in hand.
    pub(super) sessions_free: usize,
}

impl Capacity {
    /// How long a device waits for an HSM that has this many ahead. [`Duration::MAX`] where no HSM signs.
    pub(super) fn wait_behind(self, ahead: usize) -> Duration {
        if self.per_second <= 0.0 {
            return Duration::MAX;
        }
        match (ahead + 1).checked_sub(self.sessions_free) {
            None | Some(0) => Duration::ZERO,
            Some(turns) => {
                Duration::try_from_secs_f64(turns as f64 / self.per_second).unwrap_or(Duration::MAX)
            }
        }
    }
}

fn per_second(seconds: f64) -> f64 {
    // A time below what the clock shows is one tick of it.
    1.0 / seconds.max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sessions_of_one_hsm_share_its_time() {
        let mut pace = Pace::default();
        assert_eq!(pace.measured_per_second(), 0.0);
        assert!((pace.per_second() - 1.0 / 0.194).abs() < 1e-9);
        for _ in 0..100 {
            pace.count(Duration::from_millis(200), 2.0);
        }
        assert!((pace.per_second() - 10.0).abs() < 1e-9);
        for _ in 0..100 {
            pace.count(Duration::from_millis(200), 1.0);
        }
        assert!((pace.per_second() - 5.0).abs() < 0.01);
    }

    #[test]
    fn a_wait_is_the_devices_ahead_by_the_rate() {
        let busy = Capacity { per_second: 5.0, sessions_free: 0 };
        assert_eq!(busy.wait_behind(0), Duration::from_millis(200));
        assert_eq!(busy.wait_behind(49), Duration::from_secs(10));
        let idle = Capacity { per_second: 5.0, sessions_free: 2 };
        assert_eq!(idle.wait_behind(1), Duration::ZERO);
        assert_eq!(idle.wait_behind(2), Duration::from_millis(200));
        assert_eq!(Capacity::default().wait_behind(0), Duration::MAX);
    }
}
