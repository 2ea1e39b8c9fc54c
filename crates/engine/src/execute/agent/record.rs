//! What is heard of an agent, in the log of the run and in its budgets.

use ssot_model::{Agent, AgentUsage};
use ssot_runtime::drivers::Heard;

use crate::execute::journal::Stop;
use crate::execute::unit::Unit;
use crate::hearing::Hearing;

/// Puts what is heard of an agent into the log and counts what it uses up.
pub(super) struct Record<'a> {
    unit: &'a Unit,
    hearing: Hearing,
}

impl<'a> Record<'a> {
    pub(super) fn new(unit: &'a Unit, agent: Agent, step: String) -> Self {
        Self { unit, hearing: Hearing::new(agent, Some(unit.id().clone()), step) }
    }

    pub(super) async fn hear(&mut self, heard: Heard) -> Result<(), Stop> {
        let used = match &heard {
            Heard::ToolStarted { .. } => AgentUsage { steps: 1, ..AgentUsage::default() },
            Heard::Used(spent) => {
                AgentUsage { steps: 0, tokens: spent.tokens, microdollars: spent.microdollars }
            }
            _ => AgentUsage::default(),
        };
        self.unit.runner.count_agents(used);
        match self.hearing.hear(heard) {
            Some((step, kind)) => self.unit.job().journal.emit(step, kind).await,
            None => Ok(()),
        }
    }

    /// Ends what is open when the turn is over.
    pub(super) async fn close(self) -> Result<(), Stop> {
        for (step, kind) in self.hearing.close() {
            self.unit.job().journal.emit(step, kind).await?;
        }
        Ok(())
    }
}
