//! Times for people, in UTC.

use time::OffsetDateTime;

/// A day, as `2031-04-02`. A time beyond the calendar reads as its seconds.
pub fn utc_day(unix: u64) -> String {
    match date(unix) {
        Some(time) => {
            format!("{:04}-{:02}-{:02}", time.year(), u8::from(time.month()), time.day())
        }
        None => unix.to_string(),
    }
}

/// A minute, as `2031-04-02 23:59 UTC`.
pub fn utc_minute(unix: u64) -> String {
    match date(unix) {
        Some(time) => format!("{} {:02}:{:02} UTC", utc_day(unix), time.hour(), time.minute()),
        None => unix.to_string(),
    }
}

fn date(unix: u64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(unix).ok()?).ok()
}
