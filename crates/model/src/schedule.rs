//! When what of a plan is expected, and what the expectation rests on.

use serde::{Deserialize, Serialize};

use crate::{PackageId, Priority};

/// What earlier runs took. All times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Experience {
    /// Runs that were looked at.
    pub runs: u32,
    /// Their packages that landed.
    pub packages: Vec<PastPackage>,
    /// What one execution of the test suite took, of each run that measured it.
    pub suites: Vec<u64>,
    /// From the beginning of each run to its first package: scan, plan, untouched tree.
    pub before: Vec<u64>,
    /// From each run's last package to its end: the tests of the target branch.
    pub after: Vec<u64>,
    /// What collecting evidence took a package, of each run.
    pub analysis: Vec<u64>,
    /// What choosing and planning took a package, of each run.
    pub planning: Vec<u64>,
}

/// What one landed package took, in milliseconds. Waiting for a turn is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPackage {
    /// Files that it wrote.
    pub files: u32,
    /// Its worktree and its rewriting.
    pub implementation: u64,
    /// Its gates without the tests.
    pub gates: u64,
    /// Its tests.
    pub tests: u64,
    /// Its landing.
    pub landing: u64,
}

/// What the times of a schedule rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Earlier runs; without any the times are defaults.
    pub runs: u32,
    /// Landed packages in them.
    pub packages: u32,
    /// Expected time of one execution of the test suite, in milliseconds.
    pub suite: u64,
}

/// The stages of one package, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StageTimes {
    /// Evidence about its groups: its share of the stage, done before a worker starts.
    pub analysis: u64,
    /// Choice and dry run: its share of the stage, done before a worker starts.
    pub planning: u64,
    /// Worktree and rewriting.
    pub implementation: u64,
    /// Gates and tests, the landing not included.
    pub validation: u64,
    /// The landing; one at a time in the whole run.
    pub landing: u64,
}

impl StageTimes {
    /// What occupies a worker before it may land.
    pub fn work(&self) -> u64 {
        self.implementation + self.validation
    }
}

/// One package with its planned times, in milliseconds since the first package may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPackage {
    /// The package.
    pub id: PackageId,
    /// Its priority.
    pub priority: Priority,
    /// Position of its lane in [`Schedule::lanes`].
    pub lane: usize,
    /// What its stages take.
    pub stages: StageTimes,
    /// When it starts.
    pub start: u64,
    /// When it has landed.
    pub end: u64,
    /// How much later it could start without delaying the end, workers not counted.
    pub slack: u64,
    /// Whether it lies on the critical path.
    pub critical: bool,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The team with the worker's number, or the number alone.
    pub name: String,
}

/// How long everything takes with so many workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Makespan {
    /// The workers; teams are not told apart.
    pub workers: u32,
    /// The whole run, in milliseconds.
    pub millis: u64,
}

/// What the schedule says about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointForecast {
    /// The packages meant; all when missing.
    pub priority: Option<Priority>,
    /// The share that is asked for, in percent.
    pub percent: u32,
    /// By when, in milliseconds since the run began.
    pub by: u64,
    /// The share that is expected to have landed by then, in percent; 100 without packages.
    pub expected_percent: u32,
    /// When the share asked for is expected; none when it asks for nothing.
    pub expected_at: Option<u64>,
}

impl CheckpointForecast {
    /// Whether the checkpoint is expected to hold.
    pub fn holds(&self) -> bool {
        self.expected_percent >= self.percent
    }
}

/// When what of a plan is expected. It is computed from the plan and never stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What the times rest on.
    pub basis: Basis,
    /// Before the first package may start: scan, plan, tests of the untouched tree.
    pub before: u64,
    /// After the last package: tests of the target branch.
    pub after: u64,
    /// The workers, team by team.
    pub lanes: Vec<Lane>,
    /// The packages that are switched on, in the order in which they may start.
    pub packages: Vec<PlannedPackage>,
    /// The chain of packages that decides how fast any number of workers can be.
    pub critical_path: Vec<PackageId>,
    /// What the critical path takes, in milliseconds.
    pub critical: u64,
    /// The whole run on these lanes, in milliseconds.
    pub makespan: u64,
    /// The same for one worker, two workers and so on.
    pub makespans: Vec<Makespan>,
    /// What becomes of the checkpoints of `ssot.toml`.
    pub checkpoints: Vec<CheckpointForecast>,
}
