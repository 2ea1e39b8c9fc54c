//! A run as its log tells it: the one fold that pages, terminals and `ssot watch` read.
//!
//! `assets/fold.js` of the pages is the same in the browser: what one of them shows of a log,
//! the other shows too, and a test holds them against each other.

mod lanes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ssot_model::{
    Agent, ApprovalSubject, CheckpointResult, CompletionStatus, Event, EventKind, GateName,
    GateOutcome, PackageId, PendingApproval, Phase, Plan, PreparedBranch, RunOutcome, Timestamp,
    UnitState, Usage,
};

/// Tool calls that are kept of each agent.
const TOOLS: usize = 200;

pub use lanes::Lanes;

/// What is known after some events.
#[derive(Debug, Default)]
pub struct Fold {
    /// The number of the last event.
    pub seq: u64,
    /// When the run began.
    pub started: Option<Timestamp>,
    /// Milliseconds of the last event.
    pub last: i64,
    /// When it ended; none while it goes on.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
    /// The commit that it began at.
    pub base: String,
    /// The branch that landings advance.
    pub target: String,
    /// Layers of the sandbox that the machine could not offer.
    pub missing: Vec<String>,
    /// Violations of the untouched tree.
    pub before: Option<u32>,
    /// Violations of the target branch at the end.
    pub after: Option<u32>,
    /// The five agents in their order.
    pub agents: [AgentLane; 5],
    /// The packages.
    pub packages: BTreeMap<PackageId, Unit>,
    /// Gates of the repository as a whole.
    pub gates: Vec<Gate>,
    /// What somebody has to approve.
    pub waiting: Vec<PendingApproval>,
    /// Who paused it; none while it goes on.
    pub paused: Option<String>,
    /// What was approved, and by whom.
    pub approvals: Vec<(PendingApproval, String)>,
    /// What sittings that have ended used.
    pub used: Option<Usage>,
    /// Checkpoints whose time has come.
    pub checkpoints: Vec<CheckpointResult>,
    /// Branches that hand over what has landed.
    pub branches: Vec<PreparedBranch>,
    /// What somebody should know, oldest first.
    pub alerts: Vec<Alert>,
}

/// What one of the five agents does.
#[derive(Debug, Default)]
pub struct AgentLane {
    /// Whether it has started.
    pub begun: bool,
    /// How it ended; none while it works.
    pub status: Option<CompletionStatus>,
    /// What it is asked to do.
    pub task: String,
    /// What it concluded last, at the end what came of it.
    pub thought: String,
    /// Its latest calls.
    pub tools: Vec<Tool>,
    /// Calls altogether.
    pub calls: usize,
}

/// One call of a tool.
#[derive(Debug)]
pub struct Tool {
    /// Identity of the call.
    pub call: String,
    /// The tool.
    pub name: String,
    /// How it ended; none while it acts.
    pub status: Option<CompletionStatus>,
    /// What came of it.
    pub summary: String,
}

/// One package.
#[derive(Debug, Default)]
pub struct Unit {
    /// The states that it went through, and since when.
    pub path: Vec<(UnitState, Timestamp)>,
    /// Why it is where it is, for the states that need a reason.
    pub reason: String,
    /// The executions of its gates, oldest first.
    pub gates: Vec<Gate>,
    /// Its commit on the target branch.
    pub commit: String,
    /// Files that the commit wrote.
    pub files: usize,
    /// Where its work is kept that did not land.
    pub kept: String,
    /// The commit that undoes it.
    pub undone: String,
    /// Whether undoing it was rehearsed.
    pub rehearsed: bool,
    /// What it has used up.
    pub used: Option<Usage>,
}

impl Unit {
    /// Where it is.
    pub fn state(&self) -> UnitState {
        self.path.last().map_or(UnitState::Queued, |it| it.0)
    }
}

/// One execution of a gate.
#[derive(Debug)]
pub struct Gate {
    /// The gate.
    pub name: GateName,
    /// On which side of the change.
    pub phase: Phase,
    /// What it found; none while it runs.
    pub outcome: Option<GateOutcome>,
    /// What the outcome rests on.
    pub evidence: String,
    /// How long it took.
    pub millis: u64,
}

/// What somebody should know.
#[derive(Debug)]
pub struct Alert {
    /// When it was said.
    pub at: Timestamp,
    /// How bad it is: `bad` or `open`.
    pub class: &'static str,
    /// What.
    pub text: String,
}

impl Fold {
    /// What a log tells about the packages of a plan.
    pub fn of(plan: Option<&Plan>, events: &[Event]) -> Self {
        let mut fold = Self::default();
        let packages = plan.into_iter().flat_map(|plan| &plan.packages);
        for package in packages.filter(|it| it.enabled) {
            fold.packages.insert(package.id.clone(), Unit::default());
        }
        for event in events {
            fold.apply(event);
        }
        fold
    }

    fn unit(&mut self, package: &PackageId) -> &mut Unit {
        self.packages.entry(package.clone()).or_default()
    }

    fn alert(&mut self, at: Timestamp, class: &'static str, text: String) {
        self.alerts.push(Alert { at, class, text });
    }

