//! A conversation as a log: each message and its answer are events, the same kinds that a
//! run has.

use std::path::Path;

use ssot_model::{Agent, CompletionStatus, Event, EventKind, Reference, RunId, ThreadId, UserId};
use ssot_runtime::clock::Clock;
use ssot_runtime::log::{EventLog, LogError, Subscription};

use super::{Action, Intent, Known, Reply, answer::answer, intent};
use crate::EngineError;

/// The conversations of a server, each a chain of the log. Clones share it.
#[derive(Clone)]
pub struct Conversation {
    pub(super) log: EventLog,
}

/// A message that was taken and is being answered.
pub struct Turn {
    log: EventLog,
    thread: RunId,
    step: String,
    agent: Agent,
    tool: &'static str,
    reply: Reply,
}

impl Conversation {
    /// Opens the log of conversations and closes what a death of the server left open.
    pub async fn open(path: &Path) -> Result<Self, EngineError> {
        let log = EventLog::open(path, Clock::system()).await.map_err(EngineError::internal)?;
        for entry in log.runs().await.map_err(EngineError::internal)? {
            log.close_interrupted(&entry.run).await.map_err(EngineError::internal)?;
        }
        Ok(Self { log })
    }

    /// Ends the log after what is queued.
    pub async fn close(&self) {
        self.log.close().await;
    }

    /// A cursor over what is said in a conversation.
    pub fn subscribe(&self, thread: &ThreadId, after_seq: u64) -> Subscription {
        self.log.subscribe(&chain(thread), after_seq)
    }

    /// The number of the last event of a conversation.
    pub async fn head(&self, thread: &ThreadId) -> Result<u64, EngineError> {
        self.log.head(&chain(thread)).await.map_err(EngineError::internal)
    }

    /// What was said after a position.
    pub async fn events(
        &self,
        thread: &ThreadId,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, EngineError> {
        self.log.read(&chain(thread), after_seq, limit).await.map_err(EngineError::internal)
    }

    /// Takes a message, which is durable then, and thinks of an answer. `command` is the
    /// client's word for the message: the same one is taken once.
    pub async fn say(
        &self,
        thread: &ThreadId,
        (by, command): (&UserId, &str),
        text: &str,
        known: &Known<'_>,
    ) -> Result<Turn, EngineError> {
        let thread = chain(thread);
        let step = format!("message/{by}/{command}");
        let posted = EventKind::MessagePosted { by: by.clone(), text: text.to_owned() };
        append(&self.log, &thread, &step, posted).await?;
        let meant = intent(text);
        let agent = agent(&meant);
        let task = task(&meant);
        let started = EventKind::AgentStarted { agent, package: None, task: task.to_owned() };
        append(&self.log, &thread, &step, started).await?;
        let turn = Turn {
            log: self.log.clone(),
            thread,
            step,
            agent,
            tool: tool(&meant),
            reply: answer(&meant, known),
        };
        turn.append(EventKind::AgentThinking { agent, package: None, thought: task.to_owned() })
            .await?;
        turn.act().await?;
        Ok(turn)
    }
}

impl Turn {
    /// What is to be done before the answer is given.
    pub fn action(&self) -> Option<&Action> {
        self.reply.action.as_ref()
    }

    /// Records that it is about to be done, or looked up.
    async fn act(&self) -> Result<(), EngineError> {
        let (tool, call) = (self.tool.to_owned(), self.step.clone());
        self.append(EventKind::ToolExecuting { agent: self.agent, tool, call }).await
    }

    /// Gives the answer and ends the turn. What was done may have led to more evidence, or
    /// have failed: then the reason is the answer.
    pub async fn conclude(
        self,
        done: Result<Option<Reference>, String>,
    ) -> Result<(), EngineError> {
        let agent = self.agent;
        let (status, text, more) = match done {
            Ok(more) => (CompletionStatus::Ok, self.reply.text.clone(), more),
            Err(reason) => (CompletionStatus::Error, reason, None),
        };
        let mut evidence = self.reply.evidence.clone();
        evidence.extend(more);
        let summary = references(evidence.len());
        let (tool, call) = (self.tool.to_owned(), self.step.clone());
        let told = summary.clone();
        self.append(EventKind::ToolCompleted { agent, tool, call, status, summary: told }).await?;
        self.append(EventKind::AgentCompleted { agent, package: None, status, summary }).await?;
        self.append(EventKind::AnswerGiven { text, evidence }).await
    }

    async fn append(&self, kind: EventKind) -> Result<(), EngineError> {
        append(&self.log, &self.thread, &self.step, kind).await
    }
}

/// On how much an answer rests, in words.
pub(super) fn references(count: usize) -> String {
    match count {
        0 => "nothing to look up".to_owned(),
        1 => "1 reference".to_owned(),
        more => format!("{more} references"),
    }
}

pub(super) async fn append(
    log: &EventLog,
    thread: &RunId,
    step: &str,
    kind: EventKind,
) -> Result<(), EngineError> {
    let appended = log.append(thread, step, kind).await;
    appended.map(|_| ()).map_err(|error| match error {
        LogError::TooLarge { .. } => EngineError::user(error),
        error => EngineError::internal(error),
    })
}

/// The chain of a conversation in the log.
pub(super) fn chain(thread: &ThreadId) -> RunId {
    RunId::new(thread.as_str())
}

/// Whose matter an intent is.
fn agent(intent: &Intent) -> Agent {
    match intent {
        Intent::Help | Intent::Status | Intent::Rule(_) => Agent::Report,
        Intent::Overview | Intent::Scan => Agent::Triage,
        Intent::Concept(_) | Intent::MissedFixes => Agent::Data,
        Intent::Why(_) | Intent::Plan => Agent::Optimize,
        Intent::Run(_) | Intent::Approve | Intent::Cancel | Intent::RollBack(_) => Agent::Actions,
    }
}

/// What the agent does about it.
fn task(intent: &Intent) -> &'static str {
    match intent {
        Intent::Help => "say what can be asked",
        Intent::Overview => "say how the repository stands",
        Intent::Scan => "read the repository again",
        Intent::Concept(_) => "look a concept up",
        Intent::Why(_) => "say why a definition was chosen",
        Intent::MissedFixes => "look for fixes that did not reach every copy",
        Intent::Rule(_) => "look a rule up",
        Intent::Plan => "say what would be done",
        Intent::Run(_) => "start a run",
        Intent::Status => "look at the latest run",
        Intent::Approve => "approve what a run waits for",
        Intent::Cancel => "stop a run",
        Intent::RollBack(_) => "undo what was landed",
    }
}

/// With what it is done.
fn tool(intent: &Intent) -> &'static str {
    match intent {
        Intent::Help => "help",
        Intent::Overview | Intent::Concept(_) => "findings",
        Intent::Scan => "scan",
        Intent::Why(_) | Intent::MissedFixes => "audit",
        Intent::Rule(_) => "explain",
        Intent::Plan => "plan",
        Intent::Run(_) => "run",
        Intent::Status => "status",
        Intent::Approve => "approve",
        Intent::Cancel => "cancel",
        Intent::RollBack(_) => "rollback",
    }
}
