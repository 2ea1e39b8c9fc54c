//! A run at a glance, read from its log.

use std::collections::BTreeMap;

use ssot_model::{
    Event, EventKind, PackageId, Plan, RunId, RunStatus, Timestamp, UnitState, WorkingPackage,
};

use crate::holds::Holds;

/// The status of a run whose log holds at least one event.
pub(crate) fn of(run: &RunId, plan: Option<&Plan>, events: &[Event], now: Timestamp) -> RunStatus {
    let holds = Holds::of(events);
    let (first, last) =
        (events.first().map_or(now, |it| it.at), events.last().map_or(now, |it| it.at));
    let mut status = RunStatus {
        schema: RunStatus::SCHEMA.to_owned(),
        run: run.clone(),
        outcome: None,
        stage: None,
        target: String::new(),
        packages: BTreeMap::new(),
        working: Vec::new(),
        waiting: holds.waiting().cloned().collect(),
        alerts: holds.alerts.clone(),
        paused: holds.paused.clone(),
        usage: holds.usage(),
        started: first,
        quiet_millis: u64::try_from(now.0 - last.0).unwrap_or(0),
    };
    let mut states: BTreeMap<&PackageId, (UnitState, Timestamp)> = BTreeMap::new();
    for package in plan.into_iter().flat_map(|plan| &plan.packages).filter(|it| it.enabled) {
        states.insert(&package.id, (UnitState::Queued, first));
    }
    for event in events {
        match &event.kind {
            EventKind::RunStarted { target, .. } => status.target.clone_from(target),
            EventKind::RunResumed { .. } => status.outcome = None,
            EventKind::AgentStarted { agent, .. } if agent.is_of_a_stage() => {
                status.stage = Some(*agent);
            }
            EventKind::PackageChanged { package, state, .. } => {
                states.insert(package, (*state, event.at));
            }
            EventKind::RunCompleted { outcome, .. } => status.outcome = Some(*outcome),
            _ => {}
        }
    }
    for (package, (state, since)) in states {
        *status.packages.entry(state).or_insert(0) += 1;
        if state != UnitState::Queued && !state.is_end() {
            status.working.push(WorkingPackage { package: package.clone(), state, since });
        }
    }
    status
}
