//! The event log: the only record of what happened in a run.
//!
//! One `SQLite` file holds the logs of all runs of a repository. Every event is
//! durable before anybody sees it, numbered from 1 without a gap inside its run,
//! and linked to the one before by a hash. One task writes; events that arrive
//! while it commits go into its next transaction together. Readers are cursors
//! over the log: a [`Subscription`] that falls behind reads on from the file, so a
//! slow reader costs no memory and misses nothing.
//!
//! A step of a run can emit one event of a kind. When it is repeated after a crash
//! and emits again, [`EventLog::append`] returns what is stored. A step that is
//! deliberately done anew, and the completion of another call, need another name.

mod batch;
mod chain;
mod elsewhere;
mod error;
mod open_calls;
mod read;
mod store;
mod subscription;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use ssot_model::{Event, EventKind, RunId};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::clock::Clock;
use crate::sqlite::{self, Anchor};

pub use chain::{Fault, VerifyReport};
pub use error::LogError;
pub use open_calls::{OpenAgent, OpenCalls, OpenTool};
pub use read::RunEntry;
pub use subscription::Subscription;

/// Commands that wait for the writer; a full queue makes appenders wait.
pub const QUEUE_COMMANDS: usize = 1024;
/// Events that one transaction holds at most.
pub const BATCH_EVENTS: usize = 64;
/// Events that wait for a subscriber before it has to read them from the file.
pub const LIVE_EVENTS: usize = 1024;
/// Largest event, in bytes of JSON.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// What subscribers are told.
#[derive(Debug, Clone)]
enum News {
    /// The writer here has appended an event.
    Appended(Arc<Event>),
    /// The file has changed, and who wrote it is not known.
    Changed,
}

/// The log of all runs of one repository. Clones share the one writer.
#[derive(Debug, Clone)]
pub struct EventLog {
    queue: mpsc::Sender<writer::Command>,
    // Weak, so that subscribers see the end when the writer is gone.
    live: broadcast::WeakSender<News>,
    path: Arc<Path>,
    readers: SqlitePool,
}

impl EventLog {
    /// Opens or makes the log at `path`, whose directory must exist, and starts
    /// its writer on the current tokio runtime. The clock stamps the events.
    pub async fn open(path: &Path, clock: Clock) -> Result<Self, LogError> {
        let connection = sqlite::open(path, store::FORM).await?;
        let (queue, commands) = mpsc::channel(QUEUE_COMMANDS);
        let (live, _) = broadcast::channel(LIVE_EVENTS);
        let readers = sqlite::readers(path);
        let log = Self { queue, live: live.downgrade(), path: path.into(), readers };
        let file = (connection, Anchor::of(path)?);
        tokio::spawn(writer::Writer::new(file, clock, live).work(commands));
        Ok(log)
    }

    /// Appends one event and returns it when it is durable. When `step` has
    /// emitted an event of this kind before, that one is returned and nothing is
    /// written. Dropping the future does not take the event back.
    ///
    /// After a failed write or sync every append fails with [`LogError::Stopped`]:
    /// what is on disk is then unknown until the log is opened again.
    pub async fn append(
        &self,
        run: &RunId,
        step: &str,
        kind: EventKind,
    ) -> Result<Event, LogError> {
        self.write(writer::Append { run: run.clone(), step: step.to_owned(), kind, aside: false })
            .await
    }

    /// The same for who does not work on the run and says something about it: an approval, a
    /// wish. It goes into whatever epoch there is and makes nobody the run's owner.
    pub async fn remark(
        &self,
        run: &RunId,
        step: &str,
        kind: EventKind,
    ) -> Result<Event, LogError> {
        self.write(writer::Append { run: run.clone(), step: step.to_owned(), kind, aside: true })
            .await
    }

    async fn write(&self, append: writer::Append) -> Result<Event, LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(writer::Command::Append { append: Box::new(append), reply }).await?;
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// Takes the run over: raises its epoch, from 1, and returns it. Another
    /// process that still appends to the run gets [`LogError::Superseded`].
    pub async fn begin_epoch(&self, run: &RunId) -> Result<u32, LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(writer::Command::BeginEpoch { run: run.clone(), reply }).await?;
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// Ends the writer after what is queued. Subscriptions deliver what is stored and
    /// end; further appends fail with [`LogError::Closed`].
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(writer::Command::Close { reply }).await.is_ok() {
            // An error means that the writer has ended already.
            _ = answer.await;
        }
    }

    /// Up to `limit` events of the run with a number above `after_seq`, in order.
    pub async fn read(
        &self,
        run: &RunId,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, LogError> {
        read::events(&self.readers, run, after_seq, limit).await
    }

    /// The number of the last event of a run; zero of one that the log does not know.
    pub async fn head(&self, run: &RunId) -> Result<u64, LogError> {
        read::head(&self.readers, run).await
    }

    /// A cursor that delivers every event of the run with a number above
    /// `after_seq`: first the stored ones, then each as it becomes durable.
    pub fn subscribe(&self, run: &RunId, after_seq: u64) -> Subscription {
        Subscription::new(self.readers.clone(), run.clone(), after_seq, self.live.upgrade())
    }

    /// Tells subscriptions when another process has written, by looking every so often
    /// whether the file was. Without it a subscription learns of others' events when it is
    /// told to [`Subscription::refresh`].
    pub fn follow_others(&self, every: Duration) {
        tokio::spawn(elsewhere::follow(Arc::clone(&self.path), self.live.clone(), every));
    }

    /// All runs, the latest first.
    pub async fn runs(&self) -> Result<Vec<RunEntry>, LogError> {
        read::runs(&self.readers).await
    }

    /// The run that began last.
    pub async fn latest_run(&self) -> Result<Option<RunId>, LogError> {
        read::latest_run(&self.readers).await
    }

    /// The tool calls and agents that began and have not ended.
    pub async fn open_calls(&self, run: &RunId) -> Result<OpenCalls, LogError> {
        open_calls::find(&self.readers, run).await
    }

    /// Ends what a crash left open: appends the missing `tool_completed` and then
    /// `agent_completed` events with the status `interrupted`, the innermost first,
    /// under the steps that opened them. Returns the events.
    pub async fn close_interrupted(&self, run: &RunId) -> Result<Vec<Event>, LogError> {
        let mut events = Vec::new();
        for (step, kind) in self.open_calls(run).await?.into_endings() {
            events.push(self.append(run, &step, kind).await?);
        }
        Ok(events)
    }

    /// Checks every event of the run: numbers, hashes, and the text against its
    /// columns.
    pub async fn verify(&self, run: &RunId) -> Result<VerifyReport, LogError> {
        chain::verify(&self.readers, run).await
    }

    async fn send(&self, command: writer::Command) -> Result<(), LogError> {
        self.queue.send(command).await.map_err(|_| LogError::Closed)
    }
}
