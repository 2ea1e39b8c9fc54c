//! Tools: what agents may ask for, behind one dispatcher.

mod cache;
mod dispatcher;
mod fit;
mod metrics;
mod nature;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::identity::UserExecutionContext;

pub use cache::ToolCache;
pub use dispatcher::{DispatcherConfig, ToolDispatcher, Toolset};
pub use fit::{CUT, fit};
pub use metrics::{BOUNDS, Outcome, ToolFigures, ToolMetrics};
pub use nature::{CachePolicy, Effect, Permission};

/// Something that an agent may ask for.
///
/// A tool is called on a thread of its own and may block. It knows whose call it is from
/// the context alone.
pub trait Tool: Send + Sync + 'static {
    /// What it is asked; the description of each field is what the agent reads.
    type Input: DeserializeOwned + JsonSchema;
    /// What it answers.
    type Output: Serialize;

    /// The name by which it is called.
    const NAME: &'static str;
    /// What it does and when to use it, for the agent.
    const DESCRIPTION: &'static str;
    /// How long a call may take.
    const TIMEOUT: Duration;
    /// What becomes of a call that is made once more.
    const EFFECT: Effect;
    /// What whoever calls it has to be granted.
    const NEEDS: Permission;
    /// For whom its answers are kept.
    const CACHE: CachePolicy;

    /// What its answers are made from right now: a text that is another one whenever an
    /// answer could be. None when that cannot be told, and then nothing is kept.
    ///
    /// It is asked before a call and after it, on the thread of the call and within its
    /// time.
    fn generation(&self) -> Option<String> {
        None
    }

    /// Answers. An error is told to the agent as it is, so it says what to do instead.
    fn call(
        &self,
        context: &UserExecutionContext,
        input: Self::Input,
    ) -> Result<Self::Output, ToolFailure>;
}

/// A tool could not answer; the text says why and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolFailure(pub String);

/// A call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// There is no such tool.
    #[error("there is no tool `{name}`; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is, separated by commas.
        known: String,
    },
    /// The arguments are not what the tool takes.
    #[error("`{tool}` cannot read its arguments: {message}")]
    Arguments {
        /// The tool.
        tool: &'static str,
        /// What is wrong, with the name of the field.
        message: String,
    },
    /// Whoever calls was not granted what it needs.
    #[error("`{tool}` needs the permission to {needs}, which was not granted here")]
    Refused {
        /// The tool.
        tool: &'static str,
        /// What has to be granted.
        needs: Permission,
    },
    /// The tool says why not.
    #[error("{0}")]
    Failed(#[from] ToolFailure),
    /// It took longer than it may.
    #[error("`{tool}` took longer than {seconds} s; ask for less")]
    Timeout {
        /// The tool.
        tool: &'static str,
        /// What it may take.
        seconds: u64,
    },
    /// Earlier calls are still at work.
    #[error("`{tool}` waits for earlier calls that still work; ask again later")]
    Busy {
        /// The tool.
        tool: &'static str,
    },
    /// It broke.
    #[error("`{tool}` broke; this is a fault of ssot: {message}")]
    Broken {
        /// The tool.
        tool: &'static str,
        /// What it said.
        message: String,
    },
}

/// What is told of a tool to whoever may call it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDescription {
    /// Its name.
    pub name: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// JSON schema of its arguments, an object.
    pub input: Value,
    /// What becomes of a call that is made once more.
    pub effect: Effect,
    /// What a call needs.
    pub needs: Permission,
}
