//! Durations, counted by their order of magnitude in constant memory.

/// How many steps there are from one duration to twice that: a figure is at most 4.5 % too high.
const STEPS_PER_OCTAVE: usize = 16;

/// A duration has 32 bits of microseconds.
const OCTAVES: usize = 32;

const BUCKETS: usize = STEPS_PER_OCTAVE * OCTAVES;

/// Counted durations.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    total: u64,
    max_micros: u32,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: Box::new([0; BUCKETS]), total: 0, max_micros: 0 }
    }

    pub(super) fn add(&mut self, micros: u32) {
        self.counts[bucket_of(micros)] += 1;
        self.total += 1;
        self.max_micros = self.max_micros.max(micros);
    }

    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    pub(super) const fn max_micros(&self) -> u32 {
        self.max_micros
    }

    /// What this share of the durations does not exceed, in microseconds; up to 4.5 % too high, and never more than
    /// the longest. Zero where there are none.
    pub(super) fn quantile(&self, share: f64) -> u32 {
        let wanted = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_end(bucket).min(self.max_micros);
            }
        }
        self.max_micros
    }
}

fn bucket_of(micros: u32) -> usize {
    let step = (f64::from(micros.max(1)).log2() * STEPS_PER_OCTAVE as f64).floor();
    (step as usize).min(BUCKETS - 1)
}

fn upper_end(bucket: usize) -> u32 {
    // A number beyond the type's range becomes its largest.
    ((bucket + 1) as f64 / STEPS_PER_OCTAVE as f64).exp2() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_a_twentieth_too_high() {
        let mut histogram = Histogram::new();
        for millis in 1..=1000 {
            histogram.add(millis * 1000);
        }
        for (share, exact_millis) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = f64::from(histogram.quantile(share)) / 1e3;
            assert!((exact_millis..exact_millis * 1.05).contains(&found), "{share}: {found}");
        }
        assert_eq!(histogram.max_micros(), 1_000_000);
    }

    #[test]
    fn no_durations_and_the_longest_have_quantiles_too() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.99), 0);
        histogram.add(u32::MAX);
        histogram.add(0);
        assert_eq!(histogram.quantile(0.99), u32::MAX);
        assert!(histogram.quantile(0.5) <= 2);
        assert_eq!(histogram.total(), 2);
    }
}
