//! The log as its users see it, on real files.

mod properties;

use std::path::{Path, PathBuf};

use sqlx::{Connection, SqliteConnection};
use ssot_model::{
    Agent, CommitId, CompletionStatus, Event, EventKind, GateName, GateOutcome, PackageId, Phase,
    RepoPath, RunId, RunOutcome, SuiteReport, Timestamp, TreeId, UnitState,
};

use super::{EventLog, LIVE_EVENTS, LogError, MAX_EVENT_BYTES};
use crate::clock::Clock;

/// A directory for a log and what opens it.
pub(super) struct Place(tempfile::TempDir);

impl Place {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("temporary directory"))
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("state.db")
    }

    pub(super) async fn open(&self) -> EventLog {
        open(&self.path()).await
    }

    /// Changes the file behind the log's back.
    async fn tamper(&self, statement: &'static str) {
        let url = format!("sqlite://{}", self.path().display());
        let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
        sqlx::query(statement).execute(&mut connection).await.expect("a statement");
        connection.close().await.expect("closed");
    }
}

pub(super) async fn open(path: &Path) -> EventLog {
    EventLog::open(path, Clock::stepping(Timestamp(1000), 1)).await.expect("a log")
}

pub(super) fn run() -> RunId {
    RunId::new("r-20260301-101500-3f9a")
}

pub(super) fn thought(text: &str) -> EventKind {
    EventKind::AgentThinking { agent: Agent::Triage, package: None, thought: text.to_owned() }
}

fn started() -> EventKind {
    EventKind::RunStarted {
        base: CommitId::new("c0"),
        tree: TreeId::new("t0"),
        target: "ssot/main".to_owned(),
        packages: 2,
        missing_sandbox_layers: vec!["namespaces".to_owned()],
    }
}

fn completed() -> EventKind {
    EventKind::RunCompleted { outcome: RunOutcome::Partial, tree: TreeId::new("t1") }
}

fn executing(call: &str) -> EventKind {
    let (tool, call) = ("git".to_owned(), call.to_owned());
    EventKind::ToolExecuting { agent: Agent::Actions, tool, call }
}

fn executed(call: &str, status: CompletionStatus) -> EventKind {
    let (tool, call, summary) = ("git".to_owned(), call.to_owned(), String::new());
    EventKind::ToolCompleted { agent: Agent::Actions, tool, call, status, summary }
}

fn agent_started(agent: Agent) -> EventKind {
    EventKind::AgentStarted { agent, package: None, task: "work".to_owned() }
}

fn agent_completed(agent: Agent) -> EventKind {
    let status = CompletionStatus::Ok;
    EventKind::AgentCompleted { agent, package: None, status, summary: String::new() }
}

fn every_kind() -> Vec<EventKind> {
    let package = || PackageId::new("p01");
    let (gate, phase) = (GateName::Tests, Phase::After);
    let file = RepoPath::new("a b/ü.py").expect("a plain path");
    vec![
        started(),
        EventKind::TreeInspected { phase: Phase::Before, violations: 9, files: 61 },
        EventKind::RunResumed { after_seq: u64::MAX },
        agent_started(Agent::Actions),
        thought("\"quoted\"\n\u{1f980}"),
        executing("c1"),
        executed("c1", CompletionStatus::Timeout),
        agent_completed(Agent::Actions),
        EventKind::PackageChanged { package: package(), state: UnitState::Done, reason: None },
        EventKind::GateStarted { package: None, gate, phase },
        EventKind::GateCompleted {
            package: Some(package()),
            gate,
            phase,
            outcome: GateOutcome::Passed,
            evidence: "212 passed".to_owned(),
            suite: Some(SuiteReport { flaky: vec!["t".to_owned()], ..SuiteReport::default() }),
            millis: 12,
        },
        EventKind::RollbackRehearsed { package: package(), tree: TreeId::new("t") },
        EventKind::PackageLanded {
            package: package(),
            commit: CommitId::new("c"),
            previous: CommitId::new("b"),
            tree: TreeId::new("t"),
            files: vec![file],
        },
        EventKind::PackageRolledBack {
            package: package(),
            commit: CommitId::new("c"),
            tree: TreeId::new("t"),
        },
        completed(),
    ]
}

async fn append(log: &EventLog, step: &str, kind: EventKind) -> Event {
    log.append(&run(), step, kind).await.expect("appended")
}

async fn fill(log: &EventLog, count: u64) {
    for number in 1..=count {
        append(log, &format!("s{number}"), thought("x")).await;
    }
}

#[tokio::test]
async fn every_kind_is_read_back_as_it_was_appended() {
    let place = Place::new();
    let log = place.open().await;
    let mut appended = Vec::new();
    for kind in every_kind() {
        let json = serde_json::to_value(&kind).expect("JSON");
        assert_eq!(json["kind"], kind.name());
        appended.push(append(&log, "step", kind).await);
    }
    log.close().await;
    let log = place.open().await;
    let read = log.read(&run(), 0, 1000).await.expect("events");
    assert_eq!(read, appended);
    assert_eq!(read.last().map(|event| (event.seq, event.v, event.epoch)), Some((15, 1, 1)));
    assert_eq!(log.read(&run(), 12, 1).await.expect("events"), read[12..13]);
    assert_eq!(log.read(&run(), u64::MAX, 1).await.expect("events"), []);
}

