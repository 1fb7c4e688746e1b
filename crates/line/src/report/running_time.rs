//! How long a line was at work, by a clock that may have jumped.

use std::collections::BTreeMap;

const MILLIS_PER_HOUR: i64 = 60 * 60 * 1000;

/// A gap between two finished devices that is longer than this does not count: the line stood, or its clock jumped.
/// Nights and changes of shift are shorter and count.
const GAP_MS_MAX: i64 = 24 * MILLIS_PER_HOUR;

/// How many hours with finished devices are told apart: eleven years of them. A clock that jumps about in more than
/// that has its further hours passed over.
const HOURS_MAX: usize = 100_000;

/// Times at which devices were finished, an hour each in constant memory.
///
/// Devices come in the order of their reservation, which is not that of their end, so each hour keeps its first and
/// last finished device. Walking the hours in the clock's order gives the same time whatever order they came in.
#[derive(Clone, Debug, Default)]
pub(super) struct RunningTime(BTreeMap<i64, (i64, i64)>);

impl RunningTime {
    pub(super) fn add(&mut self, millis: i64) {
        let hour = millis.div_euclid(MILLIS_PER_HOUR);
        if let Some((first, last)) = self.0.get_mut(&hour) {
            *first = millis.min(*first);
            *last = millis.max(*last);
        } else if self.0.len() < HOURS_MAX {
            self.0.insert(hour, (millis, millis));
        }
    }

    /// From the first finished device to the last, less the gaps that do not count.
    pub(super) fn millis(&self) -> u64 {
        let mut sum = 0;
        let mut previous: Option<i64> = None;
        for (first, last) in self.0.values() {
            // In hours that differ the first is later than the previous last; a clock may make the difference huge.
            let gap = previous.map_or(0, |previous| first.saturating_sub(previous));
            if gap <= GAP_MS_MAX {
                sum += gap as u64;
            }
            sum += last.abs_diff(*first);
            previous = Some(*last);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = MILLIS_PER_HOUR;

    fn millis(times: &[i64]) -> i64 {
        let mut running = RunningTime::default();
        times.iter().for_each(|time| running.add(*time));
        running.millis() as i64
    }

    #[test]
    fn time_runs_from_the_first_to_the_last_in_any_order() {
        assert_eq!(millis(&[]), 0);
        assert_eq!(millis(&[5]), 0);
        assert_eq!(millis(&[5, HOUR + 7, 2 * HOUR]), 2 * HOUR - 5);
        assert_eq!(millis(&[2 * HOUR, 5, HOUR + 7]), 2 * HOUR - 5);
        assert_eq!(millis(&[0, 8 * HOUR]), 8 * HOUR);
    }

    #[test]
    fn a_weekend_or_a_jump_of_the_clock_does_not_count() {
        let year = 365 * 24 * HOUR;
        assert_eq!(millis(&[0, HOUR, 60 * HOUR, 61 * HOUR]), 2 * HOUR);
        assert_eq!(millis(&[56 * year, 56 * year + HOUR, 0, HOUR]), 2 * HOUR);
        assert_eq!(millis(&[i64::MIN, i64::MAX]), 0);
    }

    #[test]
    fn a_clock_that_jumps_about_fills_no_memory() {
        let mut running = RunningTime::default();
        for hour in 0..HOURS_MAX as i64 + 10 {
            running.add(hour * HOUR);
        }
        assert_eq!(running.0.len(), HOURS_MAX);
    }
}
