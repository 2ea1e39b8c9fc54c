//! The events of a run. The log of them is the only record; progress bars and
//! reports are readers of it.

use serde::{Deserialize, Serialize};

use crate::{
    Agent, ApprovalSubject, CanaryStep, CheckpointResult, CommitId, CompletionStatus, GateName,
    GateOutcome, PackageId, Phase, PreparedBranch, Reference, RepoPath, Resource, RunId, TreeId,
    UnitState, Usage, UserId,
};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One entry of the log. It is durable before anybody sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The version of the envelope, 1.
    pub v: u16,
    /// Rises each time the run is taken up again.
    pub epoch: u32,
    /// The run.
    pub run: RunId,
    /// Position in the run, from 1 without a gap.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The step that emitted it; with the kind unique in the run, so that a step
    /// which is repeated after a crash cannot emit twice.
    pub step: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// Every package of the plan landed.
    Complete,
    /// Some packages did not land.
    Partial,
    /// The run could not go on.
    Failed,
    /// The run was told to stop.
    Cancelled,
}

impl RunOutcome {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A run began.
    RunStarted {
        /// Head of the repository when the run began.
        base: CommitId,
        /// Tree of that commit.
        tree: TreeId,
        /// The branch that landings advance.
        target: String,
        /// Packages of the plan.
        packages: u32,
        /// Layers of the sandbox that the machine could not offer.
        missing_sandbox_layers: Vec<String>,
    },
    /// A tree was looked at without running anything of it.
    TreeInspected {
        /// The untouched tree or the target branch at the end.
        phase: Phase,
        /// Violations in it.
        violations: u32,
        /// Files in it.
        files: u32,
    },
    /// A killed run was taken up again.
    RunResumed {
        /// Events that were durable at that moment.
        after_seq: u64,
    },
    /// An agent began its stage, or its work on a package.
    AgentStarted {
        /// The agent.
        agent: Agent,
        /// The package that it was handed; none for the agent of a stage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<PackageId>,
        /// What it is asked to do.
        task: String,
    },
    /// An agent tells what it concluded.
    AgentThinking {
        /// The agent.
        agent: Agent,
        /// The package that it was handed; none for the agent of a stage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<PackageId>,
        /// The conclusion.
        thought: String,
    },
    /// A tool is about to act.
    ToolExecuting {
        /// The agent on whose behalf.
        agent: Agent,
        /// The tool.
        tool: String,
        /// Identity of the call; its completion carries the same.
        call: String,
    },
    /// A tool has acted, or will never know.
    ToolCompleted {
        /// The agent on whose behalf.
        agent: Agent,
        /// The tool.
        tool: String,
        /// Identity of the call.
        call: String,
        /// How it ended.
        status: CompletionStatus,
        /// What came of it.
        summary: String,
    },
    /// An agent finished its stage, or its work on a package.
    AgentCompleted {
        /// The agent.
        agent: Agent,
        /// The package that it was handed; none for the agent of a stage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<PackageId>,
        /// How it ended.
        status: CompletionStatus,
        /// What came of it.
        summary: String,
    },
    /// A package moved on.
    PackageChanged {
        /// The package.
        package: PackageId,
        /// Its new state.
        state: UnitState,
        /// Why, for the states that need a reason.
        reason: Option<String>,
    },
    /// A gate began.
    GateStarted {
        /// The package; none for the repository as a whole.
        package: Option<PackageId>,
        /// The gate.
        gate: GateName,
        /// On which side of the change.
        phase: Phase,
    },
    /// A gate has a result.
    GateCompleted {
        /// The package; none for the repository as a whole.
        package: Option<PackageId>,
        /// The gate.
        gate: GateName,
        /// On which side of the change.
        phase: Phase,
        /// What it found.
        outcome: GateOutcome,
        /// What the outcome rests on, with figures.
        evidence: String,
        /// Counts of the test suite, when the gate ran one.
        suite: Option<crate::SuiteReport>,
        /// How long it took, in milliseconds.
        millis: u64,
    },
    /// The reverse of a change was built and compared.
    RollbackRehearsed {
        /// The package.
        package: PackageId,
        /// The tree that undoing it gives.
        tree: TreeId,
    },
    /// A package reached the target branch.
    PackageLanded {
        /// The package.
        package: PackageId,
        /// Its commit on the target branch.
        commit: CommitId,
        /// Head of the target branch before.
        previous: CommitId,
        /// Tree of the commit.
        tree: TreeId,
        /// Files that the commit wrote.
        files: Vec<RepoPath>,
    },
    /// The work of a package that did not land was kept.
    PackageKept {
        /// The package.
        package: PackageId,
        /// Its work on top of the commit that it started from.
        commit: CommitId,
        /// The reference that keeps it, outside of branches and tags.
        reference: String,
    },
    /// A package was undone.
    PackageRolledBack {
        /// The package.
        package: PackageId,
        /// The commit that undoes it.
        commit: CommitId,
        /// Tree of the target branch after.
        tree: TreeId,
    },
    /// The run cannot go on with something until somebody approves it.
    ApprovalRequested {
        /// What.
        subject: ApprovalSubject,
        /// The package; none for the plan.
        package: Option<PackageId>,
    },
    /// Somebody approved.
    ApprovalGiven {
        /// What.
        subject: ApprovalSubject,
        /// The package; none for the plan.
        package: Option<PackageId>,
        /// Who.
        by: String,
    },
    /// Somebody paused the run: what is at work goes on to its gates, nothing more starts
    /// or lands.
    RunPaused {
        /// Who.
        by: String,
    },
    /// Somebody let the run go on.
    RunContinued {
        /// Who.
        by: String,
    },
    /// Somebody told the run to stop in good order.
    RunCancelled {
        /// Who.
        by: String,
    },
    /// What was used up, by a package or in one sitting of the run.
    ResourcesUsed {
        /// The package; none for the run.
        package: Option<PackageId>,
        /// How much.
        usage: Usage,
    },
    /// More was used up than is allowed.
    BudgetExceeded {
        /// The package; none for the run.
        package: Option<PackageId>,
        /// Of what.
        resource: Resource,
        /// How much, in the unit of the resource.
        used: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The time of a checkpoint came.
    CheckpointReached {
        /// What was found.
        checkpoint: CheckpointResult,
    },
    /// A branch beside the target branch was made, or withdrawn.
    BranchPrepared {
        /// The branch.
        branch: PreparedBranch,
    },
    /// The health of what had landed was looked at.
    CanaryChecked {
        /// What was found; not `step`, which is the envelope's.
        look: CanaryStep,
    },
    /// Somebody said something in a conversation.
    MessagePosted {
        /// Who.
        by: UserId,
        /// What.
        text: String,
    },
    /// The answer to what was said.
    AnswerGiven {
        /// The answer; names of code stand between backticks.
        text: String,
        /// What it rests on.
        evidence: Vec<Reference>,
    },
    /// A run ended.
    RunCompleted {
        /// How.
        outcome: RunOutcome,
        /// Tree of the target branch.
        tree: TreeId,
    },
}

impl EventKind {
    /// The name of the kind as the log stores it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RunStarted { .. } => "run_started",
            Self::TreeInspected { .. } => "tree_inspected",
            Self::RunResumed { .. } => "run_resumed",
            Self::AgentStarted { .. } => "agent_started",
            Self::AgentThinking { .. } => "agent_thinking",
            Self::ToolExecuting { .. } => "tool_executing",
            Self::ToolCompleted { .. } => "tool_completed",
            Self::AgentCompleted { .. } => "agent_completed",
            Self::PackageChanged { .. } => "package_changed",
            Self::GateStarted { .. } => "gate_started",
            Self::GateCompleted { .. } => "gate_completed",
            Self::RollbackRehearsed { .. } => "rollback_rehearsed",
            Self::PackageLanded { .. } => "package_landed",
            Self::PackageKept { .. } => "package_kept",
            Self::PackageRolledBack { .. } => "package_rolled_back",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalGiven { .. } => "approval_given",
            Self::RunPaused { .. } => "run_paused",
            Self::RunContinued { .. } => "run_continued",
            Self::RunCancelled { .. } => "run_cancelled",
            Self::ResourcesUsed { .. } => "resources_used",
            Self::BudgetExceeded { .. } => "budget_exceeded",
            Self::CheckpointReached { .. } => "checkpoint_reached",
            Self::BranchPrepared { .. } => "branch_prepared",
            Self::CanaryChecked { .. } => "canary_checked",
            Self::MessagePosted { .. } => "message_posted",
            Self::AnswerGiven { .. } => "answer_given",
            Self::RunCompleted { .. } => "run_completed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, EventKind, Timestamp};
    use crate::{
        ApprovalSubject, CanaryStep, CheckpointResult, PackageId, PreparedBranch, Resource, RunId,
        Usage, UserId,
    };

