//! What holds for every interleaving: many tasks, many cursors, sudden ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use ssot_model::Event;
use tokio::task::JoinSet;

use super::EventLog;
use super::{Place, open, run, thought};
use crate::ids::Randomness;

const APPENDERS: u64 = 6;
const STEPS: u64 = 60;

/// Appends a random order of steps, some of which other tasks append as well.
/// Calls `acknowledged` with each answer.
async fn appender(log: EventLog, randomness: Randomness, acknowledged: impl Fn(&Event)) {
    for _ in 0..STEPS {
        let step = format!("s{}", randomness.draw() % (APPENDERS * STEPS));
        let Ok(event) = log.append(&run(), &step, thought(&step)).await else { return };
        assert_eq!(event.step, step);
        acknowledged(&event);
        if randomness.draw().is_multiple_of(4) {
            tokio::task::yield_now().await;
        }
    }
}

/// Reads from a cursor to the end of the log.
async fn subscriber(log: EventLog, after_seq: u64) -> (u64, Vec<Event>) {
    let mut subscription = log.subscribe(&run(), after_seq);
    drop(log);
    let mut seen = Vec::new();
    while let Some(event) = subscription.next().await.expect("read") {
        seen.push(Arc::unwrap_or_clone(event));
    }
    (after_seq, seen)
}

fn assert_gapless_and_unique(events: &[Event]) {
    let mut steps = BTreeMap::new();
    for (event, expected) in events.iter().zip(1..) {
        assert_eq!(event.seq, expected);
        assert_eq!(steps.insert(&event.step, event.seq), None, "{} twice", event.step);
    }
}

async fn interleave(seed: u64) {
    let place = Place::new();
    let log = place.open().await;
    let randomness = Randomness::seeded(seed);
    let (mut appenders, mut subscribers) = (JoinSet::new(), JoinSet::new());
    for _ in 0..APPENDERS {
        appenders.spawn(appender(log.clone(), randomness.clone(), |_| {}));
        // Cursors at the beginning, inside, and ahead of what is there yet.
        let after_seq = randomness.draw() % 8 * 10;
        subscribers.spawn(subscriber(log.clone(), after_seq));
    }
    while let Some(done) = appenders.join_next().await {
        done.expect("an appender");
        subscribers.spawn(subscriber(log.clone(), randomness.draw() % 50));
    }
    log.close().await;
    let events = log.read(&run(), 0, 10_000).await.expect("events");
    assert_gapless_and_unique(&events);
    while let Some(done) = subscribers.join_next().await {
        let (after_seq, events_seen) = done.expect("a subscriber");
        assert_eq!(events_seen, events[after_seq as usize..], "seed {seed}, from {after_seq}");
    }
    assert_eq!(log.verify(&run()).await.expect("a report").fault, None);
}

#[test]
fn every_subscriber_sees_exactly_the_log_from_its_cursor() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for seed in 0..4 {
        runtime.block_on(interleave(seed));
    }
}

#[test]
fn dropping_everything_loses_no_acknowledged_event() {
    for seed in 0..6 {
        let place = Place::new();
        let acknowledged = Arc::new(Mutex::new(BTreeMap::new()));
        let randomness = Randomness::seeded(seed);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let log = place.open().await;
            let mut appenders = JoinSet::new();
            for _ in 0..APPENDERS {
                let acknowledged = Arc::clone(&acknowledged);
                appenders.spawn(appender(log.clone(), randomness.clone(), move |event| {
                    acknowledged.lock().expect("a lock").insert(event.seq, event.step.clone());
                }));
            }
            // The first to finish pulls the plug on the others.
            appenders.join_next().await;
        });
        runtime.shutdown_background();
        let acknowledged = acknowledged.lock().expect("a lock").clone();
        assert_all_stored(&place, &acknowledged);
    }
}

/// Set for the copy of this test that is killed.
const VICTIM: &str = "SSOT_TEST_LOG_OF_THE_VICTIM";

#[test]
fn killing_the_process_loses_no_acknowledged_event() {
    if let Some(path) = std::env::var_os(VICTIM) {
        return append_until_killed(path.as_ref());
    }
    let place = Place::new();
    let name = "log::tests::properties::killing_the_process_loses_no_acknowledged_event";
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(VICTIM, place.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut acknowledged = BTreeMap::new();
    let output = BufReader::new(victim.stdout.take().expect("a pipe"));
    for line in output.lines() {
        // A line that was cut off by the end is no acknowledgement.
        let Ok(line) = line else { break };
        if let Some((seq, step)) = line.strip_prefix("ack ").and_then(|ack| ack.split_once(' ')) {
            acknowledged.insert(seq.parse().expect("a number"), step.to_owned());
        }
        if acknowledged.len() == 100 {
            victim.kill().expect("killed");
        }
    }
    victim.wait().expect("an end");
    assert!(acknowledged.len() >= 100);
    // The last line may be cut off in its text.
    acknowledged.pop_last();
    assert_all_stored(&place, &acknowledged);
}

#[expect(clippy::print_stdout, reason = "the parent reads the acknowledgements from a pipe")]
fn append_until_killed(path: &std::path::Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let log = open(path).await;
        let mut appenders = JoinSet::new();
        for seed in 0..APPENDERS {
            let log = log.clone();
            appenders.spawn(async move {
                for number in 0..100_000 {
                    let step = format!("s{seed}-{number}");
                    let event = log.append(&run(), &step, thought("x")).await.expect("appended");
                    println!("ack {} {}", event.seq, event.step);
                }
            });
        }
        appenders.join_all().await;
    });
}

fn assert_all_stored(place: &Place, acknowledged: &BTreeMap<u64, String>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let log = place.open().await;
        let events = log.read(&run(), 0, 100_000).await.expect("events");
        assert_gapless_and_unique(&events);
        for (seq, step) in acknowledged {
            assert_eq!(&events[*seq as usize - 1].step, step);
        }
        assert_eq!(log.verify(&run()).await.expect("a report").fault, None);
        let next = log.append(&run(), "after", thought("x")).await.expect("appended");
        assert_eq!(next.seq, events.len() as u64 + 1);
    });
}
