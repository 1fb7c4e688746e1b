//! What a fleet has done.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::error::FleetError;

/// How many steps there are from one duration to twice that: a figure is at most 9 % too high.
const STEPS_PER_OCTAVE: u32 = 8;

/// How many octaves there are above 1 µs: up to an hour.
const OCTAVES: u32 = 32;

const BUCKETS: usize = (STEPS_PER_OCTAVE * OCTAVES) as usize;

/// What a fleet has done so far.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetStatistics {
    /// How many devices were signed.
    pub signed: u64,
    /// How many commands the HSMs were given, all sessions' opening and keeping included.
    pub commands: u64,
    /// How many devices wait now.
    pub queued: usize,
    /// How many are at an HSM now.
    pub in_hand: usize,
    /// How many devices a second the HSMs that sign now can do, as measured.
    pub devices_per_second: f64,
    /// How long a device of a party that has none waiting would wait for an HSM; [`Duration::MAX`] where
    /// none signs now.
    pub wait_estimate: Duration,
    /// How long half of the devices waited at most before an HSM took them; up to 9 % too high.
    pub queue_wait_p50: Duration,
    /// The same for 99 of 100 devices.
    pub queue_wait_p99: Duration,
    /// Each HSM, in the order in which they were named.
    pub hsms: Vec<HsmStatistics>,
    /// Each party that ever came, by name; the anonymous one has the empty name.
    pub parties: Vec<PartyStatistics>,
}

/// What was done for one party.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartyStatistics {
    /// Its name.
    pub party: String,
    /// How many of its devices wait now.
    pub queued: usize,
    /// How many were signed. Beyond [`PARTIES_COUNTED_MAX`](super::PARTIES_COUNTED_MAX) parties, those of
    /// further ones are counted with the anonymous.
    pub signed: u64,
}

/// What one HSM has done so far.
#[derive(Clone, Debug, PartialEq)]
pub struct HsmStatistics {
    /// Which, as its endpoint is written.
    pub place: String,
    /// Its serial number, once it is known.
    pub serial: Option<u32>,
    /// How it is.
    pub health: HsmHealth,
    /// How many sessions it should have.
    pub sessions_wanted: usize,
    /// What went wrong last, until it is mended; also where the HSM signs with the sessions that it has.
    pub error: Option<FleetError>,
    /// How many devices a second it can do, as measured; zero before its first.
    pub devices_per_second: f64,
    /// How long half of its devices were in its hands at most; up to 9 % too high.
    pub sign_p50: Duration,
    /// The same for 99 of 100 devices.
    pub sign_p99: Duration,
    /// How many devices it signed.
    pub signed: u64,
    /// Its share of all devices, 0 to 1.
    pub share: f64,
    /// How many commands it was given.
    pub commands: u64,
    /// How many sessions were opened on it.
    pub sessions_opened: u64,
    /// How often it did not answer for a device, which then went back into the queue.
    pub failures: u64,
}

/// How an HSM is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HsmHealth {
    /// It signs, with this many sessions.
    Up {
        /// How many.
        sessions: usize,
    },
    /// It has no session now and is tried again.
    Down {
        /// What went wrong last.
        error: Option<FleetError>,
    },
    /// It was told to rest, and finishes what it has in hand with this many sessions.
    Draining {
        /// How many.
        sessions: usize,
    },
    /// It was told to rest and has no session any more.
    Drained,
    /// Its audit log is full and it insists on it: it signs again once the log is emptied, with
    /// `curbside hsm audit --advance` or by whoever collects the entries.
    LogFull {
        /// How many sessions it has.
        sessions: usize,
    },
}

/// Durations, counted by their order of magnitude in constant memory.
#[derive(Debug)]
pub(super) struct Durations([AtomicU64; BUCKETS]);

impl Durations {
    pub(super) fn new() -> Self {
        Self([const { AtomicU64::new(0) }; BUCKETS])
    }

    pub(super) fn count(&self, duration: Duration) {
        self.0[bucket_of(duration)].fetch_add(1, Ordering::Relaxed);
    }

    /// What this share of the durations does not exceed; zero where there are none.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        let counts: Vec<u64> = self.0.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        // At least one, so that the first bucket that counts is the first with something in it.
        let wanted = ((total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_end(bucket);
            }
        }
        Duration::ZERO
    }
}

fn bucket_of(duration: Duration) -> usize {
    let micros = duration.as_secs_f64() * 1e6;
    let step = (micros.max(1.0).log2() * f64::from(STEPS_PER_OCTAVE)).floor();
    (step as usize).min(BUCKETS - 1)
}

fn upper_end(bucket: usize) -> Duration {
    let octaves = (bucket + 1) as f64 / f64::from(STEPS_PER_OCTAVE);
    Duration::from_secs_f64(octaves.exp2() * 1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_a_tenth_too_high() {
        let durations = Durations::new();
        for millis in 1..=1000 {
            durations.count(Duration::from_millis(millis));
        }
        for (share, exact_millis) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = durations.quantile(share).as_secs_f64() * 1e3;
            assert!((exact_millis..exact_millis * 1.1).contains(&found), "{share}: {found}");
        }
    }

    #[test]
    fn no_durations_and_the_longest_have_quantiles_too() {
        let durations = Durations::new();
        assert_eq!(durations.quantile(0.99), Duration::ZERO);
        durations.count(Duration::MAX);
        durations.count(Duration::ZERO);
        assert!(durations.quantile(0.99) > Duration::from_secs(3600));
        assert!(durations.quantile(0.5) < Duration::from_micros(2));
    }
}
