//! One package on its way, in a straight line.

use std::sync::Arc;

use ssot_model::{ApprovalSubject, EventKind, GateName, GateOutcome, PackageId, Phase, UnitState};
use ssot_runtime::git::{KEPT, Worktree};
use ssot_runtime::runner::Runner;
use tokio::sync::mpsc;

use super::agent::worked_name;
use super::baseline::inspect;
use super::candidate::{self, By, Candidate};
use super::commands::Commands;
use super::journal::{Judgement, Place, Stop};
use super::recover::Landing;
use super::spending::Leash;
use super::suites::Suites;
use super::versions::Versions;
use super::{Edits, Head, Job, Shared, Work, accounts, blocking, gates, meaning};
use crate::Inspection;

/// What a unit tells the dispatcher.
#[derive(Debug)]
pub(super) enum Up {
    /// It moved on.
    Moved(PackageId, UnitState),
    /// Its gates passed; it waits for its turn.
    Ready(PackageId),
}

/// What the dispatcher tells a unit.
#[derive(Debug)]
pub(super) enum Down {
    /// It is its turn, and this is the target branch as last seen.
    Land(Head),
}

/// How a unit ended.
#[derive(Debug)]
pub(super) enum End {
    /// On the target branch, which now looks like this.
    Landed(Landing, Head),
    /// Before.
    Stopped(Stop),
}

/// One package and what it needs on its way.
pub(super) struct Unit {
    pub(super) shared: Arc<Shared>,
    /// Counts what the commands of this package cost.
    pub(super) runner: Runner,
    /// Tells it to stop.
    pub(super) leash: Leash,
    pub(super) index: usize,
    pub(super) start: Head,
    pub(super) up: mpsc::Sender<Up>,
    pub(super) down: mpsc::Receiver<Down>,
}

impl Unit {
    pub(super) fn job(&self) -> &Job {
        &self.shared.job
    }

    pub(super) fn work(&self) -> &Work {
        &self.shared.job.works[self.index]
    }

    pub(super) fn id(&self) -> &PackageId {
        &self.work().package.id
    }

    pub(super) fn worktree_name(&self) -> String {
        format!("{}/packages/{}", self.job().run, self.id())
    }

    /// Goes the whole way and leaves nothing behind.
    pub(super) async fn run(mut self) -> End {
        let end = match self.go().await {
            Ok((landing, head)) => End::Landed(landing, head),
            Err(stop) => End::Stopped(stop),
        };
        match self.leave(end).await {
            Ok(end) => end,
            Err(stop) => End::Stopped(stop),
        }
    }

    async fn go(&mut self) -> Result<(Landing, Head), Stop> {
        self.moved(UnitState::Worktree).await?;
        let tree = self.worktree().await?;
        let (candidate, inspection) = self.make(&tree).await?;
        let (control, subject) = (&self.job().control, ApprovalSubject::Landing);
        if !control.may(&self.job().journal, subject, self.id()).await? {
            return Err(Stop::Waiting);
        }
        self.moved(UnitState::Land).await?;
        let head = self.turn().await?;
        self.land(&tree, candidate, inspection, head).await
    }

    /// What is to land, through all gates: the codemod's edits, or else what the agent makes.
    async fn make(&self, tree: &Worktree) -> Result<(Candidate, Arc<Inspection>), Stop> {
        let assignment = self.work().assignment.as_ref();
        let Some(edits) = &self.work().edits else {
            let gone = || Stop::Failed("nobody is to carry it out".to_owned());
            return Box::pin(self.by_agent(tree, assignment.ok_or_else(gone)?, None)).await;
        };
        self.moved(UnitState::Rewrite).await?;
        let candidate = self.rewrite(tree, edits).await?;
        self.moved(UnitState::Gates).await?;
        match (self.judge(tree, &candidate, "").await, assignment) {
            (Err(Stop::Rejected(why)), Some(assignment)) => {
                let (place, start) = (tree.clone(), self.start.tree.clone());
                blocking(move || place.check_out(start.as_str())).await??;
                let tried = Box::pin(self.by_agent(tree, assignment, Some(why.clone()))).await;
                tried.map_err(|stop| match stop {
                    Stop::Rejected(then) => {
                        Stop::Rejected(format!("{why}; then, by the agent: {then}"))
                    }
                    stop => stop,
                })
            }
            (judged, _) => Ok((candidate, judged?)),
        }
    }

