//! The result of `ssot run` and `ssot report`.

use serde::{Deserialize, Serialize};

use crate::{
    Approval, CommitId, LeftAlone, PackageGroup, PackageId, PackagePlaces, PendingApproval,
    PreparedBranch, RunId, RunOutcome, Timing, TreeId, UnitState, Usage,
};

/// Counts of one execution of a test suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SuiteCount {
    /// Tests that passed, expected failures included.
    pub passed: u32,
    /// Tests that failed or broke.
    pub failed: u32,
    /// Tests that were skipped.
    pub skipped: u32,
}

/// A test suite over all repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SuiteReport {
    /// The counts of the last repetition.
    #[serde(flatten)]
    pub count: SuiteCount,
    /// How often the suite was executed.
    pub repeats: u32,
    /// Tests whose outcome changed between repetitions.
    pub flaky: Vec<String>,
    /// Modules of the repository that the tests imported, all from the tree under test.
    pub imported_modules: u32,
}

/// One package at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageReport {
    /// The package.
    pub id: PackageId,
    /// One line.
    pub title: String,
    /// Where it ended.
    pub state: UnitState,
    /// Why it ended there, when it did not land.
    pub reason: Option<String>,
    /// Its commit on the target branch.
    pub commit: Option<CommitId>,
    /// The reference that keeps its work, when it did not land.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Its groups.
    pub groups: Vec<PackageGroup>,
    /// The findings about places in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PackagePlaces>,
}

/// The whole run, rebuilt from its log and its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// `ssot.report/1`; the number changes when a reader would break.
    pub schema: String,
    /// The run.
    pub run: RunId,
    /// How it ended; none while it goes on or after it was killed.
    pub outcome: Option<RunOutcome>,
    /// The branch that landings advanced.
    pub target: String,
    /// Head of the repository when the run began.
    pub base: CommitId,
    /// Tree of that commit.
    pub base_tree: TreeId,
    /// Tree of the target branch now.
    pub tree: Option<TreeId>,
    /// Violations before the run.
    pub violations_before: u32,
    /// Violations after the run.
    pub violations_after: Option<u32>,
    /// Tests before the run; none when there is no test command.
    pub tests_before: Option<SuiteReport>,
    /// Tests on the target branch after the run.
    pub tests_after: Option<SuiteReport>,
    /// The packages in the order of the plan.
    pub packages: Vec<PackageReport>,
    /// The groups that stay as they are.
    pub left_alone: Vec<LeftAlone>,
    /// What the run waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<PendingApproval>,
    /// Who approved what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// What somebody should know: budgets used up, checkpoints missed, landings that were
    /// not healthy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
    /// Branches beside the target branch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<PreparedBranch>,
    /// What the packages used up together; none where nothing was executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Layers of the sandbox that this machine could not offer.
    pub missing_sandbox_layers: Vec<String>,
    /// Wall time from the first to the last event, in seconds.
    pub seconds: u64,
    /// The run against the schedule that it began with; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

impl RunReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.report/1";

    /// The packages that landed.
    pub fn landed(&self) -> impl Iterator<Item = &PackageReport> {
        self.packages.iter().filter(|package| package.state == UnitState::Done)
    }
}
