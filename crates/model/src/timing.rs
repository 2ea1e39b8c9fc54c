//! What was expected of a run, next to what came.

use serde::{Deserialize, Serialize};

use crate::{PackageId, Priority};

/// A time that was expected, and the one that came. In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expected {
    /// What the schedule said.
    pub expected: u64,
    /// What came; none when it has not come.
    pub actual: Option<u64>,
}

/// A run measured against its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// The whole run.
    pub makespan: Expected,
    /// Until the first package began.
    pub before: Expected,
    /// From the last landing to the end.
    pub after: Expected,
    /// The packages that were to run, in the order in which they were expected to land.
    pub packages: Vec<PackageTiming>,
    /// What became of the checkpoints.
    pub checkpoints: Vec<CheckpointOutcome>,
    /// What somebody should look at.
    pub alerts: Vec<String>,
    /// What the next plan can learn of it.
    pub learnings: Vec<String>,
}

/// One package measured against its schedule, in milliseconds since the first one began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageTiming {
    /// The package.
    pub id: PackageId,
    /// Its lane in the schedule.
    pub lane: String,
    /// When it began.
    pub start: Expected,
    /// When it had landed.
    pub end: Expected,
    /// Its work, waiting for the turn to land not counted.
    pub work: Expected,
    /// Its landing.
    pub landing: Expected,
    /// As which package it landed, counted from one.
    pub place: Option<usize>,
}

/// What became of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointOutcome {
    /// The packages meant; all when missing.
    pub priority: Option<Priority>,
    /// The share asked for, in percent.
    pub percent: u32,
    /// By when, in milliseconds since the run began.
    pub by: u64,
    /// The share that had landed by then, in percent.
    pub reached: u32,
    /// The share that was expected to have landed by then.
    pub expected: u32,
    /// When the share asked for had landed, in milliseconds since the run began.
    pub reached_at: Option<u64>,
}

impl CheckpointOutcome {
    /// Whether it was reached in time.
    pub fn holds(&self) -> bool {
        self.reached >= self.percent
    }
}
