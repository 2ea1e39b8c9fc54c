//! The one task that writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection};
use ssot_model::{Event, EventKind, RunId};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::batch::{Batch, Outcome};
use super::{BATCH_EVENTS, LogError, News};
use crate::clock::Clock;
use crate::sqlite::Anchor;

/// What the writer is asked for. An answer that nobody waits for any more is
/// dropped; the work is done all the same.
pub(super) enum Command {
    Append { append: Box<Append>, reply: oneshot::Sender<Result<Event, LogError>> },
    BeginEpoch { run: RunId, reply: oneshot::Sender<Result<u32, LogError>> },
    Close { reply: oneshot::Sender<()> },
}

pub(super) struct Append {
    pub(super) run: RunId,
    pub(super) step: String,
    pub(super) kind: EventKind,
    /// Whether whoever says it does not work on the run.
    pub(super) aside: bool,
}

pub(super) struct Writer {
    connection: SqliteConnection,
    anchor: Anchor,
    clock: Clock,
    /// None after a failure, so that subscribers see the end.
    live: Option<broadcast::Sender<News>>,
    /// The epochs in which this process writes.
    epochs: BTreeMap<RunId, u32>,
    stopped: Option<LogError>,
}

impl Writer {
    pub(super) fn new(
        (connection, anchor): (SqliteConnection, Anchor),
        clock: Clock,
        live: broadcast::Sender<News>,
    ) -> Self {
        Self { connection, anchor, clock, live: Some(live), epochs: BTreeMap::new(), stopped: None }
    }

    /// Works until it is told to close or nobody can ask any more. Whatever has
    /// queued up during one commit goes into the next.
    pub(super) async fn work(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut batch = Vec::with_capacity(BATCH_EVENTS);
        let mut closing = None;
        while closing.is_none() && queue.recv_many(&mut batch, BATCH_EVENTS).await > 0 {
            let outcomes = self.outcomes(&batch).await;
            for (command, outcome) in batch.drain(..).zip(outcomes) {
                closing = self.tell(command, outcome).or(closing);
            }
        }
        drop(queue);
        // What is acknowledged is durable already; closing only tidies the files.
        _ = self.connection.close().await;
        if let Some(reply) = closing {
            _ = reply.send(());
        }
    }

    async fn outcomes(&mut self, batch: &[Command]) -> Vec<Outcome> {
        let refuse = |error: &LogError| {
            batch.iter().map(|_| Outcome::Refused(error.clone())).collect::<Vec<_>>()
        };
        if let Some(error) = &self.stopped {
            return refuse(error);
        }
        // Nothing was begun, so that it can go on as soon as the file is back.
        if let Err(gone) = self.anchor.holds() {
            return refuse(&gone.into());
        }
        match self.commit(batch).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.live = None;
                let error = LogError::Stopped(error.to_string());
                let outcomes = refuse(&error);
                self.stopped = Some(error);
                outcomes
            }
        }
    }

    async fn commit(&mut self, batch: &[Command]) -> Result<Vec<Outcome>, sqlx::Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut open = Batch::load(&mut transaction, batch, &self.clock, &self.epochs).await?;
        let outcomes =
            batch.iter().map(|command| open.apply(command)).collect::<Result<Vec<_>, _>>()?;
        open.store(&mut transaction).await?;
        let epochs = open.into_epochs();
        transaction.commit().await?;
        self.epochs.extend(epochs);
        Ok(outcomes)
    }

    /// Publishes and answers; returns whom to tell when everything is closed.
    fn tell(&self, command: Command, outcome: Outcome) -> Option<oneshot::Sender<()>> {
        match (command, outcome) {
            (Command::Close { reply }, _) => return Some(reply),
            (Command::Append { reply, .. }, Outcome::New(event)) => {
                if let Some(live) = &self.live {
                    // An error only means that nobody is subscribed.
                    _ = live.send(News::Appended(Arc::clone(&event)));
                }
                _ = reply.send(Ok(Arc::unwrap_or_clone(event)));
            }
            (Command::Append { reply, .. }, Outcome::Stored(event)) => {
                _ = reply.send(Ok(Arc::unwrap_or_clone(event)));
            }
            (Command::Append { reply, .. }, Outcome::Refused(error)) => _ = reply.send(Err(error)),
            (Command::BeginEpoch { reply, .. }, Outcome::Epoch(epoch)) => {
                _ = reply.send(Ok(epoch));
            }
            (Command::BeginEpoch { reply, .. }, Outcome::Refused(error)) => {
                _ = reply.send(Err(error));
            }
            // Dropping the reply tells the caller that there is no answer.
            (Command::Append { .. } | Command::BeginEpoch { .. }, _) => {}
        }
        None
    }
}
