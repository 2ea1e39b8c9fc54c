//! How much of two versions is equal.

use std::collections::HashMap;
use std::sync::Arc;

use ssot_model::audit::DivergencePoint;

use super::{Timeline, Version};

/// Copies whose likeness is followed; a larger group is followed by its first ones.
const FOLLOWED: usize = 24;

/// How much of two versions is equal, from 0 to 100: the logical lines that both have,
/// twice, over all that they have. The heads, which hold the name, do not count when
/// there is more.
pub fn likeness(a: &Version, b: &Version) -> u8 {
    shared(a, b, |line| line.exact)
}

/// The same, blind for the names of variables and the contents of literals.
pub(super) fn blind_likeness(a: &Version, b: &Version) -> u8 {
    shared(a, b, |line| line.blind)
}

fn shared(a: &Version, b: &Version, key: impl Fn(&ssot_facts::python::LogicalLine) -> u64) -> u8 {
    let body = |version: &Version| -> Vec<u64> {
        let head = version.head().map_or(0, |head| head + 1);
        let from = if version.lines.len() > head { head } else { 0 };
        version.lines[from..].iter().map(&key).collect()
    };
    let (a, b) = (body(a), body(b));
    if a.is_empty() && b.is_empty() {
        return 100;
    }
    let mut left: HashMap<u64, usize> = HashMap::new();
    for line in &a {
        *left.entry(*line).or_default() += 1;
    }
    let mut both = 0;
    for line in &b {
        if let Some(count) = left.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            both += 1;
        }
    }
    // Rounded down, so that only equal versions are 100.
    (200 * both / (a.len() + b.len())) as u8
}

impl Version {
    /// The position of the line with `def` or `class`.
    pub(super) fn head(&self) -> Option<usize> {
        self.lines.iter().position(|line| matches!(&*line.keyword, "def" | "class" | "async"))
    }
}

/// How alike the copies were after each commit that changed one of them.
pub(super) fn divergence(timeline: &Timeline) -> Vec<DivergencePoint> {
    let followed = timeline.copies.len().min(FOLLOWED);
    let mut state: Vec<Option<Arc<Version>>> = vec![None; followed];
    let mut pairs: HashMap<(usize, usize), u8> = HashMap::new();
    let mut points = Vec::new();
    for (at, commit) in timeline.commits.iter().enumerate() {
        let mut changed = Vec::new();
        for (copy, state) in state.iter_mut().enumerate() {
            for change in timeline.copies[copy].changes.iter().filter(|it| it.commit == at) {
                state.clone_from(&change.after);
                changed.push(copy);
            }
        }
        changed.dedup();
        for one in &changed {
            for other in (0..followed).filter(|other| other != one) {
                let pair = (*one.min(&other), *one.max(&other));
                match (&state[pair.0], &state[pair.1]) {
                    (Some(a), Some(b)) => {
                        pairs.insert(pair, likeness(a, b));
                    }
                    _ => {
                        pairs.remove(&pair);
                    }
                }
            }
        }
        if changed.is_empty() || pairs.is_empty() {
            continue;
        }
        let sum: usize = pairs.values().map(|it| usize::from(*it)).sum();
        let likeness = (sum / pairs.len()) as u8;
        points.push(DivergencePoint { commit: commit.commit.clone(), changed, likeness });
    }
    points
}
