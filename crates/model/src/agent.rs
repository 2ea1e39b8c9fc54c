//! Who acts in a run, and the coding agent that does what no codemod can.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::LlmConfig;

/// Who acts in a run: one of the five agents of the stages, in their only order, or one of
/// the specialists that packages are handed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agent {
    /// Finds and ranks.
    Triage,
    /// Collects evidence.
    Data,
    /// Chooses and plans.
    Optimize,
    /// Executes, verifies, lands.
    Actions,
    /// Reports.
    Report,
    /// Brings several implementations of one concept to one.
    Consolidator,
    /// Brings several ways of making one thing to one.
    FactoryUnifier,
    /// Brings several dispatchers to one.
    DispatcherUnifier,
    /// Sees to it that declared events come on every path.
    EventGuardian,
    /// Brings several forms of one kind of identifier to one.
    IdConsolidator,
    /// Brings doubles and fixtures of tests to one.
    TestValidator,
    /// Brings code to what the repository's policy says.
    ComplianceBuilder,
    /// Mends what leads nowhere: imports, names, calls.
    IntegrationValidator,
}

impl Agent {
    /// The agents of the stages in their order.
    pub const ORDER: [Self; 5] =
        [Self::Triage, Self::Data, Self::Optimize, Self::Actions, Self::Report];

    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Data => "data",
            Self::Optimize => "optimize",
            Self::Actions => "actions",
            Self::Report => "report",
            Self::Consolidator => "consolidator",
            Self::FactoryUnifier => "factory-unifier",
            Self::DispatcherUnifier => "dispatcher-unifier",
            Self::EventGuardian => "event-guardian",
            Self::IdConsolidator => "id-consolidator",
            Self::TestValidator => "test-validator",
            Self::ComplianceBuilder => "compliance-builder",
            Self::IntegrationValidator => "integration-validator",
        }
    }

    /// Whether it runs a stage; otherwise it works on a package inside of one.
    pub fn is_of_a_stage(self) -> bool {
        Self::ORDER.contains(&self)
    }
}

/// How a tool call or an agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompletionStatus {
    /// As intended.
    Ok,
    /// With an error.
    Error,
    /// Its time was up.
    Timeout,
    /// It was told to stop.
    Cancelled,
    /// The process died under it.
    Interrupted,
}

impl CompletionStatus {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How an agent is talked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// The Agent Client Protocol: JSON-RPC on standard input and output.
    Acp,
    /// Any program: the briefing comes on standard input, and what it writes is what it says.
    Plain,
    /// The stream of `claude -p`.
    ClaudeCode,
    /// The stream of `codex exec`.
    Codex,
    /// The stream of `gemini`.
    Gemini,
    /// The stream of `opencode run`.
    Opencode,
    /// A language model that ssot asks itself, with tools of its own and no program.
    Model,
}

impl Dialect {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acp => "acp",
            Self::Plain => "plain",
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Opencode => "opencode",
            Self::Model => "model",
        }
    }
}

/// The coding agent that packages are handed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgentConfig {
    /// How it is talked with.
    pub dialect: Dialect,
    /// Its command, split as a shell would, run without a shell; a language model has none.
    #[serde(default)]
    pub command: String,
    /// The language model, for the dialect `model`.
    #[serde(default)]
    pub llm: Option<LlmConfig>,
    /// How often it may try a package; what the gates said is told it before each further try.
    #[serde(default = "attempts")]
    #[schemars(range(min = 1, max = 10))]
    pub attempts: u32,
    /// Whether it also gets the packages that a codemod has done and a gate has refused.
    #[serde(default = "fallback")]
    pub fallback: bool,
    /// Rules about places whose findings it gets where no codemod closes them; of groups it
    /// gets all that an agent can do.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "rule"}))]
    pub rules: Vec<String>,
    /// Whether it may use the network, which it needs to reach a model elsewhere.
    #[serde(default)]
    pub network: bool,
    /// Names of variables of this process that it gets, for example the one with its key.
    #[serde(default)]
    pub pass: Vec<String>,
    /// Variables that are set for it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Directories put in front of its `PATH`.
    #[serde(default)]
    pub path: Vec<String>,
    /// Directories and files that it may read besides its worktree, the system and `path`.
    #[serde(default)]
    pub readable: Vec<String>,
    /// Directories and files besides its worktree that it may change, for example those in
    /// which it keeps its sessions. `~` stands for the user's directory.
    #[serde(default)]
    pub writable: Vec<String>,
    /// Longest time of one try, in seconds.
    #[serde(default = "timeout_seconds")]
    #[schemars(range(min = 1))]
    pub timeout_seconds: u64,
    /// Longest time in which it says nothing, in seconds.
    #[serde(default = "silence_seconds")]
    #[schemars(range(min = 1))]
    pub silence_seconds: u64,
    /// How often it may make the same call of a tool one after the other before it counts as
    /// going in circles.
    #[serde(default = "repeats")]
    #[schemars(range(min = 2))]
    pub repeats: u32,
    /// Largest address space of one of its processes, in MiB.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
}

fn attempts() -> u32 {
    2
}

fn fallback() -> bool {
    true
}

fn timeout_seconds() -> u64 {
    1800
}

fn silence_seconds() -> u64 {
    600
}

fn repeats() -> u32 {
    6
}

fn memory_mib() -> u64 {
    64 * 1024
}