    async fn moved(&self, state: UnitState) -> Result<(), Stop> {
        self.job().journal.moved(self.id(), state, None).await?;
        self.say(Up::Moved(self.id().clone(), state)).await
    }

    /// The same for one of several tries.
    pub(super) async fn moved_to(&self, state: UnitState, try_: &str) -> Result<(), Stop> {
        let (package, reason) = (self.id().clone(), None);
        let step = format!("{package}/state/{}#{try_}", state.as_str());
        let moved = EventKind::PackageChanged { package: package.clone(), state, reason };
        self.job().journal.emit(step, moved).await?;
        self.say(Up::Moved(package, state)).await
    }

    async fn say(&self, up: Up) -> Result<(), Stop> {
        let gone = |_| Stop::Failed("the dispatcher is gone".to_owned());
        self.up.send(up).await.map_err(gone)
    }

    pub(super) async fn worktree(&self) -> Result<Worktree, Stop> {
        let step = format!("{}/worktree", self.id());
        let (repository, name) = (self.job().repository.clone(), self.worktree_name());
        let commit = self.start.commit.clone();
        let make = async {
            let tree = blocking(move || repository.add_worktree(&name, &commit)).await??;
            Ok((tree, format!("at {}", short(self.start.commit.as_str()))))
        };
        self.job().journal.tool(("worktree", &step), &self.leash.halt, make).await
    }

    /// Gives the worktree the candidate's files.
    pub(super) async fn rewrite(&self, tree: &Worktree, edits: &Edits) -> Result<Candidate, Stop> {
        let step = format!("{}/apply-edit", self.id());
        let (shared, index) = (Arc::clone(&self.shared), self.index);
        let (onto, tree, edits) = (self.start.tree.clone(), tree.clone(), edits.clone());
        let apply = async {
            let candidate = blocking(move || {
                let work = &shared.job.works[index];
                let candidate =
                    candidate::build(&shared.job, work, &edits, &shared.baseline.tree, &onto)?;
                tree.check_out(candidate.tree.as_str())?;
                Ok::<_, Stop>(candidate)
            })
            .await??;
            let summary = format!("{} files", candidate.after.len());
            Ok((candidate, summary))
        };
        self.job().journal.tool(("apply-edit", &step), &self.leash.halt, apply).await
    }

    /// Names the place of gates; the tree they started from is part of the
    /// name unless it is the ordinary one.
    pub(super) fn place(&self, phase: Phase, onto: &Head, ordinary: bool) -> Place {
        let side = if phase == Phase::After { "after" } else { "landing" };
        let side = if ordinary {
            side.to_owned()
        } else {
            format!("{side}@{}", short(onto.commit.as_str()))
        };
        Place { package: Some(self.id().clone()), phase, step: self.id().to_string(), side }
    }

    /// Parse, Imports, Findings, Proof and Load, compared with the tree `onto` which the
    /// candidate was put.
    pub(super) async fn static_gates(
        &self,
        tree: &Worktree,
        place: &Place,
        onto: &Head,
        candidate: &Candidate,
    ) -> Result<Arc<Inspection>, Stop> {
        let (journal, work) = (&self.job().journal, self.work());
        let before = &onto.inspection;
        let mut inspection = None;
        let parse = async {
            let after = inspect(&self.job().inspect, tree).await?;
            inspection = Some(Arc::clone(&after));
            Ok(gates::parse(before, &after))
        };
        demand(GateName::Parse, &journal.gate(place, GateName::Parse, parse).await?)?;
        let gone = || Stop::Failed("the inspection gave no result".to_owned());
        let after = inspection.ok_or_else(gone)?;
        let api = gates::api(before, &after, &work.package).map(|it| (GateName::Api, it));
        for (gate, judgement) in [
            (GateName::Imports, gates::imports(before, &after)),
            (GateName::Findings, gates::findings(before, &after, &work.closes)),
        ]
        .into_iter()
        .chain(api)
        {
            demand(gate, &journal.gate(place, gate, async { Ok(judgement) }).await?)?;
        }
        let gate = match candidate.by {
            By::Codemod => GateName::Proof,
            By::Agent => GateName::Ledger,
        };
        let proof = self.proof(onto, candidate, &after);
        demand(gate, &journal.gate(place, gate, proof).await?)?;
        let step = format!("{}/load/{}", place.step, place.side);
        let load = async {
            let modules = &work.touched_modules;
            let loading = gates::loads(&self.runner, tree, &after, modules);
            let cancel = &self.leash.halt;
            let loads = journal.tool(("load-modules", &step), cancel, loading).await?;
            let base = &self.shared.baseline;
            Ok(gates::load(&base.inspection, &base.loads, &loads))
        };
        demand(GateName::Load, &journal.gate(place, GateName::Load, load).await?)?;
        Ok(after)
    }

