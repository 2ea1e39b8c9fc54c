//! A run at a glance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Agent, PackageId, PendingApproval, RunId, RunOutcome, Timestamp, UnitState, Usage};

/// What `ssot status` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStatus {
    /// `ssot.status/1`; the number changes when a reader would break.
    pub schema: String,
    /// The run.
    pub run: RunId,
    /// How it ended; none while it goes on, waits or after it was killed.
    pub outcome: Option<RunOutcome>,
    /// The agent at work, or the last one.
    pub stage: Option<Agent>,
    /// The branch that landings advance.
    pub target: String,
    /// How many packages are in which state.
    pub packages: BTreeMap<UnitState, u32>,
    /// The packages that are worked on.
    pub working: Vec<WorkingPackage>,
    /// Who paused it; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<String>,
    /// What the run waits for.
    pub waiting: Vec<PendingApproval>,
    /// What somebody should know.
    pub alerts: Vec<String>,
    /// What was used up in sittings that have ended.
    pub usage: Option<Usage>,
    /// When it began.
    pub started: Timestamp,
    /// Milliseconds since the last event.
    pub quiet_millis: u64,
}

/// A package that is worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingPackage {
    /// The package.
    pub package: PackageId,
    /// Where it is.
    pub state: UnitState,
    /// Since when.
    pub since: Timestamp,
}

impl RunStatus {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.status/1";

    /// Whether nobody has to do anything: everything has landed, or the run goes on.
    pub fn is_fine(&self) -> bool {
        matches!(self.outcome, None | Some(RunOutcome::Complete)) && self.waiting.is_empty()
    }
}
