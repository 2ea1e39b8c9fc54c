//! What holds a run back: approvals, budgets, the steps of a canary, and what the log says
//! about them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PackageId, Timestamp};

/// What somebody has to approve before a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApprovalConfig {
    /// The plan, before anything is executed.
    pub plan: bool,
    /// Each package, before it is executed.
    pub package: bool,
    /// Each landing, after the gates of its package have passed.
    pub landing: bool,
}

/// What is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalSubject {
    /// The plan as a whole.
    Plan,
    /// That a package is executed.
    Package,
    /// That a package lands.
    Landing,
}

impl ApprovalSubject {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Package => "package",
            Self::Landing => "landing",
        }
    }
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PendingApproval {
    /// What has to be approved.
    pub subject: ApprovalSubject,
    /// The package; none for the plan.
    pub package: Option<PackageId>,
}

/// What somebody has approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What was approved.
    #[serde(flatten)]
    pub what: PendingApproval,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How much a run may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetConfig {
    /// All packages together.
    pub total: BudgetLimits,
    /// Each package.
    pub package: BudgetLimits,
}

/// The limits of one budget. What is not named is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BudgetLimits {
    /// Wall time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub seconds: Option<u64>,
    /// CPU time of the repository's commands, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub cpu_seconds: Option<u64>,
    /// Disk space of worktrees, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub disk_mib: Option<u64>,
    /// Calls of tools by coding agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub steps: Option<u64>,
    /// Tokens of coding agents, in thousands, as far as they tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub kilotokens: Option<u64>,
    /// Money for coding agents, in US cents, as far as they tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub cents: Option<u64>,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Wall time, in milliseconds.
    Time,
    /// CPU time, in milliseconds.
    Cpu,
    /// Disk space, in KiB.
    Disk,
    /// Calls of tools by coding agents.
    Steps,
    /// Tokens of coding agents.
    Tokens,
    /// Money for coding agents, in millionths of a US dollar.
    Money,
}

impl Resource {
    /// An amount in words.
    pub fn amount(self, amount: u64) -> String {
        match self {
            Self::Time => format!("{}.{} s of time", amount / 1000, amount % 1000 / 100),
            Self::Cpu => format!("{}.{} s of CPU", amount / 1000, amount % 1000 / 100),
            Self::Disk => format!("{} MiB of disk", amount.div_ceil(1024)),
            Self::Steps => format!("{amount} tool calls"),
            Self::Tokens => format!("{amount} tokens"),
            Self::Money => format!("{}.{:02} $", amount / 1_000_000, amount % 1_000_000 / 10_000),
        }
    }
}

/// What was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Wall time, in milliseconds.
    pub millis: u64,
    /// CPU time of the repository's commands, in milliseconds.
    pub cpu_millis: u64,
    /// Most disk space of worktrees at one time, in KiB; zero where it was not measured.
    pub disk_kib: u64,
    /// What coding agents used up, as far as they tell.
    #[serde(flatten)]
    pub agents: AgentUsage,
}

/// What coding agents used up, as far as they tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentUsage {
    /// Calls of their tools.
    #[serde(skip_serializing_if = "is_zero")]
    pub steps: u64,
    /// Tokens, read and written.
    #[serde(skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// Money, in millionths of a US dollar.
    #[serde(skip_serializing_if = "is_zero")]
    pub microdollars: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl std::ops::AddAssign for AgentUsage {
    fn add_assign(&mut self, more: Self) {
        self.steps += more.steps;
        self.tokens += more.tokens;
        self.microdollars += more.microdollars;
    }
}

impl std::ops::Sub for AgentUsage {
    type Output = Self;

    fn sub(self, less: Self) -> Self {
        Self {
            steps: self.steps - less.steps,
            tokens: self.tokens - less.tokens,
            microdollars: self.microdollars - less.microdollars,
        }
    }
}

/// Adds what was used up afterwards: the most disk space at one time stays the most.
impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.millis += more.millis;
        self.cpu_millis += more.cpu_millis;
        self.disk_kib = self.disk_kib.max(more.disk_kib);
        self.agents += more.agents;
    }
}

