//! The parts of ssot's own JSON that the beds read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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

/// The state of packages that nobody executed.
const PLANNED: &str = "planned";

/// What `ssot plan --format json` prints.
#[derive(Debug, Deserialize)]
pub(crate) struct Plan {
    #[serde(rename = "package")]
    packages: Vec<Planned>,
    left_alone: Vec<LeftAlone>,
}

#[derive(Debug, Deserialize)]
struct Planned {
    title: String,
    groups: Vec<Group>,
}

impl Plan {
    /// The plan as the report of a run in which nothing happened.
    pub(crate) fn into_report(self) -> Report {
        let package = |Planned { title, groups }| Package {
            title,
            state: PLANNED.to_owned(),
            reason: Some("not executed".to_owned()),
            groups,
        };
        Report {
            tests_before: None,
            tests_after: None,
            packages: self.packages.into_iter().map(package).collect(),
            left_alone: self.left_alone,
            seconds: 0,
        }
    }
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

    /// Whether it was only planned.
    pub(crate) fn is_planned(&self) -> bool {
        self.state == PLANNED
    }

    /// What stopped it: the gate that refused it, or else where it ended.
    pub(crate) fn stopped_by(&self) -> String {
        let gate = self.reason.as_deref().and_then(|reason| reason.split_once(':'));
        match gate {
            Some((gate, _)) if self.state == "rejected" => gate.to_owned(),
            _ => self.state.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    #[serde(rename = "group")]
    pub(crate) id: String,
    pub(crate) strategy: String,
    pub(crate) canonical: String,
    pub(crate) copies: Vec<String>,
}

/// One comparison of two versions by calls, as a run keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Behaviour {
    left: String,
    right: String,
    verdict: String,
    #[serde(default)]
    untestable: Option<Untestable>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Untestable {
    obstacle: String,
}

impl Behaviour {
    /// The verdict, with the obstacle when nothing could be said.
    pub(crate) fn in_words(&self) -> String {
        match &self.untestable {
            Some(why) => format!("{}: {}", self.verdict, why.obstacle),
            None => self.verdict.clone(),
        }
    }
}

/// What the runs in a repository kept of the comparisons of versions. A pair that was
/// compared again, before its landing say, counts once.
pub(crate) fn behaviours(repository: &Path) -> Result<Vec<Behaviour>> {
    let mut all = BTreeSet::new();
    for run in entries(&repository.join(".ssot/runs"))? {
        for file in entries(&run.join("behaviour"))? {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("reading {}", file.display()))?;
            let found: Vec<Behaviour> =
                serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
            all.extend(found);
        }
    }
    Ok(all.into_iter().collect())
}

/// What is in a directory; nothing when there is no such directory.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let listed = std::fs::read_dir(directory)
        .and_then(|found| found.map(|entry| entry.map(|e| e.path())).collect());
    listed.with_context(|| format!("reading {}", directory.display()))
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
