//! Minting and reading identifiers.

mod legacy;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ssot_model::{ProjectId, RequestId, RunId, ThreadId, UserId};

use crate::clock::{Clock, Utc};

pub use legacy::LegacyRunId;

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

/// The one mint: every id that this program makes up comes from here. Clones draw from the
/// same source.
///
/// ```
/// use ssot_runtime::ids::{IdManager, parse_run_id};
///
/// let ids = IdManager::system();
/// assert!(parse_run_id(ids.run().as_str()).is_some());
/// assert_ne!(ids.request(), ids.request());
/// ```
#[derive(Debug, Clone)]
pub struct IdManager {
    clock: Clock,
    randomness: Randomness,
}

impl IdManager {
    /// By the clock of the machine and the randomness of the system.
    pub fn system() -> Self {
        Self::new(Clock::system(), Randomness::system())
    }

    /// By a clock and a source of randomness.
    pub fn new(clock: Clock, randomness: Randomness) -> Self {
        Self { clock, randomness }
    }

    /// A new run, `r-20260301-101500-3f9a`: the second it began in UTC, and four random
    /// digits for runs that begin in the same second.
    pub fn run(&self) -> RunId {
        let Utc { year, month, day, hour, minute, second } = Utc::from(self.clock.now());
        let tail = self.randomness.draw() & 0xffff;
        RunId::new(format!(
            "r-{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{tail:04x}"
        ))
    }

    /// A new conversation, `t-` and sixteen random digits.
    pub fn thread(&self) -> ThreadId {
        ThreadId::new(self.name("t"))
    }

    /// A new request, `q-` and sixteen random digits.
    pub fn request(&self) -> RequestId {
        RequestId::new(self.name("q"))
    }

    /// A new user, `u-` and sixteen random digits.
    pub fn user(&self) -> UserId {
        UserId::new(self.name("u"))
    }

    /// A new project, `p-` and sixteen random digits.
    pub fn project(&self) -> ProjectId {
        ProjectId::new(self.name("p"))
    }

    /// The public name of a new key, `k-` and sixteen random digits. It opens nothing.
    pub fn key(&self) -> String {
        self.name("k")
    }

    /// What tells a command that is sent from every other: thirty-two random digits.
    pub fn command(&self) -> String {
        format!("{:016x}{:016x}", self.randomness.draw(), self.randomness.draw())
    }

    fn name(&self, prefix: &str) -> String {
        format!("{prefix}-{:016x}", self.randomness.draw())
    }
}

/// Why a text names no run of a repository, for whoever wrote it. An id that another system
/// minted says whose it was and from when.
pub fn no_run(text: &str) -> String {
    match LegacyRunId::parse(text.as_bytes()) {
        Some(id) => {
            format!("{}; ssot has no log of it. `ssot status` names the last run", id.explained())
        }
        None => format!("there is no run {text} in this repository"),
    }
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

    use super::{IdManager, Randomness, no_run, parse_run_id};
    use crate::clock::Clock;

    #[test]
    fn a_minted_id_names_its_second_and_parses() {
        let clock = Clock::fixed(Timestamp(1_772_360_100_000));
        let ids = |seed| IdManager::new(clock.clone(), Randomness::seeded(seed));
        let mint = ids(1);
        let (first, second) = (mint.run(), mint.clone().run());
        assert!(first.as_str().starts_with("r-20260301-101500-"), "{first}");
        assert_ne!(first, second);
        assert_eq!(ids(1).run(), first);
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

    #[test]
    fn each_kind_of_id_is_known_by_its_letter() {
        let mint = IdManager::new(Clock::fixed(Timestamp(0)), Randomness::seeded(1));
        let minted = [
            mint.thread().to_string(),
            mint.request().to_string(),
            mint.user().to_string(),
            mint.project().to_string(),
            mint.key(),
        ];
        for (id, letter) in minted.iter().zip("tqupk".chars()) {
            let (front, digits) = id.split_once('-').expect("two parts");
            assert_eq!((front, digits.len()), (letter.to_string().as_str(), 16), "{id}");
            assert_eq!(parse_run_id(id), None);
        }
    }

    #[test]
    fn an_id_of_before_is_explained() {
        let told = no_run("thread_a_run_b_run_1700000000000_0123abcd");
        assert!(told.contains("of the thread `a_run_b`, minted at 2023-11-14T22:13:20Z"), "{told}");
        assert_eq!(no_run("r-1"), "there is no run r-1 in this repository");
    }
}
