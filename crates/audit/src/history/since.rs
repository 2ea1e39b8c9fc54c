//! What happened since there was more than one copy.

use std::collections::{BTreeMap, HashSet};

use ssot_model::audit::{Cost, History, Together};

use super::difference::hunks;
use super::{CopyChange, Timeline};

/// When each copy began, and which commits changed which copies.
pub(super) struct Since {
    /// Position of the commit that introduced a copy.
    pub(super) born: Vec<Option<usize>>,
    /// Commits that changed copies which were there before, by position.
    changed: BTreeMap<usize, Vec<usize>>,
    /// The commit after which there were two copies.
    pub(super) split: Option<usize>,
}

impl Since {
    pub(super) fn new(timeline: &Timeline) -> Self {
        let born: Vec<Option<usize>> = timeline
            .copies
            .iter()
            .map(|copy| copy.changes.first().filter(|it| it.before.is_none()).map(|it| it.commit))
            .collect();
        // A copy whose beginning is not known was there before everything.
        let mut begun: Vec<usize> = born.iter().map(|it| it.unwrap_or(0)).collect();
        begun.sort_unstable();
        let split = begun.get(1).copied();
        let mut changed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, copy) in timeline.copies.iter().enumerate() {
            for change in copy.changes.iter().filter(|change| is_edit(change)) {
                let copies = changed.entry(change.commit).or_default();
                if !copies.contains(&at) {
                    copies.push(at);
                }
            }
        }
        Self { born, changed, split }
    }

    /// Whether both copies were there before the commit.
    pub(super) fn both_before(&self, commit: usize, a: usize, b: usize) -> bool {
        [a, b].iter().all(|copy| self.born[*copy].is_none_or(|born| born < commit))
    }

    /// The edits after the split: the commit and the copies.
    pub(super) fn edits(&self) -> impl DoubleEndedIterator<Item = (usize, &[usize])> {
        let split = self.split;
        self.changed
            .iter()
            .filter(move |(commit, _)| split.is_some_and(|split| **commit > split))
            .map(|(commit, copies)| (*commit, copies.as_slice()))
    }
}

/// Whether a change altered statements of a copy that was there before and is there after.
pub(super) fn is_edit(change: &CopyChange) -> bool {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            before.lines.len() != after.lines.len()
                || before.lines.iter().zip(&after.lines).any(|(a, b)| a.exact != b.exact)
        }
        _ => false,
    }
}

/// The lines that a change added, by their hash.
pub(super) fn added(change: &CopyChange) -> HashSet<u64> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return HashSet::new();
    };
    let hunks = hunks(&before.lines, &after.lines);
    hunks.into_iter().flat_map(|it| &after.lines[it.new]).map(|line| line.exact).collect()
}

/// The commits that changed several copies.
pub(super) fn together(timeline: &Timeline, since: &Since) -> Vec<Together> {
    let several = since.edits().filter(|(_, copies)| copies.len() > 1);
    several
        .map(|(commit, copies)| {
            let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
            for copy in copies {
                let changes = timeline.copies[*copy].changes.iter();
                let lines: HashSet<u64> =
                    changes.filter(|it| it.commit == commit).flat_map(added).collect();
                for line in lines {
                    *counts.entry(line).or_default() += 1;
                }
            }
            Together {
                commit: timeline.commits[commit].commit.clone(),
                copies: copies.to_vec(),
                same_lines: counts.values().filter(|count| **count > 1).count(),
            }
        })
        .collect()
}

/// What the copies have cost.
pub(super) fn cost(history: &History, since: &Since) -> Cost {
    let at_once: usize = history.together.iter().map(|it| it.same_lines).sum();
    Cost {
        commits_together: history.together.len(),
        commits_alone: since.edits().filter(|(_, copies)| copies.len() == 1).count(),
        lines_twice: at_once + history.repeated.iter().map(|it| it.lines).sum::<usize>(),
        repeated: history.repeated.len(),
        longest_delay_days: history.repeated.iter().map(|it| it.days).max().unwrap_or(0),
        missed_fixes: history.missed_fixes.len(),
    }
}
