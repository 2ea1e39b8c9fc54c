//! Runs that other processes work on, told to pause, to go on and to stop.

use serde_json::json;
use ssot_model::{CommitId, EventKind, RunId, TreeId};
use ssot_runtime::clock::Clock;
use ssot_runtime::log::EventLog;

use super::world::{Asker, World, word};

const RUN: &str = "r-20260301-101500-3f9a";

/// The log of a run that another process has begun.
async fn begun(world: &World) -> (EventLog, RunId) {
    // Whoever asks first makes the place.
    assert_eq!(world.owner.get(&world.path("/runs")).await.status, 200);
    let path = world.root.join(".ssot/state.db");
    let log = EventLog::open(&path, Clock::system()).await.expect("a log");
    let run = RunId::new(RUN);
    let started = EventKind::RunStarted {
        base: CommitId::new("b".repeat(40)),
        tree: TreeId::new("c".repeat(40)),
        target: "ssot/consolidate".to_owned(),
        packages: 0,
        missing_sandbox_layers: Vec::new(),
    };
    log.append(&run, "run/start", started).await.expect("durable");
    (log, run)
}

async fn told(by: &Asker, world: &World, what: &str) -> (u16, String) {
    let path = world.path(&format!("/runs/{RUN}/{what}"));
    let answer = by.post(&path, &json!({ "command_id": word() })).await;
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_run_is_paused_and_let_go_on_by_who_may() {
    let world = World::new().await;
    let (log, run) = begun(&world).await;
    let (operator, viewer) =
        (world.user("Ada", Some("operator")).await, world.user("Eve", Some("viewer")).await);
    for what in ["pause", "continue", "cancel"] {
        assert_eq!(told(&viewer, &world, what).await.0, 403, "{what}");
    }
    for (what, expected) in
        [("continue", (409, "not-at-work")), ("pause", (202, "")), ("pause", (409, "not-at-work"))]
    {
        let (status, code) = told(&operator, &world, what).await;
        assert_eq!((status, code.as_str()), expected, "{what}");
    }
    let page = operator.get(&format!("/p/{}/runs/{RUN}", world.project)).await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Paused by Ada") && page.contains("value=\"continue\""), "{page}");
    // Somebody takes the run over: whoever only says something about it may go on saying it.
    log.begin_epoch(&run).await.expect("an epoch");
    for what in ["continue", "pause", "cancel"] {
        assert_eq!(told(&operator, &world, what).await.0, 202, "{what}");
    }
    let events = log.read(&run, 0, 100).await.expect("events");
    let said: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
    let expected = ["run_started", "run_paused", "run_continued", "run_paused", "run_cancelled"];
    assert_eq!(said, expected);
    assert_eq!(events.last().map(|event| event.epoch), Some(2));
    // The one that works on it is the run's owner as before.
    let ended = EventKind::RunResumed { after_seq: 5 };
    log.append(&run, "run/resume/2", ended).await.expect("durable");
    assert!(log.verify(&run).await.expect("read").fault.is_none());
}
