//! The execution of a plan: the only asynchronous part of the engine.
//!
//! One dispatcher owns all state; one task a package, a *unit*, goes its way in
//! a straight line. Two enums are everything they say to each other.

mod accounts;
mod agent;
mod baseline;
mod canary;
mod candidate;
mod checkpoints;
mod commands;
mod control;
mod crew;
mod dispatcher;
mod examine;
mod final_check;
mod gates;
mod journal;
mod kept;
mod land;
mod meaning;
mod recover;
mod rollback;
mod spending;
mod suites;
mod unit;
mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ssot_model::{
    Agent, BehaviourConfig, CommitId, FileChange, GateCommand, Package, PackageId, Patch, RepoPath,
    RunId, Service, SuiteReport, TestConfig, Timestamp, TreeId, UnitState,
};
use ssot_runtime::git::{GitError, Repository};
use ssot_runtime::runner::{AgentPost, Runner, RunnerError, clean_leftovers};
use ssot_runtime::sandbox::Launcher;
use tokio::sync::watch;

use crate::Inspection;
use crate::behaviour::Pair;
use baseline::Baseline;
use journal::Stop;

pub use control::Control;
pub(crate) use control::approval_step;
pub use crew::Crew;
pub use examine::{Examined, Verdict, examine};
pub use journal::{Append, Appending, Clock, Journal};
pub use rollback::{RollBack, RollbackError, Undone, Which, recorded_rollbacks, rollback};

/// A package with what carries it out.
#[derive(Debug, Clone)]
pub struct Work {
    /// The package.
    pub package: Package,
    /// What a codemod makes of its files; none when it is an agent's from the beginning.
    pub edits: Option<Edits>,
    /// What an agent is told when there are no edits, or when a gate refuses them.
    pub assignment: Option<Assignment>,
    /// The message of its commit, without trailers.
    pub message: String,
    /// Modules that must load after it if they loaded before.
    pub touched_modules: Vec<String>,
    /// Fingerprints of the findings that it must close.
    pub closes: Vec<String>,
    /// Versions of functions, as they are at the base, and those that take their place,
    /// as they are after the package; without those that are the same text.
    pub pairs: Vec<Pair>,
}

impl Work {
    /// What a codemod makes of its files, when no package before it writes one of them.
    pub fn edits_alone(&self) -> Option<&Edits> {
        self.edits.as_ref().filter(|edits| edits.before.is_empty())
    }
}

/// What a codemod makes of the files of a package.
#[derive(Debug, Clone)]
pub struct Edits {
    /// What it writes and deletes, made for the base of the run and `before`.
    pub patch: Patch,
    /// Those of its files that a package which it waits for has written, as that one
    /// leaves them; the others are as at the base.
    pub before: BTreeMap<RepoPath, FileChange>,
}

/// What an agent is told.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// In which role.
    pub agent: Agent,
    /// The task, its evidence and how it is judged, as Markdown.
    pub briefing: String,
    /// The definitions that stay against themselves, before and after.
    pub stays: Vec<Pair>,
    /// The definitions that go against those that stay, and who uses them.
    pub replaced: Vec<Replaced>,
}

/// A definition that goes: it and what takes its place have to do the same, or else
/// everything that calls it.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// It against what takes its place.
    pub direct: Vec<Pair>,
    /// The functions that call it, each before and after.
    pub callers: Vec<Pair>,
}

impl Assignment {
    /// Every pair that may have to be called.
    fn pairs(&self) -> impl Iterator<Item = &Pair> {
        let replaced = self.replaced.iter().flat_map(|it| it.direct.iter().chain(&it.callers));
        self.stays.iter().chain(replaced)
    }
}

/// A static look at a tree on disk failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot inspect the tree: {0}")]
pub struct InspectError(pub String);

/// A static look at a tree on disk; it blocks.
pub type Inspect = Arc<dyn Fn(&Path) -> Result<Inspection, InspectError> + Send + Sync>;

