//! Every gate of every package, and nothing lands: how the gates themselves are measured.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_model::{GateName, GateOutcome, PackageId, Phase};
use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{Runner, clean_leftovers};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::baseline::{self, Halt, inspect};
use super::candidate::Candidate;
use super::journal::{Judgement, Stop};
use super::spending::Leash;
use super::suites::Suites;
use super::unit::Unit;
use super::versions::Versions;
use super::{ExecuteError, Head, Job, Shared, blocking, gates, mark, meaning};
use crate::Inspection;

/// What one gate said about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The gate.
    pub gate: GateName,
    /// What it found.
    pub outcome: GateOutcome,
    /// Why.
    pub evidence: String,
}

/// What all gates said about one package, in the order in which a run asks them. None of
/// them knows what the others said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The package.
    pub package: PackageId,
    /// The verdicts; an error when the package could not be examined.
    pub verdicts: Result<Vec<Verdict>, String>,
}

/// Asks every gate about every package of a job, on the base alone.
pub async fn examine(
    job: Job,
    cancel: watch::Receiver<bool>,
) -> Result<Vec<Examined>, ExecuteError> {
    let mark = mark(&job);
    let (repository, worktrees) = (job.repository.clone(), job.run.to_string());
    let (left, place) = (mark.clone(), worktrees.clone());
    blocking(move || {
        clean_leftovers(&left);
        repository.remove_worktrees(&place)
    })
    .await??;
    let runner =
        Runner::new(job.launcher.clone(), job.test.as_ref(), job.repository.root(), &mark)?
            .with_services(&job.services)?;
    let baseline = match baseline::establish(&job, &runner, &cancel).await {
        Ok(baseline) => baseline,
        Err(Halt::Cancelled) => return Ok(Vec::new()),
        Err(Halt::Error(error)) => return Err(error),
    };
    let head = Head {
        commit: job.base.clone(),
        tree: baseline.id.clone(),
        inspection: Arc::clone(&baseline.inspection),
    };
    let shared = Arc::new(Shared { job, runner, baseline, cancel });
    let found = all(&shared, &head).await?;
    let repository = shared.job.repository.clone();
    blocking(move || repository.remove_worktrees(&worktrees)).await??;
    Ok(found)
}

async fn all(shared: &Arc<Shared>, head: &Head) -> Result<Vec<Examined>, ExecuteError> {
    let (mut tasks, mut found) = (JoinSet::new(), Vec::new());
    let mut waiting = (0..shared.job.works.len()).collect::<BTreeSet<usize>>();
    loop {
        while tasks.len() < shared.job.crew.others.max(1) {
            let Some(index) = waiting.pop_first() else { break };
            let (shared, head) = (Arc::clone(shared), head.clone());
            tasks.spawn(async move { (index, one(shared, index, head).await) });
        }
        let Some(done) = tasks.join_next().await else { break };
        found.push(done.map_err(|error| ExecuteError::Internal(error.to_string()))?);
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, examined)| examined).collect())
}

async fn one(shared: Arc<Shared>, index: usize, head: Head) -> Examined {
    let package = shared.job.works[index].package.id.clone();
    let (up, _) = mpsc::channel(1);
    let (_, down) = mpsc::channel(1);
    let (runner, leash) = (shared.runner.clone(), Leash::of_run(shared.cancel.clone()));
    let unit = Unit { shared: Arc::clone(&shared), runner, leash, index, start: head, up, down };
    let verdicts = unit.every_gate().await.map_err(|stop| match stop {
        Stop::Rejected(why) | Stop::Failed(why) | Stop::Unrunnable(why) | Stop::Log(why) => why,
        Stop::Cancelled | Stop::Waiting => "cancelled".to_owned(),
    });
    Examined { package, verdicts }
}

impl Unit {
    async fn every_gate(&self) -> Result<Vec<Verdict>, Stop> {
        let tree = self.worktree().await?;
        let gone = || Stop::Failed("it is an agent's, and no change is known".to_owned());
        let edits = self.work().edits.as_ref().ok_or_else(gone)?;
        let candidate = self.rewrite(&tree, edits).await?;
        let after = inspect(&self.job().inspect, &tree).await?;
        let mut verdicts = self.look(&tree, &candidate, &after).await?;
        let shared = &self.shared;
        let Shared { job, runner, cancel, baseline } = &**shared;
        let place = self.place(Phase::After, &self.start, true);
        if !self.work().pairs.is_empty() {
            let label = format!("{}/behaviour/{}", place.step, place.side);
            let trees = ((&baseline.tree, &*baseline.inspection), (&tree, &*after));
            let check = Versions { job, runner, cancel }
                .compare(&label, &self.work().pairs, &baseline.recorded, trees, &candidate.tree)
                .await?;
            verdicts.push(verdict(GateName::Behaviour, check));
        }
        if let Some((expected, _)) = &baseline.tests {
            let label = format!("{}/tests/{}", place.step, place.side);
            let suites = Suites { job, runner, cancel };
            let check =
                suites.test((&label, 1), expected, &tree, (&candidate.tree, &after)).await?;
            verdicts.push(verdict(GateName::Tests, check));
        }
        let (repository, name) = (job.repository.clone(), self.worktree_name());
        blocking(move || repository.remove_worktrees(&name)).await??;
        Ok(verdicts)
    }

    /// The gates that run nothing of the repository but its imports.
    async fn look(
        &self,
        tree: &Worktree,
        candidate: &Candidate,
        after: &Arc<Inspection>,
    ) -> Result<Vec<Verdict>, Stop> {
        let (work, base) = (self.work(), &self.shared.baseline);
        let before = &self.start.inspection;
        let inspected = ((&self.start.tree, &**before), (&candidate.tree, &**after));
        let (loads, _) =
            gates::loads(&self.shared.runner, tree, after, &work.touched_modules).await?;
        let api = gates::api(before, after, &work.package);
        let api = api.map(|it| verdict(GateName::Api, it));
        let mut verdicts = vec![
            verdict(GateName::Parse, gates::parse(before, after)),
            verdict(GateName::Imports, gates::imports(before, after)),
            verdict(GateName::Findings, gates::findings(before, after, &work.closes)),
            verdict(GateName::Proof, meaning::check(self.job(), work, inspected.0, inspected.1)?),
            verdict(GateName::Load, gates::load(&base.inspection, &base.loads, &loads)),
        ];
        verdicts.extend(api);
        Ok(verdicts)
    }
}

fn verdict(gate: GateName, judgement: Judgement) -> Verdict {
    Verdict { gate, outcome: judgement.outcome, evidence: judgement.evidence }
}