    /// What an event is about must not be called like a part of its envelope.
    #[test]
    fn what_holds_a_run_back_survives_the_envelope() {
        let (package, text) = (Some(PackageId::new("p01")), String::new);
        let branch = PreparedBranch {
            name: text(),
            commit: None,
            owner: None,
            packages: Vec::new(),
            along: Vec::new(),
        };
        let checkpoint =
            CheckpointResult { of: text(), after_minutes: 1, wanted: 2, landed: 3, packages: 4 };
        let look = CanaryStep { packages: Vec::new(), healthy: true, evidence: text() };
        let subject = ApprovalSubject::Landing;
        for kind in [
            EventKind::ApprovalRequested { subject, package: package.clone() },
            EventKind::ApprovalGiven { subject, package: None, by: text() },
            EventKind::RunPaused { by: text() },
            EventKind::RunContinued { by: text() },
            EventKind::RunCancelled { by: text() },
            EventKind::ResourcesUsed { package: package.clone(), usage: Usage::default() },
            EventKind::BudgetExceeded { package, resource: Resource::Cpu, used: 2, limit: 1 },
            EventKind::CheckpointReached { checkpoint },
            EventKind::BranchPrepared { branch },
            EventKind::CanaryChecked { look },
            EventKind::MessagePosted { by: UserId::new("u"), text: text() },
            EventKind::AnswerGiven { text: text(), evidence: Vec::new() },
        ] {
            let (run, step) = (RunId::new("r"), "a/step".to_owned());
            let event = Event { v: 1, epoch: 1, run, seq: 1, at: Timestamp(1), step, kind };
            let line = serde_json::to_string(&event).expect("an event is JSON");
            let read: Event = serde_json::from_str(&line).expect(&line);
            assert_eq!(read, event);
        }
    }
}
