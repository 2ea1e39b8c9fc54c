//! Numbers and identities as words, texts that grow, and texts that can be shown.

use ssot_model::{Timestamp, Utc};

/// Adds to a text.
pub fn add(text: &mut String, more: impl AsRef<str>) {
    text.push_str(more.as_ref());
}

/// The texts of all items, one after the other.
pub fn each<T>(items: impl IntoIterator<Item = T>, text: impl FnMut(T) -> String) -> String {
    items.into_iter().map(text).collect()
}

/// `1 file`, `2 files`, `12,345 files`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end));
    let noun = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if hisses => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{} {noun}", thousands(number as u64))
}

/// A number with a comma between each three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time in words: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
pub fn span(millis: u64) -> String {
    let seconds = (millis + 500) / 1000;
    match seconds {
        0..10 => {
            let tenths = (millis + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The time of the day in UTC, as `10:15:07`.
pub fn clock(at: Timestamp) -> String {
    let Utc { hour, minute, second, .. } = Utc::from(at);
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// The first digits of a commit or tree, enough for people.
pub fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// The first of the words, and how many more there are.
pub fn some_of(words: &[&str], most: usize) -> String {
    if words.len() <= most {
        return words.join(", ");
    }
    let rest = words.len() - most;
    format!("{} and {} more", words[..most].join(", "), thousands(rest as u64))
}

/// A text of the repository without what would control a terminal or end a line.
pub fn visible(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' | '\r' | '\t' => ' ',
        letter if letter.is_control() || is_direction(letter) => '\u{fffd}',
        letter => letter,
    };
    text.chars().map(shown).collect()
}

/// Whether a letter turns the direction of the letters around it, which makes a text
/// read otherwise than it is.
fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The name of an implementation in a comparison.
pub fn letter(at: usize) -> String {
    // Beyond Z the letters start again with a number.
    let letter = char::from(b'A' + (at % 26) as u8);
    if at < 26 { letter.to_string() } else { format!("{letter}{}", at / 26) }
}

/// The day of a time in UTC, as `2026-11-21`.
pub fn date(at: Timestamp) -> String {
    let Utc { year, month, day, .. } = Utc::from(at);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::{count, short, some_of, span, thousands, visible};

    #[test]
    fn what_controls_a_terminal_is_replaced() {
        assert_eq!(visible("a\u{1b}[31m\n\tb\u{202e}ü"), "a\u{fffd}[31m  b\u{fffd}ü");
    }

    #[test]
    fn numbers_read_like_words() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(2, "dependency"), "2 dependencies");
        assert_eq!(count(3, "day"), "3 days");
        assert_eq!(count(2, "class"), "2 classes");
        assert_eq!(count(2, "branch"), "2 branches");
    }

    #[test]
    fn times_read_like_words() {
        for (millis, text) in [
            (0, "0.0 s"),
            (1_449, "1.4 s"),
            (12_400, "12 s"),
            (185_000, "3 min 05 s"),
            (7_800_000, "2 h 10 min"),
        ] {
            assert_eq!(span(millis), text);
        }
    }

    #[test]
    fn identities_and_lists_are_cut() {
        assert_eq!(short("0123456789abcdef"), "0123456789");
        assert_eq!(short("abc"), "abc");
        assert_eq!(some_of(&["a", "b", "c"], 3), "a, b, c");
        assert_eq!(some_of(&["a", "b", "c"], 1), "a and 2 more");
    }
}
