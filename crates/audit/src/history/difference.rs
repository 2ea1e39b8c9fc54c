//! What changed between two versions, in logical lines.

use std::ops::Range;

use ssot_facts::python::LogicalLine;

/// Pairs of lines that are compared at most; beyond, everything between the first and
/// the last difference is one change.
const PAIRS: usize = 1 << 20;

/// A run of lines that was replaced by another; one of the two may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Lines of the old version.
    pub(super) old: Range<usize>,
    /// Lines of the new version.
    pub(super) new: Range<usize>,
}

/// The changes that lead from one version to the other, in order: a longest common
/// subsequence stays.
pub(super) fn hunks(old: &[LogicalLine], new: &[LogicalLine]) -> Vec<Hunk> {
    let same = |(a, b): &(&LogicalLine, &LogicalLine)| a.exact == b.exact;
    let head = old.iter().zip(new).take_while(same).count();
    let (a, b) = (&old[head..], &new[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.is_empty() && b.is_empty() {
        return Vec::new();
    }
    if a.is_empty() || b.is_empty() || a.len().saturating_mul(b.len()) > PAIRS {
        return vec![Hunk { old: head..head + a.len(), new: head..head + b.len() }];
    }
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    let mut close = |from: (usize, usize), to: (usize, usize)| {
        if from != to {
            hunks.push(Hunk { old: head + from.0..head + to.0, new: head + from.1..head + to.1 });
        }
    };
    for (x, y) in common(a, b) {
        close((i, j), (x, y));
        (i, j) = (x + 1, y + 1);
    }
    close((i, j), (a.len(), b.len()));
    hunks
}

/// The pairs of a longest common subsequence, in order.
fn common(a: &[LogicalLine], b: &[LogicalLine]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut length = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if a[i].exact == b[j].exact {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i].exact == b[j].exact {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use ssot_facts::python::{LogicalLine, logical_lines};

    use super::hunks;

    fn lines(letters: &str) -> Vec<LogicalLine> {
        let lines: Vec<String> = letters.chars().map(|letter| format!("{letter} = 1")).collect();
        logical_lines(&lines.join("\n"))
    }

    #[test]
    fn a_change_is_as_small_as_it_can_be() {
        for (old, new, expected) in [
            ("abc", "abc", vec![]),
            ("abc", "axc", vec![(1..2, 1..2)]),
            ("abc", "abxc", vec![(2..2, 2..3)]),
            ("abcd", "acdx", vec![(1..2, 1..1), (4..4, 3..4)]),
            ("", "ab", vec![(0..0, 0..2)]),
            ("abcde", "xbydz", vec![(0..1, 0..1), (2..3, 2..3), (4..5, 4..5)]),
        ] {
            let found: Vec<_> = hunks(&lines(old), &lines(new))
                .into_iter()
                .map(|hunk| (hunk.old, hunk.new))
                .collect();
            assert_eq!(found, expected, "{old} {new}");
        }
    }

    #[test]
    fn applying_the_changes_gives_the_new_version() {
        let mut state = 7u32;
        let mut word = |length: usize| -> String {
            let mut letter = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + (state >> 16) as u8 % 5)
            };
            (0..length).map(|_| letter()).collect()
        };
        for length in 0..40 {
            let (a, b) = (word(length), word(40 - length));
            let (old, new) = (lines(&a), lines(&b));
            let (mut built, mut at) = (String::new(), 0);
            for hunk in hunks(&old, &new) {
                built.push_str(&a[at..hunk.old.start]);
                built.push_str(&b[hunk.new.clone()]);
                at = hunk.old.end;
            }
            built.push_str(&a[at..]);
            assert_eq!(built, b, "{a}");
        }
    }
}
