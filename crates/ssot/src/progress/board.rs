//! What is known about a run so far.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::{
    CompletionStatus, Event, EventKind, GateName, GateOutcome, PackageId, PendingApproval, Phase,
    RunOutcome, UnitState,
};

use crate::text::{short, style, waits_for};

/// The state of a run as its events tell it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Every package that was heard of.
    known: BTreeSet<PackageId>,
    /// Packages with nothing to come.
    ended: BTreeSet<PackageId>,
    /// What each package that is worked on does.
    working: BTreeMap<PackageId, String>,
    /// What the agent at work was asked to do.
    task: String,
    /// What is done besides packages.
    stage: String,
}

impl Board {
    /// How the run stands after an event, when it stood so before: how it ended, or none while
    /// it goes on.
    pub(crate) fn ending(event: &Event, before: Option<RunOutcome>) -> Option<RunOutcome> {
        match &event.kind {
            EventKind::RunCompleted { outcome, .. } => Some(*outcome),
            EventKind::RunResumed { .. } => None,
            _ => before,
        }
    }

    /// Takes an event; gives the line that tells it, when it is worth one.
    pub(crate) fn see(&mut self, event: &Event) -> Option<String> {
        match &event.kind {
            EventKind::RunStarted { target, .. } => {
                let said = format!("run {} lands on {target}", event.run);
                Some(style::faint(&said))
            }
            EventKind::RunResumed { after_seq } => {
                Some(format!("run {} goes on after event {after_seq}", event.run))
            }
            EventKind::AgentStarted { agent, package: None, task } => {
                self.task = format!("{}: {task}", agent.as_str());
                self.stage.clone_from(&self.task);
                None
            }
            EventKind::AgentStarted { agent, package: Some(package), .. } => {
                Some(format!("  {} {package}", style::faint(agent.as_str())))
            }
            EventKind::AgentCompleted { agent, package: Some(package), summary, .. } => {
                Some(format!("  {} {package}: {summary}", style::faint(agent.as_str())))
            }
            EventKind::AgentCompleted { agent, package: None, status, summary } => {
                let word = style::strong(&format!("{:<9}", agent.as_str()));
                Some(match status {
                    CompletionStatus::Ok => format!("{word} {summary}"),
                    _ => format!("{word} {} {summary}", style::bad("failed:")),
                })
            }
            EventKind::PackageChanged { package, state, reason } => {
                self.moved(package, *state, reason.as_deref())
            }
            EventKind::GateStarted { package, gate, phase } => {
                self.gate_started(package.as_ref(), *gate, *phase);
                None
            }
            EventKind::GateCompleted { package: None, gate, phase, outcome, evidence, .. } => {
                self.stage.clone_from(&self.task);
                Some(repository_gate(*gate, *phase, *outcome, evidence))
            }
            EventKind::PackageLanded { package, commit, .. } => {
                let commit = style::faint(short(commit.as_str()));
                Some(format!("  {} {package}  {commit}", style::good("✓")))
            }
            EventKind::PackageRolledBack { package, commit, .. } => {
                Some(format!("  rolled back {package}  {}", short(commit.as_str())))
            }
            EventKind::ApprovalRequested { subject, package } => {
                let pending = PendingApproval { subject: *subject, package: package.clone() };
                Some(format!("  {} {}", style::open("waits for"), waits_for(&pending)))
            }
            EventKind::ApprovalGiven { subject, package, by } => {
                let given = PendingApproval { subject: *subject, package: package.clone() };
                Some(format!("  {by} approved {}", waits_for(&given)))
            }
            EventKind::RunPaused { by } => Some(format!("{} by {by}", style::open("paused"))),
            EventKind::RunContinued { by } => Some(format!("{by} lets it go on")),
            EventKind::RunCancelled { by } => Some(format!("{by} tells it to stop")),
            EventKind::RunCompleted { outcome, .. } => {
                Some(format!("run {} ended: {}", event.run, style::strong(outcome.as_str())))
            }
            _ => None,
        }
    }

    fn moved(
        &mut self,
        package: &PackageId,
        state: UnitState,
        reason: Option<&str>,
    ) -> Option<String> {
        self.known.insert(package.clone());
        if !state.is_end() {
            self.ended.remove(package);
            if state != UnitState::Queued {
                self.working.insert(package.clone(), state.as_str().to_owned());
            }
            return None;
        }
        self.working.remove(package);
        self.ended.insert(package.clone());
        if state == UnitState::Done {
            // The landing itself has told it, with the commit.
            return None;
        }
        let word = style::open(state.as_str());
        let first = reason.and_then(|reason| reason.lines().next()).unwrap_or_default();
        Some(format!("  {word} {package}  {first}").trim_end().to_owned())
    }

    fn gate_started(&mut self, package: Option<&PackageId>, gate: GateName, phase: Phase) {
        let doing = format!("{} {}", gate.as_str(), side(phase));
        match package {
            Some(package) => {
                self.working.insert(package.clone(), doing);
            }
            None => self.stage = format!("gate {doing}"),
        }
    }

