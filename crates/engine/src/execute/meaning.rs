//! The Proof gate: what a package wrote against what it says of itself.

use std::collections::BTreeSet;
use std::path::Path;

use similar::TextDiff;
use ssot_model::{RepoPath, TreeId};
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use super::gates::named;
use super::journal::{Judgement, Stop};
use super::{Job, Work};
use crate::Inspection;
use crate::proof::{Claim, Proof, Tree, prove};
use crate::ratchet::store;

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
    // What the ratchet remembers of a removal is data of ours, which nothing imports, and
    // what is written for people is no code.
    let is_code =
        |it: &&RepoPath| !store::is_record(it) && !files::is_document(Path::new(it.as_str()));
    let written = work.package.write_set.iter().filter(is_code);
    let written: Vec<RepoPath> = written.cloned().collect();
    let adds = !work.package.places.is_empty();
    let claim = Claim { written: &written, places: &places, pairs: &work.pairs, adds };
    let trees = (Tree { index: left, texts: &of_before }, Tree { index: right, texts: &of_after });
    Ok(judge(&prove(trees.0, trees.1, claim)))
}

/// A file of a tree; one that cannot be read has no lines, which nothing else equals.
fn text(repository: &Repository, tree: &TreeId, path: &RepoPath) -> Option<String> {
    let bytes = repository.content_at(tree.as_str(), path).ok().flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines that a package changes on purpose. They are counted in the base; where
/// another package has written the file since, they are followed through what it changed.
fn places(
    repository: &Repository,
    job: &Job,
    work: &Work,
    before: &TreeId,
) -> Result<BTreeSet<(RepoPath, u32)>, Stop> {
    let base = repository.tree_of(&job.base)?;
    let mut found = BTreeSet::new();
    // A constant in the place of its text is proved like everything else.
    let on_purpose = work.package.places.iter().filter(|it| it.rule != "repeated-literal");
    for place in on_purpose.flat_map(|it| &it.places) {
        let Some((path, line)) = place.rsplit_once(':') else { continue };
        let (Ok(path), Ok(line)) = (RepoPath::new(path), line.parse::<u32>()) else { continue };
        let (was, is) = (text(repository, &base, &path), text(repository, before, &path));
        let lines = followed(&was.unwrap_or_default(), &is.unwrap_or_default(), line);
        found.extend(lines.map(|at| (path.clone(), at)));
    }
    Ok(found)
}

/// The lines, from 1, that a line of one text is in another: itself, or what took its place.
fn followed(was: &str, is: &str, line: u32) -> std::ops::Range<u32> {
    let at = line.saturating_sub(1) as usize;
    let difference = TextDiff::from_lines(was, is);
    let op = difference.ops().iter().find(|op| op.old_range().contains(&at));
    let Some(op) = op else { return 0..0 };
    let (old, new) = (op.old_range(), op.new_range());
    let lines = if old.len() == new.len() {
        let same = new.start + at - old.start;
        same..same + 1
    } else {
        new
    };
    lines.start as u32 + 1..lines.end as u32 + 1
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

#[cfg(test)]
mod tests {
    use super::followed;

    #[test]
    fn a_line_is_followed_through_what_others_changed() {
        let was = "a\nb\nc\nd\n";
        for (is, line, expected) in [
            ("a\nb\nc\nd\n", 3, 3..4),
            ("new\na\nb\nc\nd\n", 3, 4..5),
            ("a\nb\nother\nd\n", 3, 3..4),
            ("a\nb\none\ntwo\nd\n", 3, 3..5),
            ("a\nd\n", 3, 2..2),
            ("", 3, 1..1),
            ("a\nb\nc\nd\n", 9, 0..0),
        ] {
            assert_eq!(followed(was, is, line), expected, "{is:?} {line}");
        }
    }
}
