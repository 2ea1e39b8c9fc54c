//! Checks of a repository's own besides its tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
