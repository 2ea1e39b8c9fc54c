//! Taking packages back, newest first, each with a commit of its own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ssot_model::{
    CommitId, EventKind, Package, PackageId, RepoPath, RunId, Timestamp, TreeId, UnitState,
};
use ssot_runtime::git::{GitError, Repository, UpdateRefError};

use super::journal::{Journal, Stop};
use super::recover::{self, Landing, TAKEN_BACK, landings};
use super::{ExecuteError, Job, blocking};

/// How often one package is tried again because somebody else moved the branch.
const ATTEMPTS: u32 = 10;

/// What a rollback needs to know.
#[derive(Clone)]
pub struct RollBack {
    /// The repository.
    pub repository: Repository,
    /// The run whose packages are taken back.
    pub run: RunId,
    /// The date of the commits.
    pub at: Timestamp,
    /// The commit that the run began at.
    pub base: CommitId,
    /// The branch that the run advanced.
    pub target: String,
    /// The packages of the plan.
    pub packages: Vec<Package>,
    /// Packages of which the log says that they were taken back.
    pub recorded: BTreeSet<PackageId>,
    /// Where events go.
    pub journal: Journal,
}

impl RollBack {
    /// What taking back landings of a job that is being executed needs.
    pub(super) fn of(job: &Job) -> Self {
        Self {
            repository: job.repository.clone(),
            run: job.run.clone(),
            at: job.started,
            base: job.base.clone(),
            target: job.target.clone(),
            packages: Vec::new(),
            recorded: BTreeSet::new(),
            journal: job.journal.clone(),
        }
    }
}

/// What is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Packages, and before them everything that rests on one of them. Those that were taken
    /// back before are passed over, as long as one of them is left.
    Packages(BTreeSet<PackageId>),
    /// Every package of the run.
    Full,
}

/// A package that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The package.
    pub package: PackageId,
    /// The commit that takes it back.
    pub commit: CommitId,
    /// The tree of the target branch after it.
    pub tree: TreeId,
}

/// Nothing was taken back, or not everything.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The package is not on the branch.
    #[error("{} is not on the target branch", names(.0))]
    NotLanded(BTreeSet<PackageId>),
    /// Somebody has worked on the same file since.
    #[error(
        "`{path}` was changed after package {package} landed; undo that change first or repair \
         the file by hand"
    )]
    ChangedSince {
        /// The package.
        package: PackageId,
        /// The file.
        path: RepoPath,
    },
    /// Somebody has the branch checked out.
    #[error("the branch `{branch}` is checked out at `{worktree}`; check out another one there")]
    TargetCheckedOut {
        /// The branch.
        branch: String,
        /// Where.
        worktree: PathBuf,
    },
    /// The branch is gone.
    #[error("there is no branch `{0}`")]
    NoTarget(String),
    /// Somebody else keeps moving the branch.
    #[error("the target branch moved {ATTEMPTS} times during the rollback; try again")]
    KeepsMoving,
    /// Only our commits are on the branch and yet the tree differs.
    #[error("the tree after the rollback is {found} instead of {wanted}")]
    NotOriginal {
        /// The tree now.
        found: TreeId,
        /// The tree of the base.
        wanted: TreeId,
    },
    /// The event log refused an event.
    #[error("the event log cannot be written: {0}")]
    Log(String),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A task of ours died.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<Stop> for RollbackError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Log(why) => Self::Log(why),
            Stop::Rejected(why) | Stop::Failed(why) | Stop::Unrunnable(why) => Self::Internal(why),
            Stop::Cancelled | Stop::Waiting => Self::Internal("cancelled".to_owned()),
        }
    }
}