#[tokio::test]
async fn a_repeated_step_gets_what_is_stored() {
    let place = Place::new();
    let log = place.open().await;
    let first = append(&log, "p01/rewrite", thought("first")).await;
    assert_eq!(append(&log, "p01/rewrite", thought("second")).await, first);
    assert_eq!(append(&log, "p01/rewrite", started()).await.seq, 2);
    let repeats = (0..20).map(|_| {
        let log = log.clone();
        tokio::spawn(async move { append(&log, "p01/gates", thought("same")).await.seq })
    });
    for repeat in repeats.collect::<Vec<_>>() {
        assert_eq!(repeat.await.expect("a task"), 3);
    }
    assert_eq!(log.read(&run(), 0, 100).await.expect("events").len(), 3);
}

#[tokio::test]
async fn runs_are_numbered_apart_and_listed_latest_first() {
    let place = Place::new();
    let log = place.open().await;
    let other = RunId::new("r-20260302-000000-0000");
    assert_eq!(log.latest_run().await.expect("read"), None);
    append(&log, "start", started()).await;
    let first = log.append(&other, "start", started()).await.expect("appended");
    assert_eq!(first.seq, 1);
    let end = append(&log, "end", completed()).await;
    let runs = log.runs().await.expect("runs");
    let order: Vec<&str> = runs.iter().map(|entry| entry.run.as_str()).collect();
    assert_eq!(order, [other.as_str(), run().as_str()]);
    assert_eq!((runs[0].ended, runs[0].events), (None, 1));
    assert_eq!((runs[1].ended, runs[1].outcome), (Some(end.at), Some(RunOutcome::Partial)));
    assert_eq!(log.latest_run().await.expect("read"), Some(other));
    append(&log, "resume", EventKind::RunResumed { after_seq: 2 }).await;
    assert_eq!(log.runs().await.expect("runs")[1].ended, None);
}

#[tokio::test]
async fn a_run_that_was_taken_over_refuses_its_former_owner() {
    let place = Place::new();
    let (before, after) = (place.open().await, place.open().await);
    assert_eq!(before.begin_epoch(&run()).await, Ok(1));
    append(&before, "s1", thought("x")).await;
    assert_eq!(after.begin_epoch(&run()).await, Ok(2));
    let refused = before.append(&run(), "s2", thought("x")).await;
    assert_eq!(refused, Err(LogError::Superseded { run: run(), ours: 1, current: 2 }));
    let event = append(&after, "s2", thought("x")).await;
    assert_eq!((event.seq, event.epoch), (2, 2));
    // Other runs of the former owner go on.
    before.append(&RunId::new("r-other"), "s1", thought("x")).await.expect("appended");
}

#[tokio::test]
async fn a_subscriber_that_lost_its_queue_reads_on_from_the_file() {
    let place = Place::new();
    let log = place.open().await;
    let mut slow = log.subscribe(&run(), 0);
    fill(&log, 3).await;
    assert_eq!(slow.next().await.expect("read").map(|event| event.seq), Some(1));
    let count = LIVE_EVENTS as u64 + 300;
    let appends: Vec<_> = (4..=count)
        .map(|number| {
            let log = log.clone();
            tokio::spawn(async move { append(&log, &format!("s{number}"), thought("x")).await })
        })
        .collect();
    for task in appends {
        task.await.expect("a task");
    }
    log.close().await;
    for expected in 2..=count {
        assert_eq!(slow.next().await.expect("read").map(|event| event.seq), Some(expected));
    }
    assert_eq!(slow.next().await, Ok(None));
}

#[tokio::test]
async fn events_of_another_process_come_after_a_refresh() {
    let place = Place::new();
    let (log, other) = (place.open().await, place.open().await);
    fill(&log, 1).await;
    let mut watch = log.subscribe(&run(), 1);
    assert_eq!(watch.stored().await, Ok(None));
    assert!(watch.is_caught_up());
    append(&other, "theirs", thought("x")).await;
    watch.refresh();
    assert_eq!(watch.next().await.expect("read").map(|event| event.seq), Some(2));
    // An event of our own after one of theirs shows the gap, which is then filled.
    append(&other, "theirs again", thought("x")).await;
    append(&log, "ours", thought("x")).await;
    for expected in [3, 4] {
        assert_eq!(watch.next().await.expect("read").map(|event| event.seq), Some(expected));
    }
    assert_eq!(watch.cursor(), 4);
}

#[tokio::test]
async fn a_closed_log_says_so() {
    let place = Place::new();
    let log = place.open().await;
    fill(&log, 2).await;
    let mut reader = log.subscribe(&run(), 1);
    log.close().await;
    assert_eq!(log.append(&run(), "s", thought("x")).await, Err(LogError::Closed));
    assert_eq!(log.begin_epoch(&run()).await, Err(LogError::Closed));
    assert_eq!(reader.next().await.expect("read").map(|event| event.seq), Some(2));
    assert_eq!(reader.next().await, Ok(None));
    let mut late = log.subscribe(&run(), 2);
    assert_eq!(late.next().await, Ok(None));
}

