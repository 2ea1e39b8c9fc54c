//! Numbers and identities as words, and texts that grow.

/// Adds to a text.
pub(crate) fn add(text: &mut String, more: impl AsRef<str>) {
    text.push_str(more.as_ref());
}

/// The texts of all items, one after the other.
pub(crate) fn each<T>(items: impl IntoIterator<Item = T>, text: impl FnMut(T) -> String) -> String {
    items.into_iter().map(text).collect()
}

/// `1 file`, `2 files`, `12,345 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{} {stem}ies", thousands(number as u64)),
        (_, None) => format!("{} {noun}s", thousands(number as u64)),
    }
}

/// A number with a comma between each three digits.
pub(crate) fn thousands(number: u64) -> String {
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
pub(crate) fn span(millis: u64) -> String {
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

/// The first digits of a commit or tree, enough for people.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// The first of the words, and how many more there are.
pub(crate) fn some_of(words: &[&str], most: usize) -> String {
    if words.len() <= most {
        return words.join(", ");
    }
    let rest = words.len() - most;
    format!("{} and {} more", words[..most].join(", "), thousands(rest as u64))
}

#[cfg(test)]
mod tests {
    use super::{count, short, some_of, span, thousands};

    #[test]
    fn numbers_read_like_words() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(2, "dependency"), "2 dependencies");
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
