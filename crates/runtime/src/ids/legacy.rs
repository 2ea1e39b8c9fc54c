//! Identifiers that other systems minted before.
//!
//! Two forms are read: `run_{thread}_{uuid}` and `thread_{thread}_run_{timestamp}_{uuid}`.
//! A thread id may be anything, `_run_` and underscores included, so both are read from
//! their right end, where the parts have a form of their own.

use ssot_model::{ThreadId, Timestamp, Utc};

/// Digits of a shortened UUID.
const SHORT_DIGITS: [usize; 4] = [8, 12, 16, 32];
/// Where the dashes of a written-out UUID stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// A run id that was not minted here, in its parts.
///
/// ```
/// use ssot_runtime::ids::LegacyRunId;
///
/// let id = LegacyRunId::parse(b"thread_a_run_b_run_1700000000_0123abcd").expect("a run id");
/// assert_eq!(id.thread().as_str(), "a_run_b");
/// assert_eq!(id.uuid(), "0123abcd");
/// assert_eq!(id.began().map(|at| at.0), Some(1_700_000_000_000));
/// assert_eq!(id.to_string(), "thread_a_run_b_run_1700000000_0123abcd");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyRunId {
    thread: ThreadId,
    timestamp: Option<String>,
    uuid: String,
}

impl LegacyRunId {
    /// Reads either form. Total: any bytes give an answer, and none panics.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (front, uuid) = text.rsplit_once('_').filter(|(_, uuid)| is_uuid(uuid))?;
        let of = |thread: &str, timestamp: Option<&str>| {
            (!thread.is_empty()).then(|| Self {
                thread: ThreadId::new(thread),
                timestamp: timestamp.map(str::to_owned),
                uuid: uuid.to_owned(),
            })
        };
        if let Some(rest) = front.strip_prefix("thread_")
            && let Some((rest, timestamp)) = rest.rsplit_once('_')
            && unit(timestamp).is_some()
            && let Some(thread) = rest.strip_suffix("_run")
        {
            return of(thread, Some(timestamp));
        }
        of(front.strip_prefix("run_")?, None)
    }

    /// The conversation.
    pub fn thread(&self) -> &ThreadId {
        &self.thread
    }

    /// When it was minted; none where the form does not say.
    pub fn began(&self) -> Option<Timestamp> {
        let digits = self.timestamp.as_deref()?;
        let number: u64 = digits.parse().ok()?;
        let (times, per) = unit(digits)?;
        i64::try_from(number.checked_mul(times)? / per).ok().map(Timestamp)
    }

    /// What tells it from others: a UUID, or its first digits.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// What it says of itself, for whoever shows it where a run of ssot is expected.
    pub fn explained(&self) -> String {
        let minted = self.began().map(|at| format!(", minted at {}", Utc::from(at)));
        format!(
            "`{self}` is a run id of an older form, of the thread `{}`{}",
            self.thread,
            minted.unwrap_or_default()
        )
    }
}

/// The text that was read, to the byte.
impl std::fmt::Display for LegacyRunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { thread, timestamp, uuid } = self;
        match timestamp {
            Some(timestamp) => write!(f, "thread_{thread}_run_{timestamp}_{uuid}"),
            None => write!(f, "run_{thread}_{uuid}"),
        }
    }
}

/// What makes milliseconds of a timestamp: times so many, and so many for one. It counts
/// seconds, milliseconds, microseconds or nanoseconds since 1970, and its length tells which:
/// all lie between 2001 and 2286 in their unit.
fn unit(digits: &str) -> Option<(u64, u64)> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        10 => Some((1000, 1)),
        13 => Some((1, 1)),
        16 => Some((1, 1000)),
        19 => Some((1, 1_000_000)),
        _ => None,
    }
}

