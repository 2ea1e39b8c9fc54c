//! Time, handed around explicitly: whoever needs it has a [`Clock`] in its hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ssot_model::Timestamp;
pub use ssot_model::Utc;

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
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Measure::Monotonic(start) => start.elapsed(),
            Measure::Stepping(clock, start) => {
                Duration::from_millis(u64::try_from(clock.now().0 - start.0).unwrap_or(0))
            }
        }
    }

    /// Milliseconds since the start.
    pub fn millis(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::Timestamp;

    use super::{Clock, Utc};

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
