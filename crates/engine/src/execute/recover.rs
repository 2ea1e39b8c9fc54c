//! What an earlier execution of the same job has done: the target branch knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use ssot_model::{
    Agent, CommitId, CompletionStatus, EventKind, PackageId, RepoPath, RunId, TreeId, UnitState,
};
use ssot_runtime::git::{GitError, Repository, UpdateRefError};

use super::baseline::inspect;
use super::journal::{Journal, Stop};
use super::rollback::Undone;
use super::unit::short;
use super::{ExecuteError, ExecuteSummary, Head, Job, PackageResult, Shared, blocking};

/// Why a package that had landed is not on the branch any more.
pub(super) const TAKEN_BACK: &str = "it landed and was rolled back";

/// A package on the target branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landing {
    pub(super) package: PackageId,
    pub(super) commit: CommitId,
    pub(super) previous: CommitId,
    pub(super) tree: TreeId,
}

impl Landing {
    pub(super) async fn announce(
        &self,
        journal: &Journal,
        files: Vec<RepoPath>,
    ) -> Result<(), Stop> {
        let Self { package, commit, previous, tree } = self.clone();
        let step = format!("{package}/landed");
        journal
            .emit(step, EventKind::PackageLanded { package, commit, previous, tree, files })
            .await
    }
}

/// The step of a landing onto `onto`.
pub(super) fn land_step(package: &PackageId, onto: &CommitId) -> String {
    format!("{package}/land@{}", short(onto.as_str()))
}

/// What is on the branch already, oldest first; `None` was rolled back.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) landed: Vec<(PackageId, Option<Landing>)>,
}

/// Reads the target branch and appends the events that a death swallowed.
pub(super) async fn recover(job: &Job) -> Result<Recovered, ExecuteError> {
    let looking = job.clone();
    let landed = blocking(move || on_branch(&looking)).await??;
    for (package, landing) in &landed {
        let Some(landing) = landing else {
            let why = Some(TAKEN_BACK.to_owned());
            job.journal.moved(package, UnitState::Rejected, why).await?;
            continue;
        };
        let call = land_step(package, &landing.previous);
        let completed = EventKind::ToolCompleted {
            agent: Agent::Actions,
            tool: "land".to_owned(),
            call: call.clone(),
            status: CompletionStatus::Ok,
            summary: format!("commit {}", landing.commit),
        };
        job.journal.emit(call, completed).await?;
        let (repository, landing) = (job.repository.clone(), landing.clone());
        let (from, to) = (landing.previous.clone(), landing.commit.clone());
        let files =
            blocking(move || repository.changed_paths(from.as_str(), to.as_str())).await??;
        let files = files.iter().filter_map(|path| RepoPath::new(path).ok()).collect();
        landing.announce(&job.journal, files).await?;
        job.journal.moved(package, UnitState::Done, None).await?;
    }
    Ok(Recovered { landed })
}

fn on_branch(job: &Job) -> Result<Vec<(PackageId, Option<Landing>)>, ExecuteError> {
    let Some(head) = job.repository.branch_head(&job.target)? else { return Ok(Vec::new()) };
    if !job.repository.is_ancestor(&job.base, &head)? {
        let (branch, base) = (job.target.clone(), job.base.clone());
        return Err(ExecuteError::TargetDiverged { branch, base });
    }
    Ok(landings(&job.repository, &job.base, &job.target, &job.run)?)
}

/// The commits of a run on its branch that take packages back, oldest first.
pub(super) fn undone(
    repository: &Repository,
    base: &CommitId,
    target: &str,
    run: &RunId,
) -> Result<Vec<Undone>, GitError> {
    let Some(head) = repository.branch_head(target)? else { return Ok(Vec::new()) };
    let log = repository.log(base, &head)?.into_iter().rev();
    let of_run = log.filter(|commit| commit.run.as_ref() == Some(run));
    Ok(of_run
        .filter_map(|it| Some(Undone { package: it.undone?, commit: it.id, tree: it.tree }))
        .collect())
}

