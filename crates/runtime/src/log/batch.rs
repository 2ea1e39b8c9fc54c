//! One transaction: what it has to know is loaded with one query, then the
//! commands are applied in memory, then all rows are stored with one statement.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use ssot_model::{Event, RunId};

use super::chain::{GENESIS, Hash, link};
use super::writer::{Append, Command};
use super::{LogError, MAX_EVENT_BYTES, read};
use crate::clock::Clock;

/// The version of the envelope.
const ENVELOPE: u16 = 1;

/// What came of one command, told when the transaction is durable.
pub(super) enum Outcome {
    New(Arc<Event>),
    Stored(Arc<Event>),
    Epoch(u32),
    Refused(LogError),
    Nothing,
}

/// What is unique in the log: run, step and name of the kind.
type Identity<'c> = (&'c RunId, &'c str, &'static str);

/// The end of a run's chain as the transaction sees it.
#[derive(Clone, Copy)]
struct Head {
    /// 0 for a run that the log has not heard of.
    epoch: u32,
    /// The epoch in which this process writes.
    ours: u32,
    /// Whether this process works on the run.
    works: bool,
    /// Milliseconds since 1970.
    started: i64,
    seq: u64,
    hash: Hash,
    changed: bool,
}

struct NewEvent {
    event: Arc<Event>,
    json: String,
    hash: Hash,
}

/// An `Err` from its functions means that the store failed; what is wrong with one
/// command is an [`Outcome::Refused`].
pub(super) struct Batch<'c> {
    clock: &'c Clock,
    heads: BTreeMap<&'c RunId, Head>,
    stored: FxHashMap<Identity<'c>, Result<Arc<Event>, LogError>>,
    new: Vec<NewEvent>,
}

fn identity(append: &Append) -> Identity<'_> {
    (&append.run, &append.step, append.kind.name())
}

impl<'c> Batch<'c> {
    /// Reads the heads of the runs and the events that the commands would repeat.
    /// `epochs` are those in which this process writes.
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        commands: &'c [Command],
        clock: &'c Clock,
        epochs: &BTreeMap<RunId, u32>,
    ) -> Result<Self, sqlx::Error> {
        let mut heads = BTreeMap::new();
        let mut appends = Vec::with_capacity(commands.len());
        for command in commands {
            let run = match command {
                Command::Append { append, .. } => {
                    appends.push(append.as_ref());
                    &append.run
                }
                Command::BeginEpoch { run, .. } => run,
                Command::Close { .. } => continue,
            };
            if !heads.contains_key(run) {
                let head = load_head(connection, run, epochs.get(run).copied()).await?;
                let new = || Head {
                    epoch: 0,
                    ours: 0,
                    works: false,
                    started: clock.now().0,
                    seq: 0,
                    hash: GENESIS,
                    changed: false,
                };
                heads.insert(run, head.unwrap_or_else(new));
            }
        }
        let stored = load_stored(connection, &appends).await?;
        Ok(Self { clock, heads, stored, new: Vec::with_capacity(appends.len()) })
    }

    /// Does one command in memory.
    pub(super) fn apply(&mut self, command: &'c Command) -> Result<Outcome, sqlx::Error> {
        match command {
            Command::Append { append, .. } => self.append(append),
            Command::BeginEpoch { run, .. } => {
                let head = self.head(run);
                head.epoch += 1;
                (head.ours, head.works, head.changed) = (head.epoch, true, true);
                Ok(Outcome::Epoch(head.epoch))
            }
            Command::Close { .. } => Ok(Outcome::Nothing),
        }
    }

    fn append(&mut self, append: &'c Append) -> Result<Outcome, sqlx::Error> {
        let Append { run, step, kind, aside } = append;
        let head = self.head(run);
        if head.epoch == 0 {
            (head.epoch, head.ours) = (1, 1);
        }
        head.works |= !aside;
        let head = *head;
        if head.ours != head.epoch && !aside {
            let (ours, current) = (head.ours, head.epoch);
            return Ok(Outcome::Refused(LogError::Superseded { run: run.clone(), ours, current }));
        }
        match self.stored.get(&identity(append)) {
            Some(Ok(event)) => return Ok(Outcome::Stored(Arc::clone(event))),
            Some(Err(damaged)) => return Ok(Outcome::Refused(damaged.clone())),
            None => {}
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
        *self.head(run) = Head { seq: event.seq, hash, changed: true, ..head };
        let event = Arc::new(event);
        self.stored.insert(identity(append), Ok(Arc::clone(&event)));
        self.new.push(NewEvent { event: Arc::clone(&event), json, hash });
        Ok(Outcome::New(event))
    }

    fn head(&mut self, run: &RunId) -> &mut Head {
        self.heads.get_mut(run).expect("the heads of all runs of the batch were loaded")
    }

    /// Writes what is new; the caller commits.
    pub(super) async fn store(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if !self.new.is_empty() {
            let into = "INSERT INTO events (run, seq, epoch, step, kind, json, hash) ";
            let mut insert = QueryBuilder::<Sqlite>::new(into);
            insert.push_values(&self.new, |mut row, NewEvent { event, json, hash }| {
                row.push_bind(event.run.as_str())
                    .push_bind(event.seq.cast_signed())
                    .push_bind(event.epoch)
                    .push_bind(event.step.as_str())
                    .push_bind(event.kind.name())
                    .push_bind(json.as_str())
                    .push_bind(hash.as_slice());
            });
            insert.build().execute(&mut *connection).await?;
        }
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
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }

    /// The epochs in which this process writes once the transaction is durable.
    pub(super) fn into_epochs(self) -> Vec<(RunId, u32)> {
        let known = self.heads.into_iter().filter(|(_, head)| head.works);
        known.map(|(run, head)| (run.clone(), head.ours)).collect()
    }
}

