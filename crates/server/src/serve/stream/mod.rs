//! Events on their way to whoever watches.
//!
//! A stream is a cursor over a log: the log of a run or of a conversation. Nothing that is
//! sent exists in memory alone, and there is one way by which events are sent,
//! [`Follower::next`].

mod follower;
mod hub;
mod socket;
mod sse;

pub(super) use hub::Hub;
pub(super) use socket::upgrade;
pub(super) use sse::events;

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use ssot_engine::chat::Conversation;
use ssot_engine::{EngineError, Records};
use ssot_model::{Event, ProjectId, RunId, ThreadId, UserId};
use ssot_runtime::ids::parse_run_id;
use ssot_runtime::log::Subscription;
use ssot_runtime::store::{Role, User};
use tokio::sync::watch;

use super::app::App;
use super::failure::Failure;

/// The protocol of the socket, which a client names when it connects.
pub(super) const PROTOCOL: &str = "ssot.v1";

/// The largest frame with more than one event, in bytes: every socket holds one now and then.
const FRAME_BYTES: usize = 4 * 1024;

/// What tells a stream from all others of the server.
pub(super) type Key = (ProjectId, String);

/// The log that a stream is a cursor over.
#[derive(Clone)]
pub(super) enum Source {
    /// A run of a project.
    Run(Records, RunId),
    /// A conversation of a user.
    Thread(Conversation, ThreadId),
}

/// Some events of a stream, encoded once for everybody.
#[derive(Debug)]
pub(super) struct Frame {
    /// The number of the first.
    first: u64,
    /// The number of the last.
    last: u64,
    /// The message that holds them.
    text: Utf8Bytes,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    Events { stream: &'a str, events: &'a [Arc<Event>] },
    CaughtUp { stream: &'a str, seq: u64 },
    Error { stream: &'a str, code: &'a str, message: &'a str },
    Retry { after_ms: u64 },
}

impl Message<'_> {
    fn text(&self) -> Utf8Bytes {
        // Plain data with names for keys is always JSON.
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

impl Frame {
    /// The events, each encoded once, in frames that are small unless an event is not.
    fn of(stream: &str, events: &[Arc<Event>]) -> Vec<Self> {
        let mut frames = Vec::new();
        let mut rest = events;
        while let Some(first) = rest.first() {
            let mut text = Message::Events { stream, events: &rest[..1] }.text().to_string();
            let mut taken = 1;
            while let Some(event) = rest.get(taken) {
                // Plain data with names for keys is always JSON.
                let event = serde_json::to_string(event).unwrap_or_default();
                if text.len() + event.len() > FRAME_BYTES {
                    break;
                }
                // In front of the end of the list and of the message.
                text.truncate(text.len() - 2);
                text.push(',');
                text.push_str(&event);
                text.push_str("]}");
                taken += 1;
            }
            let last = rest[taken - 1].seq;
            frames.push(Self { first: first.seq, last, text: text.into() });
            rest = &rest[taken..];
        }
        frames
    }

    fn len(&self) -> u64 {
        self.last + 1 - self.first
    }
}

impl Source {
    /// The log of a stream for a user to whom it is open. What is not there and what is
    /// somebody else's are told apart by nothing.
    pub(super) async fn find(
        app: &App,
        user: &User,
        project: &str,
        stream: &str,
    ) -> Result<(Key, Self), Failure> {
        let served = app.project(user, project, Role::Viewer).await?;
        let id = served.project.project.clone();
        let source = if let Some(run) = parse_run_id(stream) {
            if served.records.head(&run).await? == 0 {
                return Err(Failure::not_found());
            }
            Self::Run(served.records.clone(), run)
        } else {
            let thread = owned(app, &id, &user.user, stream).await?;
            Self::Thread(app.conversation.clone(), thread)
        };
        Ok(((id, stream.to_owned()), source))
    }

    async fn head(&self) -> Result<u64, EngineError> {
        match self {
            Self::Run(records, run) => records.head(run).await,
            Self::Thread(conversation, thread) => conversation.head(thread).await,
        }
    }

    async fn read(&self, after: u64, limit: u32) -> Result<Vec<Event>, EngineError> {
        match self {
            Self::Run(records, run) => records.events(run, after, limit).await,
            Self::Thread(conversation, thread) => conversation.events(thread, after, limit).await,
        }
    }

    fn subscribe(&self, after: u64) -> Subscription {
        match self {
            Self::Run(records, run) => records.subscribe(run, after),
            Self::Thread(conversation, thread) => conversation.subscribe(thread, after),
        }
    }
}

/// Waits until the server is about to go away.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // A closed channel is a stop as well.
    _ = stopping.wait_for(|stop| *stop).await;
}

/// A conversation, when it is this user's.
async fn owned(
    app: &App,
    project: &ProjectId,
    user: &UserId,
    stream: &str,
) -> Result<ThreadId, Failure> {
    let thread = app.store.thread(project, user, &ThreadId::new(stream)).await?;
    Ok(thread.ok_or_else(Failure::not_found)?.thread)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;
    use ssot_model::{Agent, Event, EventKind, RunId, Timestamp};

    use super::{FRAME_BYTES, Frame};

    fn event(seq: u64, letters: usize) -> Arc<Event> {
        let kind = EventKind::AgentThinking {
            agent: Agent::Data,
            package: None,
            thought: "\u{e9}\"x".repeat(letters),
        };
        let (run, step) = (RunId::new("r"), format!("step/{seq}"));
        Arc::new(Event { v: 1, epoch: 1, run, seq, at: Timestamp(0), step, kind })
    }

    #[test]
    fn frames_are_small_and_hold_every_event_once() {
        let sizes = [1, 900, 3, 5000, 2, 2, 2, 1200, 1200, 0];
        let events: Vec<_> = (7..).zip(sizes).map(|(seq, size)| event(seq, size)).collect();
        let frames = Frame::of("r", &events);
        let mut told = Vec::new();
        for frame in &frames {
            let message: Value = serde_json::from_str(&frame.text).expect("JSON");
            assert_eq!((&message["type"], &message["stream"]), (&"events".into(), &"r".into()));
            let events = message["events"].as_array().expect("events");
            assert!(events.len() == 1 || frame.text.len() <= FRAME_BYTES + 64, "{frame:?}");
            let seq = |it: &Value| it["seq"].as_u64();
            assert_eq!(seq(&events[0]), Some(frame.first));
            assert_eq!(
                (seq(events.last().expect("one")), frame.len()),
                (Some(frame.last), events.len() as u64)
            );
            told.extend(events.iter().cloned());
        }
        let expected: Vec<Value> =
            events.iter().map(|it| serde_json::to_value(&**it).expect("JSON")).collect();
        assert_eq!(told, expected);
        assert!(frames.len() > 3 && Frame::of("r", &[]).is_empty());
    }
}
