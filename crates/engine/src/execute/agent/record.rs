//! What is heard of an agent, as the log tells it.

use ssot_model::{Agent, AgentUsage, CompletionStatus, EventKind};
use ssot_runtime::drivers::Heard;

use crate::execute::journal::Stop;
use crate::execute::unit::Unit;

/// Thoughts of one try that are recorded; more are counted.
const MOST_THOUGHTS: u32 = 400;

/// Puts what is heard of an agent into the log.
pub(super) struct Record<'a> {
    unit: &'a Unit,
    agent: Agent,
    step: String,
    /// Calls that have begun and not ended, as the agent and as the log call them.
    open: Vec<(String, String, String)>,
    calls: u32,
    thoughts: u32,
}

impl<'a> Record<'a> {
    pub(super) fn new(unit: &'a Unit, agent: Agent, step: String) -> Self {
        Self { unit, agent, step, open: Vec::new(), calls: 0, thoughts: 0 }
    }

    pub(super) async fn hear(&mut self, heard: Heard) -> Result<(), Stop> {
        let count = |usage| self.unit.runner.count_agents(usage);
        match heard {
            Heard::Said(thought) => {
                self.thoughts += 1;
                if self.thoughts > MOST_THOUGHTS {
                    return Ok(());
                }
                let step = format!("{}/said/{}", self.step, self.thoughts);
                let (agent, package) = (self.agent, Some(self.unit.id().clone()));
                self.emit(step, EventKind::AgentThinking { agent, package, thought }).await
            }
            Heard::ToolStarted { call, tool, about } => {
                count(AgentUsage { steps: 1, ..AgentUsage::default() });
                self.calls += 1;
                let named = format!("{}/call/{}", self.step, self.calls);
                let tool = if about.is_empty() { tool } else { format!("{tool} {about}") };
                self.open.push((call, named.clone(), tool.clone()));
                let (agent, call) = (self.agent, named.clone());
                self.emit(named, EventKind::ToolExecuting { agent, tool, call }).await
            }
            Heard::ToolEnded { call, ok, summary } => {
                let Some(at) = self.open.iter().position(|it| it.0 == call) else { return Ok(()) };
                let (_, named, tool) = self.open.remove(at);
                let status = if ok { CompletionStatus::Ok } else { CompletionStatus::Error };
                self.completed(named, tool, status, summary).await
            }
            Heard::Used(spent) => {
                let (tokens, microdollars) = (spent.tokens, spent.microdollars);
                count(AgentUsage { steps: 0, tokens, microdollars });
                Ok(())
            }
            Heard::Done | Heard::GaveUp(_) => Ok(()),
        }
    }

    /// Ends what is open when the turn is over.
    pub(super) async fn close(mut self) -> Result<(), Stop> {
        for (_, named, tool) in std::mem::take(&mut self.open) {
            let summary = "the turn ended before this did".to_owned();
            self.completed(named, tool, CompletionStatus::Interrupted, summary).await?;
        }
        let Some(more) = self.thoughts.checked_sub(MOST_THOUGHTS).filter(|more| *more > 0) else {
            return Ok(());
        };
        let (agent, package) = (self.agent, Some(self.unit.id().clone()));
        let thought = format!("{more} more thoughts were not recorded");
        let step = format!("{}/said/more", self.step);
        self.emit(step, EventKind::AgentThinking { agent, package, thought }).await
    }

    async fn completed(
        &self,
        call: String,
        tool: String,
        status: CompletionStatus,
        summary: String,
    ) -> Result<(), Stop> {
        let agent = self.agent;
        let step = call.clone();
        self.emit(step, EventKind::ToolCompleted { agent, tool, call, status, summary }).await
    }

    async fn emit(&self, step: String, kind: EventKind) -> Result<(), Stop> {
        self.unit.job().journal.emit(step, kind).await
    }
}
