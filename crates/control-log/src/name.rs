//! The names of control-log files: `C_CONTROL_LOG_<YYYYMMDDHHMMSS>.txt`.
//!
//! The pattern is the public tools' and has room for one file a second. The stamp is the UTC second (the
//! public tools take local time, which repeats an hour every autumn). A name that is taken is never
//! overwritten: [`candidates`] gives the following seconds, to be tried one after the other, each exclusively.

use std::{fmt, str::FromStr};

/// How many names are tried, one a second from now. A line that is an hour of stamps ahead of the clock is
/// writing one file per device faster than the pattern can ever hold, and should write them in another directory.
pub const CANDIDATES_MAX: u64 = 3600;

/// How every control log's name begins.
pub const PREFIX: &str = "C_CONTROL_LOG_";

/// How every control log's name ends.
pub const SUFFIX: &str = ".txt";
const STAMP_LEN_DIGITS: usize = 14;

const SECONDS_PER_DAY: u64 = 86_400;

/// 9999-12-31 23:59:59, the last second that fits four digits of a year.
const LAST_SECOND: u64 = 253_402_300_799;

/// The name of a control log: a UTC second from 1970 to 9999.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ControlLogName {
    unix_seconds: u64,
}

/// Why something is not the name of a control log.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// A second after the year 9999.
    #[error("second {unix_seconds} lies beyond the year 9999")]
    TooLate {
        /// Seconds since 1970.
        unix_seconds: u64,
    },
    /// Not `C_CONTROL_LOG_`, 14 digits, `.txt`.
    #[error("the name of a control log is C_CONTROL_LOG_YYYYMMDDHHMMSS.txt")]
    Pattern,
    /// The digits are no date and time from 1970 on.
    #[error("the stamp is not a date and time")]
    Stamp,
}

impl ControlLogName {
    /// The name of a second since 1970-01-01 00:00:00 UTC.
    ///
    /// # Errors
    ///
    /// [`NameError::TooLate`].
    pub const fn from_unix_seconds(unix_seconds: u64) -> Result<Self, NameError> {
        if unix_seconds > LAST_SECOND {
            return Err(NameError::TooLate { unix_seconds });
        }
        Ok(Self { unix_seconds })
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub const fn unix_seconds(self) -> u64 {
        self.unix_seconds
    }

    /// The name of the following second.
    pub fn next_second(self) -> Option<Self> {
        Self::from_unix_seconds(self.unix_seconds + 1).ok()
    }
}

/// The names to try, from the current second on, at most [`CANDIDATES_MAX`].
pub fn candidates(now: ControlLogName) -> impl Iterator<Item = ControlLogName> {
    let last = LAST_SECOND.min(now.unix_seconds + CANDIDATES_MAX - 1);
    (now.unix_seconds..=last).map(|unix_seconds| ControlLogName { unix_seconds })
}

impl fmt::Display for ControlLogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.unix_seconds / SECONDS_PER_DAY);
        let second = self.unix_seconds % SECONDS_PER_DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{PREFIX}{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{SUFFIX}")
    }
}

impl FromStr for ControlLogName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let stamp = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.strip_suffix(SUFFIX))
            .filter(|stamp| stamp.len() == STAMP_LEN_DIGITS)
            .filter(|stamp| stamp.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or(NameError::Pattern)?;
        let number = |start: usize, end: usize| stamp[start..end].parse().unwrap_or(0);
        let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
        let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
        if hour > 23 || minute > 59 || second > 59 {
            return Err(NameError::Stamp);
        }
        let day = day_of(year, month, day).ok_or(NameError::Stamp)?;
        let unix_seconds = day * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        Self::from_unix_seconds(unix_seconds)
    }
}

/// Days in 400 Gregorian years.
const DAYS_PER_ERA: u64 = 146_097;

/// 1970-01-01 in days since 0000-03-01. Years are counted from March, so that a leap day is a year's last.
const DAYS_TO_1970: u64 = 719_468;