impl Usage {
    /// The first resource of which more was used than allowed, with both amounts.
    pub fn beyond(self, limits: BudgetLimits) -> Option<(Resource, u64, u64)> {
        [
            (Resource::Time, self.millis, limits.seconds.map(|it| it.saturating_mul(1000))),
            (Resource::Cpu, self.cpu_millis, limits.cpu_seconds.map(|it| it.saturating_mul(1000))),
            (Resource::Disk, self.disk_kib, limits.disk_mib.map(|it| it.saturating_mul(1024))),
            (Resource::Steps, self.agents.steps, limits.steps),
            (
                Resource::Tokens,
                self.agents.tokens,
                limits.kilotokens.map(|it| it.saturating_mul(1000)),
            ),
            (
                Resource::Money,
                self.agents.microdollars,
                limits.cents.map(|it| it.saturating_mul(10_000)),
            ),
        ]
        .into_iter()
        .find_map(|(resource, used, limit)| {
            let limit = limit.filter(|limit| used > *limit)?;
            Some((resource, used, limit))
        })
    }
}

/// Landing in steps, with a look at the health of what landed after each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanaryConfig {
    /// After how many landings the health command runs, counted from the first one, rising;
    /// it also runs after the last. Without steps there is no canary.
    pub steps: Vec<u32>,
    /// The command that ends with exit code 0 when what has landed is healthy.
    pub health: String,
    /// Longest time of the command, in seconds.
    #[schemars(range(min = 1))]
    pub timeout_seconds: u64,
}

impl Default for CanaryConfig {
    fn default() -> Self {
        Self { steps: Vec::new(), health: String::new(), timeout_seconds: 300 }
    }
}

/// The health of what landed in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryStep {
    /// The packages of the step, oldest first.
    pub packages: Vec<PackageId>,
    /// Whether the health command ended with exit code 0.
    pub healthy: bool,
    /// How it ended, and what it said when it did not.
    pub evidence: String,
}

/// A checkpoint whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointResult {
    /// What is counted: `P0`, `P1`, `P2` or `all`.
    pub of: String,
    /// Minutes after the beginning of the run.
    pub after_minutes: u32,
    /// The share that was wanted, in percent.
    pub wanted: u32,
    /// Packages that had landed.
    pub landed: u32,
    /// Packages that count.
    pub packages: u32,
}

impl CheckpointResult {
    /// Whether enough had landed.
    pub fn is_met(&self) -> bool {
        u64::from(self.landed) * 100 >= u64::from(self.wanted) * u64::from(self.packages)
    }
}

#[cfg(test)]
mod tests {
    use super::{AgentUsage, BudgetLimits, CheckpointResult, Resource, Usage};

    #[test]
    fn the_first_resource_beyond_its_limit_is_named() {
        let agents = AgentUsage { steps: 7, tokens: 1001, microdollars: 10_001 };
        let used = Usage { millis: 1500, cpu_millis: 3000, disk_kib: 2048, agents };
        let limits = |seconds, cpu_seconds, disk_mib| BudgetLimits {
            seconds,
            cpu_seconds,
            disk_mib,
            ..BudgetLimits::default()
        };
        let of_agents = |steps, kilotokens, cents| BudgetLimits {
            steps,
            kilotokens,
            cents,
            ..BudgetLimits::default()
        };
        for (limits, expected) in [
            (limits(None, None, None), None),
            (limits(Some(2), Some(3), Some(2)), None),
            (limits(Some(1), Some(1), None), Some((Resource::Time, 1500, 1000))),
            (limits(Some(2), Some(2), Some(1)), Some((Resource::Cpu, 3000, 2000))),
            (limits(None, None, Some(1)), Some((Resource::Disk, 2048, 1024))),
            (of_agents(Some(7), Some(2), Some(2)), None),
            (of_agents(Some(6), None, None), Some((Resource::Steps, 7, 6))),
            (of_agents(None, Some(1), Some(1)), Some((Resource::Tokens, 1001, 1000))),
            (of_agents(None, None, Some(1)), Some((Resource::Money, 10_001, 10_000))),
        ] {
            assert_eq!(used.beyond(limits), expected);
        }
    }

    #[test]
    fn a_checkpoint_counts_in_percent() {
        for (landed, packages, wanted, met) in
            [(1, 2, 50, true), (1, 3, 50, false), (0, 0, 100, true), (3, 3, 100, true)]
        {
            let of = String::new();
            let result = CheckpointResult { of, after_minutes: 1, wanted, landed, packages };
            assert_eq!(result.is_met(), met, "{result:?}");
        }
    }
}
