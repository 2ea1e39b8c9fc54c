//! One run: live while it goes on, afterwards its record.

mod lanes;
mod parts;

use askama::Template;
use ssot_engine::fold::{Fold, Lanes};
use ssot_model::{
    BudgetLimits, CompletionStatus, Event, Plan, RunId, RunOutcome, Schedule, Timestamp,
};

use super::rendered;
use super::shell::{Shell, segment};
use crate::words::{count, short, span};
use parts::{AgentPart, BudgetPart, GatePart, PackagePart, PendingPart};

/// One run. Everything on the page comes of the log; the plan and the schedule say what was
/// meant.
pub struct RunView<'a> {
    /// What stands around it.
    pub shell: Shell,
    /// The run.
    pub run: &'a RunId,
    /// The whole log so far.
    pub events: &'a [Event],
    /// The plan that it executes.
    pub plan: Option<&'a Plan>,
    /// When what of the plan was expected as the run began.
    pub schedule: Option<&'a Schedule>,
    /// What the run may use up.
    pub limits: BudgetLimits,
    /// Who started it.
    pub by: Option<String>,
    /// Whether a process works on it now.
    pub alive: bool,
    /// The time of the page.
    pub now: Timestamp,
}

/// The class of how a tool or an agent ended.
pub(super) fn status_class(status: CompletionStatus) -> &'static str {
    match status {
        CompletionStatus::Ok => "good",
        CompletionStatus::Error | CompletionStatus::Timeout => "bad",
        CompletionStatus::Cancelled | CompletionStatus::Interrupted => "halted",
    }
}

#[derive(Template)]
#[template(path = "run.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a RunView<'a>,
    fold: &'a Fold,
    status: (&'static str, &'static str),
    said: String,
    figures: String,
    facts: String,
    pending: Vec<PendingPart>,
    alerts: Vec<(String, &'static str, String)>,
    drawing: String,
    agents: Vec<AgentPart>,
    packages: Vec<PackagePart>,
    gates: Vec<GatePart>,
    budget: Vec<BudgetPart>,
    checkpoints: Vec<(String, &'static str, &'static str)>,
    branches: Vec<String>,
    plan: String,
}

impl Page<'_> {
    fn api(&self) -> String {
        format!("{}/runs/{}", self.shell.api(), segment(self.view.run.as_str()))
    }

    fn href(&self) -> String {
        format!("{}/runs/{}", self.shell.base(), segment(self.view.run.as_str()))
    }

    /// The part of the project in which it lies.
    const SECTION: &'static str = "runs";

    /// Whether it can be taken up again: it has not come to its end, and nobody works on it.
    fn can_resume(&self) -> bool {
        !matches!(self.fold.outcome, Some(RunOutcome::Complete))
            && !self.view.alive
            && !self.is_paused()
    }

    fn can_roll_back(&self) -> bool {
        self.has_ended() && self.fold.landed() > 0
    }

    /// Whether somebody has paused it.
    fn is_paused(&self) -> bool {
        self.fold.paused.is_some()
    }

    /// Whether it can be paused.
    fn is_moving(&self) -> bool {
        !self.has_ended() && !self.is_paused()
    }

    fn has_ended(&self) -> bool {
        self.fold.outcome.is_some()
    }
}

/// The page. It subscribes to the log after the last of [`RunView::events`].
pub fn run(view: &RunView<'_>) -> String {
    let fold = Fold::of(view.plan, view.events);
    // Once it has ended, nothing on the page depends on the time.
    let now = fold.ended.unwrap_or(view.now).0;
    let lanes = Lanes::new(view.schedule, &fold, now);
    let packages: Vec<PackagePart> =
        fold.packages.iter().map(|(id, unit)| parts::package(view, id, unit, now)).collect();
    rendered(&Page {
        shell: &view.shell,
        view,
        status: super::runs::state(fold.outcome, fold.paused.is_some(), fold.waiting.len()),
        said: parts::said(&fold),
        figures: parts::figures(&fold, now),
        facts: facts(view, &fold),
        pending: fold.waiting.iter().map(parts::pending).collect(),
        alerts: parts::alerts(&fold),
        drawing: lanes::drawing(&lanes, view.schedule, &fold, now),
        agents: parts::agents(&fold),
        gates: fold.gates.iter().map(parts::gate).collect(),
        budget: parts::budget(&fold, view.limits),
        checkpoints: parts::checkpoints(&fold),
        branches: fold.branches.iter().map(parts::branch).collect(),
        plan: parts::for_script(view),
        packages,
        fold: &fold,
    })
}

fn facts(view: &RunView<'_>, fold: &Fold) -> String {
    let mut said = Vec::new();
    if let Some(by) = &view.by {
        said.push(format!("started by {by}"));
    }
    if !fold.target.is_empty() {
        said.push(format!("lands on {}", fold.target));
        said.push(format!("begun at {}", short(&fold.base)));
    }
    if !fold.missing.is_empty() {
        let layers = count(fold.missing.len(), "sandbox layer");
        said.push(format!("{layers} missing on this machine: {}", fold.missing.join(", ")));
    }
    if let Some(schedule) = view.schedule {
        said.push(format!("planned for {}", span(schedule.makespan)));
    }
    said.join(" \u{b7} ")
}

/// The word for how a run ended.
pub(super) fn outcome_word(outcome: RunOutcome) -> &'static str {
    super::runs::state(Some(outcome), false, 0).0
}
