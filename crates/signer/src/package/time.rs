//! Times of a package: RFC 3339 in UTC, whole seconds.

/// The last second of the year 9999, since 1970: the last that RFC 3339 can write.
pub(super) const UNIX_SECONDS_MAX: u64 = 253_402_300_799;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Days from 1970-01-01 to 2000-03-01, where a cycle of 400 years begins with a year that ends in February.
const DAYS_TO_MARCH_2000: i64 = 11_017;

const DAYS_PER_400_YEARS: i64 = 146_097;

/// A text that is no time in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a time in UTC from 1970 to 9999 such as 2031-04-02T08:00:00Z")]
pub struct UnixTimeError;

/// Reads `YYYY-MM-DDTHH:MM:SSZ` as seconds since 1970. Nothing else is read: no offsets, no fractions, no
/// leap seconds.
///
/// # Errors
///
/// [`UnixTimeError`].
pub fn parse_utc(text: &str) -> Result<u64, UnixTimeError> {
    parse(text).filter(|&unix| format_utc(unix) == text).ok_or(UnixTimeError)
}

/// Writes seconds since 1970 as `YYYY-MM-DDTHH:MM:SSZ`; a time after the year 9999 as its last second.
pub fn format_utc(unix: u64) -> String {
    let unix = unix.min(UNIX_SECONDS_MAX);
    let (day, second) = (unix / SECONDS_PER_DAY, unix % SECONDS_PER_DAY);
    let (year, month, day) = civil(day as i64);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn parse(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..60).contains(&second) {
        return None;
    }
    // A day that its month does not have comes out as one of the next, and is then not written as it was read.
    let seconds = (days_since_1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
    u64::try_from(seconds).ok()
}

/// Days before the first of a month, in a year that begins in March.
const fn days_before(month_from_march: i64) -> i64 {
    // Months of 31, 30, 31, 30, 31 days follow each other from March on.
    (153 * month_from_march + 2) / 5
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let month_from_march = (month + 9) % 12;
    let since_2000 = year - i64::from(month < 3) - 2000;
    let leap_days =
        since_2000.div_euclid(4) - since_2000.div_euclid(100) + since_2000.div_euclid(400);
    DAYS_TO_MARCH_2000 + since_2000 * 365 + leap_days + days_before(month_from_march) + day - 1
}

fn civil(day: i64) -> (i64, i64, i64) {
    let since_2000 = day - DAYS_TO_MARCH_2000;
    // A guess that is never too late, and at most one year too early.
    let mut year = 2000 + (since_2000 * 400).div_euclid(DAYS_PER_400_YEARS) - 1;
    while days_since_1970(year + 1, 3, 1) <= day {
        year += 1;
    }
    let of_year = day - days_since_1970(year, 3, 1);
    let month_from_march = (0..12).rev().find(|&month| days_before(month) <= of_year).unwrap_or(0);
    let day = of_year - days_before(month_from_march) + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (year + i64::from(month < 3), month, day)
}
