//! The record of one run: every stage and every step goes through it into the log.

use std::sync::Arc;

use ssot_model::{
    Agent, CommitId, CompletionStatus, Event, EventKind, Phase, Plan, RunId, RunReport,
};
use ssot_runtime::clock::Clock;
use ssot_runtime::git::Repository;
use ssot_runtime::log::EventLog;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::execute::Journal;
use crate::pipeline::Observer;
use crate::request::RunFolder;
use crate::wishes::Wishes;
use crate::{EngineError, report};

/// Events read from the log at a time.
const PAGE: u32 = 1024;

/// The record of one run.
pub(crate) struct Desk {
    log: EventLog,
    run: RunId,
    folder: RunFolder,
    /// Follows the names of stages when the run was taken up again, so that what
    /// is done again is recorded again.
    again: String,
    clock: Clock,
    wishes: Wishes,
    reader: JoinHandle<()>,
    finish: oneshot::Sender<u64>,
}

impl Desk {
    /// Opens the record and lets the observer read along, from the first event.
    pub(crate) fn open(
        log: EventLog,
        run: RunId,
        folder: RunFolder,
        clock: Clock,
        wishes: Wishes,
        observer: Observer,
    ) -> Self {
        let (finish, finished) = oneshot::channel();
        let reader = tokio::spawn(read_along(log.clone(), run.clone(), observer, finished));
        let again = String::new();
        Self { log, run, folder, again, clock, wishes, reader, finish }
    }

    /// The record of a run that was taken up again for the given time.
    pub(crate) fn again(self, epoch: u32) -> Self {
        Self { again: format!("/{epoch}"), ..self }
    }

    /// The name of a step of this epoch.
    pub(crate) fn step(&self, name: &str) -> String {
        format!("{name}{}", self.again)
    }

    pub(crate) fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn folder(&self) -> &RunFolder {
        &self.folder
    }

    pub(crate) fn cancelled(&self) -> watch::Receiver<bool> {
        self.wishes.cancelled.clone()
    }

    pub(crate) fn paused(&self) -> watch::Receiver<bool> {
        self.wishes.paused.clone()
    }

    /// The log as the execution sees it.
    pub(crate) fn journal(&self) -> Journal {
        let (log, run, clock) = (self.log.clone(), self.run.clone(), self.clock.clone());
        Journal {
            append: Arc::new(move |step, kind| {
                let (log, run) = (log.clone(), run.clone());
                Box::pin(async move {
                    log.append(&run, &step, kind)
                        .await
                        .map(|_| ())
                        .map_err(|error| error.to_string())
                })
            }),
            clock: Arc::new(move || clock.now()),
        }
    }

    pub(crate) async fn emit(&self, step: &str, kind: EventKind) -> Result<(), EngineError> {
        self.log.append(&self.run, step, kind).await.map_err(EngineError::internal)?;
        Ok(())
    }

    pub(crate) async fn begin(&self, agent: Agent, task: &str) -> Result<(), EngineError> {
        let task = task.to_owned();
        self.emit(
            &self.step(agent.as_str()),
            EventKind::AgentStarted { agent, package: None, task },
        )
        .await
    }

    pub(crate) async fn complete(
        &self,
        agent: Agent,
        ok: bool,
        summary: String,
    ) -> Result<(), EngineError> {
        let status = if ok { CompletionStatus::Ok } else { CompletionStatus::Error };
        let completed = EventKind::AgentCompleted { agent, package: None, status, summary };
        self.emit(&self.step(agent.as_str()), completed).await
    }

    /// Runs a stage that computes: started, concluded, completed. The computation
    /// may take seconds, so other tasks are moved off this thread.
    pub(crate) async fn stage<T>(
        &self,
        agent: Agent,
        task: &str,
        compute: impl FnOnce() -> Result<(T, String), EngineError>,
    ) -> Result<T, EngineError> {
        self.begin(agent, task).await?;
        match tokio::task::block_in_place(compute) {
            Ok((value, thought)) => {
                let concluded =
                    EventKind::AgentThinking { agent, package: None, thought: thought.clone() };
                self.emit(&self.step(agent.as_str()), concluded).await?;
                self.complete(agent, true, thought).await?;
                Ok(value)
            }
            Err(error) => {
                self.complete(agent, false, error.to_string()).await?;
                Err(error)
            }
        }
    }

    /// Records how many violations a tree has.
    pub(crate) async fn inspected(
        &self,
        phase: Phase,
        (violations, files): (u32, u32),
    ) -> Result<(), EngineError> {
        let step = match phase {
            Phase::Before => "tree/before",
            _ => "tree/final",
        };
        self.emit(&self.step(step), EventKind::TreeInspected { phase, violations, files }).await
    }

    /// Closes what a failed run leaves open, so that the log says how it ended.
    pub(crate) async fn fail(&self, _error: &EngineError) -> Result<(), EngineError> {
        self.log.close_interrupted(&self.run).await.map_err(EngineError::internal)?;
        Ok(())
    }

    /// Every event so far.
    pub(crate) async fn events(&self) -> Result<Vec<Event>, EngineError> {
        all_events(&self.log, &self.run).await
    }

    pub(crate) async fn report(&self, plan: &Plan) -> Result<RunReport, EngineError> {
        let events = all_events(&self.log, &self.run).await?;
        let schedule = self.folder.schedule();
        Ok(report::build(&self.run, plan, schedule.as_ref(), &events))
    }

    /// Waits until the observer has seen everything.
    pub(crate) async fn close(self) -> Result<(), EngineError> {
        let last = all_events(&self.log, &self.run).await?.last().map_or(0, |event| event.seq);
        // The reader is gone when the log could not be read; the events are durable all the same.
        let _ = self.finish.send(last);
        let _ = self.reader.await;
        Ok(())
    }
}

/// Every event of a run.
pub(crate) async fn all_events(log: &EventLog, run: &RunId) -> Result<Vec<Event>, EngineError> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let page = log.read(run, after, PAGE).await.map_err(EngineError::internal)?;
        if page.is_empty() {
            return Ok(events);
        }
        events.extend(page);
    }
}

/// Hands every event to the observer until the last one is known and seen.
async fn read_along(
    log: EventLog,
    run: RunId,
    mut observer: Observer,
    finished: oneshot::Receiver<u64>,
) {
    let mut events = log.subscribe(&run, 0);
    let mut seen = 0;
    let mut last = None;
    tokio::pin!(finished);
    while last.is_none_or(|last| seen < last) {
        tokio::select! {
            event = events.next() => match event {
                Ok(Some(event)) => {
                    seen = event.seq;
                    observer(&event);
                }
                Ok(None) | Err(_) => return,
            },
            end = &mut finished, if last.is_none() => match end {
                Ok(end) => last = Some(end),
                Err(_) => return,
            },
        }
    }
}

/// What a run that begins says first.
pub(crate) fn started(
    repository: &Repository,
    base: &CommitId,
    target: &str,
    packages: u32,
    missing_sandbox_layers: Vec<String>,
) -> Result<EventKind, EngineError> {
    let tree = repository.tree_of(base).map_err(EngineError::internal)?;
    let (base, target) = (base.clone(), target.to_owned());
    Ok(EventKind::RunStarted { base, tree, target, packages, missing_sandbox_layers })
}
