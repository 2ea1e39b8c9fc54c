//! Every fix of a copy, and what became of it in the others.

use ssot_model::audit::{Fate, Fix, FixFate, History};

use super::fixes::{self, FIX};
use super::since::{Since, is_edit};
use super::{CopyChange, Timeline};

/// The fixes, oldest first. The other sections of the history are known.
pub(super) fn fixes(timeline: &Timeline, history: &History, since: &Since) -> Vec<Fix> {
    let mut found = Vec::new();
    for (at, copy) in timeline.copies.iter().enumerate() {
        for change in copy.changes.iter().filter(|change| is_edit(change)) {
            let commit = &timeline.commits[change.commit];
            if fixes::looks(commit, change).0 < FIX {
                continue;
            }
            let others = (0..timeline.copies.len()).filter(|other| *other != at);
            let there = others.filter(|other| since.both_before(change.commit, at, *other));
            let fates: Vec<FixFate> = there
                .map(|other| FixFate {
                    copy: other,
                    fate: fate(timeline, history, (at, change), other),
                })
                .collect();
            found.push(Fix { commit: commit.commit.clone(), copy: at, fates });
        }
    }
    found.sort_by_key(|fix| (fix.commit.at, fix.copy));
    found
}

/// What became of a fix in another copy.
fn fate(
    timeline: &Timeline,
    history: &History,
    (at, change): (usize, &CopyChange),
    other: usize,
) -> Fate {
    let id = &timeline.commits[change.commit].commit.id;
    let is_missed = history
        .missed_fixes
        .iter()
        .any(|it| it.commit.id == *id && it.fixed == at && it.unfixed == other);
    if is_missed {
        return Fate::Missing;
    }
    if history.together.iter().any(|it| it.commit.id == *id && it.copies.contains(&other)) {
        return Fate::AtOnce;
    }
    let again =
        history.repeated.iter().find(|it| it.first.id == *id && it.from == at && it.to == other);
    again.map_or(Fate::Unneeded, |it| Fate::Later { commit: it.again.clone() })
}
