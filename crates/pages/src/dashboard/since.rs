//! Points in time as people say them.

use ssot_model::{Timestamp, Utc};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A point in time as an element: how long ago, and the exact time where the pointer rests.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let exact = Utc::from(at);
    format!("<time datetime=\"{exact}\" title=\"{exact}\">{}</time>", words(at, now))
}

/// How long ago.
pub(super) fn words(at: Timestamp, now: Timestamp) -> String {
    match now.0.saturating_sub(at.0) {
        ..MINUTE => "just now".to_owned(),
        past @ MINUTE..HOUR => format!("{} min ago", past / MINUTE),
        past @ HOUR..DAY => format!("{} h ago", past / HOUR),
        past if past < 2 * DAY => "yesterday".to_owned(),
        past if past < 30 * DAY => format!("{} days ago", past / DAY),
        _ => crate::words::date(at),
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::Timestamp;

    use super::words;

    #[test]
    fn the_past_is_told_as_people_tell_it() {
        let now = 1_772_360_100_000;
        for (past, said) in [
            (-5, "just now"),
            (59_000, "just now"),
            (61_000, "1 min ago"),
            (7_200_000, "2 h ago"),
            (90_000_000, "yesterday"),
            (260_000_000, "3 days ago"),
            (2_592_000_000, "2026-01-30"),
        ] {
            assert_eq!(words(Timestamp(now - past), Timestamp(now)), said);
        }
    }
}
