//! The untouched tree: everything a package is compared with.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_model::{GateName, Phase, SuiteReport, TreeId};
use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{Recorded, Runner};
use tokio::sync::watch;

use super::commands::{Before, Commands};
use super::gates::{Loads, loads, named};
use super::journal::{Judgement, Place, Stop};
use super::suites::{Expected, Proved, Suites};
use super::versions::Versions;
use super::{ExecuteError, Inspect, Job, blocking};
use crate::Inspection;

/// What is known about the base.
pub(super) struct Baseline {
    /// Its worktree, kept to the end.
    pub(super) tree: Worktree,
    /// Its tree.
    pub(super) id: TreeId,
    /// Its static state.
    pub(super) inspection: Arc<Inspection>,
    /// Which of the touched modules load.
    pub(super) loads: Loads,
    /// What the repository's other commands came to.
    pub(super) commands: Before,
    /// What its tests came to; none without a test command.
    pub(super) tests: Option<(Expected, SuiteReport)>,
    /// How its tests call the versions that are to go.
    pub(super) recorded: Recorded,
}

/// Why there is no baseline.
pub(super) enum Halt {
    /// The run was told to stop.
    Cancelled,
    /// Nothing may land.
    Error(ExecuteError),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        if stop == Stop::Cancelled { Self::Cancelled } else { Self::Error(stop.into()) }
    }
}

/// Inspects a tree on disk.
pub(super) async fn inspect(
    inspect: &Inspect,
    tree: &Worktree,
) -> Result<Arc<Inspection>, ExecuteError> {
    let (inspect, path) = (Arc::clone(inspect), tree.path().to_path_buf());
    Ok(Arc::new(blocking(move || inspect(&path)).await??))
}

/// Looks at the base in every way in which packages are going to be looked at.
pub(super) async fn establish(
    job: &Job,
    runner: &Runner,
    cancel: &watch::Receiver<bool>,
) -> Result<Baseline, Halt> {
    let (repository, base) = (job.repository.clone(), job.base.clone());
    let name = format!("{}/base", job.run);
    let make = async {
        let tree = blocking(move || repository.add_worktree(&name, &base)).await??;
        Ok((tree, "the base is checked out".to_owned()))
    };
    let tree = job.journal.tool(("worktree", "base/worktree"), cancel, make).await?;
    let id = job.repository.tree_of(&job.base).map_err(Stop::from)?;
    let inspection = inspect(&job.inspect, &tree).await.map_err(Halt::Error)?;
    let place = Place::whole(Phase::Before, "before");
    static_state(job, &place, &inspection).await?;
    let loads = load_before(job, runner, cancel, (&tree, &inspection), &place).await?;
    let commands = commands_before(job, runner, cancel, (&tree, &id, &inspection), &place).await?;
    let tests = if job.test.is_some() {
        Some(test(job, runner, cancel, (&tree, &id, &inspection), &place).await?)
    } else {
        let skipped = async { Ok(Judgement::skipped("no test command is configured")) };
        job.journal.gate(&place, GateName::Tests, skipped).await?;
        None
    };
    let versions = Versions { job, runner, cancel };
    let recorded = versions.record(&tree, (&id, &inspection)).await?;
    Ok(Baseline { tree, id, inspection, loads, commands, tests, recorded })
}

async fn static_state(job: &Job, place: &Place, found: &Inspection) -> Result<(), Stop> {
    for (gate, evidence) in [
        (GateName::Parse, format!("{} files with syntax errors", found.parse_issues.len())),
        (GateName::Imports, format!("{} unresolved imports and names", found.unresolved.len())),
        (GateName::Findings, format!("{} definitions in violations", found.violations.len())),
    ] {
        job.journal.gate(place, gate, async { Ok(Judgement::new(true, evidence)) }).await?;
    }
    Ok(())
}

