//! The runs of a project.

use std::collections::BTreeMap;

use askama::Template;
use ssot_model::{RunId, RunOutcome, RunStatus, Timestamp, UnitState};

use super::shell::{Shell, segment};
use super::{rendered, since};
use crate::markup::bar;
use crate::words::{count, span};

/// The list of runs.
#[derive(Debug, Clone)]
pub struct RunsView {
    /// What stands around it.
    pub shell: Shell,
    /// The runs, the latest first.
    pub runs: Vec<RunCard>,
    /// The time of the page.
    pub now: Timestamp,
}

/// One run at a glance.
#[derive(Debug, Clone)]
pub struct RunCard {
    /// The run.
    pub run: RunId,
    /// How it ended; none while it goes on, waits, or after it was killed.
    pub outcome: Option<RunOutcome>,
    /// When it began.
    pub started: Timestamp,
    /// Milliseconds from its first to its last event.
    pub millis: u64,
    /// Who started it.
    pub by: Option<String>,
    /// The branch that it lands on.
    pub target: String,
    /// How many packages are in which state.
    pub packages: BTreeMap<UnitState, u32>,
    /// Approvals that it waits for.
    pub waiting: usize,
    /// Whether somebody has paused it.
    pub is_paused: bool,
    /// What somebody should know.
    pub alerts: usize,
}

impl RunCard {
    /// The card of a status that was asked for at `now`.
    pub fn of(status: &RunStatus, by: Option<String>, now: Timestamp) -> Self {
        let last = now.0.saturating_sub_unsigned(status.quiet_millis);
        Self {
            run: status.run.clone(),
            outcome: status.outcome,
            started: status.started,
            millis: u64::try_from(last - status.started.0).unwrap_or(0),
            by,
            target: status.target.clone(),
            packages: status.packages.clone(),
            waiting: status.waiting.len(),
            is_paused: status.paused.is_some(),
            alerts: status.alerts.len(),
        }
    }

    pub(super) fn href(&self, shell: &Shell) -> String {
        format!("{}/runs/{}", shell.base(), segment(self.run.as_str()))
    }

    pub(super) fn state(&self) -> (&'static str, &'static str) {
        state(self.outcome, self.is_paused, self.waiting)
    }

    pub(super) fn ago(&self, now: Timestamp) -> String {
        since::ago(self.started, now)
    }

    fn took(&self) -> String {
        match self.outcome {
            Some(_) => format!("took {}", span(self.millis)),
            None => format!("{} so far", span(self.millis)),
        }
    }

    pub(super) fn said(&self) -> String {
        let of = |state| self.packages.get(&state).copied().unwrap_or(0);
        let all: u32 = self.packages.values().sum();
        format!("{} of {} landed", of(UnitState::Done), count(all as usize, "package"))
    }

    fn alerts_said(&self) -> String {
        count(self.alerts, "alert")
    }

    pub(super) fn bar(&self) -> String {
        let part = |(state, number): (&UnitState, &u32)| (class(*state), *number as usize);
        let mut parts: Vec<(&str, usize)> = self.packages.iter().map(part).collect();
        // What has landed stands first, what has not begun last.
        let order = ["good", "work", "bad", "halted", "rest"];
        parts.sort_by_key(|(class, _)| order.iter().position(|it| it == class));
        if parts.is_empty() { String::new() } else { bar("progress", &parts) }
    }
}

/// The class of a state of a package.
pub(super) fn class(state: UnitState) -> &'static str {
    match state {
        UnitState::Done => "good",
        UnitState::Rejected | UnitState::Failed => "bad",
        UnitState::Blocked | UnitState::Cancelled => "halted",
        UnitState::Queued => "rest",
        _ => "work",
    }
}

/// The word for how a run is, and its class.
pub(super) fn state(
    outcome: Option<RunOutcome>,
    is_paused: bool,
    waiting: usize,
) -> (&'static str, &'static str) {
    match (outcome, waiting) {
        (None, _) if is_paused => ("paused", "halted"),
        (Some(outcome), _) => {
            let class = match outcome {
                RunOutcome::Complete => "good",
                RunOutcome::Partial => "open",
                RunOutcome::Failed => "bad",
                RunOutcome::Cancelled => "halted",
            };
            (outcome.as_str(), class)
        }
        (None, 0) => ("running", "work"),
        (None, _) => ("waits for approval", "open"),
    }
}

#[derive(Template)]
#[template(path = "runs.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a RunsView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "runs";
}

/// The page.
pub fn runs(view: &RunsView) -> String {
    rendered(&Page { shell: &view.shell, view })
}
