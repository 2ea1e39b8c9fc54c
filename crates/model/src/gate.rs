//! The checks of ssot, and those of a repository's own besides its tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The checks that ssot itself runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateName {
    /// Every written file parses.
    Parse,
    /// No new unresolved import or name anywhere in the repository.
    Imports,
    /// At least one finding closed, none opened.
    Findings,
    /// Whatever is gone, something equal stands for it, and all the rest reads as before.
    Proof,
    /// What an agent took away: every piece of its behaviour is in what stays, or somebody has
    /// answered for it, and nothing else went.
    Ledger,
    /// Every name of the declared public API is there and can be called as before.
    Api,
    /// Importing the touched modules in fresh interpreters works as before.
    Load,
    /// Versions of a function that are not the same text do the same when they are called.
    Behaviour,
    /// The repository's own tests, compared test by test.
    Tests,
    /// The repository's own commands besides its tests: types, performance, whatever it says.
    Commands,
    /// Undoing the change gives the tree from before, to the byte.
    Rollback,
}

impl GateName {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Imports => "imports",
            Self::Findings => "findings",
            Self::Proof => "proof",
            Self::Ledger => "ledger",
            Self::Api => "api",
            Self::Load => "load",
            Self::Behaviour => "behaviour",
            Self::Tests => "tests",
            Self::Commands => "commands",
            Self::Rollback => "rollback",
        }
    }
}

/// On which side of a change a gate ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// On the untouched tree.
    Before,
    /// On the package's worktree.
    After,
    /// On the tree that is about to become the target branch's head.
    Landing,
    /// On the target branch, when every package has ended.
    Final,
}

impl Phase {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Landing => "landing",
            Self::Final => "final",
        }
    }
}

/// What a gate found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateOutcome {
    /// The check ran and holds.
    Passed,
    /// The check ran and does not hold.
    Failed,
    /// There was nothing to check, for the reason in the evidence.
    Skipped,
}

impl GateOutcome {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A command that is run on the untouched tree and on a package's, in the sandbox of the
/// tests, and whose results are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateCommand {
    /// Its name in output.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The command, split as a shell would, run without a shell.
    #[schemars(length(min = 1))]
    pub command: String,
    /// What is compared.
    #[serde(default)]
    pub compare: GateComparison,
    /// How much more CPU time or memory is still the same, in percent.
    #[serde(default = "tolerance")]
    pub tolerance: u32,
    /// How often it is run for CPU time or memory; the median counts.
    #[serde(default = "repeat")]
    #[schemars(range(min = 1, max = 99))]
    pub repeat: u32,
    /// Directory in the repository in which it runs; empty for the root.
    #[serde(default)]
    pub directory: String,
    /// Longest time of one execution, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// Files and directories; a package that writes none of them need not pass. Empty for all.
    #[serde(default)]
    pub paths: Vec<String>,
}

/// What of a command's result must not be worse than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateComparison {
    /// It ends with exit code 0, or did not before either.
    #[default]
    ExitCode,
    /// It says nothing about a line of code more often than before, as type checkers and
    /// linters do. Where the line stands plays no part.
    Diagnostics,
    /// Its CPU time.
    Cpu,
    /// The largest resident size of one of its processes.
    Memory,
}

fn tolerance() -> u32 {
    10
}

fn repeat() -> u32 {
    3
}

fn timeout_seconds() -> u64 {
    900
}