    /// Whether every name means what it meant, or what an agent took away lives on.
    async fn proof(
        &self,
        onto: &Head,
        candidate: &Candidate,
        after: &Arc<Inspection>,
    ) -> Result<Judgement, Stop> {
        let (shared, index, onto) = (Arc::clone(&self.shared), self.index, onto.clone());
        let (tree, after, by) = (candidate.tree.clone(), Arc::clone(after), candidate.by);
        let check = move || {
            let work = &shared.job.works[index];
            let (before, after) = ((&onto.tree, &*onto.inspection), (&tree, &*after));
            match by {
                By::Codemod => meaning::check(&shared.job, work, before, after),
                By::Agent => Ok(accounts::check(&shared.job, work, before, after)),
            }
        };
        blocking(check).await?
    }

    /// What goes and what takes its place, called side by side; not asked when they are
    /// the same text.
    pub(super) async fn behaviour_gate(
        &self,
        tree: &Worktree,
        place: &Place,
        candidate: &Candidate,
        inspection: &Inspection,
    ) -> Result<(), Stop> {
        let (runner, cancel) = (&self.runner, &self.leash.halt);
        let Shared { job, baseline, .. } = &*self.shared;
        let (pairs, assignment) = (&self.work().pairs, &self.work().assignment);
        let label = format!("{}/behaviour/{}", place.step, place.side);
        let versions = Versions { job, runner, cancel };
        let trees = ((&baseline.tree, &*baseline.inspection), (tree, inspection));
        let (recorded, id) = (&baseline.recorded, &candidate.tree);
        let judgement = match (candidate.by, assignment) {
            (By::Agent, Some(assignment)) if assignment.pairs().next().is_some() => {
                let check = versions.compare_replaced(&label, assignment, recorded, trees, id);
                job.journal.gate(place, GateName::Behaviour, Box::pin(check)).await?
            }
            (By::Codemod, _) if !pairs.is_empty() => {
                let check = versions.compare(&label, pairs, recorded, trees, id);
                job.journal.gate(place, GateName::Behaviour, check).await?
            }
            _ => return Ok(()),
        };
        demand(GateName::Behaviour, &judgement)
    }

    /// The repository's other commands, compared with the base.
    pub(super) async fn command_gate(
        &self,
        tree: &Worktree,
        place: &Place,
        candidate: &Candidate,
        inspection: &Inspection,
    ) -> Result<(), Stop> {
        let (runner, cancel) = (&self.runner, &self.leash.halt);
        let Shared { job, baseline, .. } = &*self.shared;
        if job.gates.is_empty() {
            return Ok(());
        }
        let label = format!("{}/commands/{}", place.step, place.side);
        let written = (&baseline.commands, &*self.work().package.write_set);
        let commands = Commands { job, runner, cancel };
        let check = commands.after(&label, written, tree, (&candidate.tree, inspection));
        let judgement = job.journal.gate(place, GateName::Commands, check).await?;
        demand(GateName::Commands, &judgement)
    }

