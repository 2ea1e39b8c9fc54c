//! The one task that writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{Connection, Row, Sqlite, SqliteConnection, Transaction};
use ssot_model::{Event, EventKind, RunId};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::chain::{GENESIS, Hash, link};
use super::{BATCH_EVENTS, LogError, MAX_EVENT_BYTES};
use crate::clock::Clock;

/// The version of the envelope.
const ENVELOPE: u16 = 1;

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
}

/// What came of one command, told when the transaction is durable.
enum Outcome {
    New(Arc<Event>),
    Stored(Event),
    Epoch(u32),
    Refused(LogError),
    Nothing,
}

pub(super) struct Writer {
    connection: SqliteConnection,
    clock: Clock,
    /// None after a failure, so that subscribers see the end.
    live: Option<broadcast::Sender<Arc<Event>>>,
    /// The epochs in which this process writes.
    epochs: BTreeMap<RunId, u32>,
    stopped: Option<LogError>,
}

impl Writer {
    pub(super) fn new(
        connection: SqliteConnection,
        clock: Clock,
        live: broadcast::Sender<Arc<Event>>,
    ) -> Self {
        Self { connection, clock, live: Some(live), epochs: BTreeMap::new(), stopped: None }
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
        let mut open = Batch {
            transaction: self.connection.begin_with("BEGIN IMMEDIATE").await?,
            clock: &self.clock,
            epochs: &self.epochs,
            heads: BTreeMap::new(),
        };
        let mut outcomes = Vec::with_capacity(batch.len());
        for command in batch {
            outcomes.push(match command {
                Command::Append { append, .. } => open.append(append).await?,
                Command::BeginEpoch { run, .. } => open.begin_epoch(run).await?,
                Command::Close { .. } => Outcome::Nothing,
            });
        }
        let heads = open.finish().await?;
        let known = heads.into_iter().filter(|(_, head)| head.ours > 0);
        self.epochs.extend(known.map(|(run, head)| (run, head.ours)));
        Ok(outcomes)
    }

