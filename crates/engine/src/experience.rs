//! What earlier runs took, read from their logs.

use std::collections::BTreeMap;
use std::path::Path;

use ssot_model::{
    Agent, Event, EventKind, Experience, GateName, PackageId, PastPackage, Phase, Timestamp,
    UnitState,
};
use ssot_runtime::clock::Clock;
use ssot_runtime::files;
use ssot_runtime::git::Repository;
use ssot_runtime::log::EventLog;

use crate::{EngineError, desk};

/// Latest runs that are looked at.
const RUNS: usize = 10;

/// What the latest runs of a repository took; nothing where there was none. A run that
/// was taken up again tells nothing about time.
pub async fn experience(root: &Path) -> Result<Experience, EngineError> {
    let repository = Repository::open(root).map_err(EngineError::user)?;
    let file = repository.state_dir().join("state.db");
    let mut known = Experience::default();
    if !files::exists(&file) {
        return Ok(known);
    }
    let log = EventLog::open(&file, Clock::system()).await.map_err(EngineError::internal)?;
    let runs = log.runs().await.map_err(EngineError::internal)?;
    for entry in runs.iter().take(RUNS) {
        learn(&mut known, &desk::all_events(&log, &entry.run).await?);
    }
    log.close().await;
    Ok(known)
}

/// What the events say about one package.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) began: Option<Timestamp>,
    rewritten: Option<Timestamp>,
    pub(crate) ready: Option<Timestamp>,
    pub(crate) turn: Option<Timestamp>,
    pub(crate) landed: Option<Timestamp>,
    tests: u64,
    files: u32,
}

/// What the events say about one run.
#[derive(Default)]
pub(crate) struct Record<'a> {
    pub(crate) traces: BTreeMap<&'a PackageId, Trace>,
    /// When each agent began and ended.
    stages: BTreeMap<Agent, (Timestamp, Timestamp)>,
    /// What one execution of the tests took on the untouched tree, in milliseconds.
    suite: Option<u64>,
}

/// Adds what the events of one run say.
fn learn(known: &mut Experience, events: &[Event]) {
    let resumed = |event: &Event| matches!(event.kind, EventKind::RunResumed { .. });
    let ended = |event: &Event| matches!(event.kind, EventKind::RunCompleted { .. });
    let (Some(first), Some(end)) = (events.first(), events.iter().find(|event| ended(event)))
    else {
        return;
    };
    if events.iter().any(resumed) {
        return;
    }
    let mut record = Record::default();
    for event in events.iter().take_while(|event| event.seq <= end.seq) {
        record.note(event);
    }
    let Record { traces, stages, suite } = record;
    let began = traces.values().filter_map(|trace| trace.began).min();
    let landed = traces.values().filter_map(|trace| trace.landed).max();
    let (Some(began), Some(landed)) = (began, landed) else { return };
    let share = |agent: Agent| {
        let time = stages.get(&agent).map_or(0, |(from, to)| millis(*from, *to));
        time / traces.len() as u64
    };
    known.runs += 1;
    known.analysis.push(share(Agent::Data));
    known.planning.push(share(Agent::Optimize));
    known.before.push(millis(first.at, began));
    known.after.push(millis(landed, end.at));
    known.suites.extend(suite);
    known.packages.extend(traces.values().filter_map(past));
}

