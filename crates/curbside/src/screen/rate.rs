//! How many devices an hour: lately, and over the whole run.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How far back "lately" reaches: long enough to smooth over a change of trays, short enough to show a slow fixture.
pub(super) const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Before so much time has passed a rate says nothing.
const FIRST_AFTER: Duration = Duration::from_secs(5);

/// Counts devices by the second in which they passed; at most one number for each second of [`WINDOW`] is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Rate {
    began: Option<Instant>,
    total: u64,
    /// Seconds since the beginning, and how many passed in them.
    seconds: VecDeque<(u64, u64)>,
}

impl Rate {
    /// The run begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.began.get_or_insert(now);
    }

    /// A device passed.
    pub(super) fn count(&mut self, now: Instant) {
        let second = now.duration_since(*self.began.get_or_insert(now)).as_secs();
        self.total += 1;
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        let oldest = second.saturating_sub(WINDOW.as_secs());
        while self.seconds.front().is_some_and(|(first, _)| *first < oldest) {
            self.seconds.pop_front();
        }
    }

    /// Devices an hour over the last [`WINDOW`], or since the run began.
    pub(super) fn lately_per_hour(&self, now: Instant) -> Option<f64> {
        let ran = self.ran(now)?;
        let oldest = ran.saturating_sub(WINDOW);
        let counted = self.seconds.iter().filter(|(second, _)| *second >= oldest.as_secs());
        let count: u64 = counted.map(|(_, count)| count).sum();
        Some(per_hour(count, ran.min(WINDOW)))
    }

    /// Devices an hour since the run began.
    pub(super) fn whole_per_hour(&self, now: Instant) -> Option<f64> {
        Some(per_hour(self.total, self.ran(now)?))
    }

    /// How long `remaining` devices take at the pace of late, or else at that of the whole run.
    pub(super) fn time_for(&self, remaining: u64, now: Instant) -> Option<Duration> {
        let lately = self.lately_per_hour(now).filter(|rate| *rate > 0.0);
        let rate = lately.or_else(|| self.whole_per_hour(now)).filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(remaining as f64 * 3600.0 / rate).ok()
    }

    fn ran(&self, now: Instant) -> Option<Duration> {
        let ran = now.duration_since(self.began?);
        (ran >= FIRST_AFTER).then_some(ran)
    }
}

fn per_hour(count: u64, time: Duration) -> f64 {
    count as f64 * 3600.0 / time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_long_ago_counts_for_the_whole_run_only() {
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let mut rate = Rate::default();
        rate.begin(began);
        for _ in 0..100 {
            rate.count(at(10));
        }
        assert_eq!(rate.lately_per_hour(at(100)), Some(3600.0));
        for second in 0..10 {
            rate.count(at(600 + second));
        }
        assert_eq!(rate.lately_per_hour(at(610)), Some(120.0));
        assert_eq!(rate.whole_per_hour(at(1100)), Some(360.0));
        assert!(rate.seconds.len() <= 11);
    }

    #[test]
    fn a_day_of_devices_takes_a_bounded_memory() {
        let began = Instant::now();
        let mut rate = Rate::default();
        for second in 0..86_400 {
            rate.count(began + Duration::from_secs(second));
        }
        assert!(rate.seconds.len() as u64 <= WINDOW.as_secs() + 1);
    }

    #[test]
    fn no_time_left_is_told_before_anything_passed() {
        let began = Instant::now();
        let mut rate = Rate::default();
        rate.begin(began);
        let now = began + Duration::from_secs(60);
        assert_eq!(rate.time_for(10, now), None);
        rate.count(now);
        assert_eq!(rate.time_for(10, now), Some(Duration::from_secs(600)));
    }
}