    /// The repository's own tests, compared with the base.
    pub(super) async fn test_gate(
        &self,
        tree: &Worktree,
        place: &Place,
        candidate: &Candidate,
        inspection: &Inspection,
    ) -> Result<(), Stop> {
        let shared = &self.shared;
        let check = async {
            let Some((expected, _)) = &shared.baseline.tests else {
                return Ok(Judgement::skipped("no test command is configured"));
            };
            let (job, runner, cancel) = (&shared.job, &self.runner, &self.leash.halt);
            let label = format!("{}/tests/{}", place.step, place.side);
            let suites = Suites { job, runner, cancel };
            suites.test((&label, 1), expected, tree, (&candidate.tree, inspection)).await
        };
        let judgement = self.job().journal.gate(place, GateName::Tests, check).await?;
        demand(GateName::Tests, &judgement)
    }

    /// Waits until nobody else is landing.
    async fn turn(&mut self) -> Result<Head, Stop> {
        self.say(Up::Ready(self.id().clone())).await?;
        let mut cancel = self.leash.halt.clone();
        tokio::select! {
            biased;
            Ok(_) = cancel.wait_for(|cancelled| *cancelled) => Err(Stop::Cancelled),
            down = self.down.recv() => match down {
                Some(Down::Land(head)) => Ok(head),
                None => Err(Stop::Failed("the dispatcher is gone".to_owned())),
            },
        }
    }

    /// Keeps the work as a commit, for whoever wants to finish it.
    async fn keep(&self) -> Result<(), Stop> {
        let (shared, index, onto) = (Arc::clone(&self.shared), self.index, self.start.clone());
        let kept = blocking(move || {
            let (job, work) = (&shared.job, &shared.job.works[index]);
            // What an agent made has a reference already.
            let reference = format!("{KEPT}{}", worked_name(job, &work.package.id));
            if let Some(commit) = job.repository.resolve(&reference)? {
                return Ok(Some((commit, reference)));
            }
            let Some(edits) = &work.edits else { return Ok(None) };
            let built = candidate::build(job, work, edits, &shared.baseline.tree, &onto.tree);
            // A patch that cannot even be made into a tree stays in the plan of the run.
            let Ok(candidate) = built else { return Ok(None) };
            let id = &work.package.id;
            let (tree, what) = (&candidate.tree, (&job.run, id, false));
            let repository = &job.repository;
            let commit =
                repository.commit_package(tree, &onto.commit, &work.message, what, job.started)?;
            let name = format!("unlanded/{}/{id}", job.run);
            repository.keep(&name, &commit)?;
            Ok::<_, Stop>(Some((commit, format!("{KEPT}{name}"))))
        })
        .await??;
        let Some((commit, reference)) = kept else { return Ok(()) };
        let package = self.id().clone();
        let step = format!("{package}/kept");
        self.job().journal.emit(step, EventKind::PackageKept { package, commit, reference }).await
    }

    /// Keeps what did not land, removes the worktree, and only
    /// then says where the package ended.
    async fn leave(&self, end: End) -> Result<End, Stop> {
        let end = match (end, self.leash.why.borrow().clone()) {
            (End::Stopped(Stop::Cancelled), Some(why)) => End::Stopped(Stop::Failed(why)),
            (end, _) => end,
        };
        match end {
            End::Landed(..) => self.forget_work().await?,
            End::Stopped(_) => self.keep().await?,
        }
        let (repository, name) = (self.job().repository.clone(), self.worktree_name());
        blocking(move || repository.remove_worktrees(&name)).await??;
        let (state, reason) = match &end {
            End::Landed(..) => (UnitState::Done, None),
            End::Stopped(Stop::Rejected(why)) => (UnitState::Rejected, Some(why.clone())),
            End::Stopped(Stop::Failed(why) | Stop::Unrunnable(why) | Stop::Log(why)) => {
                (UnitState::Failed, Some(why.clone()))
            }
            End::Stopped(Stop::Cancelled) => (UnitState::Cancelled, None),
            End::Stopped(Stop::Waiting) => (UnitState::Queued, None),
        };
        self.job().journal.moved(self.id(), state, reason).await?;
        Ok(end)
    }
}

/// A gate that failed rejects the package.
pub(super) fn demand(gate: GateName, judgement: &Judgement) -> Result<(), Stop> {
    match judgement.outcome {
        GateOutcome::Passed | GateOutcome::Skipped => Ok(()),
        GateOutcome::Failed => {
            Err(Stop::Rejected(format!("{}: {}", gate.as_str(), judgement.evidence)))
        }
    }
}

/// A commit as people write it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}