    /// Publishes and answers; returns whom to tell when everything is closed.
    fn tell(&self, command: Command, outcome: Outcome) -> Option<oneshot::Sender<()>> {
        match (command, outcome) {
            (Command::Close { reply }, _) => return Some(reply),
            (Command::Append { reply, .. }, Outcome::New(event)) => {
                if let Some(live) = &self.live {
                    // An error only means that nobody is subscribed.
                    _ = live.send(Arc::clone(&event));
                }
                _ = reply.send(Ok(Arc::unwrap_or_clone(event)));
            }
            (Command::Append { reply, .. }, Outcome::Stored(event)) => _ = reply.send(Ok(event)),
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

/// The end of a run's chain as the transaction sees it.
#[derive(Clone, Copy)]
struct Head {
    /// 0 for a run that the log has not heard of.
    epoch: u32,
    /// The epoch in which this process writes.
    ours: u32,
    started: i64,
    seq: u64,
    hash: Hash,
    changed: bool,
}

/// One transaction. An `Err` from its functions means that the store failed; what
/// is wrong with one command is an [`Outcome::Refused`].
struct Batch<'a> {
    transaction: Transaction<'a, Sqlite>,
    clock: &'a Clock,
    epochs: &'a BTreeMap<RunId, u32>,
    heads: BTreeMap<RunId, Head>,
}

impl Batch<'_> {
    async fn append(&mut self, append: &Append) -> Result<Outcome, sqlx::Error> {
        let Append { run, step, kind } = append;
        let mut head = self.head(run).await?;
        if head.epoch == 0 {
            (head.epoch, head.ours) = (1, 1);
        }
        if head.ours != head.epoch {
            let (ours, current) = (head.ours, head.epoch);
            return Ok(Outcome::Refused(LogError::Superseded { run: run.clone(), ours, current }));
        }
        let event = Event {
            v: ENVELOPE,
            epoch: head.epoch,
            run: run.clone(),
            seq: head.seq + 1,
            at: self.clock.now(),
            step: step.clone(),
            kind: kind.clone(),
        };
        let json =
            serde_json::to_string(&event).map_err(|error| sqlx::Error::Encode(error.into()))?;
        if json.len() > MAX_EVENT_BYTES {
            let (run, step, bytes) = (run.clone(), step.clone(), json.len());
            return Ok(Outcome::Refused(LogError::TooLarge { run, step, bytes }));
        }
        let hash = link(&head.hash, &json);
        if !self.insert(&event, &json, &hash).await? {
            return self.stored(run, step, kind.name()).await;
        }
        head = Head { seq: event.seq, hash, changed: true, ..head };
        self.heads.insert(run.clone(), head);
        Ok(Outcome::New(Arc::new(event)))
    }

    async fn begin_epoch(&mut self, run: &RunId) -> Result<Outcome, sqlx::Error> {
        let head = self.head(run).await?;
        let epoch = head.epoch + 1;
        let head = Head { epoch, ours: epoch, changed: true, ..head };
        self.heads.insert(run.clone(), head);
        Ok(Outcome::Epoch(epoch))
    }

    async fn head(&mut self, run: &RunId) -> Result<Head, sqlx::Error> {
        if let Some(head) = self.heads.get(run) {
            return Ok(*head);
        }
        let row = sqlx::query("SELECT epoch, started, head_seq, head_hash FROM runs WHERE run = ?")
            .bind(run.as_str())
            .fetch_optional(&mut *self.transaction)
            .await?;
        let head = match row {
            Some(row) => {
                let epoch = row.try_get(0)?;
                Head {
                    epoch,
                    ours: self.epochs.get(run).copied().unwrap_or(epoch),
                    started: row.try_get(1)?,
                    seq: row.try_get::<i64, _>(2)?.cast_unsigned(),
                    hash: row.try_get::<Vec<u8>, _>(3)?.try_into().map_err(|_| {
                        sqlx::Error::Decode(format!("the head of run {run} is damaged").into())
                    })?,
                    changed: false,
                }
            }
            None => Head {
                epoch: 0,
                ours: 0,
                started: self.clock.now().0,
                seq: 0,
                hash: GENESIS,
                changed: false,
            },
        };
        self.heads.insert(run.clone(), head);
        Ok(head)
    }

    /// Whether the event is new.
    async fn insert(
        &mut self,
        event: &Event,
        json: &str,
        hash: &Hash,
    ) -> Result<bool, sqlx::Error> {
        let done = sqlx::query(
            "INSERT INTO events (run, seq, epoch, step, kind, json, hash) VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (run, step, kind) DO NOTHING",
        )
        .bind(event.run.as_str())
        .bind(event.seq.cast_signed())
        .bind(event.epoch)
        .bind(event.step.as_str())
        .bind(event.kind.name())
        .bind(json)
        .bind(hash.as_slice())
        .execute(&mut *self.transaction)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn stored(
        &mut self,
        run: &RunId,
        step: &str,
        kind: &'static str,
    ) -> Result<Outcome, sqlx::Error> {
        let row =
            sqlx::query("SELECT seq, json FROM events WHERE run = ? AND step = ? AND kind = ?")
                .bind(run.as_str())
                .bind(step)
                .bind(kind)
                .fetch_one(&mut *self.transaction)
                .await?;
        Ok(match super::read::event(run, &row)? {
            Ok(event) => Outcome::Stored(event),
            Err(damaged) => Outcome::Refused(damaged),
        })
    }

    async fn finish(mut self) -> Result<BTreeMap<RunId, Head>, sqlx::Error> {
        for (run, head) in self.heads.iter().filter(|(_, head)| head.changed) {
            sqlx::query(
                "INSERT INTO runs (run, epoch, started, head_seq, head_hash) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (run) DO UPDATE SET epoch = excluded.epoch,
                    head_seq = excluded.head_seq, head_hash = excluded.head_hash",
            )
            .bind(run.as_str())
            .bind(head.epoch)
            .bind(head.started)
            .bind(head.seq.cast_signed())
            .bind(head.hash.as_slice())
            .execute(&mut *self.transaction)
            .await?;
        }
        self.transaction.commit().await?;
        Ok(self.heads)
    }
}
