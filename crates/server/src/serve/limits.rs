//! How much somebody may ask for.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use ssot_runtime::clock::{Clock, Stopwatch};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whose buckets are full are forgotten when there are so many.
const MOST_KEPT: usize = 10_000;

/// A rate that may be exceeded for a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// So many at once.
    pub(super) burst: u32,
    /// So many in the long run.
    pub(super) each_second: u32,
}

/// A bucket of tokens for each asker: every request takes one, time fills it.
pub(super) struct Buckets<K> {
    rate: Rate,
    since: Stopwatch,
    levels: Mutex<HashMap<K, Level>>,
}

#[derive(Clone, Copy)]
struct Level {
    /// Thousandths of a token.
    tokens: u64,
    /// Milliseconds on the stopwatch.
    at: u64,
}

/// So many things at the same time for each asker.
pub(super) struct Places<K> {
    each: usize,
    of: Mutex<HashMap<K, Arc<Semaphore>>>,
}

/// One of an asker's places; it is free again when this is dropped.
pub(super) type Place = OwnedSemaphorePermit;

impl<K: Hash + Eq + Clone> Places<K> {
    pub(super) fn new(each: usize) -> Self {
        Self { each, of: Mutex::new(HashMap::new()) }
    }

    /// Takes a place, if one is free.
    pub(super) fn take(&self, key: &K) -> Option<Place> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if of.len() >= MOST_KEPT {
            of.retain(|_, places| places.available_permits() < self.each);
        }
        let places = of.entry(key.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        Arc::clone(places).try_acquire_owned().ok()
    }
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, since: Clock::system().stopwatch(), levels: Mutex::new(HashMap::new()) }
    }

    /// Takes a token; how many seconds to wait when there is none.
    pub(super) fn take(&self, key: &K) -> Result<(), u64> {
        self.take_at(key, self.since.millis())
    }

    fn take_at(&self, key: &K, now: u64) -> Result<(), u64> {
        let full = u64::from(self.rate.burst) * 1000;
        let each_milli = u64::from(self.rate.each_second);
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = |level: &Level| {
            level.tokens.saturating_add(now.saturating_sub(level.at).saturating_mul(each_milli))
        };
        if levels.len() >= MOST_KEPT {
            levels.retain(|_, level| filled(level) < full);
        }
        let level = levels.entry(key.clone()).or_insert(Level { tokens: full, at: now });
        let tokens = filled(level).min(full);
        *level = Level { tokens, at: now };
        if tokens < 1000 {
            return Err((1000 - tokens).div_ceil(each_milli.max(1)).div_ceil(1000).max(1));
        }
        level.tokens = tokens - 1000;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, Rate};

    #[test]
    fn a_burst_passes_then_the_rate_and_nobody_pays_for_others() {
        let buckets = Buckets::new(Rate { burst: 3, each_second: 2 });
        for _ in 0..3 {
            assert_eq!(buckets.take_at(&"ada", 0), Ok(()));
        }
        assert_eq!(buckets.take_at(&"ada", 0), Err(1));
        assert_eq!(buckets.take_at(&"eve", 0), Ok(()));
        assert_eq!(buckets.take_at(&"ada", 499), Err(1));
        assert_eq!(buckets.take_at(&"ada", 500), Ok(()));
        assert_eq!(buckets.take_at(&"ada", 500), Err(1));
        // However long nobody asks, the bucket holds no more than the burst.
        assert_eq!((0..9).filter(|_| buckets.take_at(&"ada", 1_000_000).is_ok()).count(), 3);
    }
}
