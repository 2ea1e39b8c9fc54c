//! `ssot.toml`, the one configuration file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The whole file. Every key is optional; an unknown key is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What is scanned.
    pub scan: ScanConfig,
    /// Parts of the codebase that may own their copy.
    pub boundary: Vec<Boundary>,
    /// How the repository's own tests are run; none when there are none.
    pub test: Option<TestConfig>,
    /// Groups that were decided to stay.
    pub keep: Vec<Decision>,
    /// Definitions that were decided to be canonical.
    pub canonical: Vec<Preference>,
}

/// What is scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScanConfig {
    /// Globs of paths that are left out.
    pub exclude: Vec<String>,
    /// Fewest statements of a definition that counts, docstring not included.
    pub min_statements: u32,
    /// Fewest lines of a definition that counts; either measure is enough.
    pub min_lines: u32,
    /// Largest file that is read, in bytes.
    pub max_file_bytes: u64,
}

impl Default for ScanConfig {
    fn default() -> Self {
        Self {
            exclude: Vec::new(),
            min_statements: 4,
            min_lines: 6,
            max_file_bytes: 4 * 1024 * 1024,
        }
    }
}

/// A part of the codebase that may own its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    /// The name shown in evidence.
    pub name: String,
    /// Directories that belong to it.
    pub paths: Vec<String>,
}

/// How the repository's own tests are run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestConfig {
    /// The command, split as a shell would, run without a shell.
    pub command: String,
    /// Directory in the repository in which it runs; empty for the root.
    #[serde(default)]
    pub directory: String,
    /// Directories put in front of `PATH`, for example a virtual environment's `bin`.
    #[serde(default)]
    pub path: Vec<String>,
    /// Directories that the tests may read besides the tree, the system and `path`.
    #[serde(default)]
    pub readable: Vec<String>,
    /// Variables set besides the fixed environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Longest time of one execution, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// Largest address space of one process, in MiB.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
    /// How often the untouched tree is tested before the first package and the
    /// target branch after the last, to tell flaky tests from broken ones.
    #[serde(default = "repeat")]
    pub repeat: u32,
}

fn timeout_seconds() -> u64 {
    900
}

fn memory_mib() -> u64 {
    16 * 1024
}

fn repeat() -> u32 {
    2
}

/// A group that was decided to stay as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Dotted name of one of its members, or the group's id.
    pub group: String,
    /// Why it stays.
    pub reason: String,
}

/// A definition that was decided to be canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// Dotted name of the definition.
    pub definition: String,
    /// Why it was chosen.
    pub reason: String,
}
