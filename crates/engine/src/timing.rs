//! A run held against the schedule that it began with.

use std::collections::BTreeMap;

use ssot_model::{
    CheckpointForecast, CheckpointOutcome, Event, EventKind, Expected, GateName, GateOutcome,
    PackageId, PackageTiming, PlannedPackage, Schedule, Timestamp, Timing, UnitState,
};

use crate::experience::{Record, Trace, millis};

/// A time is worth an alert when it is this many times as long as expected, and longer
/// than [`TELLING`].
const FAR: u64 = 2;
/// Differences below this, in milliseconds, say nothing.
const TELLING: u64 = 2_000;

/// What came of a schedule, as the events tell it.
pub(crate) fn timing(schedule: &Schedule, events: &[Event]) -> Timing {
    let mut record = Record::default();
    for event in events {
        record.note(event);
    }
    let started = events.first().map_or(Timestamp(0), |event| event.at);
    let is_end = |event: &&Event| matches!(event.kind, EventKind::RunCompleted { .. });
    let ended = events.iter().find(is_end).map(|event| event.at);
    let began = record.traces.values().filter_map(|it| it.began).min();
    let landed = record.traces.values().filter_map(|it| it.landed).max();
    let packages = packages(schedule, &record.traces, began);
    let checkpoints: Vec<CheckpointOutcome> = schedule
        .checkpoints
        .iter()
        .map(|it| checkpoint(it, schedule, &record.traces, started))
        .collect();
    let since = |from: Option<Timestamp>, to: Option<Timestamp>| Some(millis(from?, to?));
    let mut timing = Timing {
        makespan: Expected { expected: schedule.makespan, actual: since(Some(started), ended) },
        before: Expected { expected: schedule.before, actual: since(Some(started), began) },
        after: Expected { expected: schedule.after, actual: since(landed, ended) },
        packages,
        checkpoints,
        alerts: Vec::new(),
        learnings: Vec::new(),
    };
    timing.alerts = alerts(&timing, events);
    timing.learnings = learnings(&timing, schedule, events);
    timing
}

fn packages(
    schedule: &Schedule,
    traces: &BTreeMap<&PackageId, Trace>,
    began: Option<Timestamp>,
) -> Vec<PackageTiming> {
    let mut landings: Vec<(Timestamp, &PackageId)> =
        traces.iter().filter_map(|(id, trace)| Some((trace.landed?, *id))).collect();
    landings.sort_unstable();
    let place = |id: &PackageId| landings.iter().position(|(_, it)| *it == id).map(|at| at + 1);
    let mut planned: Vec<&PlannedPackage> = schedule.packages.iter().collect();
    planned.sort_by_key(|it| (it.end, it.start));
    let of = |it: &&PlannedPackage| {
        let trace = traces.get(&it.id);
        let at = |of: fn(&Trace) -> Option<Timestamp>| trace.and_then(of);
        let since = |to: Option<Timestamp>| Some(millis(began?, to?));
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| Some(millis(from?, to?));
        let (ready, done) = (at(|it| it.ready), at(|it| it.landed));
        let lane = schedule.lanes.get(it.lane).map_or_else(String::new, |lane| lane.name.clone());
        PackageTiming {
            id: it.id.clone(),
            lane,
            start: Expected { expected: it.start, actual: since(at(|it| it.began)) },
            end: Expected { expected: it.end, actual: since(done) },
            work: Expected {
                expected: it.stages.work(),
                actual: between(at(|it| it.began), ready),
            },
            landing: Expected {
                expected: it.stages.landing,
                actual: between(at(|it| it.turn).or(ready), done),
            },
            place: place(&it.id),
        }
    };
    planned.iter().map(of).collect()
}

