//! After the last package: the target branch as a whole, and what is taken back
//! when it is worse than the base.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_model::{GateName, GateOutcome, Phase, RepoPath, SuiteReport, UnitState};

use super::baseline::inspect;
use super::commands::Commands;
use super::dispatcher::Outcome;
use super::journal::{Judgement, Place, Stop};
use super::recover::Landing;
use super::rollback::{RollBack, RollbackError, take_back};
use super::suites::Suites;
use super::unit::short;
use super::{ExecuteError, ExecuteSummary, Head, Shared, blocking, gates};

/// Most packages that are taken back one after the other, each with another
/// execution of the tests.
const ROLLBACKS: usize = 50;

/// Whether the branch is as good as the base, and its tests.
struct Verdict {
    worse: Option<String>,
    tests: Option<SuiteReport>,
}

/// Checks the target branch, takes packages back while it is worse than the
/// base, and sums up.
pub(super) async fn finish(
    shared: &Arc<Shared>,
    mut outcome: Outcome,
    mut head: Head,
) -> Result<ExecuteSummary, ExecuteError> {
    let mut tests_after = None;
    let mut cancelled = *shared.cancel.borrow();
    for _ in 0..=ROLLBACKS {
        if cancelled {
            break;
        }
        head = look(shared, head).await?;
        let verdict = match check(shared, &outcome.landings, &head).await {
            Ok(verdict) => verdict,
            Err(Stop::Cancelled) => {
                cancelled = true;
                break;
            }
            Err(stop) => return Err(stop.into()),
        };
        tests_after = verdict.tests;
        let Some(why) = verdict.worse else { break };
        let Some(newest) = outcome.landings.pop() else { break };
        take_back_newest(shared, &mut outcome, &newest, &why).await?;
    }
    let base = &shared.baseline;
    Ok(ExecuteSummary {
        packages: outcome.packages,
        head: head.commit,
        tree: head.tree,
        violations_before: Some(base.inspection.violations.len() as u32),
        violations_after: Some(head.inspection.violations.len() as u32),
        tests_before: base.tests.as_ref().map(|(_, report)| report.clone()),
        tests_after,
        cancelled,
    })
}

/// The branch as it is now, checked out in the worktree of the base.
async fn look(shared: &Shared, known: Head) -> Result<Head, ExecuteError> {
    let (job, place, was) = (shared.job.clone(), shared.baseline.tree.clone(), known.clone());
    let (commit, tree) = blocking(move || {
        let commit = job.repository.branch_head(&job.target)?.unwrap_or(was.commit);
        let tree = job.repository.tree_of(&commit)?;
        place.check_out(tree.as_str())?;
        Ok::<_, ExecuteError>((commit, tree))
    })
    .await??;
    let inspection = if tree == known.tree {
        known.inspection
    } else {
        inspect(&shared.job.inspect, &shared.baseline.tree).await?
    };
    Ok(Head { commit, tree, inspection })
}

