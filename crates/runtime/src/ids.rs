//! Minting and reading identifiers.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ssot_model::RunId;

use crate::clock::{Clock, Utc};

/// Where unpredictable numbers come from. Clones draw from the same source.
#[derive(Debug, Clone)]
pub struct Randomness(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Seeded(Arc<AtomicU64>),
}

impl Randomness {
    /// Seeded by the system. Good for telling things apart, not for secrets.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same numbers for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(AtomicU64::new(seed))))
    }

    /// The next number.
    pub fn draw(&self) -> u64 {
        match &self.0 {
            Source::System => RandomState::new().build_hasher().finish(),
            Source::Seeded(state) => {
                // SplitMix64: every state gives a well mixed number.
                let step = 0x9e37_79b9_7f4a_7c15_u64;
                let mut z = state.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                z ^ (z >> 31)
            }
        }
    }
}

/// A new run's identity, `r-20260301-101500-3f9a`: the second it began in UTC, and
/// four random digits for runs that begin in the same second.
pub fn mint_run_id(clock: &Clock, randomness: &Randomness) -> RunId {
    let Utc { year, month, day, hour, minute, second } = Utc::from(clock.now());
    let tail = randomness.draw() & 0xffff;
    RunId::new(format!("r-{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{tail:04x}"))
}

/// The run id in `text`, when it is one exactly. Whatever passes is safe as the
/// name of a directory.
pub fn parse_run_id(text: &str) -> Option<RunId> {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = |part: &str| {
        part.len() == 4 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        ["r", day, time, tail] if digits(day, 8) && digits(time, 6) && hexadecimal(tail) => {
            Some(RunId::new(text))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::Timestamp;

    use super::{Randomness, mint_run_id, parse_run_id};
    use crate::clock::Clock;

    #[test]
    fn a_minted_id_names_its_second_and_parses() {
        let clock = Clock::fixed(Timestamp(1_772_360_100_000));
        let randomness = Randomness::seeded(1);
        let (first, second) = (mint_run_id(&clock, &randomness), mint_run_id(&clock, &randomness));
        assert!(first.as_str().starts_with("r-20260301-101500-"), "{first}");
        assert_ne!(first, second);
        assert_eq!(mint_run_id(&clock, &Randomness::seeded(1)), first);
        assert_eq!(parse_run_id(first.as_str()), Some(first));
        assert_ne!(Randomness::system().draw(), Randomness::system().draw());
    }

    #[test]
    fn only_run_ids_parse() {
        for (text, valid) in [
            ("r-20260301-101500-3f9a", true),
            ("", false),
            ("r-20260301-101500-3F9A", false),
            ("r-20260301-101500-3f9a-", false),
            ("r-20260301-101500", false),
            ("r-2026030x-101500-3f9a", false),
            ("r-20260301-101500-../", false),
            ("../r-20260301-101500-3f9a", false),
            ("r-２０２６0301-101500-3f9a", false),
        ] {
            assert_eq!(parse_run_id(text).is_some(), valid, "{text}");
        }
    }
}
