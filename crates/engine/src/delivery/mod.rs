//! Handing over what has landed: a stack of branches, or a branch and the text of a pull
//! request for each owner.
//!
//! The branches are made anew from the landings, package by package on top of the base, so
//! that the same landings always give the same commits, and a rollback gives what is left.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::{
    CommitId, LandingMode, Package, PackageId, PackageReport, Plan, PreparedBranch, RepoPath,
    RunReport, Timestamp,
};
use ssot_runtime::files::{OWNERS_FILES, Owners};
use ssot_runtime::git::{GitError, Repository, UpdateRefError};

use crate::{EngineError, codemod};

pub use text::pull_request;

/// What nobody owns.
const NOBODY: &str = "nobody";

/// What is handed over, and how.
pub(crate) struct Delivery<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) plan: &'a Plan,
    pub(crate) report: &'a RunReport,
    /// The packages of the run in the order in which they landed.
    pub(crate) order: &'a [PackageId],
    /// The date of the commits.
    pub(crate) at: Timestamp,
}

/// One branch to be made.
struct Wanted<'a> {
    name: String,
    owner: Option<String>,
    own: Vec<&'a Package>,
    along: Vec<&'a Package>,
}

impl<'a> Delivery<'a> {
    /// Makes the branches of a mode; those that earlier landings had and these have not are
    /// withdrawn.
    pub(crate) fn make(&self, mode: LandingMode) -> Result<Vec<PreparedBranch>, EngineError> {
        let wanted = match mode {
            LandingMode::Branch => Vec::new(),
            LandingMode::Stack => self.stack(),
            LandingMode::PullRequests => self.owned().map_err(EngineError::internal)?,
        };
        let free = self.repository.checked_out().map_err(EngineError::internal)?;
        let mut made = Vec::new();
        for wanted in &wanted {
            if let Some(found) = free.iter().find(|it| it.branch == wanted.name) {
                return Err(EngineError::user(format!(
                    "the branch `{}` is checked out at {}: check out another one there and repeat",
                    found.branch,
                    found.worktree.display()
                )));
            }
            made.push(self.branch(wanted).map_err(EngineError::internal)?);
        }
        let names: BTreeSet<&str> = wanted.iter().map(|it| it.name.as_str()).collect();
        for old in self.report.branches.iter().filter(|it| !names.contains(it.name.as_str())) {
            if let Some(head) = &old.commit {
                self.repository.drop_branch(&old.name, head).map_err(EngineError::internal)?;
                made.push(PreparedBranch { commit: None, ..old.clone() });
            }
        }
        Ok(made)
    }

