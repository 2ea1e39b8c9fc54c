//! The Proof gate: what a package wrote against what it says of itself.

use std::collections::BTreeSet;

use ssot_model::{RepoPath, TreeId};
use ssot_runtime::git::Repository;

use super::gates::named;
use super::journal::{Judgement, Stop};
use super::{Job, Work};
use crate::Inspection;
use crate::proof::{Claim, Proof, Tree, prove};

/// One tree, by its id and as it was inspected.
pub(super) type Inspected<'a> = (&'a TreeId, &'a Inspection);

/// Whether every name means after a package what it meant before; it blocks.
pub(super) fn check(
    job: &Job,
    work: &Work,
    (before, left): Inspected<'_>,
    (after, right): Inspected<'_>,
) -> Result<Judgement, Stop> {
    let (Some(left), Some(right)) = (&left.index, &right.index) else {
        return Ok(Judgement::skipped("the trees were inspected without their facts"));
    };
    let repository = &job.repository;
    let places = places(repository, job, work, before)?;
    let of_before = |path: &RepoPath| text(repository, before, path);
    let of_after = |path: &RepoPath| text(repository, after, path);
    let claim = Claim { written: &work.package.write_set, places: &places, pairs: &work.pairs };
    let trees = (Tree { index: left, texts: &of_before }, Tree { index: right, texts: &of_after });
    Ok(judge(&prove(trees.0, trees.1, claim)))
}

/// A file of a tree; one that cannot be read has no lines, which nothing else equals.
fn text(repository: &Repository, tree: &TreeId, path: &RepoPath) -> Option<String> {
    let bytes = repository.content_at(tree.as_str(), path).ok().flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines that a package changes on purpose. They are counted in the base; where
/// another package has written the file since, they are found again by what they say.
fn places(
    repository: &Repository,
    job: &Job,
    work: &Work,
    before: &TreeId,
) -> Result<BTreeSet<(RepoPath, u32)>, Stop> {
    let base = repository.tree_of(&job.base)?;
    let mut found = BTreeSet::new();
    for place in work.package.places.iter().flat_map(|it| &it.places) {
        let Some((path, line)) = place.rsplit_once(':') else { continue };
        let (Ok(path), Ok(line)) = (RepoPath::new(path), line.parse::<u32>()) else { continue };
        let (was, is) = (text(repository, &base, &path), text(repository, before, &path));
        let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
        if was == is {
            found.insert((path, line));
            continue;
        }
        let said = was.lines().nth(line.saturating_sub(1) as usize).map(str::trim);
        let lines = (1..).zip(is.lines()).filter(|(_, text)| Some(text.trim()) == said);
        found.extend(lines.map(|(at, _)| (path.clone(), at)));
    }
    Ok(found)
}

fn judge(proof: &Proof) -> Judgement {
    let Proof { breaks, replaced, called } = proof;
    if !breaks.is_empty() {
        let count = breaks.len();
        return Judgement::new(
            false,
            format!("{count} things mean something else: {}", named(breaks)),
        );
    }
    let mut said = match replaced.len() {
        0 => "all that is written reads as before".to_owned(),
        count => {
            format!("something equal stands for each of {count} definitions: {}", named(replaced))
        }
    };
    if !called.is_empty() {
        said = format!("{said}; left to the calls: {}", named(called));
    }
    Judgement::new(true, said)
}
