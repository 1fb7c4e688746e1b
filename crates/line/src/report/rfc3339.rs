//! Times as text: RFC 3339, UTC, milliseconds.

use journal::UnixMillis;

const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// `YYYY-MM-DD`; `None` for a clock outside of four-digit years.
pub(crate) fn date(at: UnixMillis) -> Option<String> {
    let (year, month, day) = civil(at.0.div_euclid(MILLIS_PER_DAY));
    (0..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`; `None` for a clock outside of four-digit years.
pub(crate) fn date_time(at: UnixMillis) -> Option<String> {
    let date = date(at)?;
    let millis = at.0.rem_euclid(MILLIS_PER_DAY);
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    Some(format!("{date}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z"))
}

/// Year, month and day of a day since 1970, in the calendar of today extended to all times. Years are counted from
/// March, so that a leap day is a year's last.
fn civil(day: i64) -> (i64, i64, i64) {
    const DAYS_PER_ERA: i64 = 146_097;
    // From 0000-03-01 to 1970-01-01.
    let day = day + 719_468;
    let era = day.div_euclid(DAYS_PER_ERA);
    let of_era = day.rem_euclid(DAYS_PER_ERA);
    let year_of_era =
        (of_era - of_era / 1460 + of_era / 36_524 - of_era / (DAYS_PER_ERA - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(millis: i64) -> Option<String> {
        date_time(UnixMillis(millis))
    }

    #[test]
    fn known_times_are_written_as_others_write_them() {
        // By `date -u -d @SECONDS`.
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.000Z"),
            (253_402_300_799, "9999-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(text(seconds * 1000).as_deref(), Some(expected));
        }
        assert_eq!(text(-1).as_deref(), Some("1969-12-31T23:59:59.999Z"));
    }

    #[test]
    fn a_clock_out_of_its_mind_gives_no_text() {
        assert_eq!(text(253_402_300_800_000), None);
        assert_eq!(text(i64::MAX), None);
        assert_eq!(text(i64::MIN), None);
    }
}
