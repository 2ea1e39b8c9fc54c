//! The repository that is worked on: its state, its branches, its runs.

use std::path::{Path, PathBuf};

use ssot_model::{
    CommitId, Event, EventKind, LandingMode, PackageId, PendingApproval, Plan, RunId, RunReport,
    RunStatus, Timestamp,
};
use ssot_runtime::clock::Clock;
use ssot_runtime::environment::Environment;
use ssot_runtime::files;
use ssot_runtime::git::{Repository, Worktree};
use ssot_runtime::ids::{IdManager, Randomness, no_run};
use ssot_runtime::log::EventLog;
use ssot_runtime::sandbox;

use crate::delivery::{Delivery, pull_request};
use crate::desk::{self, Desk};
use crate::execute::{self, RollBack};
use crate::pipeline::{Observer, RollbackScope};
use crate::request::{Request, RunFolder};
use crate::scope;
use crate::wishes::{self, Wish};
use crate::{EngineError, holds, report, status};

/// The branch that landings advance when none is named.
const DEFAULT_TARGET: &str = "ssot/consolidate";

/// Changed files named in the message about a dirty checkout.
const NAMED_FILES: usize = 5;

/// A repository with its log.
#[derive(Clone)]
pub(crate) struct Site {
    repository: Repository,
    state: PathBuf,
    clock: Clock,
    log: EventLog,
    /// What agents may be given of the variables of this process.
    environment: Environment,
}

impl Site {
    pub(crate) async fn open(root: &Path) -> Result<Self, EngineError> {
        let repository = Repository::open(root).map_err(EngineError::user)?;
        let state = files::prepare_state_dir(repository.root()).map_err(|error| {
            EngineError::user(format!("{}: {error}", repository.state_dir().display()))
        })?;
        let clock = Clock::system();
        let log = EventLog::open(&state.join("state.db"), clock.clone())
            .await
            .map_err(EngineError::internal)?;
        let environment = Environment::default();
        Ok(Self { repository, state, clock, log, environment })
    }