    /// The packages that have landed, in the order in which they did.
    fn landed(&self) -> Vec<&'a Package> {
        let has_landed = |id: &&PackageId| self.report.landed().any(|it| it.id == **id);
        let package = |id: &PackageId| self.plan.packages.iter().find(|it| it.id == *id);
        self.order.iter().filter(has_landed).filter_map(package).collect()
    }

    /// A branch for each package on top of all before it.
    fn stack(&self) -> Vec<Wanted<'a>> {
        let landed = self.landed();
        let branch = |(at, package): (usize, &&'a Package)| Wanted {
            name: format!("ssot/stack/{}/{}", self.report.run, package.id),
            owner: None,
            own: vec![*package],
            along: landed[..at].to_vec(),
        };
        landed.iter().enumerate().map(branch).collect()
    }

    /// A branch for each owner, with what the packages of that owner rest on.
    fn owned(&self) -> Result<Vec<Wanted<'a>>, GitError> {
        let (landed, owners) = (self.landed(), self.owners()?);
        let mut by_owner: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
        for package in &landed {
            by_owner.entry(owner(&owners, package)).or_default().push(package);
        }
        let branch = |(owner, own): (String, Vec<&'a Package>)| Wanted {
            name: format!("ssot/pull-request/{}/{}", self.report.run, slug(&owner)),
            along: rests_on(&landed, &own),
            owner: Some(owner),
            own,
        };
        Ok(by_owner.into_iter().map(branch).collect())
    }

    fn owners(&self) -> Result<Owners, GitError> {
        for file in OWNERS_FILES {
            let path = RepoPath::new(file).expect("a plain path of ours");
            if let Some(bytes) = self.repository.content_at(self.plan.base.as_str(), &path)? {
                return Ok(Owners::parse(&String::from_utf8_lossy(&bytes)));
            }
        }
        Ok(Owners::default())
    }

    fn branch(&self, wanted: &Wanted<'_>) -> Result<PreparedBranch, GitError> {
        let mut head = self.plan.base.clone();
        for package in self.landed() {
            let is_in = |list: &[&Package]| list.iter().any(|it| it.id == package.id);
            if is_in(&wanted.own) || is_in(&wanted.along) {
                head = self.on_top(&head, package)?;
            }
        }
        let before = self.repository.branch_head(&wanted.name)?;
        match self.repository.move_branch(&wanted.name, before.as_ref(), &head) {
            Ok(()) => {}
            Err(UpdateRefError::Git(error)) => return Err(error),
            Err(UpdateRefError::Moved { .. }) => {
                return Err(GitError::Unexpected {
                    command: format!("update-ref {}", wanted.name),
                    answer: "somebody else moved the branch at the same moment".to_owned(),
                });
            }
        }
        let ids = |list: &[&Package]| list.iter().map(|package| package.id.clone()).collect();
        Ok(PreparedBranch {
            name: wanted.name.clone(),
            commit: Some(head),
            owner: wanted.owner.clone(),
            packages: ids(&wanted.own),
            along: ids(&wanted.along),
        })
    }

    /// What a package has landed, on top of a commit.
    fn on_top(&self, head: &CommitId, package: &Package) -> Result<CommitId, GitError> {
        let of = |it: &&PackageReport| it.id == package.id;
        let landed = self.report.packages.iter().find(of).and_then(|it| it.commit.as_ref());
        let Some(commit) = landed else { return Ok(head.clone()) };
        let paths = self.repository.changed_paths(&format!("{commit}^"), commit.as_str())?;
        let files: Vec<RepoPath> = paths.iter().filter_map(|it| RepoPath::new(it).ok()).collect();
        let entries = self.repository.entries_at(commit.as_str(), &files)?;
        let tree = self.repository.build_tree(head.as_str(), &entries)?;
        let what = (&self.report.run, &package.id, false);
        self.repository.commit_package(&tree, head, &codemod::message(package), what, self.at)
    }
}

/// Those that landed before and that some packages rest on, directly or not.
fn rests_on<'a>(landed: &[&'a Package], own: &[&'a Package]) -> Vec<&'a Package> {
    let mut needed: Vec<&Package> = own.to_vec();
    let mut along = Vec::new();
    for package in landed.iter().rev() {
        let is_own = own.iter().any(|it| it.id == package.id);
        let rests = |it: &&Package| {
            let mut files = it.write_set.iter().chain(&it.read_set);
            it.depends_on.contains(&package.id) || files.any(|it| package.write_set.contains(it))
        };
        if !is_own && needed.iter().any(rests) {
            needed.push(package);
            along.push(*package);
        }
    }
    along.reverse();
    along
}

/// Who owns most of the files that a package writes.
fn owner(owners: &Owners, package: &Package) -> String {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &package.write_set {
        let owner = owners.of(path).first().map_or(NOBODY, String::as_str);
        *files.entry(owner).or_insert(0) += 1;
    }
    // The first of several in the order of their names.
    let most = files.iter().rev().max_by_key(|(_, count)| **count);
    most.map_or(NOBODY, |(owner, _)| owner).to_owned()
}

/// An owner as a part of a branch name.
fn slug(owner: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let text: String = owner.chars().map(plain).collect();
    text.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn owners_are_parts_of_branch_names() {
        for (owner, text) in
            [("@org/team", "org-team"), ("ada@x.example", "ada-x-example"), ("nobody", "nobody")]
        {
            assert_eq!(slug(owner), text);
        }
    }
}
