//! What is heard of an agent or a language model, as events of a log.

use ssot_model::{Agent, CompletionStatus, EventKind, PackageId};
use ssot_runtime::drivers::Heard;

/// Thoughts of one turn that are recorded; more are counted.
const MOST_THOUGHTS: u32 = 400;

/// An event and the step of the log that emits it.
pub(crate) type Told = (String, EventKind);

/// One turn of somebody who is heard.
pub(crate) struct Hearing {
    agent: Agent,
    package: Option<PackageId>,
    step: String,
    /// Calls that have begun and not ended, as the speaker and as the log call them.
    open: Vec<(String, String, String)>,
    calls: u32,
    thoughts: u32,
}

impl Hearing {
    pub(crate) fn new(agent: Agent, package: Option<PackageId>, step: String) -> Self {
        Self { agent, package, step, open: Vec::new(), calls: 0, thoughts: 0 }
    }

    /// What the log is told of it, if anything.
    pub(crate) fn hear(&mut self, heard: Heard) -> Option<Told> {
        match heard {
            Heard::Said(thought) => {
                self.thoughts += 1;
                let step = format!("{}/said/{}", self.step, self.thoughts);
                (self.thoughts <= MOST_THOUGHTS).then(|| self.thought(step, thought))
            }
            Heard::ToolStarted { call, tool, about } => {
                self.calls += 1;
                let named = format!("{}/call/{}", self.step, self.calls);
                let tool = if about.is_empty() { tool } else { format!("{tool} {about}") };
                self.open.push((call, named.clone(), tool.clone()));
                let (agent, call) = (self.agent, named.clone());
                Some((named, EventKind::ToolExecuting { agent, tool, call }))
            }
            Heard::ToolEnded { call, ok, summary } => {
                let at = self.open.iter().position(|it| it.0 == call)?;
                let (_, named, tool) = self.open.remove(at);
                let status = if ok { CompletionStatus::Ok } else { CompletionStatus::Error };
                Some(self.completed(named, tool, status, summary))
            }
            Heard::Used(_) | Heard::Done | Heard::GaveUp(_) => None,
        }
    }

    /// Ends what is open when the turn is over. Said again it says the same.
    pub(crate) fn close(&self) -> Vec<Told> {
        let cut = |(_, named, tool): &(String, String, String)| {
            let summary = "the turn ended before this did".to_owned();
            self.completed(named.clone(), tool.clone(), CompletionStatus::Interrupted, summary)
        };
        let mut told: Vec<Told> = self.open.iter().map(cut).collect();
        if let Some(more) = self.thoughts.checked_sub(MOST_THOUGHTS).filter(|more| *more > 0) {
            let step = format!("{}/said/more", self.step);
            told.push(self.thought(step, format!("{more} more thoughts were not recorded")));
        }
        told
    }

    fn thought(&self, step: String, thought: String) -> Told {
        let (agent, package) = (self.agent, self.package.clone());
        (step, EventKind::AgentThinking { agent, package, thought })
    }

    fn completed(
        &self,
        call: String,
        tool: String,
        status: CompletionStatus,
        summary: String,
    ) -> Told {
        let (agent, step) = (self.agent, call.clone());
        (step, EventKind::ToolCompleted { agent, tool, call, status, summary })
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::{Agent, EventKind};
    use ssot_runtime::drivers::Heard;

    use super::{Hearing, MOST_THOUGHTS};

    #[test]
    fn every_call_is_closed_once_and_thoughts_are_counted() {
        let mut hearing = Hearing::new(Agent::Consolidator, None, "try".to_owned());
        let started = |call: &str| Heard::ToolStarted {
            call: call.to_owned(),
            tool: "read".to_owned(),
            about: "a.py".to_owned(),
        };
        let ended = |call: &str| Heard::ToolEnded {
            call: call.to_owned(),
            ok: true,
            summary: "read".to_owned(),
        };
        let mut told = Vec::new();
        for heard in [started("1"), started("1"), ended("1"), ended("2"), Heard::Done] {
            told.extend(hearing.hear(heard));
        }
        for _ in 0..MOST_THOUGHTS + 2 {
            told.extend(hearing.hear(Heard::Said("so".to_owned())));
        }
        told.extend(hearing.close());
        let calls = |it: &&(String, EventKind)| matches!(it.1, EventKind::ToolExecuting { .. });
        let ends = |it: &&(String, EventKind)| matches!(it.1, EventKind::ToolCompleted { .. });
        let steps: Vec<&str> = told.iter().filter(ends).map(|it| it.0.as_str()).collect();
        assert_eq!(told.iter().filter(calls).count(), 2);
        assert_eq!(steps, ["try/call/1", "try/call/2"]);
        assert_eq!(told.len(), 4 + MOST_THOUGHTS as usize + 1);
    }
}