fn checkpoint(
    asked: &CheckpointForecast,
    schedule: &Schedule,
    traces: &BTreeMap<&PackageId, Trace>,
    started: Timestamp,
) -> CheckpointOutcome {
    let meant = |it: &&PlannedPackage| asked.priority.is_none_or(|asked| asked == it.priority);
    let meant: Vec<&PlannedPackage> = schedule.packages.iter().filter(meant).collect();
    let mut ends: Vec<u64> =
        meant.iter().filter_map(|it| Some(millis(started, traces.get(&it.id)?.landed?))).collect();
    ends.sort_unstable();
    let done = ends.iter().filter(|end| **end <= asked.by).count();
    let wanted = (meant.len() * asked.percent.min(100) as usize).div_ceil(100);
    CheckpointOutcome {
        priority: asked.priority,
        percent: asked.percent,
        by: asked.by,
        reached: (done * 100).checked_div(meant.len()).unwrap_or(100) as u32,
        expected: asked.expected_percent,
        reached_at: wanted.checked_sub(1).and_then(|last| ends.get(last).copied()),
    }
}

/// Whether a time is so much longer than expected that somebody should know.
fn is_far(time: &Expected) -> bool {
    let actual = time.actual.unwrap_or(0);
    actual > time.expected * FAR && actual - time.expected > TELLING
}

fn alerts(timing: &Timing, events: &[Event]) -> Vec<String> {
    let mut alerts = Vec::new();
    if events.iter().any(|event| matches!(event.kind, EventKind::RunResumed { .. })) {
        alerts.push("the run was taken up again: its times include the pause".to_owned());
    }
    for it in timing.checkpoints.iter().filter(|it| !it.holds()) {
        let what = it.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}"));
        alerts.push(format!(
            "checkpoint missed: {} % of {what} by {} s, {} % had landed",
            it.percent,
            it.by / 1000,
            it.reached
        ));
    }
    for event in events {
        if let EventKind::PackageChanged { package, state, reason } = &event.kind
            && matches!(state, UnitState::Rejected | UnitState::Failed | UnitState::Blocked)
        {
            let why = reason.as_deref().unwrap_or("no reason is recorded");
            alerts.push(format!("{package} {}: {why}", state.as_str()));
        }
    }
    for it in timing.packages.iter().filter(|it| is_far(&it.work)) {
        alerts.push(format!(
            "{} worked {} s, expected were {} s",
            it.id,
            it.work.actual.unwrap_or(0) / 1000,
            it.work.expected / 1000
        ));
    }
    alerts
}

fn learnings(timing: &Timing, schedule: &Schedule, events: &[Event]) -> Vec<String> {
    let mut said = Vec::new();
    if schedule.basis.runs == 0 {
        said.push("the times expected were defaults; the next plan rests on this run".to_owned());
    }
    for (what, of) in [
        ("work on a package", (|it| it.work) as fn(&PackageTiming) -> Expected),
        ("a landing", |it| it.landing),
    ] {
        let pairs = timing.packages.iter().map(of);
        let known: Vec<(u64, u64)> =
            pairs.filter_map(|it| Some((it.expected, it.actual?))).collect();
        let expected: u64 = known.iter().map(|(expected, _)| expected).sum();
        let actual: u64 = known.iter().map(|(_, actual)| actual).sum();
        if expected > 0 && !known.is_empty() {
            said.push(format!(
                "{what} took {:.1} times as long as expected, {} against {} ms in the mean",
                actual as f64 / expected as f64,
                actual / known.len() as u64,
                expected / known.len() as u64
            ));
        }
    }
    let moved = timing.packages.iter().enumerate().filter(|(at, it)| it.place != Some(at + 1));
    let moved = moved.filter(|(_, it)| it.place.is_some()).count();
    if moved > 0 {
        said.push(format!("{moved} packages landed in another order than expected"));
    }
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        if let EventKind::GateCompleted { gate, package: Some(_), outcome, .. } = &event.kind
            && *outcome == GateOutcome::Failed
        {
            *refused.entry(GateName::as_str(*gate)).or_default() += 1;
        }
    }
    said.extend(refused.iter().map(|(gate, times)| match times {
        1 => format!("the gate `{gate}` refused once"),
        times => format!("the gate `{gate}` refused {times} times"),
    }));
    said
}

