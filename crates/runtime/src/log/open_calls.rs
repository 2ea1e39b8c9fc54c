//! What began and has not ended.

use sqlx::SqlitePool;
use ssot_model::{Agent, CompletionStatus, Event, EventKind, PackageId, RunId};

use super::LogError;

/// A tool call without its completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTool {
    /// The step that opened it.
    pub step: String,
    /// The agent on whose behalf.
    pub agent: Agent,
    /// The tool.
    pub tool: String,
    /// Identity of the call.
    pub call: String,
}

/// An agent that has begun its stage or its work on a package, and not finished it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAgent {
    /// The step that opened it.
    pub step: String,
    /// The agent.
    pub agent: Agent,
    /// The package that it was handed.
    pub package: Option<PackageId>,
}

/// Everything open in a run, each list in the order of opening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenCalls {
    /// The tool calls.
    pub tools: Vec<OpenTool>,
    /// The agents.
    pub agents: Vec<OpenAgent>,
}

impl OpenCalls {
    /// The steps and events that end everything: tools before agents, what was
    /// opened last before what was opened first.
    pub(super) fn into_endings(self) -> impl Iterator<Item = (String, EventKind)> {
        let status = CompletionStatus::Interrupted;
        let summary = || "the process ended before this did".to_owned();
        let tools = self.tools.into_iter().rev().map(move |open| {
            let OpenTool { step, agent, tool, call } = open;
            (step, EventKind::ToolCompleted { agent, tool, call, status, summary: summary() })
        });
        let agents = self.agents.into_iter().rev().map(move |open| {
            let OpenAgent { step, agent, package } = open;
            (step, EventKind::AgentCompleted { agent, package, status, summary: summary() })
        });
        tools.chain(agents)
    }

    fn take(&mut self, event: Event) {
        let step = event.step;
        match event.kind {
            EventKind::ToolExecuting { agent, tool, call } => {
                self.tools.push(OpenTool { step, agent, tool, call });
            }
            EventKind::ToolCompleted { call, .. } => self.tools.retain(|open| open.call != call),
            EventKind::AgentStarted { agent, package, .. } => {
                self.agents.push(OpenAgent { step, agent, package });
            }
            EventKind::AgentCompleted { agent, package, .. } => {
                let is_it = |open: &OpenAgent| open.agent == agent && open.package == package;
                if let Some(last) = self.agents.iter().rposition(is_it) {
                    self.agents.remove(last);
                }
            }
            _ => {}
        }
    }
}

pub(super) async fn find(readers: &SqlitePool, run: &RunId) -> Result<OpenCalls, LogError> {
    let failed = |error: sqlx::Error| LogError::read(&error);
    let rows = sqlx::query(
        "SELECT seq, json FROM events WHERE run = ? AND kind IN
            ('tool_executing', 'tool_completed', 'agent_started', 'agent_completed')
         ORDER BY seq",
    )
    .bind(run.as_str())
    .fetch_all(readers)
    .await
    .map_err(failed)?;
    let mut open = OpenCalls::default();
    for row in &rows {
        open.take(super::read::event(run, row).map_err(failed)??);
    }
    Ok(open)
}