/// Everything that an execution needs to know.
#[derive(Clone)]
pub struct Job {
    /// The repository.
    pub repository: Repository,
    /// The run; the same again takes up a run that was killed.
    pub run: RunId,
    /// When the run began: the date of all its commits.
    pub started: Timestamp,
    /// The commit that the patches were made for.
    pub base: CommitId,
    /// The branch that landings advance; created at the base when missing.
    pub target: String,
    /// The packages in the order in which they may start.
    pub works: Vec<Work>,
    /// Who works at the same time.
    pub crew: Crew,
    /// How the repository's own tests are run.
    pub test: Option<TestConfig>,
    /// What the tests need beside them.
    pub services: BTreeMap<String, Service>,
    /// What else is checked before a package lands.
    pub gates: Vec<GateCommand>,
    /// How versions of a function are compared by calling them.
    pub behaviour: BehaviourConfig,
    /// The coding agent; none when there is none.
    pub agent: Option<AgentPost>,
    /// Whether packages may land without a test command.
    pub allow_untested: bool,
    /// What holds the packages back.
    pub control: Control,
    /// How this program starts itself as the sandbox launcher.
    pub launcher: Launcher,
    /// The static look at a tree.
    pub inspect: Inspect,
    /// Where events go.
    pub journal: Journal,
}

/// Where one package ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageResult {
    /// Its state: an end, or queued when somebody has to approve first.
    pub state: UnitState,
    /// Why, when it did not land.
    pub reason: Option<String>,
    /// Its commit on the target branch.
    pub commit: Option<CommitId>,
}

/// What an execution came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecuteSummary {
    /// The packages.
    pub packages: BTreeMap<PackageId, PackageResult>,
    /// Head of the target branch.
    pub head: CommitId,
    /// Its tree.
    pub tree: TreeId,
    /// Violations of the base; none when the run was stopped before it knew.
    pub violations_before: Option<u32>,
    /// Violations of the target branch's head.
    pub violations_after: Option<u32>,
    /// Tests of the base.
    pub tests_before: Option<SuiteReport>,
    /// Tests of the target branch's head.
    pub tests_after: Option<SuiteReport>,
    /// Whether the run was told to stop.
    pub cancelled: bool,
}

impl ExecuteSummary {
    /// Whether packages wait for an approval.
    pub fn is_waiting(&self) -> bool {
        !self.cancelled && self.packages.values().any(|it| it.state == UnitState::Queued)
    }
}

/// The execution could not begin or go on; what has landed stays landed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// Not a name for a branch.
    #[error("`{0}` is not a valid branch name")]
    BadTarget(String),
    /// Somebody has the branch checked out.
    #[error(
        "the branch `{branch}` is checked out at `{worktree}`; a landing would change it under \
         your feet. Name another branch with --target, or check out another one there"
    )]
    TargetCheckedOut {
        /// The branch.
        branch: String,
        /// Where.
        worktree: PathBuf,
    },
    /// The branch has another history.
    #[error(
        "the branch `{branch}` does not contain the commit {base} that the plan was made for; \
         choose another target branch or delete this one"
    )]
    TargetDiverged {
        /// The branch.
        branch: String,
        /// The base of the run.
        base: CommitId,
    },
    /// Nothing would prove the packages.
    #[error(
        "no test command is configured, so nothing would prove that the packages are harmless: \
         add a section `test` with a `command` to ssot.toml, or pass --allow-untested"
    )]
    Untested,
    /// The command did not end.
    #[error(
        "the test command did not end within {seconds} s on the untouched tree; nothing was \
         landed. Raise `timeout-seconds` or repair the command. The end of its output:\n{tail}"
    )]
    Hanging {
        /// The limit.
        seconds: u64,
        /// The end of the output.
        tail: String,
    },
    /// The tests do not test the tree.
    #[error("the tests of the untouched tree prove nothing: {why}\n{tail}")]
    Unproven {
        /// Why.
        why: String,
        /// The end of the output.
        tail: String,
    },
    /// The command or the sandbox cannot be started.
    #[error(
        "the tests cannot be run: {0}. Check `command`, `path` and `readable` in the section \
         `test` of ssot.toml"
    )]
    Unrunnable(String),
    /// The event log refused an event.
    #[error("the event log cannot be written: {0}")]
    Log(String),
    /// A tree could not be looked at.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The runner failed.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// A task of ours died.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What all units share and nobody changes.