    /// Takes in the next event.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at;
        self.seq = event.seq;
        self.last = at.0;
        match &event.kind {
            EventKind::RunStarted { base, target, missing_sandbox_layers, .. } => {
                self.started = Some(at);
                self.base = base.to_string();
                self.target.clone_from(target);
                self.missing.clone_from(missing_sandbox_layers);
            }
            EventKind::TreeInspected { phase: Phase::Before, violations, .. } => {
                self.before = Some(*violations);
            }
            EventKind::TreeInspected { violations, .. } => self.after = Some(*violations),
            EventKind::RunResumed { after_seq } => {
                (self.outcome, self.ended, self.paused) = (None, None, None);
                let text = format!("Taken up again after {after_seq} events, none of them lost");
                self.alert(at, "open", text);
            }
            EventKind::RunCompleted { outcome, .. } => {
                (self.outcome, self.ended, self.paused) = (Some(*outcome), Some(at), None);
            }
            EventKind::ApprovalRequested { subject, package } => {
                let pending = PendingApproval { subject: *subject, package: package.clone() };
                if !self.waiting.contains(&pending) {
                    self.waiting.push(pending);
                }
            }
            EventKind::ApprovalGiven { subject, package, by } => {
                let given = PendingApproval { subject: *subject, package: package.clone() };
                self.waiting.retain(|it| *it != given);
                self.approvals.push((given, by.clone()));
            }
            EventKind::RunPaused { by } => {
                self.paused = Some(by.clone());
                self.alert(at, "open", format!("Paused by {by}"));
            }
            EventKind::RunContinued { by } => {
                self.paused = None;
                self.alert(at, "open", format!("{by} lets it go on"));
            }
            EventKind::RunCancelled { by } => {
                self.alert(at, "open", format!("{by} tells it to stop"));
            }
            EventKind::CheckpointReached { checkpoint } => {
                if !checkpoint.is_met() {
                    let text = format!("Checkpoint missed: {}", checkpoint_said(checkpoint));
                    self.alert(at, "bad", text);
                }
                self.checkpoints.push(checkpoint.clone());
            }
            EventKind::BranchPrepared { branch } => {
                self.branches.retain(|it| it.name != branch.name);
                self.branches.push(branch.clone());
            }
            EventKind::CanaryChecked { look } if !look.healthy => {
                self.alert(at, "bad", format!("What landed is not healthy: {}", look.evidence));
            }
            EventKind::CanaryChecked { .. } => {}
            kind => self.apply_agent(at, kind),
        }
    }

    fn apply_agent(&mut self, at: Timestamp, kind: &EventKind) {
        match kind {
            EventKind::AgentStarted { agent, package, task } if !agent.is_of_a_stage() => {
                let call = work(*agent, package.as_ref());
                self.began(*agent, call, agent.as_str(), task);
            }
            EventKind::AgentThinking { agent, package, thought } if !agent.is_of_a_stage() => {
                if let Some(work) = self.call(*agent, &work(*agent, package.as_ref())) {
                    work.summary.clone_from(thought);
                }
            }
            EventKind::AgentStarted { agent, task, .. } => {
                let lane = self.lane(*agent);
                (lane.begun, lane.status) = (true, None);
                lane.task.clone_from(task);
                lane.thought.clear();
            }
            EventKind::AgentThinking { agent, thought, .. } => {
                self.lane(*agent).thought.clone_from(thought);
            }
            EventKind::ToolExecuting { agent, tool, call } => {
                self.began(*agent, call.clone(), tool, "");
            }
            EventKind::ToolCompleted { agent, tool, call, status, summary } => {
                if let Some(found) = self.call(*agent, call) {
                    found.status = Some(*status);
                    found.summary.clone_from(summary);
                }
                if *status == CompletionStatus::Timeout {
                    self.alert(at, "bad", format!("Tool {tool} ran out of time: {summary}"));
                }
            }
            EventKind::AgentCompleted { agent, package, status, summary } => {
                if agent.is_of_a_stage() {
                    let lane = self.lane(*agent);
                    (lane.begun, lane.status) = (true, Some(*status));
                    lane.thought.clone_from(summary);
                } else if let Some(work) = self.call(*agent, &work(*agent, package.as_ref())) {
                    work.status = Some(*status);
                    work.summary.clone_from(summary);
                }
                if *status != CompletionStatus::Ok {
                    self.alert(at, "bad", format!("Agent {} ended: {summary}", agent.as_str()));
                }
            }
            kind => self.apply_package(at, kind),
        }
    }

    fn apply_package(&mut self, at: Timestamp, kind: &EventKind) {
        match kind {
            EventKind::PackageChanged { package, state, reason } => {
                let reason = reason.clone().unwrap_or_default();
                let unit = self.unit(package);
                unit.path.push((*state, at));
                unit.reason.clone_from(&reason);
                if matches!(state, UnitState::Rejected | UnitState::Failed) {
                    self.alert(at, "bad", format!("{package} {}: {reason}", state.as_str()));
                }
            }
            EventKind::GateStarted { package, gate, phase } => {
                let (name, phase) = (*gate, *phase);
                let begun = Gate { name, phase, outcome: None, evidence: String::new(), millis: 0 };
                self.gates_of(package.as_ref()).push(begun);
            }
            EventKind::GateCompleted {
                package, gate, phase, outcome, evidence, millis, ..
            } => {
                let (gate, phase, millis) = (*gate, *phase, *millis);
                let outcome = Some(*outcome);
                let done = Gate { name: gate, phase, outcome, evidence: evidence.clone(), millis };
                let gates = self.gates_of(package.as_ref());
                let is_it =
                    |it: &&mut Gate| it.name == gate && it.phase == phase && it.outcome.is_none();
                match gates.iter_mut().rev().find(is_it) {
                    Some(found) => *found = done,
                    None => gates.push(done),
                }
                if gate == GateName::Tests && outcome == Some(GateOutcome::Failed) {
                    let of = package.as_ref().map_or("the target branch", PackageId::as_str);
                    self.alert(at, "bad", format!("Tests of {of} failed: {evidence}"));
                }
            }
            EventKind::RollbackRehearsed { package, .. } => self.unit(package).rehearsed = true,
            EventKind::PackageLanded { package, commit, files, .. } => {
                let unit = self.unit(package);
                (unit.commit, unit.files) = (commit.to_string(), files.len());
            }
            EventKind::PackageKept { package, reference, .. } => {
                self.unit(package).kept.clone_from(reference);
            }
            EventKind::PackageRolledBack { package, commit, .. } => {
                self.unit(package).undone = commit.to_string();
                self.alert(at, "open", format!("{package} was rolled back"));
            }
            EventKind::ResourcesUsed { package: Some(package), usage } => {
                self.unit(package).used = Some(*usage);
            }
            EventKind::ResourcesUsed { package: None, usage } => {
                *self.used.get_or_insert_default() += *usage;
            }
            EventKind::BudgetExceeded { package, resource, used, limit } => {
                let of = package.as_ref().map_or("the run", PackageId::as_str);
                let (used, limit) = (resource.amount(*used), resource.amount(*limit));
                self.alert(at, "bad", format!("Budget of {of} used up: {used}, allowed {limit}"));
            }
            _ => {}
        }
    }

    /// Who works on a package works in the lane of the stage that handed it out.
    fn lane(&mut self, agent: Agent) -> &mut AgentLane {
        let stage = if agent.is_of_a_stage() { agent } else { Agent::Actions };
        &mut self.agents[stage as usize]
    }

    fn began(&mut self, agent: Agent, call: String, tool: &str, summary: &str) {
        let lane = self.lane(agent);
        lane.calls += 1;
        let (name, summary) = (tool.to_owned(), summary.to_owned());
        lane.tools.push(Tool { call, name, status: None, summary });
        if lane.tools.len() > TOOLS {
            lane.tools.remove(0);
        }
    }

    /// The last call of this identity.
    fn call(&mut self, agent: Agent, call: &str) -> Option<&mut Tool> {
        self.lane(agent).tools.iter_mut().rev().find(|it| it.call == call)
    }

    fn gates_of(&mut self, package: Option<&PackageId>) -> &mut Vec<Gate> {
        match package {
            Some(package) => &mut self.unit(package).gates,
            None => &mut self.gates,
        }
    }

    /// Milliseconds from the beginning of the run to a time.
    pub fn past(&self, at: i64) -> u64 {
        self.started.map_or(0, |started| u64::try_from(at - started.0).unwrap_or(0))
    }

    /// Packages that have landed and were not undone.
    pub fn landed(&self) -> usize {
        let stands = |it: &&Unit| it.state() == UnitState::Done && it.undone.is_empty();
        self.packages.values().filter(stands).count()
    }

    /// What was used up so far: by sittings that have ended, or else by packages.
    pub fn usage(&self) -> Option<Usage> {
        let sum = |mut sum: Usage, it: Usage| {
            sum += it;
            sum
        };
        self.used.or_else(|| self.packages.values().filter_map(|it| it.used).reduce(sum))
    }
}

/// The work on a package, as a call of the agent that does it.
fn work(agent: Agent, package: Option<&PackageId>) -> String {
    format!("{} {}", package.map_or("", PackageId::as_str), agent.as_str())
}

/// What was wanted at a checkpoint and what was there.
pub fn checkpoint_said(it: &CheckpointResult) -> String {
    format!(
        "{} {} % after {} min, {} of {} landed",
        it.of, it.wanted, it.after_minutes, it.landed, it.packages
    )
}

/// What somebody has to approve, in words.
pub fn pending_said(it: &PendingApproval) -> String {
    match (it.subject, &it.package) {
        (ApprovalSubject::Plan, _) => "The plan waits for approval".to_owned(),
        (ApprovalSubject::Package, Some(package)) => {
            format!("{package} waits for approval before it is worked on")
        }
        (ApprovalSubject::Landing, Some(package)) => {
            format!("{package} has passed its gates and waits for approval to land")
        }
        (subject, None) => format!("{} waits for approval", subject.as_str()),
    }
}
