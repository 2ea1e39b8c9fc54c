//! How it came to this, in five steps, each with the commit that shows it.

use ssot_model::RepoPath;
use ssot_model::audit::{CauseStep, CommitRef, History};

use super::origins::{is_before, state_at};
use super::since::{Since, is_edit};
use super::{Timeline, fixes, likeness};

/// The steps that the history knows.
pub(super) fn steps(timeline: &Timeline, history: &History, since: &Since) -> Vec<CauseStep> {
    if timeline.copies.len() < 2 {
        return Vec::new();
    }
    let Some(pair) = Pair::new(history, since) else {
        return Vec::new();
    };
    let steps = [
        pair.introduced(history),
        pair.copied(timeline, history, since),
        pair.diverged(timeline, since),
        one_sided(timeline, history, since),
        toll(timeline, history, since),
    ];
    steps.into_iter().flatten().collect()
}

/// The first copy and the one that was made of it first.
struct Pair {
    first: usize,
    second: usize,
}

impl Pair {
    fn new(history: &History, since: &Since) -> Option<Self> {
        let mut order: Vec<usize> = (0..history.copies.len()).collect();
        order.sort_by(|a, b| {
            if a == b {
                std::cmp::Ordering::Equal
            } else if is_before(since, *a, *b) {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Greater
            }
        });
        let first = *order.first()?;
        // The first of which it is known that it was copied; otherwise the second of all.
        let copied = order.iter().skip(1).find(|at| {
            let introduced = history.copies[**at].introduced.as_ref();
            introduced.is_some_and(|it| it.source.is_some())
        });
        let second = copied.or(order.get(1)).copied()?;
        let source = history.copies[second].introduced.as_ref().and_then(|it| it.source.as_ref());
        let first = source.and_then(|it| it.member).unwrap_or(first);
        Some(Self { first, second })
    }

    fn introduced(&self, history: &History) -> Option<CauseStep> {
        let copy = &history.copies[self.first];
        let introduced = copy.introduced.as_ref()?;
        let (name, path) = (&introduced.qualified_name, &introduced.path);
        let text = if introduced.at_the_boundary {
            format!("{} was in `{path}` when the known history begins", called(name, path))
        } else {
            format!("{} was introduced in `{path}`", called(name, path))
        };
        Some(CauseStep { text, commit: introduced.commit.clone() })
    }

    fn copied(&self, timeline: &Timeline, history: &History, since: &Since) -> Option<CauseStep> {
        let introduced = history.copies[self.second].introduced.as_ref()?;
        let (name, path) = (&introduced.qualified_name, &introduced.path);
        let text = match &introduced.source {
            Some(source)
                if source.member.is_some_and(|it| since.born[it] == since.born[self.second]) =>
            {
                format!("it was written twice in one commit, in `{}` and in `{path}`", source.path)
            }
            Some(source) => {
                let gone = if source.removed.is_some() { ", which is no longer there" } else { "" };
                format!(
                    "it was copied to `{path}` from `{}`{gone}: {} % of the statements were equal",
                    source.path, source.likeness
                )
            }
            None if introduced.at_the_boundary => {
                format!("it was in `{path}` too when the known history begins")
            }
            None => {
                let like = self.likeness_at_split(timeline, since)?;
                let same = called(name, path);
                format!(
                    "{same} was written again in `{path}`: {like} % of the statements were equal"
                )
            }
        };
        Some(CauseStep { text, commit: introduced.commit.clone() })
    }

    fn likeness_at_split(&self, timeline: &Timeline, since: &Since) -> Option<u8> {
        let born = since.born[self.second]?;
        let (_, _, first) = state_at(&timeline.copies[self.first], born)?;
        let second = timeline.copies[self.second].changes.first()?.after.as_ref()?;
        Some(likeness(&first, second))
    }

    /// The first commit that made the two less alike.
    fn diverged(&self, timeline: &Timeline, since: &Since) -> Option<CauseStep> {
        let at_split = self.likeness_at_split(timeline, since)?;
        let born = since.born[self.second]?;
        for (commit, _) in since.edits().filter(|(commit, _)| *commit > born) {
            let state = |copy: usize| state_at(&timeline.copies[copy], commit + 1);
            let (Some((path, _, a)), Some((other, _, b))) = (state(self.first), state(self.second))
            else {
                continue;
            };
            let now = likeness(&a, &b);
            if now < at_split {
                let edited = |copy: usize| {
                    timeline.copies[copy]
                        .changes
                        .iter()
                        .any(|it| it.commit == commit && is_edit(it))
                };
                let path = if edited(self.first) { path } else { other };
                return Some(CauseStep {
                    text: format!("they first diverged in `{path}`: from {at_split} % to {now} %"),
                    commit: timeline.commits[commit].commit.clone(),
                });
            }
        }
        None
    }
}

fn called(name: &str, path: &str) -> String {
    if name.is_empty() { format!("`{path}`") } else { format!("`{name}`") }
}

/// The most certain missed fix, or the last change that only one copy got.
fn one_sided(timeline: &Timeline, history: &History, since: &Since) -> Option<CauseStep> {
    let place = |copy: usize| -> &RepoPath { &timeline.copies[copy].path };
    if let Some(missed) = history.missed_fixes.first() {
        let line = missed.hunks.first().and_then(|hunk| hunk.unfixed.first());
        let line = line.map(|line| format!(":{}", line.line)).unwrap_or_default();
        let text = format!(
            "it was fixed only in `{}`; `{}{line}` still is as before",
            place(missed.fixed),
            place(missed.unfixed)
        );
        return Some(CauseStep { text, commit: missed.commit.clone() });
    }
    let (commit, copies) = since.edits().rev().find(|(_, copies)| copies.len() == 1)?;
    let copy = *copies.first()?;
    let changes = timeline.copies[copy].changes.iter();
    let change = changes.filter(|it| it.commit == commit).find(|it| is_edit(it))?;
    let applies =
        timeline.copies.iter().enumerate().any(|(other, it)| {
            other != copy && fixes::would_apply(change, &timeline.copies[copy], it)
        });
    let more = if applies { "; the same change would still apply to another copy" } else { "" };
    let text = format!("it was last changed only in `{}`{more}", place(copy));
    Some(CauseStep { text, commit: timeline.commits[commit].commit.clone() })
}

/// What the copies made everybody do since.
fn toll(timeline: &Timeline, history: &History, since: &Since) -> Option<CauseStep> {
    let cost = &history.cost;
    let (last, _) = since.edits().next_back()?;
    let commit: CommitRef = timeline.commits[last].commit.clone();
    let text = format!(
        "since then {} copies at once, {} one only, {} again later; this is the last",
        changed(cost.commits_together, "several"),
        changed(cost.commits_alone, ""),
        if cost.repeated == 0 {
            "none was made".to_owned()
        } else {
            format!("{} of these had to be made", cost.repeated)
        },
    );
    Some(CauseStep { text, commit })
}

fn changed(commits: usize, what: &str) -> String {
    let noun = if commits == 1 { "commit" } else { "commits" };
    format!("{commits} {noun} changed {what}").trim_end().to_owned()
}