#[cfg(test)]
mod tests {
    use ssot_model::{
        Basis, CheckpointForecast, Event, EventKind, Lane, PackageId, PlannedPackage, Priority,
        RunId, RunOutcome, Schedule, StageTimes, Timestamp, TreeId, UnitState,
    };

    use super::timing;

    fn planned(id: &str, start: u64) -> PlannedPackage {
        let stages =
            StageTimes { implementation: 400, validation: 500, landing: 100, ..Default::default() };
        PlannedPackage {
            id: PackageId::new(id),
            priority: Priority::P0,
            lane: 0,
            stages,
            start,
            end: start + 1000,
            slack: 0,
            critical: true,
        }
    }

    fn schedule() -> Schedule {
        Schedule {
            basis: Basis { runs: 0, packages: 0, suite: 0 },
            before: 500,
            after: 300,
            lanes: vec![Lane { name: "shop".to_owned() }],
            packages: vec![planned("p1", 0), planned("p2", 1000)],
            critical_path: Vec::new(),
            critical: 2000,
            makespan: 2800,
            makespans: Vec::new(),
            checkpoints: vec![CheckpointForecast {
                priority: Some(Priority::P0),
                percent: 100,
                by: 3000,
                expected_percent: 100,
                expected_at: Some(2500),
            }],
        }
    }

    fn log(events: &[(i64, &str, UnitState)], end: i64) -> Vec<Event> {
        let end =
            (end, EventKind::RunCompleted { outcome: RunOutcome::Partial, tree: TreeId::new("t") });
        let moved = events.iter().map(|(at, id, state)| {
            let (package, reason) = (PackageId::new(*id), Some("because".to_owned()));
            (*at, EventKind::PackageChanged { package, state: *state, reason })
        });
        let event = |(at, (millis, kind)): (usize, (i64, EventKind))| Event {
            v: 1,
            epoch: 1,
            run: RunId::new("r"),
            seq: at as u64 + 1,
            at: Timestamp(millis),
            step: at.to_string(),
            kind,
        };
        moved.chain([end]).enumerate().map(event).collect()
    }

    #[test]
    fn each_package_is_held_against_its_plan() {
        use UnitState::{Done, Gates, Land, Queued, Rejected, Worktree};
        let events = log(
            &[
                (0, "p1", Queued),
                (700, "p1", Worktree),
                (900, "p2", Worktree),
                (1000, "p1", Gates),
                (1600, "p1", Land),
                (1750, "p1", Done),
                (7500, "p2", Rejected),
            ],
            8000,
        );
        let found = timing(&schedule(), &events);
        assert_eq!((found.makespan.expected, found.makespan.actual), (2800, Some(8000)));
        assert_eq!((found.before.expected, found.before.actual), (500, Some(700)));
        let one = &found.packages[0];
        assert_eq!((one.work.actual, one.landing.actual), (Some(900), Some(150)));
        assert_eq!((one.end.expected, one.end.actual, one.place), (1000, Some(1050), Some(1)));
        assert_eq!(found.packages[1].end.actual, None);
        let checkpoint = &found.checkpoints[0];
        assert_eq!((checkpoint.reached, checkpoint.reached_at), (50, None));
        assert_eq!(
            found.alerts,
            ["checkpoint missed: 100 % of P0 by 3 s, 50 % had landed", "p2 rejected: because"]
        );
        assert_eq!(
            found.learnings,
            [
                "the times expected were defaults; the next plan rests on this run",
                "work on a package took 1.0 times as long as expected, 900 against 900 ms in the mean",
                "a landing took 1.5 times as long as expected, 150 against 100 ms in the mean",
            ]
        );
    }
}