#[tokio::test]
async fn after_a_failed_write_nothing_is_acknowledged() {
    let place = Place::new();
    let log = place.open().await;
    fill(&log, 1).await;
    let mut reader = log.subscribe(&run(), 1);
    place.tamper("ALTER TABLE runs RENAME TO lost").await;
    let refused = log.append(&run(), "s2", thought("x")).await;
    assert!(matches!(refused, Err(LogError::Stopped(_))), "{refused:?}");
    place.tamper("ALTER TABLE lost RENAME TO runs").await;
    // What is on disk is unknown to this writer, so it does not go on.
    let refused = log.append(&run(), "s3", thought("x")).await;
    assert!(matches!(refused, Err(LogError::Stopped(_))), "{refused:?}");
    assert_eq!(reader.next().await, Ok(None));
    let log = place.open().await;
    assert_eq!(append(&log, "s3", thought("x")).await.seq, 2);
}

#[tokio::test]
async fn an_event_that_is_too_large_is_refused_alone() {
    let place = Place::new();
    let log = place.open().await;
    let refused = log.append(&run(), "s", thought(&"x".repeat(MAX_EVENT_BYTES))).await;
    assert!(matches!(refused, Err(LogError::TooLarge { .. })), "{refused:?}");
    assert_eq!(append(&log, "s", thought("x")).await.seq, 1);
}

#[tokio::test]
async fn what_a_crash_left_open_is_closed_once() {
    let place = Place::new();
    let log = place.open().await;
    append(&log, "stage/triage", agent_started(Agent::Triage)).await;
    append(&log, "stage/triage", agent_completed(Agent::Triage)).await;
    append(&log, "stage/actions", agent_started(Agent::Actions)).await;
    for call in ["c1", "c2", "c3"] {
        append(&log, call, executing(call)).await;
    }
    append(&log, "c2", executed("c2", CompletionStatus::Ok)).await;
    let open = log.open_calls(&run()).await.expect("read");
    assert_eq!((open.tools.len(), open.agents.len()), (2, 1));
    let closed = log.close_interrupted(&run()).await.expect("closed");
    let shown: Vec<(&str, &str)> =
        closed.iter().map(|event| (event.step.as_str(), event.kind.name())).collect();
    let expected =
        [("c3", "tool_completed"), ("c1", "tool_completed"), ("stage/actions", "agent_completed")];
    assert_eq!(shown, expected);
    assert_eq!(log.close_interrupted(&run()).await, Ok(vec![]));
    // A completion that comes late changes nothing.
    let late = append(&log, "c1", executed("c1", CompletionStatus::Ok)).await;
    assert_eq!(late, closed[1]);
}

#[tokio::test]
async fn damage_is_found_at_the_first_event_it_touches() {
    for (damage, sound, reason) in [
        ("SELECT 1", 600, ""),
        ("UPDATE events SET json = replace(json, 'x', 'y') WHERE seq = 300", 299, "its hash"),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 1", 0, "its hash"),
        ("UPDATE events SET step = 'other' WHERE seq = 2", 1, "its columns"),
        ("UPDATE events SET epoch = 9 WHERE seq = 2", 1, "its columns"),
        ("DELETE FROM events WHERE seq = 599", 598, "missing; the next one is 600"),
        ("DELETE FROM events WHERE seq >= 513", 512, "missing; the log claims to reach 600"),
        ("DELETE FROM events", 0, "missing; the log claims to reach 600"),
        ("UPDATE runs SET head_hash = zeroblob(32)", 600, "the head of the chain"),
    ] {
        let place = Place::new();
        let log = place.open().await;
        let appends: Vec<_> = (0..600)
            .map(|number| {
                let log = log.clone();
                tokio::spawn(async move { append(&log, &format!("s{number}"), thought("x")).await })
            })
            .collect();
        for task in appends {
            task.await.expect("a task");
        }
        place.tamper(damage).await;
        let report = log.verify(&run()).await.expect("a report");
        let found = report.fault.map_or(String::new(), |fault| {
            assert_eq!(fault.seq, sound + 1, "{damage}");
            fault.reason
        });
        assert_eq!(report.events, sound, "{damage}");
        assert!(found.starts_with(reason) && found.is_empty() == reason.is_empty(), "{found}");
    }
}

#[tokio::test]
async fn an_unknown_run_is_an_error_and_a_damaged_event_is_located() {
    let place = Place::new();
    let log = place.open().await;
    assert_eq!(log.verify(&run()).await, Err(LogError::UnknownRun(run())));
    assert_eq!(log.read(&run(), 0, 10).await, Ok(vec![]));
    fill(&log, 2).await;
    place.tamper("UPDATE events SET json = '{' WHERE seq = 2").await;
    let damaged = log.read(&run(), 0, 10).await;
    assert!(matches!(damaged, Err(LogError::Damaged { seq: 2, .. })), "{damaged:?}");
}
