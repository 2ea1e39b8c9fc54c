//! The parts of ssot's own JSON that the beds read.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::shell::Run;
use crate::workspace;

/// Counts of one execution of a test suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: u32,
    /// Tests that failed.
    pub(crate) failed: u32,
    /// Tests that were skipped.
    pub(crate) skipped: u32,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {} / {}", self.passed, self.failed, self.skipped)
    }
}

/// What `ssot scan --format json` prints.
#[derive(Debug, Deserialize)]
pub(crate) struct Scan {
    pub(crate) files: u64,
    pub(crate) lines: u64,
    #[serde(deserialize_with = "groups")]
    pub(crate) findings: Vec<Finding>,
}

/// The findings about groups; those about places carry no verdict.
fn groups<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Finding>, D::Error> {
    let mut all: Vec<Finding> = Vec::deserialize(from)?;
    all.retain(|finding| !finding.verdict.is_empty());
    Ok(all)
}

fn word<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(from)?.unwrap_or_default())
}

#[derive(Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) id: String,
    /// Empty for a finding about a place.
    #[serde(deserialize_with = "word")]
    pub(crate) verdict: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) members: Vec<Member>,
}

impl Finding {
    /// Whether the verdict says that one concept has several sources of truth.
    pub(crate) fn is_violation(&self) -> bool {
        is_violation(&self.verdict)
    }
}

/// Whether a verdict says that one concept has several sources of truth.
pub(crate) fn is_violation(verdict: &str) -> bool {
    ["identical", "clone", "variant", "twin", "shadowed"].contains(&verdict)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) path: String,
    pub(crate) start: u32,
    pub(crate) end: u32,
    module: String,
    qualified_name: String,
}

impl Member {
    /// The name by which packages speak of it.
    pub(crate) fn dotted(&self) -> String {
        if self.qualified_name.is_empty() {
            self.module.clone()
        } else {
            format!("{}.{}", self.module, self.qualified_name)
        }
    }
}

/// What `ssot run --format json` and `ssot demo --format json` print.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) tests_before: Option<Suite>,
    pub(crate) tests_after: Option<Suite>,
    pub(crate) packages: Vec<Package>,
    pub(crate) left_alone: Vec<LeftAlone>,
    pub(crate) seconds: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Suite {
    #[serde(flatten)]
    pub(crate) count: Counts,
    pub(crate) flaky: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) title: String,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) groups: Vec<Group>,
}

impl Package {
    /// Whether it reached the target branch.
    pub(crate) fn has_landed(&self) -> bool {
        self.state == "done"
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    #[serde(rename = "group")]
    pub(crate) id: String,
    pub(crate) canonical: String,
    pub(crate) copies: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LeftAlone {
    pub(crate) group: String,
    pub(crate) reason: String,
}

/// Runs the release binary in a directory, keeps its standard output in `raw`, and reads it.
pub(crate) fn call<T: DeserializeOwned>(args: &[&str], directory: &Path, raw: &Path) -> Result<T> {
    let run = Run::new(workspace::ssot()).args(args).directory(directory);
    let captured = run.captured()?;
    std::fs::write(raw, &captured.stdout).with_context(|| format!("writing {}", raw.display()))?;
    // Zero is clean, one is findings or a refused package; both are results.
    if !matches!(captured.code, Some(0 | 1)) {
        bail!("`{run}` ended with exit code {:?}", captured.code);
    }
    serde_json::from_str(&captured.stdout)
        .with_context(|| format!("`{run}` printed something that is not its report"))
}
