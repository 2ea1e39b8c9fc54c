//! Time, handed around explicitly: whoever needs it has a [`Clock`] in its hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ssot_model::Timestamp;

const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Tells the time. Clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Stepping { next: Arc<AtomicI64>, step_millis: i64 },
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::stepping(at, 0)
    }

    /// A clock that tells `first` and moves by `step_millis` each time it is asked.
    pub fn stepping(first: Timestamp, step_millis: i64) -> Self {
        let next = Arc::new(AtomicI64::new(first.0));
        Self(Source::Stepping { next, step_millis })
    }

    /// The time now. A machine set to a date before 1970 is taken to be at 1970.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Source::Stepping { next, step_millis } => {
                Timestamp(next.fetch_add(*step_millis, Ordering::Relaxed))
            }
        }
    }

    /// Starts measuring. On the machine's clock the measure is not disturbed when
    /// somebody sets the time.
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch(match self.0 {
            Source::System => Measure::Monotonic(Instant::now()),
            Source::Stepping { .. } => Measure::Stepping(self.clone(), self.now()),
        })
    }
}

/// Measures how long something takes.
#[derive(Debug, Clone)]
pub struct Stopwatch(Measure);

#[derive(Debug, Clone)]
enum Measure {
    Monotonic(Instant),
    Stepping(Clock, Timestamp),
}

impl Stopwatch {
    /// Milliseconds since the start.
    pub fn millis(&self) -> u64 {
        match &self.0 {
            Measure::Monotonic(start) => {
                u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
            }
            Measure::Stepping(clock, start) => u64::try_from(clock.now().0 - start.0).unwrap_or(0),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use ssot_model::Timestamp;

    use super::{Clock, Utc};

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

    #[test]
    fn clones_of_a_stepping_clock_tell_the_same_time() {
        let clock = Clock::stepping(Timestamp(100), 10);
        let other = clock.clone();
        assert_eq!([clock.now(), other.now(), clock.now()].map(|at| at.0), [100, 110, 120]);
        let watch = clock.stopwatch();
        assert_eq!([watch.millis(), watch.millis()], [10, 20]);
        let still = Clock::fixed(Timestamp(5));
        assert_eq!((still.now(), still.now()), (Timestamp(5), Timestamp(5)));
    }

    #[test]
    fn the_machine_s_clock_is_after_this_was_written() {
        assert!(Utc::from(Clock::system().now()).year >= 2026);
        assert!(Clock::system().stopwatch().millis() < 60_000);
    }
}
