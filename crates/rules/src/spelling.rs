//! How near two spellings are.

/// Why a text is nearly another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// Other letters: missing, doubled, swapped or wrong.
    Letters,
    /// Another separator or case between the same letters.
    Separators,
    /// The same in capitals, or as the name of a class.
    Capitals,
    /// With an `s` more or less.
    Plural,
}

impl Nearness {
    /// The words used in evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Letters => "other letters",
            Self::Separators => "other separators or case",
            Self::Capitals => "capital letters",
            Self::Plural => "an `s` more or less",
        }
    }
}

/// Lengths from which one and two wrong letters still mean the same word.
const ONE_LETTER: usize = 5;
const TWO_LETTERS: usize = 10;

/// Whether a text is nearly a value without being it.
pub fn nearness(text: &str, value: &str) -> Option<Nearness> {
    if text == value || text.len().abs_diff(value.len()) > 4 {
        return None;
    }
    let (one, other) = (folded(text), folded(value));
    if one == other {
        let is_name = text == value.to_ascii_uppercase()
            || text.starts_with(|it: char| it.is_ascii_uppercase())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return Some(if is_name { Nearness::Capitals } else { Nearness::Separators });
    }
    if one.strip_suffix('s') == Some(&*other) || other.strip_suffix('s') == Some(&*one) {
        return Some(Nearness::Plural);
    }
    let most = match value.len() {
        ..ONE_LETTER => 0,
        ONE_LETTER..TWO_LETTERS => 1,
        _ => 2,
    };
    let numbers = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let near = text.is_ascii()
        && value.is_ascii()
        && numbers(text) == numbers(value)
        && within(text.as_bytes(), value.as_bytes(), most);
    near.then_some(Nearness::Letters)
}

/// Letters and digits alone, in small letters.
pub fn folded(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether so many changes of one letter, or swaps of two neighbours, lead from one
/// text to the other.
pub(crate) fn within(one: &[u8], other: &[u8], most: usize) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    if one.is_empty() || other.is_empty() {
        return one.len().max(other.len()) <= most;
    }
    let Some(left) = most.checked_sub(1) else { return false };
    let swapped = one.len() > 1 && other.len() > 1 && one[0] == other[1] && one[1] == other[0];
    within(&one[1..], &other[1..], left)
        || within(&one[1..], other, left)
        || within(one, &other[1..], left)
        || swapped && within(&one[2..], &other[2..], left)
}

#[cfg(test)]
mod tests {
    use super::{Nearness, nearness};

    #[test]
    fn nearly_the_same_is_told_by_kind() {
        for (text, value, expected) in [
            ("agent_started", "agent_started", None),
            ("agent_startd", "agent_started", Some(Nearness::Letters)),
            ("agent_satrted", "agent_started", Some(Nearness::Letters)),
            ("agent-started", "agent_started", Some(Nearness::Separators)),
            ("agentStarted", "agent_started", Some(Nearness::Separators)),
            ("AGENT_STARTED", "agent_started", Some(Nearness::Capitals)),
            ("AgentStarted", "agent_started", Some(Nearness::Capitals)),
            ("agents_started", "agent_started", Some(Nearness::Letters)),
            ("messages", "message", Some(Nearness::Plural)),
            ("agent_stopped", "agent_started", None),
            ("step_1", "step_2", None),
            ("post", "host", None),
        ] {
            assert_eq!(nearness(text, value), expected, "{text} {value}");
        }
    }
}
