//! Conversation: what somebody writes is read as one of a few intents and answered from what
//! is known. What no intent covers goes to a language model where one is configured. Every
//! answer names what it rests on.

mod answer;
mod free;
mod intent;
mod turn;

use ssot_model::{GroupId, PackageId, Reference, RunId};
use ssot_runtime::log::RunEntry;

use crate::Snapshot;

pub use free::{FreeTurn, is_free};
pub use intent::{Intent, intent};
pub use turn::{Conversation, Turn};

/// What an answer is made from.
pub struct Known<'a> {
    /// The repository as it was read last; none before it was read once.
    pub snapshot: Option<&'a Snapshot>,
    /// Its runs, the latest first.
    pub runs: &'a [RunEntry],
}

/// What somebody asked to be done, beyond an answer. Whoever carries it out checks whether
/// the user may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Read the repository again.
    Scan,
    /// Run these groups, or the whole plan when none is named.
    Run(Vec<GroupId>),
    /// Approve what a run waits for.
    Approve(RunId),
    /// Stop a run in good order.
    Cancel(RunId),
    /// Undo a package of the latest run, or all of it.
    RollBack(Option<PackageId>),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// In words; names of code stand between backticks.
    pub text: String,
    /// What it rests on.
    pub evidence: Vec<Reference>,
    /// What is to be done.
    pub action: Option<Action>,
}

impl Reply {
    fn say(text: impl Into<String>) -> Self {
        Self { text: text.into(), evidence: Vec::new(), action: None }
    }

    fn resting_on(mut self, evidence: impl IntoIterator<Item = Reference>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    fn and(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }
}