    /// The same with the variables of this process.
    pub(crate) fn inheriting(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(crate) fn root(&self) -> &Path {
        self.repository.root()
    }

    pub(crate) fn repository(&self) -> &Repository {
        &self.repository
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    pub(crate) fn log(&self) -> &EventLog {
        &self.log
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn head(&self) -> Result<CommitId, EngineError> {
        self.repository.head().map_err(EngineError::user)
    }

    /// Work that is not committed would not be seen by the run.
    pub(crate) fn check_clean(&self) -> Result<(), EngineError> {
        let dirt = self.repository.dirt().map_err(EngineError::internal)?;
        if dirt.is_empty() {
            return Ok(());
        }
        let shown: Vec<&str> = dirt.iter().take(NAMED_FILES).map(|it| it.path.as_str()).collect();
        let more = dirt.len().saturating_sub(NAMED_FILES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Err(EngineError::user(format!(
            "the checkout has changes that are not committed: {}{more}. A run works from commits and \
             would not see them: commit or stash them first",
            shown.join(", ")
        )))
    }

    /// The target branch, brought up to the base when all its work is in the base
    /// already; a branch with other work is refused.
    pub(crate) fn prepare_target(
        &self,
        name: Option<&str>,
        base: &CommitId,
    ) -> Result<String, EngineError> {
        let target = name.unwrap_or(DEFAULT_TARGET);
        self.check_not_checked_out(target)?;
        let head = self.repository.branch_head(target).map_err(EngineError::internal)?;
        if let Some(head) = head.filter(|head| head != base) {
            let ahead = self.repository.log(base, &head).map_err(EngineError::internal)?;
            if !ahead.is_empty() {
                return Err(EngineError::user(format!(
                    "branch {target} holds {} commits that are not in {base}: merge it, delete it, or \
                     let this run land on another branch (--target NAME; \"Lands on\" in a browser)",
                    ahead.len()
                )));
            }
            self.repository.move_branch(target, Some(&head), base).map_err(EngineError::user)?;
        }
        Ok(target.to_owned())
    }

    fn check_not_checked_out(&self, target: &str) -> Result<(), EngineError> {
        let checked_out = self.repository.checked_out().map_err(EngineError::internal)?;
        match checked_out.iter().find(|it| it.branch == target) {
            Some(it) => Err(EngineError::user(format!(
                "branch {target} is checked out at {}: a run never moves a branch under somebody's \
                 feet; name another with --target",
                it.worktree.display()
            ))),
            None => Ok(()),
        }
    }

    /// Begins a run: its folder, its first event.
    pub(crate) async fn begin(
        &self,
        given: Option<RunId>,
        request: &Request,
        base: &CommitId,
        plan: Option<&Plan>,
        observer: Observer,
    ) -> Result<Desk, EngineError> {
        let run = match given {
            Some(run) if !desk::all_events(&self.log, &run).await?.is_empty() => {
                return Err(EngineError::user(format!("there has been a run {run} already")));
            }
            Some(run) => run,
            None => IdManager::new(self.clock.clone(), Randomness::system()).run(),
        };
        let folder = RunFolder::new(&self.state, &run);
        folder.save_request(request)?;
        if let Some(plan) = plan {
            folder.save_plan(plan)?;
        }
        let packages = plan.map_or(0, |plan| plan.packages.len() as u32);
        let missing = sandbox::probe_layers().missing();
        let first = desk::started(&self.repository, base, &request.target, packages, missing)?;
        self.log.append(&run, "run/start", first).await.map_err(EngineError::internal)?;
        Ok(self.desk(run, folder, 0, observer))
    }

    /// The record of a run for a sitting that hears what is wished for after a position.
    fn desk(&self, run: RunId, folder: RunFolder, after: u64, observer: Observer) -> Desk {
        let wishes = wishes::listen(&self.log, &run, after);
        Desk::open(self.log.clone(), run, folder, self.clock.clone(), wishes, observer)
    }

    /// Takes up the latest run where it was: closes what its death left open.
    pub(crate) async fn take_up(
        &self,
        observer: Observer,
    ) -> Result<(Desk, Request, CommitId), EngineError> {
        let run = self.run(None).await?;
        let folder = RunFolder::new(&self.state, &run);
        let request = folder.request()?;
        let events = desk::all_events(&self.log, &run).await?;
        let base = events
            .iter()
            .find_map(|event| match &event.kind {
                EventKind::RunStarted { base, .. } => Some(base.clone()),
                _ => None,
            })
            .ok_or_else(|| {
                EngineError::internal(format!("run {run} has no beginning in the log"))
            })?;
        let after_seq = events.last().map_or(0, |event| event.seq);
        let epoch = self.log.begin_epoch(&run).await.map_err(EngineError::internal)?;
        self.log.close_interrupted(&run).await.map_err(EngineError::internal)?;
        let resumed = self
            .log
            .append(&run, &format!("run/resume/{epoch}"), EventKind::RunResumed { after_seq })
            .await
            .map_err(EngineError::internal)?;
        Ok((self.desk(run, folder, resumed.seq, observer).again(epoch), request, base))
    }

    /// The run that is meant: the named one, which has to be there, or the latest.
    async fn run(&self, named: Option<&RunId>) -> Result<RunId, EngineError> {
        if let Some(run) = named {
            return match self.log.head(run).await.map_err(EngineError::internal)? {
                0 => Err(EngineError::user(no_run(run.as_str()))),
                _ => Ok(run.clone()),
            };
        }
        let latest = self.log.latest_run().await.map_err(EngineError::internal)?;
        latest.ok_or_else(|| {
            EngineError::user("there has been no run in this repository; start one with `ssot run`")
        })
    }

    /// Checks out a commit below the state directory.
    pub(crate) fn check_out(
        &self,
        commit: &CommitId,
        run: &RunId,
    ) -> Result<Worktree, EngineError> {
        self.repository.remove_worktrees(&scan_name(run)).map_err(EngineError::internal)?;
        let name = format!("{}/tree", scan_name(run));
        self.repository.add_worktree(&name, commit).map_err(EngineError::internal)
    }

    /// Looks at the tree of a commit and takes the checkout away again.
    pub(crate) fn in_tree_of<T>(
        &self,
        commit: &CommitId,
        name: &str,
        look: impl FnOnce(&Path) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let tree = self.check_out(commit, &RunId::new(name))?;
        let result = look(tree.path());
        tree.remove().map_err(EngineError::internal)?;
        result
    }

    pub(crate) async fn report(&self, run: Option<&RunId>) -> Result<RunReport, EngineError> {
        let run = self.run(run).await?;
        let plan = self.plan_of(&run)?;
        let schedule = RunFolder::new(&self.state, &run).schedule();
        let events = self.events(&run).await?;
        Ok(report::build(&run, &plan, schedule.as_ref(), &events))
    }

    /// Approves what a run waits for.
    pub(crate) async fn approve(
        &self,
        run: Option<&RunId>,
        package: Option<&PackageId>,
        by: &str,
    ) -> Result<Vec<PendingApproval>, EngineError> {
        let run = self.run(run).await?;
        let events = self.events(&run).await?;
        let given = holds::approvable(&run, &events, package, by)?;
        for PendingApproval { subject, package } in given.clone() {
            let step = execute::approval_step(subject, package.as_ref());
            let event = EventKind::ApprovalGiven { subject, package, by: by.trim().to_owned() };
            self.log.remark(&run, &step, event).await.map_err(EngineError::internal)?;
        }
        Ok(given)
    }

    /// Tells a run what somebody wants of it.
    pub(crate) async fn steer(
        &self,
        run: Option<&RunId>,
        wish: Wish,
        by: &str,
    ) -> Result<RunId, EngineError> {
        let run = self.run(run).await?;
        let events = self.events(&run).await?;
        wishes::check(&run, &events, wish, by)?;
        let (step, event) = wish.event(events.last().map_or(0, |it| it.seq), by);
        self.log.remark(&run, &step, event).await.map_err(EngineError::internal)?;
        Ok(run)
    }

    /// A run at a glance.
    pub(crate) async fn status(&self, run: Option<&RunId>) -> Result<RunStatus, EngineError> {
        let run = self.run(run).await?;
        let plan = RunFolder::new(&self.state, &run).plan()?;
        Ok(status::of(&run, plan.as_ref(), &self.events(&run).await?, self.clock.now()))
    }

    /// The events of a run, at least one.
    async fn events(&self, run: &RunId) -> Result<Vec<Event>, EngineError> {
        let events = desk::all_events(&self.log, run).await?;
        if events.is_empty() {
            return Err(EngineError::user(no_run(run.as_str())));
        }
        Ok(events)
    }

    fn plan_of(&self, run: &RunId) -> Result<Plan, EngineError> {
        RunFolder::new(&self.state, run).plan()?.ok_or_else(|| {
            EngineError::user(format!(
                "run {run} ended before it had a plan; `ssot resume` takes it up"
            ))
        })
    }

    pub(crate) async fn verify(&self, run: Option<&RunId>) -> Result<String, EngineError> {
        let run = self.run(run).await?;
        let report = self.log.verify(&run).await.map_err(EngineError::internal)?;
        match report.fault {
            None => {
                Ok(format!("the log of run {run} is whole: {} events, unbroken", report.events))
            }
            Some(fault) => Err(EngineError::internal(format!(
                "the log of run {run} is damaged at event {}: {}; the {} events before it are sound",
                fault.seq, fault.reason, report.events
            ))),
        }
    }

    /// Hands over what has landed as the configuration asks for.
    pub(crate) async fn deliver(
        &self,
        desk: &Desk,
        request: &Request,
        plan: &Plan,
    ) -> Result<(), EngineError> {
        let mode = request.config.landing.mode;
        let (report, events) = (desk.report(plan).await?, desk.events().await?);
        if mode == LandingMode::Branch && report.branches.is_empty() {
            return Ok(());
        }
        let order: Vec<PackageId> = events.into_iter().filter_map(landed).collect();
        let delivery = Delivery {
            repository: &self.repository,
            plan,
            report: &report,
            order: &order,
            at: request.started,
        };
        for branch in delivery.make(mode)? {
            let head = branch.commit.as_ref().map_or("none", CommitId::as_str);
            let step = format!("branch/{}/{head}", branch.name);
            desk.emit(&step, EventKind::BranchPrepared { branch }).await?;
        }
        let report = desk.report(plan).await?;
        for branch in report.branches.iter().filter(|it| it.owner.is_some()) {
            desk.folder().save_pull_request(&branch.file(), &pull_request(&report, branch))?;
        }
        Ok(())
    }

    /// Undoes landings of the latest run.
    pub(crate) async fn roll_back(&self, scope: RollbackScope) -> Result<RunReport, EngineError> {
        let run = self.run(None).await?;
        let folder = RunFolder::new(&self.state, &run);
        let (request, plan) = (folder.request()?, self.plan_of(&run)?);
        let target = request.target.clone();
        let head = self.log.head(&run).await.map_err(EngineError::internal)?;
        let desk = self.desk(run.clone(), folder, head, Box::new(|_| {}));
        let which = scope::which(&plan, &scope)?;
        let recorded = desk.events().await?;
        let recorded = execute::recorded_rollbacks(recorded.iter().map(|event| &event.kind));
        let job = RollBack {
            repository: self.repository.clone(),
            run,
            base: plan.base.clone(),
            target,
            packages: plan.packages.clone(),
            recorded,
            at: self.clock.now(),
            journal: desk.journal(),
        };
        execute::rollback(&job, &which).await.map_err(EngineError::user)?;
        self.deliver(&desk, &request, &plan).await?;
        let report = desk.report(&plan).await?;
        desk.close().await?;
        Ok(report)
    }
}

/// The package of a landing.
fn landed(event: Event) -> Option<PackageId> {
    match event.kind {
        EventKind::PackageLanded { package, .. } => Some(package),
        _ => None,
    }
}

fn scan_name(run: &RunId) -> String {
    format!("scan-{run}")
}
