//! Every event once, in order, from wherever somebody goes on.

use std::time::Duration;

use serde_json::Value;
use ssot_model::{Agent, EventKind, RunId};
use ssot_runtime::clock::Clock;
use ssot_runtime::log::EventLog;

use super::world::{World, told};

/// A log of runs as another process would open it.
async fn writer(world: &World) -> (EventLog, RunId) {
    let state = world.root.join(".ssot");
    std::fs::create_dir_all(&state).expect("a directory");
    let log = EventLog::open(&state.join("state.db"), Clock::system()).await.expect("a log");
    (log, RunId::new("r-20260101-000000-0001"))
}

async fn append(log: &EventLog, run: &RunId, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let thought = EventKind::AgentThinking {
            agent: Agent::Data,
            package: None,
            thought: format!("{number}"),
        };
        log.append(run, &format!("step/{number}"), thought).await.expect("appended");
    }
}

fn numbers(events: &[(u64, String)]) -> Vec<u64> {
    events.iter().map(|(seq, _)| *seq).collect()
}

fn range(from: u64, to: u64) -> Vec<u64> {
    (from..=to).collect()
}

#[tokio::test]
async fn an_answer_comes_as_the_five_events_and_its_evidence() {
    let world = World::new().await;
    let thread = world.thread(&world.owner).await;
    let mut socket = world.owner.socket().await;
    socket.subscribe(&world.project, &thread, 0).await;
    assert_eq!(socket.stored().await, []);
    assert_eq!(world.say(&world.owner, &thread, "what about order_key?").await.status, 202);
    let (mut kinds, mut answer) = (Vec::new(), Value::Null);
    while kinds.last().map(String::as_str) != Some("answer_given") {
        let message = socket.next().await.expect("a message");
        kinds.extend(told(&message).into_iter().map(|(_, kind)| kind));
        let events = message["events"].as_array().expect("events").iter();
        for event in events.filter(|it| it["kind"] == "answer_given") {
            answer = event.clone();
        }
    }
    let expected = [
        "message_posted",
        "agent_started",
        "agent_thinking",
        "tool_executing",
        "tool_completed",
        "agent_completed",
        "answer_given",
    ];
    assert_eq!(kinds, expected);
    assert!(answer["text"].as_str().is_some_and(|it| it.contains("shop/orders.py")), "{answer}");
    assert_eq!(answer["evidence"][0]["label"], "order_key");
}

#[tokio::test]
async fn from_every_position_the_rest_comes_once_and_in_order() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..300).await;
    let mut socket = world.owner.socket().await;
    for after in [0, 1, 127, 128, 129, 256, 299, 300] {
        socket.subscribe(&world.project, run.as_str(), after).await;
        assert_eq!(numbers(&socket.stored().await), range(after + 1, 300), "{after}");
        socket.send(&serde_json::json!({ "type": "unsubscribe", "stream": run.as_str() })).await;
    }
}

#[tokio::test]
async fn what_another_process_writes_is_told_as_it_comes() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..5).await;
    let mut socket = world.owner.socket().await;
    socket.subscribe(&world.project, run.as_str(), 3).await;
    assert_eq!(numbers(&socket.stored().await), [4, 5]);
    append(&log, &run, 5..400).await;
    let mut seen = Vec::new();
    while seen.last() != Some(&400) {
        seen.extend(numbers(&told(&socket.next().await.expect("a message"))));
    }
    assert_eq!(seen, range(6, 400));
}

#[tokio::test]
async fn many_readers_that_come_and_go_all_see_the_same() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..1).await;
    let readers = (0..12_u64).map(|reader| {
        let (owner, project, run) = (world.owner.clone(), world.project.clone(), run.clone());
        tokio::spawn(async move {
            let (mut seen, mut cursor) = (Vec::new(), 0);
            // Each leaves after so many messages of its own and comes back where it was.
            while cursor < 500 {
                let mut socket = owner.socket().await;
                socket.subscribe(&project, run.as_str(), cursor).await;
                for _ in 0..=(reader % 7 + 3) {
                    let Ok(message) = socket.next().await else { break };
                    if message["type"] == "events" {
                        seen.extend(numbers(&told(&message)));
                        cursor = seen.last().copied().unwrap_or(0);
                    }
                    if cursor >= 500 {
                        break;
                    }
                }
            }
            seen
        })
    });
    let readers: Vec<_> = readers.collect();
    append(&log, &run, 1..500).await;
    for reader in readers {
        assert_eq!(reader.await.expect("it ended"), range(1, 500));
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_loses_its_queue_and_never_its_place() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..1).await;
    let mut slow = world.owner.socket().await;
    slow.subscribe(&world.project, run.as_str(), 0).await;
    assert_eq!(numbers(&slow.stored().await), [1]);
    // Far more than the queues and the buffers of the connection hold.
    let thought = "x".repeat(100_000);
    for number in 0..150 {
        let kind = EventKind::AgentThinking {
            agent: Agent::Data,
            package: None,
            thought: thought.clone(),
        };
        log.append(&run, &format!("large/{number}"), kind).await.expect("appended");
    }
    let mut seen = Vec::new();
    while seen.last() != Some(&151) {
        seen.extend(numbers(&told(&slow.next().await.expect("a message"))));
    }
    assert_eq!(seen, range(2, 151));
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let world = World::new().await;
    let mut socket = world.owner.socket().await;
    // Something was heard, so the socket is served.
    socket.subscribe(&world.project, "t-none", 0).await;
    assert_eq!(socket.next().await.expect("an answer")["code"], "not-found");
    world.stop();
    let retry = socket.next().await.expect("a message");
    assert_eq!((&retry["type"], retry["after_ms"].is_u64()), (&Value::from("retry"), true));
    assert_eq!(socket.next().await, Err(Some(1001)));
}

#[tokio::test]
async fn the_same_events_come_without_a_socket() {
    let world = World::with_heartbeat(Duration::from_millis(50)).await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..10).await;
    let path = world.path(&format!("/streams/{run}/events?after_seq=4"));
    let (owner, stream) = (world.owner.clone(), path.clone());
    let reading = tokio::spawn(async move { owner.get(&stream).await });
    // The stream ends when the server does; what was sent until then is read.
    while !is_watched(&world).await {
        tokio::task::yield_now().await;
    }
    world.stop();
    let answer = reading.await.expect("it ended");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains("event: events") && text.contains("id: 10"), "{text}");
    assert!(text.contains("event: caught_up"), "{text}");
    assert!(!text.contains("\"seq\":4,") && text.contains("\"seq\":5,"), "{text}");
}

/// Whether somebody was sent the six events.
async fn is_watched(world: &World) -> bool {
    let figures = world.nobody().get("/metrics").await;
    String::from_utf8_lossy(&figures.body).contains("ssot_deliveries_total 6")
}
