//! A cursor over the log of one run.

use std::collections::VecDeque;
use std::sync::Arc;

use sqlx::SqlitePool;
use ssot_model::{Event, RunId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{LogError, read};

/// Events that are read from the file at a time.
const PAGE: u32 = 256;

/// Delivers the events of one run in order, each once, from a cursor on.
///
/// Content comes from the file until the cursor is at its end, then from the
/// writer. When this reader was so slow that the writer's queue ran over, or when
/// another process wrote, it reads from the file again.
#[derive(Debug)]
pub struct Subscription {
    readers: SqlitePool,
    run: RunId,
    cursor: u64,
    live: broadcast::Receiver<Arc<Event>>,
    page: VecDeque<Arc<Event>>,
    /// Whether the file may hold events after the cursor and the page that will
    /// not come from the writer.
    behind: bool,
}

impl Subscription {
    pub(super) fn new(
        readers: SqlitePool,
        run: RunId,
        after_seq: u64,
        live: Option<broadcast::Sender<Arc<Event>>>,
    ) -> Self {
        // Registered before the file is read: an event is in the file, or comes.
        let live = match live {
            Some(live) => live.subscribe(),
            None => broadcast::channel(1).1,
        };
        Self { readers, run, cursor: after_seq, live, page: VecDeque::new(), behind: true }
    }

    /// The number of the last event delivered; subscribing after it goes on where
    /// this one is.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Whether everything that was stored has been delivered and the next event
    /// will be a new one.
    pub fn is_caught_up(&self) -> bool {
        !self.behind && self.page.is_empty()
    }

    /// Makes the next call look into the file, for events of another process, of
    /// which the writer here knows nothing.
    pub fn refresh(&mut self) {
        self.behind = true;
    }

    /// The next event, as soon as there is one; none when the log of this process
    /// is closed or has stopped and everything stored was delivered. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Arc<Event>>, LogError> {
        loop {
            if let Some(event) = self.stored().await? {
                return Ok(Some(event));
            }
            match self.live.recv().await {
                Ok(event) if event.run != self.run || event.seq <= self.cursor => {}
                Ok(event) if event.seq == self.cursor + 1 => {
                    self.cursor = event.seq;
                    return Ok(Some(event));
                }
                Ok(_) | Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    /// The next event that is in the file; none when the cursor is at its end.
    pub async fn stored(&mut self) -> Result<Option<Arc<Event>>, LogError> {
        if self.page.is_empty() && self.behind {
            let events = read::events(&self.readers, &self.run, self.cursor, PAGE).await?;
            self.behind = events.len() == PAGE as usize;
            self.page = events.into_iter().map(Arc::new).collect();
        }
        let event = self.page.pop_front();
        if let Some(event) = &event {
            self.cursor = event.seq;
        }
        Ok(event)
    }
}