struct Shared {
    job: Job,
    runner: Runner,
    baseline: Baseline,
    cancel: watch::Receiver<bool>,
}

/// The state of the target branch, looked at.
#[derive(Debug, Clone)]
struct Head {
    commit: CommitId,
    tree: TreeId,
    inspection: Arc<Inspection>,
}

/// Executes the packages of a job. The same job again, after a death at any
/// instant, leads to the same final tree.
pub async fn run(job: Job, cancel: watch::Receiver<bool>) -> Result<ExecuteSummary, ExecuteError> {
    check_target(&job)?;
    if job.test.is_none() && !job.allow_untested {
        return Err(ExecuteError::Untested);
    }
    let mark = mark(&job);
    let repository = job.repository.clone();
    let worktrees = job.run.to_string();
    // What a killed execution left: its processes first, they write into its worktrees.
    let (left, place) = (worktrees.clone(), repository.clone());
    let mark_left = mark.clone();
    blocking(move || {
        clean_leftovers(&mark_left);
        place.remove_worktrees(&left)?;
        place.forget_missing_worktrees()
    })
    .await??;
    // On the heap: the state of a whole execution is large.
    let done = Box::pin(go(job, cancel, &mark)).await;
    // Patches of what did not land were stored before.
    blocking(move || repository.remove_worktrees(&worktrees)).await??;
    done
}

async fn go(
    job: Job,
    cancel: watch::Receiver<bool>,
    mark: &str,
) -> Result<ExecuteSummary, ExecuteError> {
    let root = job.repository.root().to_path_buf();
    let runner = Runner::new(job.launcher.clone(), job.test.as_ref(), &root, mark)?
        .with_services(&job.services)?;
    let spending = spending::Spending::new(&job);
    let recovered = recover::recover(&job).await?;
    for work in &job.works {
        job.journal.moved(&work.package.id, UnitState::Queued, None).await?;
    }
    let baseline = match baseline::establish(&job, &runner, &cancel).await {
        Ok(baseline) => baseline,
        Err(baseline::Halt::Cancelled) => return recovered.cancelled(&job).await,
        Err(baseline::Halt::Error(error)) => return Err(error),
    };
    let shared = Arc::new(Shared { job, runner, baseline, cancel });
    let head = recovered.head(&shared).await?;
    let dispatched = dispatcher::dispatch(&shared, recovered.landed, head, spending);
    let (outcome, head, spending) = dispatched.await?;
    let summary = final_check::finish(&shared, outcome, head).await?;
    spending.close(&shared.job, shared.runner.cpu_millis()).await?;
    Ok(summary)
}

/// Identifies the processes and private directories of a run on this machine.
fn mark(job: &Job) -> String {
    format!("{}\n{}", job.repository.root().display(), job.run)
}

fn check_target(job: &Job) -> Result<(), ExecuteError> {
    if !job.repository.is_branch_name(&job.target)? {
        return Err(ExecuteError::BadTarget(job.target.clone()));
    }
    let found = job.repository.checked_out()?.into_iter().find(|c| c.branch == job.target);
    match found {
        Some(found) => {
            Err(ExecuteError::TargetCheckedOut { branch: found.branch, worktree: found.worktree })
        }
        None => Ok(()),
    }
}

/// Runs what blocks where blocking is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ExecuteError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ExecuteError::Internal(error.to_string()))
}

impl From<Stop> for ExecuteError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Log(why) => Self::Log(why),
            Stop::Rejected(why) | Stop::Failed(why) => Self::Internal(why),
            Stop::Unrunnable(why) => Self::Unrunnable(why),
            Stop::Cancelled | Stop::Waiting => Self::Internal("cancelled".to_owned()),
        }
    }
}
