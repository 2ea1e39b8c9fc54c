//! Changes that were made to one copy and, later, once more to another.

use ssot_model::audit::Repeated;

use super::difference::hunks;
use super::fixes::{self, FIX};
use super::since::{Since, added};
use super::{CopyChange, Timeline};

/// Tokens that a change must have added to be recognised elsewhere.
const TELLING: u32 = 6;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Every change that came to another copy in a later commit.
pub(super) fn repeated(timeline: &Timeline, since: &Since) -> Vec<Repeated> {
    let mut found = Vec::new();
    for (from, copy) in timeline.copies.iter().enumerate() {
        for change in &copy.changes {
            let Some(lines) = telling(change) else { continue };
            for (to, other) in timeline.copies.iter().enumerate() {
                if from == to || !since.both_before(change.commit, from, to) {
                    continue;
                }
                let later = other.changes.iter().filter(|it| it.commit > change.commit);
                let Some(again) = later.into_iter().find(|it| brings(it, &lines)) else { continue };
                found.push(entry(timeline, (from, change), (to, again), lines.len()));
            }
        }
    }
    found.sort_by_key(|it| (it.first.at, it.to, it.from));
    // Made to two copies at once and to a third one later: that is one repetition.
    found.dedup_by(|b, a| a.first.id == b.first.id && a.again.id == b.again.id && a.to == b.to);
    found
}

/// The lines that a change added, when they are enough to be recognised.
fn telling(change: &CopyChange) -> Option<Vec<u64>> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let new = hunks(&before.lines, &after.lines).into_iter().flat_map(|it| &after.lines[it.new]);
    let new: Vec<_> = new.collect();
    let tokens: u32 = new.iter().map(|line| line.tokens).sum();
    (tokens >= TELLING).then(|| new.iter().map(|line| line.exact).collect())
}

/// Whether a change adds all of the lines.
fn brings(change: &CopyChange, lines: &[u64]) -> bool {
    let added = added(change);
    lines.iter().all(|line| added.contains(line))
}

fn entry(
    timeline: &Timeline,
    (from, change): (usize, &CopyChange),
    (to, again): (usize, &CopyChange),
    lines: usize,
) -> Repeated {
    let commit = |change: &CopyChange| timeline.commits[change.commit].commit.clone();
    let (first, again) = (commit(change), commit(again));
    let days = (again.at.0 - first.at.0).max(0) / DAY;
    let fix = fixes::looks(&timeline.commits[change.commit], change).0 >= FIX;
    Repeated { first, from, again, to, days, lines, fix }
}