fn is_uuid(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit();
    if text.len() == 36 {
        let fits = |(at, byte): (usize, u8)| {
            if DASHES.contains(&at) { byte == b'-' } else { is_digit(byte) }
        };
        return text.bytes().enumerate().all(fits);
    }
    SHORT_DIGITS.contains(&text.len()) && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ssot_model::Timestamp;

    use super::LegacyRunId;

    const UUID: &str = "123e4567-e89b-12d3-a456-426614174000";

    #[test]
    fn both_forms_are_read_from_the_right() {
        for (text, expected) in [
            (format!("run_t1_{UUID}"), Some(("t1", None))),
            (format!("run_a_run_b_{UUID}"), Some(("a_run_b", None))),
            ("run_user_7_0123abcd".to_owned(), Some(("user_7", None))),
            ("thread_t_run_1700000000_0123abcd".to_owned(), Some(("t", Some(1_700_000_000_000)))),
            (
                "thread_t_run_1700000000123_0123abcd".to_owned(),
                Some(("t", Some(1_700_000_000_123))),
            ),
            (
                "thread_t_run_1700000000123456_0123abcd".to_owned(),
                Some(("t", Some(1_700_000_000_123))),
            ),
            (
                format!("thread_run_x_run_run_1700000000123456789_{UUID}"),
                Some(("run_x_run", Some(1_700_000_000_123))),
            ),
            // A thread that is called like a run.
            (
                "run_thread_x_run_1700000000_0123abcd".to_owned(),
                Some(("thread_x_run_1700000000", None)),
            ),
            ("thread_x_0123abcd".to_owned(), None),
            ("thread_x_run_17_0123abcd".to_owned(), None),
            ("thread__run_1700000000_0123abcd".to_owned(), None),
            ("run__0123abcd".to_owned(), None),
            ("run_0123abcd".to_owned(), None),
            ("run_t_0123abc".to_owned(), None),
            ("r-20260301-101500-3f9a".to_owned(), None),
            (String::new(), None),
        ] {
            let parsed = LegacyRunId::parse(text.as_bytes());
            let parts = parsed.as_ref().map(|it| (it.thread().as_str(), it.began()));
            let expected = expected.map(|(thread, began)| (thread, began.map(Timestamp)));
            assert_eq!(parts, expected, "{text}");
        }
        assert_eq!(LegacyRunId::parse(b"run_\xff_0123abcd"), None);
        assert_eq!(LegacyRunId::parse("run_ü_0123abcd_".as_bytes()), None);
    }

    #[test]
    fn it_says_of_which_thread_and_of_when_it_is() {
        for (text, expected) in [
            (
                "thread_a_run_b_run_1700000000_0123abcd",
                "of the thread `a_run_b`, minted at 2023-11-14T22:13:20Z",
            ),
            ("run_t1_0123abcd", "of the thread `t1`"),
        ] {
            let told = LegacyRunId::parse(text.as_bytes()).expect("a run id").explained();
            assert_eq!(told, format!("`{text}` is a run id of an older form, {expected}"));
        }
    }

    proptest! {
        #[test]
        fn what_is_put_together_comes_apart(
            thread in "(_run_|thread_|run_|[a-z0-9_é-]){1,12}",
            timestamp in proptest::option::of("[1-9]([0-9]{9}|[0-9]{12}|[0-9]{15})"),
            uuid in "[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ) {
            let text = match &timestamp {
                Some(timestamp) => format!("thread_{thread}_run_{timestamp}_{uuid}"),
                None => format!("run_{thread}_{uuid}"),
            };
            let parsed = LegacyRunId::parse(text.as_bytes()).expect("a run id");
            prop_assert_eq!(parsed.thread().as_str(), thread);
            prop_assert_eq!(parsed.timestamp.as_deref(), timestamp.as_deref());
            prop_assert_eq!(parsed.began().is_some(), timestamp.is_some());
            prop_assert_eq!(parsed.uuid(), uuid);
            let begins = format!("`{text}` is");
            prop_assert!(parsed.explained().starts_with(&begins));
        }

        #[test]
        fn any_bytes_have_an_answer_that_gives_them_back(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            if let Some(id) = LegacyRunId::parse(&bytes) {
                prop_assert_eq!(id.to_string().into_bytes(), bytes);
            }
        }

        #[test]
        fn what_looks_like_one_gives_itself_back(
            text in "(run_|thread_|_run_|_|1700000000|1700000000000|0123abcd|[a-f0-9]{12}|ü){0,9}",
        ) {
            if let Some(id) = LegacyRunId::parse(text.as_bytes()) {
                prop_assert_eq!(id.to_string(), text);
                _ = id.explained();
            }
        }
    }
}