    /// How many packages have ended, of how many.
    pub(crate) fn ended(&self) -> (u64, u64) {
        (self.ended.len() as u64, self.known.len() as u64)
    }

    /// What each package that is worked on does.
    pub(crate) fn working(&self) -> &BTreeMap<PackageId, String> {
        &self.working
    }

    /// What is done besides packages.
    pub(crate) fn stage(&self) -> &str {
        &self.stage
    }
}

/// A gate of the repository as a whole, as a line.
fn repository_gate(gate: GateName, phase: Phase, outcome: GateOutcome, evidence: &str) -> String {
    let word = match outcome {
        GateOutcome::Passed => style::good("passed"),
        GateOutcome::Failed => style::bad("failed"),
        GateOutcome::Skipped => style::open("skipped"),
    };
    format!("  {} {} {word}: {evidence}", gate.as_str(), side(phase))
}

/// A side of a change in words.
fn side(phase: Phase) -> &'static str {
    match phase {
        Phase::Before => "before",
        Phase::After => "after",
        Phase::Landing => "for landing",
        Phase::Final => "at the end",
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::{
        Agent, CommitId, CompletionStatus, Event, EventKind, GateName, GateOutcome, PackageId,
        Phase, RunId, Timestamp, TreeId, UnitState,
    };

    use super::Board;

    fn event(kind: EventKind) -> Event {
        Event {
            v: 1,
            epoch: 1,
            run: RunId::new("r1"),
            seq: 1,
            at: Timestamp(0),
            step: String::new(),
            kind,
        }
    }

    fn moved(id: &str, state: UnitState, reason: Option<&str>) -> Event {
        let reason = reason.map(str::to_owned);
        event(EventKind::PackageChanged { package: PackageId::new(id), state, reason })
    }

    fn see(board: &mut Board, event: &Event) -> Option<String> {
        board.see(event).map(|line| anstream::adapter::strip_str(&line).to_string())
    }

    #[test]
    fn a_package_has_a_line_while_it_is_worked_on() {
        let mut board = Board::default();
        for id in ["p1", "p2"] {
            assert_eq!(see(&mut board, &moved(id, UnitState::Queued, None)), None);
        }
        assert_eq!((board.ended(), board.working().len()), ((0, 2), 0));
        see(&mut board, &moved("p1", UnitState::Gates, None));
        let started = EventKind::GateStarted {
            package: Some(PackageId::new("p1")),
            gate: GateName::Tests,
            phase: Phase::After,
        };
        see(&mut board, &event(started));
        assert_eq!(board.working()[&PackageId::new("p1")], "tests after");

        let landed = EventKind::PackageLanded {
            package: PackageId::new("p1"),
            commit: CommitId::new("0123456789abcdef"),
            previous: CommitId::new("0"),
            tree: TreeId::new("1"),
            files: Vec::new(),
        };
        assert_eq!(see(&mut board, &event(landed)), Some("  ✓ p1  0123456789".to_owned()));
        assert_eq!(see(&mut board, &moved("p1", UnitState::Done, None)), None);
        let refused = see(&mut board, &moved("p2", UnitState::Rejected, Some("tests: a\nb")));
        assert_eq!(refused, Some("  rejected p2  tests: a".to_owned()));
        assert_eq!((board.ended(), board.working().len()), ((2, 2), 0));
    }

    #[test]
    fn a_stage_is_told_when_it_is_over() {
        let mut board = Board::default();
        let started = EventKind::AgentStarted {
            agent: Agent::Triage,
            package: None,
            task: "find and rank".to_owned(),
        };
        assert_eq!(see(&mut board, &event(started)), None);
        assert_eq!(board.stage(), "triage: find and rank");
        let gate =
            EventKind::GateStarted { package: None, gate: GateName::Tests, phase: Phase::Before };
        see(&mut board, &event(gate));
        assert_eq!(board.stage(), "gate tests before");
        let passed = EventKind::GateCompleted {
            package: None,
            gate: GateName::Tests,
            phase: Phase::Before,
            outcome: GateOutcome::Passed,
            evidence: "3 passed".to_owned(),
            suite: None,
            millis: 1,
        };
        let line = see(&mut board, &event(passed));
        assert_eq!(line, Some("  tests before passed: 3 passed".to_owned()));
        assert_eq!(board.stage(), "triage: find and rank");
        for (status, line) in [
            (CompletionStatus::Ok, "triage    9 files"),
            (CompletionStatus::Error, "triage    failed: 9 files"),
        ] {
            let summary = "9 files".to_owned();
            let done =
                EventKind::AgentCompleted { agent: Agent::Triage, package: None, status, summary };
            assert_eq!(see(&mut board, &event(done)), Some(line.to_owned()));
        }
    }
}
