//! Replacements of byte ranges in one text.

use std::ops::Range;

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The bytes that go.
    pub(crate) range: Range<usize>,
    /// What comes instead.
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    pub(crate) fn delete(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }
}

/// Applies the edits to the text; an error is the offset at which two of them meet.
pub(crate) fn apply(text: &str, mut edits: Vec<Edit>) -> Result<String, usize> {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &edits {
        let untouched = text.get(at..edit.range.start).ok_or(edit.range.start)?;
        result.push_str(untouched);
        result.push_str(&edit.text);
        at = edit.range.end;
    }
    result.push_str(text.get(at..).ok_or(at)?);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::{Edit, apply};

    #[test]
    fn edits_apply_in_any_order_and_must_not_meet() {
        let edits = |ranges: &[(usize, usize, &str)]| {
            let edit = |(from, to, text): &(usize, usize, &str)| Edit::replace(*from..*to, *text);
            ranges.iter().map(edit).collect::<Vec<_>>()
        };
        for (ranges, expected) in [
            (&[][..], Ok("abcdef")),
            (&[(4, 6, "Z"), (0, 1, "")], Ok("bcdZ")),
            (&[(2, 2, "-"), (2, 4, "+")], Ok("ab-+ef")),
            (&[(0, 3, ""), (2, 4, "")], Err(2)),
        ] {
            let result = apply("abcdef", edits(ranges));
            assert_eq!(result.as_deref().map_err(|at| *at), expected, "{ranges:?}");
        }
    }
}