/// The packages of a run on its branch, oldest first; `None` was taken back.
pub(super) fn landings(
    repository: &Repository,
    base: &CommitId,
    target: &str,
    run: &RunId,
) -> Result<Vec<(PackageId, Option<Landing>)>, GitError> {
    let Some(head) = repository.branch_head(target)? else { return Ok(Vec::new()) };
    let mut found: BTreeMap<PackageId, Option<Landing>> = BTreeMap::new();
    let mut order = Vec::new();
    for commit in repository.log(base, &head)?.into_iter().rev() {
        if commit.run.as_ref() != Some(run) {
            continue;
        }
        if let Some(package) = commit.undone {
            found.insert(package, None);
        } else if let (Some(package), Some(previous)) = (commit.package, commit.parent) {
            order.push(package.clone());
            let (commit, tree) = (commit.id, commit.tree);
            let landing = Landing { package: package.clone(), commit, previous, tree };
            found.insert(package, Some(landing));
        }
    }
    Ok(order.into_iter().filter_map(|id| found.remove(&id).map(|landing| (id, landing))).collect())
}

impl Recovered {
    /// The target branch as it is, created at the base when it is missing.
    pub(super) async fn head(&self, shared: &Shared) -> Result<Head, ExecuteError> {
        let job = shared.job.clone();
        let (commit, tree) = blocking(move || {
            let commit = match job.repository.branch_head(&job.target)? {
                Some(commit) => commit,
                None => match job.repository.move_branch(&job.target, None, &job.base) {
                    Ok(()) | Err(UpdateRefError::Moved { actual: None }) => job.base.clone(),
                    Err(UpdateRefError::Moved { actual: Some(actual) }) => actual,
                    Err(UpdateRefError::Git(error)) => return Err(error),
                },
            };
            let tree = job.repository.tree_of(&commit)?;
            Ok((commit, tree))
        })
        .await??;
        let base = &shared.baseline;
        let inspection = if tree == base.id {
            Arc::clone(&base.inspection)
        } else {
            let (place, wanted) = (base.tree.clone(), tree.clone());
            blocking(move || place.check_out(wanted.as_str())).await??;
            let inspection = inspect(&shared.job.inspect, &base.tree).await?;
            let (place, wanted) = (base.tree.clone(), base.id.clone());
            blocking(move || place.check_out(wanted.as_str())).await??;
            inspection
        };
        Ok(Head { commit, tree, inspection })
    }

    /// The summary of a run that was stopped before anything could be compared.
    pub(super) async fn cancelled(self, job: &Job) -> Result<ExecuteSummary, ExecuteError> {
        let mut packages: BTreeMap<PackageId, PackageResult> = BTreeMap::new();
        for (package, landing) in self.landed {
            packages.insert(package, PackageResult::recovered(landing));
        }
        for work in &job.works {
            let id = &work.package.id;
            if !packages.contains_key(id) {
                job.journal.moved(id, UnitState::Cancelled, None).await?;
                let state = UnitState::Cancelled;
                packages.insert(id.clone(), PackageResult { state, reason: None, commit: None });
            }
        }
        let looking = job.clone();
        let (head, tree) = blocking(move || {
            let head = looking.repository.branch_head(&looking.target)?;
            let head = head.unwrap_or_else(|| looking.base.clone());
            let tree = looking.repository.tree_of(&head)?;
            Ok::<_, ExecuteError>((head, tree))
        })
        .await??;
        Ok(ExecuteSummary {
            packages,
            head,
            tree,
            violations_before: None,
            violations_after: None,
            tests_before: None,
            tests_after: None,
            cancelled: true,
        })
    }
}

impl PackageResult {
    pub(super) fn recovered(landing: Option<Landing>) -> Self {
        match landing {
            Some(landing) => {
                Self { state: UnitState::Done, reason: None, commit: Some(landing.commit) }
            }
            None => Self {
                state: UnitState::Rejected,
                reason: Some(TAKEN_BACK.to_owned()),
                commit: None,
            },
        }
    }
}
