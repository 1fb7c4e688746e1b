//! How often each client asks.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use super::limits::{RATES_MAX, Rate};

/// A bucket of permissions for every client, filled steadily.
pub(super) struct Rates {
    rate: Option<Rate>,
    buckets: Mutex<HashMap<[u8; 32], Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl Rates {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes a permission of the client with this fingerprint; `false` where there is none.
    pub(super) fn take(&self, client: &[u8; 32], now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= RATES_MAX && !buckets.contains_key(client) {
            // A full bucket says nothing that a new one would not.
            buckets.retain(|_, bucket| bucket.filled(rate, now) < f64::from(rate.burst));
            if buckets.len() >= RATES_MAX {
                return false;
            }
        }
        let full = Bucket { level: f64::from(rate.burst), at: now };
        let bucket = buckets.entry(*client).or_insert(full);
        *bucket = Bucket { level: bucket.filled(rate, now), at: now };
        let has_one = bucket.level >= 1.0;
        if has_one {
            bucket.level -= 1.0;
        }
        has_one
    }
}

impl Bucket {
    fn filled(&self, rate: Rate, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        (self.level + seconds * f64::from(rate.per_second)).min(f64::from(rate.burst))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_client_spends_its_burst_and_then_waits_for_its_rate() {
        let rates = Rates::new(Some(Rate { per_second: 10, burst: 2 }));
        let (began, line, other) = (Instant::now(), [1; 32], [2; 32]);
        assert!(rates.take(&line, began) && rates.take(&line, began));
        assert!(!rates.take(&line, began));
        assert!(rates.take(&other, began), "each client has a bucket of its own");
        let later = began + Duration::from_millis(100);
        assert!(rates.take(&line, later) && !rates.take(&line, later));
    }

    #[test]
    fn clients_that_were_quiet_are_forgotten_before_others_are_refused() {
        let rates = Rates::new(Some(Rate { per_second: 10, burst: 2 }));
        let client = |number: usize| {
            let mut client = [0; 32];
            client[..8].copy_from_slice(&number.to_be_bytes());
            client
        };
        let began = Instant::now();
        assert!((0..RATES_MAX).all(|number| rates.take(&client(number), began)));
        assert!(!rates.take(&client(RATES_MAX), began));
        assert!(rates.take(&client(RATES_MAX), began + Duration::from_secs(1)));
    }
}
