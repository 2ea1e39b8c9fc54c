//! Where each copy came from, and how much was done to it since.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ssot_model::audit::{AuthorShare, CopyHistory, CopySource, Introduction, Relocation};

use super::likeness::{blind_likeness, likeness};
use super::since::Since;
use super::{CopyChange, CopyTimeline, Timeline, Version};

/// Percent of equal statements from which a definition is a copy of another.
const COPIED: u8 = 50;
/// The same when the names of variables do not count.
const COPIED_BLIND: u8 = 75;

/// The copies through time.
pub(super) fn copies(timeline: &Timeline, since: &Since) -> Vec<CopyHistory> {
    (0..timeline.copies.len()).map(|at| copy(timeline, since, at)).collect()
}

fn copy(timeline: &Timeline, since: &Since, at: usize) -> CopyHistory {
    let copy = &timeline.copies[at];
    let alone = since.edits().filter(|(_, copies)| *copies == [at]).count();
    let (mut lines_added, mut lines_removed) = (0, 0);
    let mut authors: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &copy.changes {
        *authors.entry(&timeline.commits[change.commit].commit.author).or_default() += 1;
        if let (Some(before), Some(after)) = (&change.before, &change.after) {
            lines_added += only_in_first(&after.text, &before.text);
            lines_removed += only_in_first(&before.text, &after.text);
        }
    }
    let mut authors: Vec<AuthorShare> = authors
        .into_iter()
        .map(|(name, changes)| AuthorShare { name: name.to_owned(), changes })
        .collect();
    authors.sort_by_key(|author| std::cmp::Reverse(author.changes));
    let relocated = |change: &CopyChange| {
        let (path, name) = change.moved_from.as_ref()?;
        Some(Relocation {
            commit: timeline.commits[change.commit].commit.clone(),
            from: format!("{path}:{name}"),
            to: format!("{}:{}", change.path, change.name),
        })
    };
    CopyHistory {
        path: copy.path.clone(),
        qualified_name: copy.qualified_name.clone(),
        introduced: introduction(timeline, since, at),
        relocations: copy.changes.iter().filter_map(relocated).collect(),
        changes: copy.changes.iter().filter(|it| it.before.is_some() && it.after.is_some()).count(),
        alone,
        lines_added,
        lines_removed,
        authors,
    }
}

/// Lines of a text that another has not, however they are ordered.
fn only_in_first(a: &str, b: &str) -> usize {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for line in b.lines() {
        *left.entry(line.trim()).or_default() += 1;
    }
    let is_new = |line: &&str| match left.get_mut(line.trim()).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            false
        }
        None => !line.trim().is_empty(),
    };
    a.lines().filter(is_new).count()
}

fn introduction(timeline: &Timeline, since: &Since, at: usize) -> Option<Introduction> {
    let copy = &timeline.copies[at];
    let born = since.born[at]?;
    let first = copy.changes.first()?;
    let version = first.after.as_ref()?;
    let commit = &timeline.commits[born];
    Some(Introduction {
        commit: commit.commit.clone(),
        path: first.path.clone(),
        qualified_name: first.name.clone(),
        source: if commit.boundary { None } else { source(timeline, since, at, version) },
        at_the_boundary: commit.boundary,
    })
}

/// The definition of which a copy was made: the most alike of the members that were there
/// before and of what was there and is gone; a member wins when they are equally alike.
fn source(timeline: &Timeline, since: &Since, at: usize, version: &Version) -> Option<CopySource> {
    let born = since.born[at]?;
    let mut best: Option<CopySource> = None;
    for (other, copy) in timeline.copies.iter().enumerate() {
        if other == at || !is_before(since, other, at) {
            continue;
        }
        let Some((path, name, state)) = state_at(copy, born) else { continue };
        let Some(likeness) = copied(version, &state) else { continue };
        if best.as_ref().is_none_or(|best| best.likeness < likeness) {
            best = Some(CopySource {
                member: Some(other),
                path,
                qualified_name: name,
                likeness,
                removed: None,
            });
        }
    }
    let gone = timeline.copies[at].gone.as_ref();
    if let Some((gone, likeness)) = gone.and_then(|it| Some((it, copied(version, &it.version)?)))
        && best.as_ref().is_none_or(|best| best.likeness < likeness)
    {
        best = Some(CopySource {
            member: None,
            path: gone.path.clone(),
            qualified_name: gone.name.clone(),
            likeness,
            removed: Some(gone.removed.clone()),
        });
    }
    best
}

/// Whether a copy began before another. Of two that began in one commit the one that
/// stands first in the group counts as the earlier.
pub(super) fn is_before(since: &Since, a: usize, b: usize) -> bool {
    match (since.born[a], since.born[b]) {
        (Some(x), Some(y)) => (x, a) < (y, b),
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// What a copy was after a commit: path, name and version.
pub(super) fn state_at(
    copy: &CopyTimeline,
    commit: usize,
) -> Option<(String, String, Arc<Version>)> {
    // A commit that changes the original while it is copied: what was there before counts.
    let before = copy.changes.iter().rev().find(|it| it.commit < commit);
    if let Some(change) = before {
        return Some((change.path.clone(), change.name.clone(), change.after.clone()?));
    }
    let change = copy.changes.first()?;
    let version = if change.commit == commit { &change.after } else { &change.before };
    let version = version.clone()?;
    Some((change.path.clone(), change.name.clone(), version))
}

/// How much is equal, when that is enough to speak of a copy.
fn copied(a: &Version, b: &Version) -> Option<u8> {
    let exact = likeness(a, b);
    (exact >= COPIED || blind_likeness(a, b) >= COPIED_BLIND).then_some(exact)
}
