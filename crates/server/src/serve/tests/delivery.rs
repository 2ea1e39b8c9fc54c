//! Every event once, in order, from wherever somebody goes on.

use std::time::Duration;

use serde_json::Value;
use ssot_model::{Agent, EventKind, RunId};
use ssot_runtime::clock::Clock;
use ssot_runtime::log::{EventLog, LogError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::{PATIENCE, Setup, World, told};

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

/// How often each of some readers comes: two requests a time, which all of them together may
/// send at once.
const VISITS: u64 = 15;

#[tokio::test]
async fn many_readers_that_come_and_go_all_see_the_same() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..1).await;
    let readers = (0..12_u64).map(|reader| {
        let (owner, project, run) = (world.owner.clone(), world.project.clone(), run.clone());
        tokio::spawn(async move {
            let (mut seen, mut cursor) = (Vec::new(), 0);
            // Each leaves after so many messages of its own and comes back where it was, as
            // often as a user may.
            for visit in 1..=VISITS {
                let mut socket = owner.socket().await;
                socket.subscribe(&project, run.as_str(), cursor).await;
                let messages = if visit < VISITS { reader % 7 + 3 } else { u64::MAX };
                for _ in 0..messages {
                    let Ok(message) = socket.next().await else { break };
                    if message["type"] == "events" {
                        seen.extend(numbers(&told(&message)));
                        cursor = seen.last().copied().unwrap_or(0);
                    }
                    if cursor >= 500 {
                        return seen;
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
    let world =
        World::with(Setup { heartbeat: Duration::from_millis(50), ..Setup::default() }).await;
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

#[tokio::test]
async fn an_event_of_a_megabyte_comes_whole_and_among_the_others() {
    let world = World::new().await;
    let (log, run) = writer(&world).await;
    append(&log, &run, 0..1).await;
    let thought = "\u{1f980}".repeat(249_900);
    let kind =
        EventKind::AgentThinking { agent: Agent::Data, package: None, thought: thought.clone() };
    log.append(&run, "large", kind).await.expect("appended");
    append(&log, &run, 1..3).await;
    let mut socket = world.owner.socket().await;
    socket.subscribe(&world.project, run.as_str(), 0).await;
    let mut seen = Vec::new();
    while seen.last() != Some(&4) {
        let message = socket.next().await.expect("a message");
        let large = message["events"].as_array().and_then(|it| it.iter().find(|it| it["seq"] == 2));
        if let Some(large) = large {
            assert_eq!(large["thought"], thought.as_str());
        }
        seen.extend(numbers(&told(&message)));
    }
    assert_eq!(seen, range(1, 4));
    // One letter more than an event may have is refused where it is said.
    let kind = EventKind::AgentThinking {
        agent: Agent::Data,
        package: None,
        thought: "x".repeat(1024 * 1024),
    };
    let refused = log.append(&run, "larger", kind).await;
    assert!(matches!(refused, Err(LogError::TooLarge { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_client_that_is_gone_without_a_word_is_given_up() {
    let world =
        World::with(Setup { heartbeat: Duration::from_millis(20), ..Setup::default() }).await;
    let mut stream = TcpStream::connect(&world.address).await.expect("connected");
    let (name, value) = world.owner.key.clone().expect("a key");
    let (address, origin) = (&world.address, world.owner.origin());
    let handshake = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\n{name}: {value}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ssot.v1\r\n\r\n"
    );
    stream.write_all(handshake.as_bytes()).await.expect("sent");
    // It hears everything and answers nothing, not even what asks for a sign of life.
    let mut heard = Vec::new();
    let read = stream.read_to_end(&mut heard);
    tokio::time::timeout(PATIENCE, read).await.expect("closed in time").expect("read");
    let end = heard.windows(4).position(|it| it == b"\r\n\r\n").expect("an answer") + 4;
    assert!(heard.starts_with(b"HTTP/1.1 101"));
    // Signs of life that were asked for: an empty ping is these two bytes.
    assert!(heard[end..].chunks(2).all(|frame| frame == [0x89, 0]), "{:?}", &heard[end..]);
    let metrics = async || {
        let answer = world.nobody().get("/metrics").await;
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    while !metrics().await.lines().any(|line| line.ends_with("sockets 0")) {
        tokio::task::yield_now().await;
    }
}
