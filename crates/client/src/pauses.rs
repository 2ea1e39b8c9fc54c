//! How long to wait before the next connection.

use std::time::Duration;

/// The first pause, and the longest, in milliseconds.
const FIRST: u64 = 500;
const LONGEST: u64 = 30_000;

/// Pauses that double and are jittered, and are never shorter than the server asks for.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    attempt: u32,
    floor: u64,
}

impl Pauses {
    /// The server says when it wants to be asked again.
    pub(crate) fn not_before(&mut self, millis: u64) {
        self.floor = millis.min(LONGEST);
    }

    /// A connection has brought everything that was there.
    pub(crate) fn succeeded(&mut self) {
        self.attempt = 0;
    }

    /// The next pause; the number is drawn at random.
    pub(crate) fn next(&mut self, drawn: u64) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.attempt.min(16)).min(LONGEST);
        let half = ceiling / 2;
        let pause = self.floor + half + drawn % (half + 1);
        self.attempt += 1;
        self.floor = 0;
        Duration::from_millis(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::Pauses;

    #[test]
    fn pauses_double_up_to_a_limit_and_begin_anew_after_a_success() {
        let mut pauses = Pauses::default();
        let shortest: Vec<u128> = (0..9).map(|_| pauses.next(0).as_millis()).collect();
        assert_eq!(shortest, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
        assert!(pauses.next(u64::MAX).as_millis() <= 30_000);
        pauses.succeeded();
        assert_eq!(pauses.next(0).as_millis(), 250);
        // What the server asked for is added once.
        pauses.succeeded();
        pauses.not_before(500);
        assert_eq!((pauses.next(0).as_millis(), pauses.next(0).as_millis()), (750, 500));
    }
}
