//! The last stage: the log of a run and its plan, read back as a report.

use std::collections::BTreeMap;

use ssot_model::{
    CommitId, Event, EventKind, GateName, Package, PackageId, PackageReport, Phase, Plan, RunId,
    RunReport, Schedule, SuiteReport, TreeId, UnitState,
};

use crate::holds::Holds;
use crate::timing;

/// What the events say about one package.
#[derive(Default)]
struct PackageTrace {
    state: Option<UnitState>,
    reason: Option<String>,
    commit: Option<CommitId>,
    kept: Option<String>,
}

/// Rebuilds the report of a run. It holds nothing that is not in the log, the plan or the
/// schedule that it began with.
pub(crate) fn build(
    run: &RunId,
    plan: &Plan,
    schedule: Option<&Schedule>,
    events: &[Event],
) -> RunReport {
    let mut report = empty(run, plan);
    report.timing = schedule.map(|schedule| timing::timing(schedule, events));
    let mut traces: BTreeMap<&PackageId, PackageTrace> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::RunStarted { base, tree, target, missing_sandbox_layers, .. } => {
                report.base = base.clone();
                report.base_tree = tree.clone();
                report.target.clone_from(target);
                report.missing_sandbox_layers.clone_from(missing_sandbox_layers);
            }
            EventKind::TreeInspected { phase: Phase::Before, violations, .. } => {
                report.violations_before = *violations;
            }
            EventKind::TreeInspected { violations, .. } => {
                report.violations_after = Some(*violations);
            }
            EventKind::GateCompleted {
                gate: GateName::Tests, package: None, phase, suite, ..
            } => {
                note_suite(&mut report, *phase, suite.as_ref());
            }
            EventKind::PackageChanged { package, state, reason } => {
                let trace = traces.entry(package).or_default();
                trace.state = Some(*state);
                trace.reason.clone_from(reason);
            }
            EventKind::PackageLanded { package, commit, tree, .. } => {
                traces.entry(package).or_default().commit = Some(commit.clone());
                report.tree = Some(tree.clone());
            }
            EventKind::PackageKept { package, reference, .. } => {
                traces.entry(package).or_default().kept = Some(reference.clone());
            }
            EventKind::PackageRolledBack { package, tree, .. } => {
                let trace = traces.entry(package).or_default();
                trace.state = Some(UnitState::Cancelled);
                trace.reason = Some("rolled back".to_owned());
                trace.commit = None;
                report.tree = Some(tree.clone());
            }
            EventKind::BranchPrepared { branch } => {
                report.branches.retain(|known| known.name != branch.name);
                report.branches.extend(branch.commit.is_some().then(|| branch.clone()));
            }
            EventKind::RunCompleted { outcome, tree } => {
                report.outcome = Some(*outcome);
                report.tree = Some(tree.clone());
            }
            _ => {}
        }
    }
    let holds = Holds::of(events);
    report.usage = holds.usage();
    report.waiting = holds.waiting().cloned().collect();
    (report.approvals, report.alerts) = (holds.given, holds.alerts);
    report.seconds = seconds(events);
    report.packages = plan
        .packages
        .iter()
        .map(|package| of_package(package, traces.remove(&package.id).unwrap_or_default()))
        .collect();
    report
}

/// How long the run took. What comes after its end, a rollback say, is no part of it.
fn seconds(events: &[Event]) -> u64 {
    let is_end = |event: &&Event| matches!(event.kind, EventKind::RunCompleted { .. });
    let last = events.iter().rev().find(is_end).or(events.last());
    let millis = events.first().zip(last).map_or(0, |(first, last)| last.at.0 - first.at.0);
    u64::try_from(millis / 1000).unwrap_or(0)
}

fn of_package(package: &Package, trace: PackageTrace) -> PackageReport {
    PackageReport {
        id: package.id.clone(),
        title: package.title.clone(),
        state: trace.state.unwrap_or(UnitState::Queued),
        reason: trace.reason,
        commit: trace.commit,
        // Kept by an earlier attempt of a package that landed in the end.
        kept: trace.kept.filter(|_| trace.state != Some(UnitState::Done)),
        groups: package.groups.clone(),
        places: package.places.clone(),
    }
}

fn note_suite(report: &mut RunReport, phase: Phase, suite: Option<&SuiteReport>) {
    match phase {
        Phase::Before => report.tests_before = suite.cloned(),
        Phase::Final => report.tests_after = suite.cloned(),
        Phase::After | Phase::Landing => {}
    }
}

fn empty(run: &RunId, plan: &Plan) -> RunReport {
    RunReport {
        schema: RunReport::SCHEMA.to_owned(),
        run: run.clone(),
        outcome: None,
        target: String::new(),
        base: plan.base.clone(),
        base_tree: TreeId::new(""),
        tree: None,
        violations_before: 0,
        violations_after: None,
        tests_before: None,
        tests_after: None,
        packages: Vec::new(),
        left_alone: plan.left_alone.clone(),
        waiting: Vec::new(),
        approvals: Vec::new(),
        alerts: Vec::new(),
        branches: Vec::new(),
        usage: None,
        missing_sandbox_layers: Vec::new(),
        seconds: 0,
        timing: None,
    }
}
