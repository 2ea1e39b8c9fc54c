//! Points in time as dates.

use crate::Timestamp;

const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// A point in time as a date in UTC; shown as `2026-03-01T10:15:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    /// The year, negative before the year 0.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl From<Timestamp> for Utc {
    fn from(at: Timestamp) -> Self {
        let seconds = at.0.rem_euclid(MILLIS_PER_DAY) / 1000;
        // Days counted from 0000-03-01, so that the leap day ends a year; 400 years
        // have 146,097 days.
        let days = at.0.div_euclid(MILLIS_PER_DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let small = |value: i64| u8::try_from(value).expect("parts of a date fit a byte");
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day_of_year - (153 * from_march + 2) / 5 + 1),
            hour: small(seconds / 3600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
        }
    }
}

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
pub fn is_day(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !parts.iter().all(|it| digits(it)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The day so many days after another one; none when that is no day.
pub(crate) fn day_after(day: &str, days: u32) -> Option<String> {
    is_day(day).then_some(())?;
    let number = |range: std::ops::Range<usize>| day[range].parse::<i64>().ok();
    let (year, month, date) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // The other way round than above: years that begin in March, counted in days.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + date - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let since_epoch = era * 146_097 + day_of_era - 719_468 + i64::from(days);
    let utc = Utc::from(Timestamp(since_epoch * MILLIS_PER_DAY));
    Some(format!("{:04}-{:02}-{:02}", utc.year, utc.month, utc.day))
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, Utc, day_after, is_day};

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for (text, expected) in [
            ("2026-12-31", true),
            ("2028-02-29", true),
            ("2026-02-29", false),
            ("2100-02-29", false),
            ("2026-13-01", false),
            ("2026-04-31", false),
            ("2026-00-10", false),
            ("26-12-31", false),
            ("2026-1-1", false),
            ("2026/01/01", false),
            ("soon", false),
        ] {
            assert_eq!(is_day(text), expected, "{text}");
        }
    }

    #[test]
    fn days_are_counted_over_months_and_years() {
        for (day, days, expected) in [
            ("2026-11-30", 0, Some("2026-11-30")),
            ("2026-11-30", 1, Some("2026-12-01")),
            ("2026-12-31", 1, Some("2027-01-01")),
            ("2028-02-28", 1, Some("2028-02-29")),
            ("2026-02-28", 1, Some("2026-03-01")),
            ("1969-12-31", 366, Some("1971-01-01")),
            ("2026-02-30", 1, None),
        ] {
            assert_eq!(day_after(day, days).as_deref(), expected, "{day} + {days}");
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_399_999, "2000-02-28T23:59:59Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_772_360_100_000, "2026-03-01T10:15:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(Utc::from(Timestamp(millis)).to_string(), expected, "{millis}");
        }
    }
}