/// The Gregorian year, month and day of a day counted from 1970-01-01.
fn date_of(day: u64) -> (u64, u64, u64) {
    let days = day + DAYS_TO_1970;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    // Leap days before this one: every 4th year, but not every 100th, but the era's last.
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // March to July and August to December both have 31, 30, 31, 30, 31 days: 153 in five months.
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month =
        if months_since_march < 10 { months_since_march + 3 } else { months_since_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_month)
}

/// The inverse of [`date_of`]; `None` for what is no date from 1970 on.
fn day_of(year: u64, month: u64, day_of_month: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day_of_month) {
        return None;
    }
    let march_year = year - u64::from(month <= 2);
    let months_since_march = (month + 9) % 12;
    let day_of_year = (153 * months_since_march + 2) / 5 + day_of_month - 1;
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let day = era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
    // A day that the month does not have comes back as one of the next month.
    (date_of(day) == (year, month, day_of_month)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(unix_seconds: u64) -> String {
        ControlLogName::from_unix_seconds(unix_seconds).unwrap().to_string()
    }

    #[test]
    fn the_first_second_is_named() {
        assert_eq!(name(0), "C_CONTROL_LOG_19700101000000.txt");
    }

    #[test]
    fn a_leap_day_at_the_turn_of_a_400_year_era_is_named() {
        assert_eq!(name(951_826_154), "C_CONTROL_LOG_20000229120914.txt");
    }

    #[test]
    fn the_last_second_is_named_and_has_no_successor() {
        assert_eq!(name(LAST_SECOND), "C_CONTROL_LOG_99991231235959.txt");
        assert_eq!(ControlLogName::from_unix_seconds(LAST_SECOND).unwrap().next_second(), None);
        assert_eq!(
            ControlLogName::from_unix_seconds(LAST_SECOND + 1),
            Err(NameError::TooLate { unix_seconds: LAST_SECOND + 1 })
        );
    }

    #[test]
    fn every_day_is_followed_by_the_next_date_and_reads_back() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for number in 0..=LAST_SECOND / SECONDS_PER_DAY {
            assert_eq!(date_of(number), (year, month, day));
            assert_eq!(day_of(year, month, day), Some(number));
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month {
                2 => 28 + u64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > days {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }

    #[test]
    fn a_name_reads_back() {
        for second in [0, 1, 951_826_154, 1_774_276_671, LAST_SECOND] {
            let name = ControlLogName::from_unix_seconds(second).unwrap();
            assert_eq!(name.to_string().parse(), Ok(name));
        }
    }

    #[test]
    fn what_is_not_the_pattern_is_refused() {
        for text in [
            "",
            "C_CONTROL_LOG_20260101000000",
            "C_CONTROL_LOG_2026010100000.txt",
            "C_CONTROL_LOG_202601010000000.txt",
            "c_control_log_20260101000000.txt",
            "C_CONTROL_LOG_2026010100000x.txt",
            "C_CONTROL_LOG_+2260101000000.txt",
        ] {
            assert_eq!(text.parse::<ControlLogName>(), Err(NameError::Pattern), "{text}");
        }
    }

    #[test]
    fn digits_that_are_no_time_are_refused() {
        for stamp in [
            "20260230000000",
            "20261301000000",
            "20260001000000",
            "20260101240000",
            "19690101000000",
        ] {
            let text = format!("C_CONTROL_LOG_{stamp}.txt");
            assert_eq!(text.parse::<ControlLogName>(), Err(NameError::Stamp), "{text}");
        }
    }

    #[test]
    fn candidates_are_the_following_seconds_up_to_the_limit() {
        let now = ControlLogName::from_unix_seconds(59).unwrap();
        let names: Vec<_> = candidates(now).collect();
        assert_eq!(names.len() as u64, CANDIDATES_MAX);
        assert_eq!(names[0], now);
        assert_eq!(Some(names[1]), now.next_second());
        assert_eq!(names[1].to_string(), "C_CONTROL_LOG_19700101000100.txt");
        let last = ControlLogName::from_unix_seconds(LAST_SECOND - 1).unwrap();
        assert_eq!(candidates(last).count(), 2);
    }
}