impl From<RollbackError> for ExecuteError {
    fn from(error: RollbackError) -> Self {
        match error {
            RollbackError::Git(error) => error.into(),
            RollbackError::Log(why) => Self::Log(why),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<ExecuteError> for RollbackError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Git(error) => Self::Git(error),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// Takes packages of a run back from its target branch. One that died on the way goes on
/// when it is asked for again: what its branch says and its log does not is recorded first.
pub async fn rollback(what: &RollBack, which: &Which) -> Result<Vec<Undone>, RollbackError> {
    let mut undone = record_swallowed(what).await?;
    let (asked, wanted) = (what.clone(), which.clone());
    let died_on = |ids: &BTreeSet<PackageId>| undone.iter().any(|it| ids.contains(&it.package));
    let doomed = blocking(move || {
        check_free(&asked)?;
        let landed = landings(&asked.repository, &asked.base, &asked.target, &asked.run)?;
        let landed: Vec<Landing> = landed.into_iter().filter_map(|(_, landing)| landing).collect();
        doomed(&asked, landed, &wanted)
    });
    let doomed = match doomed.await? {
        // All of it was taken back, and only the record of it was missing.
        Err(RollbackError::NotLanded(ids)) if died_on(&ids) => Vec::new(),
        doomed => doomed?,
    };
    for landing in &doomed {
        undone.push(take_back(what, landing, TAKEN_BACK).await?);
    }
    if *which == Which::Full {
        let asked = what.clone();
        blocking(move || check_original(&asked)).await??;
    }
    Ok(undone)
}

/// The packages of which a log says all that there is to say about their rollback.
pub fn recorded_rollbacks<'a>(
    events: impl IntoIterator<Item = &'a EventKind>,
) -> BTreeSet<PackageId> {
    let (mut back, mut recorded) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        match event {
            EventKind::PackageRolledBack { package, .. } => drop(back.insert(package)),
            EventKind::PackageChanged { package, state: UnitState::Rejected, .. } => {
                recorded.extend(back.contains(package).then(|| package.clone()));
            }
            _ => {}
        }
    }
    recorded
}

/// Records what a death between the branch and the log has swallowed.
async fn record_swallowed(what: &RollBack) -> Result<Vec<Undone>, RollbackError> {
    let asked = what.clone();
    let on_branch = blocking(move || {
        recover::undone(&asked.repository, &asked.base, &asked.target, &asked.run)
    });
    let mut swallowed = on_branch.await??;
    swallowed.retain(|it| !what.recorded.contains(&it.package));
    for undone in &swallowed {
        record(what, undone, TAKEN_BACK).await?;
    }
    Ok(swallowed)
}

/// Says that a package was taken back.
async fn record(what: &RollBack, undone: &Undone, why: &str) -> Result<(), Stop> {
    let Undone { package, commit, tree } = undone.clone();
    let step = format!("{package}/rolled-back");
    let event = EventKind::PackageRolledBack { package, commit, tree };
    what.journal.emit(step, event).await?;
    what.journal.moved(&undone.package, UnitState::Rejected, Some(why.to_owned())).await
}

fn check_free(what: &RollBack) -> Result<(), RollbackError> {
    let found = what.repository.checked_out()?.into_iter().find(|c| c.branch == what.target);
    found.map_or(Ok(()), |found| {
        let (branch, worktree) = (found.branch, found.worktree);
        Err(RollbackError::TargetCheckedOut { branch, worktree })
    })
}

/// The landings to undo, newest first: those asked for and every later one
/// that rests on one of them.
fn doomed(
    what: &RollBack,
    mut landed: Vec<Landing>,
    which: &Which,
) -> Result<Vec<Landing>, RollbackError> {
    let Which::Packages(asked) = which else {
        landed.reverse();
        return Ok(landed);
    };
    let mut gone: Vec<Landing> = Vec::new();
    let mut files: BTreeSet<String> = BTreeSet::new();
    for landing in &landed {
        let own = changed(&what.repository, landing)?;
        let package = what.packages.iter().find(|package| package.id == landing.package);
        let depends = package.is_some_and(|package| {
            let on_gone = |id: &PackageId| gone.iter().any(|landing| landing.package == *id);
            package.depends_on.iter().any(on_gone)
                || package.read_set.iter().any(|path| files.contains(path.as_str()))
        });
        let is_asked = asked.contains(&landing.package);
        if is_asked || depends || own.iter().any(|path| files.contains(path)) {
            files.extend(own);
            gone.push(landing.clone());
        }
    }
    if gone.is_empty() {
        return Err(RollbackError::NotLanded(asked.clone()));
    }
    gone.reverse();
    Ok(gone)
}

fn names(packages: &BTreeSet<PackageId>) -> String {
    let names: Vec<&str> = packages.iter().map(PackageId::as_str).collect();
    let noun = if names.len() == 1 { "package" } else { "none of the packages" };
    format!("{noun} {}", names.join(", "))
}

/// The files of a landing.
fn changed(repository: &Repository, landing: &Landing) -> Result<BTreeSet<String>, GitError> {
    let paths = repository.changed_paths(landing.previous.as_str(), landing.commit.as_str())?;
    Ok(paths.into_iter().collect())
}

/// Undoes one landing and says so.
pub(super) async fn take_back(
    what: &RollBack,
    landing: &Landing,
    why: &str,
) -> Result<Undone, RollbackError> {
    let (asked, target) = (what.clone(), landing.clone());
    let undone = blocking(move || undo(&asked, &target)).await??;
    record(what, &undone, why).await?;
    Ok(undone)
}

fn undo(what: &RollBack, landing: &Landing) -> Result<Undone, RollbackError> {
    let repository = &what.repository;
    let paths = changed(repository, landing)?;
    let files: Vec<RepoPath> = paths.iter().filter_map(|path| RepoPath::new(path).ok()).collect();
    let before = repository.entries_at(landing.previous.as_str(), &files)?;
    let after = repository.entries_at(landing.commit.as_str(), &files)?;
    let package = landing.package.clone();
    for _ in 0..ATTEMPTS {
        let head = repository.branch_head(&what.target)?;
        let head = head.ok_or_else(|| RollbackError::NoTarget(what.target.clone()))?;
        let now = repository.entries_at(head.as_str(), &files)?;
        if let Some((path, _)) = now.iter().find(|(path, entry)| after.get(*path) != Some(*entry)) {
            return Err(RollbackError::ChangedSince { package, path: path.clone() });
        }
        let tree = repository.build_tree(head.as_str(), &before)?;
        let message = format!("Roll back {package}\n\nThis undoes commit {}.", landing.commit);
        let trailers = (&what.run, &package, true);
        let commit = repository.commit_package(&tree, &head, &message, trailers, what.at)?;
        match repository.move_branch(&what.target, Some(&head), &commit) {
            Ok(()) => return Ok(Undone { package, commit, tree }),
            Err(UpdateRefError::Moved { .. }) => {}
            Err(UpdateRefError::Git(error)) => return Err(error.into()),
        }
    }
    Err(RollbackError::KeepsMoving)
}

/// With nobody else's commit on the branch, its tree is the original one again.
fn check_original(what: &RollBack) -> Result<(), RollbackError> {
    let repository = &what.repository;
    let head = repository.branch_head(&what.target)?;
    let head = head.ok_or_else(|| RollbackError::NoTarget(what.target.clone()))?;
    let ours = repository.log(&what.base, &head)?.iter().all(|c| c.run.as_ref() == Some(&what.run));
    let (found, wanted) = (repository.tree_of(&head)?, repository.tree_of(&what.base)?);
    if ours && found != wanted {
        return Err(RollbackError::NotOriginal { found, wanted });
    }
    Ok(())
}