impl<'a> Record<'a> {
    pub(crate) fn note(&mut self, event: &'a Event) {
        let at = event.at;
        match &event.kind {
            EventKind::PackageChanged { package, state, .. } => {
                let trace = self.traces.entry(package).or_default();
                match state {
                    UnitState::Worktree => trace.began = Some(at),
                    UnitState::Gates => trace.rewritten = Some(at),
                    UnitState::Land => trace.ready = Some(at),
                    UnitState::Done => trace.landed = Some(at),
                    _ => {}
                }
            }
            EventKind::GateStarted { package: Some(package), phase: Phase::Landing, .. } => {
                self.traces.entry(package).or_default().turn.get_or_insert(at);
            }
            EventKind::GateCompleted { package, gate: GateName::Tests, phase, millis, .. } => {
                match (package, phase) {
                    (Some(package), Phase::After) => {
                        self.traces.entry(package).or_default().tests += millis;
                    }
                    (None, Phase::Before) => self.suite = Some(millis / repeats(event)),
                    _ => {}
                }
            }
            EventKind::PackageLanded { package, files, .. } => {
                self.traces.entry(package).or_default().files = files.len() as u32;
            }
            EventKind::AgentStarted { agent, .. } => {
                self.stages.entry(*agent).or_insert((at, at));
            }
            EventKind::AgentCompleted { agent, .. } => {
                self.stages.entry(*agent).or_insert((at, at)).1 = at;
            }
            _ => {}
        }
    }
}

/// How often the suite ran in a gate.
fn repeats(event: &Event) -> u64 {
    match &event.kind {
        EventKind::GateCompleted { suite: Some(suite), .. } => u64::from(suite.repeats.max(1)),
        _ => 1,
    }
}

/// A package that landed.
fn past(trace: &Trace) -> Option<PastPackage> {
    let (began, rewritten) = (trace.began?, trace.rewritten?);
    let (ready, landed) = (trace.ready?, trace.landed?);
    Some(PastPackage {
        files: trace.files,
        implementation: millis(began, rewritten),
        gates: millis(rewritten, ready).saturating_sub(trace.tests),
        tests: trace.tests,
        landing: millis(trace.turn.unwrap_or(ready), landed),
    })
}

pub(crate) fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.0 - from.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use ssot_model::{
        Event, EventKind, Experience, GateName, GateOutcome, PackageId, PastPackage, Phase, RunId,
        RunOutcome, Timestamp, TreeId, UnitState,
    };

    use super::learn;

    fn moved(state: UnitState) -> EventKind {
        EventKind::PackageChanged { package: PackageId::new("p01"), state, reason: None }
    }

    fn log(events: Vec<(i64, EventKind)>) -> Vec<Event> {
        let event = |(at, (millis, kind)): (usize, (i64, EventKind))| Event {
            v: 1,
            epoch: 1,
            run: RunId::new("r"),
            seq: at as u64 + 1,
            at: Timestamp(millis),
            step: at.to_string(),
            kind,
        };
        events.into_iter().enumerate().map(event).collect()
    }

    #[test]
    fn waiting_for_a_turn_is_no_part_of_a_package() {
        let package = Some(PackageId::new("p01"));
        let gate = GateName::Rollback;
        let tests = EventKind::GateCompleted {
            package: package.clone(),
            gate: GateName::Tests,
            phase: Phase::After,
            outcome: GateOutcome::Passed,
            evidence: String::new(),
            suite: None,
            millis: 300,
        };
        let end = EventKind::RunCompleted { outcome: RunOutcome::Complete, tree: TreeId::new("t") };
        let mut events = vec![
            (0, EventKind::RunResumed { after_seq: 0 }),
            (1000, moved(UnitState::Worktree)),
            (1100, moved(UnitState::Gates)),
            (1450, tests),
            (1500, moved(UnitState::Land)),
            (9000, EventKind::GateStarted { package, gate, phase: Phase::Landing }),
            (9020, moved(UnitState::Done)),
            (9500, end),
        ];
        let mut known = Experience::default();
        learn(&mut known, &log(events.clone()));
        assert_eq!(known, Experience::default(), "it was taken up again");
        events[0].1 = moved(UnitState::Queued);
        learn(&mut known, &log(events));
        let landed =
            PastPackage { files: 0, implementation: 100, gates: 100, tests: 300, landing: 20 };
        assert_eq!(known.packages, [landed]);
        assert_eq!((known.runs, known.before, known.after), (1, vec![1000], vec![480]));
    }
}