async fn load_head(
    connection: &mut SqliteConnection,
    run: &RunId,
    ours: Option<u32>,
) -> Result<Option<Head>, sqlx::Error> {
    let row = sqlx::query("SELECT epoch, started, head_seq, head_hash FROM runs WHERE run = ?")
        .bind(run.as_str())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let damaged = |_| sqlx::Error::Decode(format!("the head of run {run} is damaged").into());
    let epoch = row.try_get(0)?;
    Ok(Some(Head {
        epoch,
        ours: ours.unwrap_or(epoch),
        works: ours.is_some(),
        started: row.try_get(1)?,
        seq: row.try_get::<i64, _>(2)?.cast_unsigned(),
        hash: row.try_get::<Vec<u8>, _>(3)?.try_into().map_err(damaged)?,
        changed: false,
    }))
}

async fn load_stored<'c>(
    connection: &mut SqliteConnection,
    appends: &[&'c Append],
) -> Result<FxHashMap<Identity<'c>, Result<Arc<Event>, LogError>>, sqlx::Error> {
    if appends.is_empty() {
        return Ok(FxHashMap::default());
    }
    let mut query = QueryBuilder::<Sqlite>::new("WITH asked (place, run, step, kind) AS (");
    query.push_values((0_i64..).zip(appends), |mut row, (place, append)| {
        let (run, step, kind) = identity(append);
        row.push_bind(place).push_bind(run.as_str()).push_bind(step).push_bind(kind);
    });
    // A cross join keeps its order: one look into the index for each that is asked.
    query.push(
        ") SELECT events.seq, events.json, asked.place FROM asked CROSS JOIN events
         ON events.run = asked.run AND events.step = asked.step AND events.kind = asked.kind",
    );
    let mut stored = FxHashMap::default();
    for row in query.build().fetch_all(connection).await? {
        let place = usize::try_from(row.try_get::<i64, _>(2)?).ok();
        let append = place.and_then(|place| appends.get(place)).ok_or(sqlx::Error::RowNotFound)?;
        stored.insert(identity(append), read::event(&append.run, &row)?.map(Arc::new));
    }
    Ok(stored)
}
