//! What is emitted, and when: intent before the effect, result after it.

use std::pin::Pin;
use std::sync::Arc;

use ssot_model::{
    Agent, CompletionStatus, EventKind, GateName, GateOutcome, PackageId, Phase, SuiteReport,
    Timestamp, UnitState,
};
use ssot_runtime::git::GitError;
use ssot_runtime::llm::LlmError;
use ssot_runtime::runner::RunnerError;
use tokio::sync::watch;

use super::{ExecuteError, InspectError};

/// The result of an append, once the event is durable.
pub type Appending = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
/// Appends an event of a step; an event that the step has emitted already is
/// not emitted again.
pub type Append = Arc<dyn Fn(String, EventKind) -> Appending + Send + Sync>;
/// The time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The event log of one run, as the execution sees it.
#[derive(Clone)]
pub struct Journal {
    /// Appends an event.
    pub append: Append,
    /// The time, for how long things took.
    pub clock: Clock,
}

/// Why a unit does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The package is at fault.
    Rejected(String),
    /// Something else is at fault.
    Failed(String),
    /// The tests cannot be run at all: their command or the sandbox.
    Unrunnable(String),
    /// The run was told to stop.
    Cancelled,
    /// Somebody has to approve it first.
    Waiting,
    /// Events cannot be recorded: nobody may go on.
    Log(String),
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<RunnerError> for Stop {
    fn from(error: RunnerError) -> Self {
        Self::Unrunnable(error.to_string())
    }
}

impl From<LlmError> for Stop {
    fn from(error: LlmError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<InspectError> for Stop {
    fn from(error: InspectError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ExecuteError> for Stop {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Log(why) => Self::Log(why),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// What a gate found.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) outcome: GateOutcome,
    pub(super) evidence: String,
    pub(super) suite: Option<SuiteReport>,
}

impl Judgement {
    pub(super) fn new(passed: bool, evidence: impl Into<String>) -> Self {
        let outcome = if passed { GateOutcome::Passed } else { GateOutcome::Failed };
        Self { outcome, evidence: evidence.into(), suite: None }
    }

    pub(super) fn skipped(evidence: impl Into<String>) -> Self {
        Self { outcome: GateOutcome::Skipped, evidence: evidence.into(), suite: None }
    }
}

/// Where a gate stands: whose it is, on which side of the change, and the name
/// of that place in steps.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) package: Option<PackageId>,
    pub(super) phase: Phase,
    pub(super) step: String,
    pub(super) side: String,
}

impl Place {
    /// A place of the whole repository.
    pub(super) fn whole(phase: Phase, side: &str) -> Self {
        Self { package: None, phase, step: side.to_owned(), side: side.to_owned() }
    }
}

impl Journal {
    pub(super) async fn emit(&self, step: impl Into<String>, kind: EventKind) -> Result<(), Stop> {
        (self.append)(step.into(), kind).await.map_err(Stop::Log)
    }

    /// Records that a package moved on.
    pub(super) async fn moved(
        &self,
        package: &PackageId,
        state: UnitState,
        reason: Option<String>,
    ) -> Result<(), Stop> {
        let step = format!("{package}/state/{}", state.as_str());
        self.emit(step, EventKind::PackageChanged { package: package.clone(), state, reason }).await
    }

    /// Runs a tool between its two events. A stop of the run cuts the tool off;
    /// its completion is recorded all the same.
    pub(super) async fn tool<T>(
        &self,
        (tool, step): (&str, &str),
        cancel: &watch::Receiver<bool>,
        work: impl Future<Output = Result<(T, String), Stop>>,
    ) -> Result<T, Stop> {
        let (tool, call) = (tool.to_owned(), step.to_owned());
        let agent = Agent::Actions;
        let begun = EventKind::ToolExecuting { agent, tool: tool.clone(), call: call.clone() };
        self.emit(step, begun).await?;
        let mut cancel = cancel.clone();
        let result = tokio::select! {
            biased;
            // Nobody left to cancel is not a cancellation.
            Ok(_) = cancel.wait_for(|cancelled| *cancelled) => Err(Stop::Cancelled),
            result = work => result,
        };
        let (status, summary) = match &result {
            Ok((_, summary)) => (CompletionStatus::Ok, summary.clone()),
            Err(Stop::Cancelled | Stop::Waiting) => {
                (CompletionStatus::Cancelled, "cancelled".to_owned())
            }
            Err(
                Stop::Rejected(why) | Stop::Failed(why) | Stop::Unrunnable(why) | Stop::Log(why),
            ) => (CompletionStatus::Error, why.clone()),
        };
        self.emit(step, EventKind::ToolCompleted { agent, tool, call, status, summary }).await?;
        result.map(|(value, _)| value)
    }

    /// Runs a gate between its two events.
    pub(super) async fn gate(
        &self,
        place: &Place,
        gate: GateName,
        check: impl Future<Output = Result<Judgement, Stop>>,
    ) -> Result<Judgement, Stop> {
        let step = format!("{}/gate/{}/{}", place.step, gate.as_str(), place.side);
        let (package, phase) = (place.package.clone(), place.phase);
        let begun = EventKind::GateStarted { package: package.clone(), gate, phase };
        self.emit(&*step, begun).await?;
        let start = (self.clock)();
        let judgement = check.await?;
        let millis = (self.clock)().0.saturating_sub(start.0).max(0).cast_unsigned();
        let Judgement { outcome, evidence, suite } = judgement.clone();
        let ended =
            EventKind::GateCompleted { package, gate, phase, outcome, evidence, suite, millis };
        self.emit(step, ended).await?;
        Ok(judgement)
    }
}