async fn load_before(
    job: &Job,
    runner: &Runner,
    cancel: &watch::Receiver<bool>,
    (tree, inspection): (&Worktree, &Inspection),
    place: &Place,
) -> Result<Loads, Stop> {
    let touched: BTreeSet<&String> = job.works.iter().flat_map(|w| &w.touched_modules).collect();
    let known = touched.into_iter().filter(|module| inspection.modules.contains_key(*module));
    let known: Vec<String> = known.cloned().collect();
    let work = loads(runner, tree, inspection, &known);
    let loads = job.journal.tool(("load-modules", "base/load"), cancel, work).await?;
    let failed =
        loads.iter().filter_map(|(m, load)| Some(format!("{m}: {}", load.as_ref().err()?)));
    let failed: Vec<String> = failed.collect();
    let evidence = format!("{} of {} modules load", loads.len() - failed.len(), loads.len());
    let evidence =
        if failed.is_empty() { evidence } else { format!("{evidence}; not: {}", named(failed)) };
    job.journal.gate(place, GateName::Load, async { Ok(Judgement::new(true, evidence)) }).await?;
    Ok(loads)
}

async fn commands_before(
    job: &Job,
    runner: &Runner,
    cancel: &watch::Receiver<bool>,
    (tree, id, inspection): (&Worktree, &TreeId, &Inspection),
    place: &Place,
) -> Result<Before, Stop> {
    if job.gates.is_empty() {
        return Ok(Before::new());
    }
    let mut before = Before::new();
    let check = async {
        before = Commands { job, runner, cancel }.before(tree, (id, inspection)).await?;
        let runs = before.iter().filter_map(|(name, runs)| Some((name, runs.last()?)));
        let endings: Vec<String> =
            runs.map(|(name, run)| format!("{name}: {}", run.ending)).collect();
        Ok(Judgement::new(true, endings.join("; ")))
    };
    job.journal.gate(place, GateName::Commands, check).await?;
    Ok(before)
}

/// A suite that fails is fine, it is compared test by test. One that hangs or
/// does not test this tree is not.
async fn test(
    job: &Job,
    runner: &Runner,
    cancel: &watch::Receiver<bool>,
    (tree, id, inspection): (&Worktree, &TreeId, &Inspection),
    place: &Place,
) -> Result<(Expected, SuiteReport), Halt> {
    let suites = Suites { job, runner, cancel };
    let repeats = job.test.as_ref().map_or(1, |test| test.repeat.max(1));
    let mut halt = None;
    let mut result = None;
    let check = async {
        let mut runs = Vec::new();
        let mut imported_modules = 0;
        for attempt in 0..repeats {
            let proved = suites.execute(("base/tests", attempt), tree, id, inspection).await?;
            let Proved { run, proof } = proved;
            let seconds = job.test.as_ref().map_or(0, |test| test.timeout_seconds);
            let tail = run.tail.clone();
            let unusable = match proof {
                _ if run.timed_out => Some(ExecuteError::Hanging { seconds, tail }),
                Err(why) => Some(ExecuteError::Unproven { why, tail }),
                // Failures alone could not tell a harmless change from a harmful one.
                Ok(_) if run.count().passed == 0 => {
                    let why = format!("not one test passes ({})", run.ending);
                    Some(ExecuteError::Unproven { why, tail })
                }
                Ok(count) => {
                    imported_modules = count;
                    None
                }
            };
            if let Some(error) = unusable {
                let judgement = Judgement::new(false, error.to_string());
                halt = Some(error);
                return Ok(judgement);
            }
            runs.push(run);
        }
        let expected = Expected::of(&runs);
        let count = runs.last().map(ssot_runtime::runner::SuiteRun::count).unwrap_or_default();
        let flaky: Vec<String> = expected.flaky.iter().cloned().collect();
        let suite = SuiteReport { count, repeats, flaky, imported_modules };
        let evidence = evidence(&suite);
        result = Some((expected, suite.clone()));
        Ok(Judgement { suite: Some(suite), ..Judgement::new(true, evidence) })
    };
    job.journal.gate(place, GateName::Tests, check).await?;
    match (halt, result) {
        (None, Some(result)) => Ok(result),
        (Some(error), _) => Err(Halt::Error(error)),
        (None, None) => Err(Halt::Error(ExecuteError::Internal("no test result".to_owned()))),
    }
}

fn evidence(suite: &SuiteReport) -> String {
    let SuiteReport { count, repeats, flaky, imported_modules } = suite;
    let flaky = if flaky.is_empty() { "none".to_owned() } else { named(flaky) };
    format!(
        "{} passed, {} failed, {} skipped in each of {repeats} executions; flaky: {flaky}; \
         {imported_modules} modules imported from this tree",
        count.passed, count.failed, count.skipped
    )
}
