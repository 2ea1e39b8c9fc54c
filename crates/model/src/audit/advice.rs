//! How a group would be brought to one source of truth.

use serde::{Deserialize, Serialize};

/// The way that fits a group, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The way.
    pub way: Way,
    /// Why this one.
    pub why: String,
    /// Who has to do it.
    pub hands: Hands,
    /// What is done, in order.
    pub steps: Vec<String>,
    /// What may go wrong, each with its figure.
    pub risks: Vec<String>,
    /// What users outside the repository would notice.
    pub breaking: Vec<String>,
    /// How much there is to do.
    pub effort: Effort,
}

/// A way to one source of truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The copies go and import the canonical definition.
    Redirect,
    /// The same, where the canonical definition has all of a copy and more.
    Superset,
    /// Equal methods move to a base of their classes.
    PullUp,
    /// What differs in one way becomes a parameter with the old value at each caller.
    Parameterise,
    /// A function becomes a call of the method that does the same.
    Delegate,
    /// What only the copy has moves to the canonical definition.
    Merge,
    /// The asynchronous one stays and the synchronous one becomes its face.
    Twin,
    /// The definition moves to a module that all can import.
    Extract,
    /// No member covers the others: one is written anew.
    WriteNew,
    /// Two concepts get two names.
    Rename,
    /// What nobody can reach is deleted.
    Delete,
    /// Everything stays.
    Accept,
}

impl Way {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Superset => "superset",
            Self::PullUp => "pull-up",
            Self::Parameterise => "parameterise",
            Self::Delegate => "delegate",
            Self::Merge => "merge",
            Self::Twin => "twin",
            Self::Extract => "extract",
            Self::WriteNew => "write-new",
            Self::Rename => "rename",
            Self::Delete => "delete",
            Self::Accept => "accept",
        }
    }
}

/// Who has to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hands {
    /// `ssot run`, without judgement.
    Codemod,
    /// A coding agent, behind the gates.
    Agent,
    /// Somebody who knows what is wanted.
    Person,
    /// Nobody: nothing is to be done.
    Nobody,
}

impl Hands {
    /// The words used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Codemod => "codemod",
            Self::Agent => "agent",
            Self::Person => "person",
            Self::Nobody => "nobody",
        }
    }
}

/// How much there is to do, in what has to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effort {
    /// Definitions that go.
    pub definitions: usize,
    /// Places that use them, tests included.
    pub uses: usize,
    /// Pieces of behaviour that nobody has answered for.
    pub open: usize,
}
