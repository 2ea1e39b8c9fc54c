//! A cursor over the log of one run.

use std::collections::VecDeque;
use std::sync::Arc;

use sqlx::SqlitePool;
use ssot_model::{Event, RunId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{LogError, News, read};

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
    live: broadcast::Receiver<News>,
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
        live: Option<broadcast::Sender<News>>,
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

    /// The next event with those that follow it and need no waiting, at most `most` of
    /// them; none when [`Self::next`] gives none. Dropping the future loses nothing.
    pub async fn batch(&mut self, most: usize) -> Result<Option<Vec<Arc<Event>>>, LogError> {
        let Some(first) = self.next().await? else { return Ok(None) };
        let mut events = vec![first];
        // From here on nothing waits.
        while events.len() < most {
            if let Some(event) = self.page.pop_front() {
                self.cursor = event.seq;
                events.push(event);
            } else if self.behind {
                break;
            } else {
                match self.live.try_recv() {
                    Ok(news) => events.extend(self.hear(news)),
                    Err(TryRecvError::Lagged(_)) => self.behind = true,
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
        }
        Ok(Some(events))
    }

    /// The event that is told, when it is the next one; otherwise the file has to tell.
    fn hear(&mut self, news: News) -> Option<Arc<Event>> {
        match news {
            News::Appended(event) if event.run != self.run || event.seq <= self.cursor => None,
            News::Appended(event) if event.seq == self.cursor + 1 => {
                self.cursor = event.seq;
                Some(event)
            }
            News::Appended(_) | News::Changed => {
                self.behind = true;
                None
            }
        }
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
                Ok(news) => {
                    if let Some(event) = self.hear(news) {
                        return Ok(Some(event));
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
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
