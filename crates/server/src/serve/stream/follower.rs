//! A cursor over a log that somebody watches.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::super::failure::Failure;
use super::hub::{FRAME_EVENTS, Hub};
use super::{Frame, Key, Message, Source};

/// Delivers every event of a log above a position, in order, each once: the stored ones,
/// then a word that they are all, then each as it comes. It holds no event back and no
/// event for long: when it is slow it loses its place in the queue and reads the log again.
pub(super) struct Follower {
    hub: Hub,
    key: Key,
    source: Source,
    live: broadcast::Receiver<Arc<Frame>>,
    cursor: u64,
    /// Whether the log may hold events above the cursor that will not be told live.
    is_behind: bool,
    /// Whether it was said that everything stored has been delivered.
    has_told: bool,
    ahead: VecDeque<Arc<Frame>>,
}

/// Something for whoever watches.
pub(super) struct Delivery {
    /// The message.
    pub(super) text: Utf8Bytes,
    /// The position after it.
    pub(super) seq: u64,
    /// The name of the message, as SSE has one.
    pub(super) name: &'static str,
}

impl Follower {
    /// Registers for what comes before anything stored is read.
    pub(super) async fn new(
        hub: Hub,
        (key, source): (Key, Source),
        after: u64,
    ) -> Result<Self, Failure> {
        let live = hub.watch(&key, &source).await?;
        let ahead = VecDeque::new();
        Ok(Self { hub, key, source, live, cursor: after, is_behind: true, has_told: false, ahead })
    }

    /// The next message. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Delivery, Failure> {
        loop {
            if let Some(frame) = self.ahead.pop_front() {
                return Ok(self.deliver(&frame));
            }
            if self.is_behind {
                // Rare, and large: it is no part of what every stream holds all the time.
                Box::pin(self.catch_up()).await?;
                continue;
            }
            if !self.has_told {
                self.has_told = true;
                let text = Message::CaughtUp { stream: &self.key.1, seq: self.cursor }.text();
                return Ok(Delivery { text, seq: self.cursor, name: "caught_up" });
            }
            match self.live.recv().await {
                Ok(frame) if frame.last <= self.cursor => {}
                Ok(frame) if frame.first == self.cursor + 1 => return Ok(self.deliver(&frame)),
                Ok(_) => self.is_behind = true,
                Err(RecvError::Lagged(_)) => {
                    self.hub.metrics.lagged.inc();
                    self.is_behind = true;
                }
                // The feed ended: either the log did, and reading it says so, or another
                // feed takes its place.
                Err(RecvError::Closed) => {
                    self.live = Box::pin(self.hub.watch(&self.key, &self.source)).await?;
                    self.is_behind = true;
                }
            }
        }
    }

    /// Reads a page of the log.
    async fn catch_up(&mut self) -> Result<(), Failure> {
        let events = self.source.read(self.cursor, FRAME_EVENTS as u32).await?;
        self.is_behind = events.len() == FRAME_EVENTS;
        let events: Vec<_> = events.into_iter().map(Arc::new).collect();
        self.ahead.extend(Frame::of(&self.key.1, &events).into_iter().map(Arc::new));
        Ok(())
    }

    fn deliver(&mut self, frame: &Frame) -> Delivery {
        self.cursor = frame.last;
        self.hub.metrics.deliveries.inc_by(frame.len());
        Delivery { text: frame.text.clone(), seq: frame.last, name: "events" }
    }
}
