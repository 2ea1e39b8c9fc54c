//! A package's patch as a tree.

use std::collections::BTreeSet;

use ssot_model::{FileChange, RepoPath, TreeId};
use ssot_runtime::git::{Entries, Entry, Repository, Worktree};

use super::journal::Stop;
use super::{Edits, Job, Work};

/// Modes of files that a patch may replace.
const FILE_MODES: [&str; 2] = ["100644", "100755"];

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A codemod: something equal stands for whatever it removed.
    Codemod,
    /// An agent: what it removed is accounted for piece by piece.
    Agent,
}

/// What would become the target branch's next tree.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Who made it.
    pub(super) by: By,
    /// The tree.
    pub(super) tree: TreeId,
    /// The package's files after it.
    pub(super) after: Entries,
    /// The same files at the base.
    pub(super) before: Entries,
}

/// Stores the patch's files and builds the tree `onto` with them.
pub(super) fn build(
    job: &Job,
    work: &Work,
    edits: &Edits,
    base: &Worktree,
    onto: &TreeId,
) -> Result<Candidate, Stop> {
    if edits.patch.is_empty() {
        return Err(Stop::Rejected("its patch changes nothing".to_owned()));
    }
    let allowed: BTreeSet<&RepoPath> = work.package.write_set.iter().collect();
    if let Some(path) = edits.patch.write_set().find(|path| !allowed.contains(path)) {
        return Err(Stop::Rejected(format!("its patch writes `{path}`, outside its write set")));
    }
    let mut before = job.repository.entries_at(job.base.as_str(), edits.patch.write_set())?;
    for (path, change) in &edits.before {
        let entry = entry(base, path, change, before.get(path).and_then(Option::as_ref))?;
        before.insert(path.clone(), entry);
    }
    let mut after = Entries::new();
    for (path, change) in &edits.patch.files {
        let old = before.get(path).and_then(Option::as_ref);
        if let Some(old) = old.filter(|old| !FILE_MODES.contains(&old.mode.as_str())) {
            let why = format!("`{path}` is not a regular file (mode {})", old.mode);
            return Err(Stop::Rejected(why));
        }
        after.insert(path.clone(), entry(base, path, change, old)?);
    }
    replay(&job.repository, onto, before, after, By::Codemod)
}

/// What a change makes of an entry; the content is stored.
fn entry(
    base: &Worktree,
    path: &RepoPath,
    change: &FileChange,
    old: Option<&Entry>,
) -> Result<Option<Entry>, Stop> {
    Ok(match change {
        FileChange::Write(bytes) => Some(Entry::replacing(old, base.hash_object(path, bytes)?)),
        FileChange::Delete => None,
    })
}

/// The tree `onto` with a package's files. The patch was made for the base, so
/// each file must still be what it was there.
pub(super) fn replay(
    repository: &Repository,
    onto: &TreeId,
    before: Entries,
    after: Entries,
    by: By,
) -> Result<Candidate, Stop> {
    let now = repository.entries_at(onto.as_str(), before.keys())?;
    if let Some((path, _)) = now.iter().find(|(path, entry)| before.get(*path) != Some(*entry)) {
        let why = format!("conflict: `{path}` was changed on the target branch by somebody else");
        return Err(Stop::Rejected(why));
    }
    let tree = repository.build_tree(onto.as_str(), &after)?;
    if tree == *onto {
        return Err(Stop::Rejected("its patch changes nothing".to_owned()));
    }
    Ok(Candidate { by, tree, after, before })
}
