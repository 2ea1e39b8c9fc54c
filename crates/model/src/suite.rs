//! The repository's own tests by category, the services that they need, and what came of
//! running them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CommitId, SuiteCount, TreeId};

/// How often the tests of a category run when nothing else is said.
const REPEAT: u32 = 3;
/// How often those of a critical category do.
const REPEAT_CRITICAL: u32 = 5;

/// A part of the tests that is run, repeated and counted by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestCategory {
    /// Its name in output.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Files and directories of its tests, relative to the directory of the tests. They are
    /// added to the command and take the place of paths at the end of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// An expression of markers, added to the command as `-m EXPRESSION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub markers: Option<String>,
    /// A command of its own instead of that of `[test]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub command: Option<String>,
    /// Whether it is repeated five times where others are repeated three times.
    #[serde(default)]
    pub critical: bool,
    /// How often it is run; three times, or five when it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub repeat: Option<u32>,
}

impl TestCategory {
    /// How often its tests are run.
    pub fn repeats(&self) -> u32 {
        self.repeat.unwrap_or(if self.critical { REPEAT_CRITICAL } else { REPEAT })
    }
}

/// A program that the tests need, started inside the sandbox of each execution of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// The command that starts it, split as a shell would, run without a shell. It may stay
    /// in the foreground, or end with exit code 0 and leave the service behind.
    #[schemars(length(min = 1))]
    pub start: String,
    /// The command that ends with exit code 0 as soon as the service can be used.
    #[schemars(length(min = 1))]
    pub health: String,
    /// The command that stops it; a signal when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub stop: Option<String>,
    /// Longest time until it can be used, in seconds.
    #[serde(default = "ready_seconds")]
    #[schemars(range(min = 1, max = 3600))]
    pub ready_seconds: u32,
}

fn ready_seconds() -> u32 {
    60
}

/// The outcomes of one test over all executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TestTally {
    /// How often it passed.
    pub passed: u32,
    /// How often it failed or broke.
    pub failed: u32,
    /// How often it was skipped.
    pub skipped: u32,
}

/// What one test is, over all executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestVerdict {
    /// It passed each time.
    Passed,
    /// It was skipped each time.
    Skipped,
    /// It failed each time.
    Failed,
    /// It had several outcomes, or was there only sometimes.
    Flaky,
}

impl TestTally {
    /// What the test is, given how often it could have run.
    pub fn verdict(self, executions: u32) -> TestVerdict {
        match self {
            Self { passed, .. } if passed == executions => TestVerdict::Passed,
            Self { skipped, .. } if skipped == executions => TestVerdict::Skipped,
            Self { failed, .. } if failed == executions => TestVerdict::Failed,
            _ => TestVerdict::Flaky,
        }
    }
}

/// The tests of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryReport {
    /// Its name.
    pub name: String,
    /// Whether it is critical.
    pub critical: bool,
    /// How often its tests were run.
    pub executions: u32,
    /// The counts of the last execution.
    pub count: SuiteCount,
    /// Every test by name.
    pub tests: BTreeMap<String, TestTally>,
    /// Why the executions cannot be believed, whatever their tests say.
    pub obstacle: Option<String>,
    /// The end of what the last execution wrote, when there is something to complain about.
    pub tail: Option<String>,
    /// Wall time of all executions, in milliseconds.
    pub millis: u64,
}

impl CategoryReport {
    /// The tests of one verdict.
    pub fn of(&self, verdict: TestVerdict) -> impl Iterator<Item = (&str, TestTally)> {
        let tests = self.tests.iter().map(|(name, tally)| (name.as_str(), *tally));
        tests.filter(move |(_, tally)| tally.verdict(self.executions) == verdict)
    }

    /// Whether no test failed each time and the executions can be believed.
    pub fn is_sound(&self) -> bool {
        self.obstacle.is_none() && self.of(TestVerdict::Failed).next().is_none()
    }
}

/// What `ssot test` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// `ssot.test/1`; the number changes when a reader would break.
    pub schema: String,
    /// The commit whose tests ran.
    pub commit: CommitId,
    /// Its tree.
    pub tree: TreeId,
    /// Files of the checkout that differ from the commit and were not seen.
    pub unseen: Vec<String>,
    /// The services that were up.
    pub services: Vec<String>,
    /// The categories in the order of the configuration.
    pub categories: Vec<CategoryReport>,
    /// Whether somebody stopped it; then categories and executions may be missing.
    pub interrupted: bool,
    /// Layers of the sandbox that this machine could not offer.
    pub missing_sandbox_layers: Vec<String>,
}

impl TestReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.test/1";

    /// Whether every category is sound, and in the strict sense no test is flaky.
    pub fn is_sound(&self, strict: bool) -> bool {
        self.categories.iter().all(|category| {
            let steady = category.of(TestVerdict::Flaky).next().is_none();
            category.is_sound() && (steady || !strict)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{TestTally, TestVerdict};

    #[test]
    fn a_test_is_what_it_was_each_time() {
        for (passed, failed, skipped, verdict) in [
            (3, 0, 0, TestVerdict::Passed),
            (0, 3, 0, TestVerdict::Failed),
            (0, 0, 3, TestVerdict::Skipped),
            (2, 1, 0, TestVerdict::Flaky),
            (2, 0, 1, TestVerdict::Flaky),
            (2, 0, 0, TestVerdict::Flaky),
        ] {
            assert_eq!(TestTally { passed, failed, skipped }.verdict(3), verdict);
        }
    }
}