async fn check(shared: &Shared, landings: &[Landing], head: &Head) -> Result<Verdict, Stop> {
    let (job, base) = (&shared.job, &shared.baseline);
    let mut place = Place::whole(Phase::Final, "final");
    place.side = format!("final@{}", short(head.commit.as_str()));
    if head.tree == base.id {
        let same = || async { Ok(Judgement::skipped("the tree is the base's: nothing landed")) };
        job.journal.gate(&place, GateName::Tests, same()).await?;
        let tests = base.tests.as_ref().map(|(_, report)| report.clone());
        return Ok(Verdict { worse: None, tests });
    }
    let (before, after) = (&base.inspection, &head.inspection);
    let mut judgements = Vec::new();
    for (gate, judgement) in [
        (GateName::Parse, gates::parse(before, after)),
        (GateName::Imports, gates::imports(before, after)),
        (GateName::Findings, gates::findings(before, after, &[])),
    ] {
        let done = job.journal.gate(&place, gate, async { Ok(judgement) }).await?;
        judgements.push((gate, done));
    }
    let landed: BTreeSet<_> = landings.iter().map(|landing| &landing.package).collect();
    let works = job.works.iter().filter(|work| landed.contains(&work.package.id));
    let modules: BTreeSet<String> = works.flat_map(|w| w.touched_modules.clone()).collect();
    let modules: Vec<String> = modules.into_iter().collect();
    let step = format!("final/load/{}", place.side);
    let load = async {
        let work = gates::loads(&shared.runner, &base.tree, after, &modules);
        let loads = job.journal.tool(("load-modules", &step), &shared.cancel, work).await?;
        Ok(gates::load(before, &base.loads, &loads))
    };
    judgements.push((GateName::Load, job.journal.gate(&place, GateName::Load, load).await?));
    if !job.gates.is_empty() {
        let commands = commands(shared, &place, landings, head);
        let done = job.journal.gate(&place, GateName::Commands, commands).await?;
        judgements.push((GateName::Commands, done));
    }
    let tests = job.journal.gate(&place, GateName::Tests, test(shared, &place, head)).await?;
    let report = tests.suite.clone();
    judgements.push((GateName::Tests, tests));
    let failed = judgements.into_iter().find(|(_, j)| j.outcome == GateOutcome::Failed);
    let worse =
        failed.map(|(gate, judgement)| format!("{}: {}", gate.as_str(), judgement.evidence));
    Ok(Verdict { worse, tests: report })
}

async fn commands(
    shared: &Shared,
    place: &Place,
    landings: &[Landing],
    head: &Head,
) -> Result<Judgement, Stop> {
    let Shared { job, runner, cancel, baseline } = shared;
    let landed: BTreeSet<_> = landings.iter().map(|landing| &landing.package).collect();
    let works = job.works.iter().filter(|work| landed.contains(&work.package.id));
    let written: Vec<RepoPath> = works.flat_map(|work| work.package.write_set.clone()).collect();
    let label = format!("final/commands/{}", place.side);
    let tree = (&head.tree, &*head.inspection);
    Commands { job, runner, cancel }
        .after(&label, (&baseline.commands, &written), &baseline.tree, tree)
        .await
}

async fn test(shared: &Shared, place: &Place, head: &Head) -> Result<Judgement, Stop> {
    let Some((expected, _)) = &shared.baseline.tests else {
        return Ok(Judgement::skipped("no test command is configured"));
    };
    let Shared { job, runner, cancel, baseline } = shared;
    let repeats = job.test.as_ref().map_or(1, |test| test.repeat.max(1));
    let label = format!("final/tests/{}", place.side);
    let suites = Suites { job, runner, cancel };
    let tree = (&head.tree, &*head.inspection);
    suites.test((&label, repeats), expected, &baseline.tree, tree).await
}

async fn take_back_newest(
    shared: &Shared,
    outcome: &mut Outcome,
    newest: &Landing,
    why: &str,
) -> Result<(), ExecuteError> {
    let what = RollBack::of(&shared.job);
    let why =
        format!("it was rolled back, because the target branch was worse than the base: {why}");
    match take_back(&what, newest, &why).await {
        Ok(_) => {}
        Err(RollbackError::Git(error)) => return Err(error.into()),
        Err(RollbackError::Log(why)) => return Err(ExecuteError::Log(why)),
        // Somebody else has worked on top of it: it stays, and the report says so.
        Err(error) => {
            let why = format!("{why}; and it could not be rolled back: {error}");
            if let Some(result) = outcome.packages.get_mut(&newest.package) {
                result.reason = Some(why);
            }
            return Ok(());
        }
    }
    if let Some(result) = outcome.packages.get_mut(&newest.package) {
        result.state = UnitState::Rejected;
        result.reason = Some(why);
        result.commit = None;
    }
    Ok(())
}
