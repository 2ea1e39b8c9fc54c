//! What holds a run back, read from its log: approvals, what was used up, the health of
//! landings.

use std::collections::BTreeSet;

use ssot_model::{
    Approval, ApprovalSubject, Config, Event, EventKind, PackageId, PendingApproval, RunId, Usage,
};

use crate::EngineError;
use crate::desk::Desk;
use crate::execute::{Control, approval_step};

/// What the events of a run say about what holds it back.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// What was asked for, in this order.
    asked: Vec<PendingApproval>,
    /// What was approved.
    pub(crate) given: Vec<Approval>,
    used: Option<Usage>,
    /// Packages of steps that were found healthy.
    healthy: BTreeSet<PackageId>,
    /// Who paused it; none while it goes on.
    pub(crate) paused: Option<String>,
    /// What somebody should know.
    pub(crate) alerts: Vec<String>,
}

impl Holds {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut holds = Self::default();
        for event in events {
            holds.see(event);
        }
        holds
    }

    fn see(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ApprovalRequested { subject, package } => {
                self.asked.push(PendingApproval { subject: *subject, package: package.clone() });
            }
            EventKind::ApprovalGiven { subject, package, by } => {
                let what = PendingApproval { subject: *subject, package: package.clone() };
                self.given.push(Approval { what, by: by.clone(), at: event.at });
            }
            EventKind::RunPaused { by } => self.paused = Some(by.clone()),
            EventKind::RunContinued { .. }
            | EventKind::RunResumed { .. }
            | EventKind::RunCompleted { .. } => self.paused = None,
            EventKind::ResourcesUsed { package: None, usage } => {
                *self.used.get_or_insert_default() += *usage;
            }
            EventKind::BudgetExceeded { package, resource, used, limit } => {
                let whose = package.as_ref().map_or("the run", PackageId::as_str);
                let (used, limit) = (resource.amount(*used), resource.amount(*limit));
                self.alerts.push(format!("{whose} has used up its budget: {used} of {limit}"));
            }
            EventKind::CheckpointReached { checkpoint } if !checkpoint.is_met() => {
                let it = checkpoint;
                let (of, minutes) = (&it.of, it.after_minutes);
                self.alerts.push(format!(
                    "checkpoint missed: {} of {} packages ({of}) had landed after {minutes} min, \
                     {} % were wanted",
                    it.landed, it.packages, it.wanted
                ));
            }
            EventKind::CanaryChecked { look } if look.healthy => {
                self.healthy.extend(look.packages.iter().cloned());
            }
            EventKind::CanaryChecked { look } => {
                let packages: Vec<&str> = look.packages.iter().map(PackageId::as_str).collect();
                let how = look.evidence.lines().next().unwrap_or_default();
                let packages = packages.join(", ");
                self.alerts.push(format!("not healthy after {packages} had landed: {how}"));
            }
            _ => {}
        }
    }

    /// What was asked for and not approved.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &PendingApproval> {
        self.asked.iter().filter(|asked| !self.given.iter().any(|given| given.what == **asked))
    }

    /// What was used up; none where nothing was executed.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.used
    }
}

/// What the log and the configuration say to an execution.
pub(crate) async fn control(desk: &Desk, config: &Config) -> Result<Control, EngineError> {
    let holds = Holds::of(&desk.events().await?);
    Ok(Control {
        approval: config.approval,
        approved: holds.given.into_iter().map(|given| given.what).collect(),
        budget: config.budget,
        used: holds.used.unwrap_or_default(),
        canary: config.canary.clone(),
        healthy: holds.healthy,
        checkpoints: config.checkpoint.clone(),
        paused: Some(desk.paused()),
    })
}

/// Whether the plan was approved; when it was not, the log says that the run waits for it.
pub(crate) async fn plan_is_approved(desk: &Desk) -> Result<bool, EngineError> {
    let (subject, package) = (ApprovalSubject::Plan, None);
    let holds = Holds::of(&desk.events().await?);
    if holds.given.iter().any(|given| given.what.subject == subject) {
        return Ok(true);
    }
    let step = approval_step(subject, None);
    desk.emit(&step, EventKind::ApprovalRequested { subject, package }).await?;
    Ok(false)
}

/// What somebody may approve now.
pub(crate) fn approvable(
    run: &RunId,
    events: &[Event],
    package: Option<&PackageId>,
    by: &str,
) -> Result<Vec<PendingApproval>, EngineError> {
    if by.trim().is_empty() {
        return Err(EngineError::user("an approval needs --by: the log records who approved"));
    }
    let holds = Holds::of(events);
    let concerns = |it: &&PendingApproval| package.is_none() || it.package.as_ref() == package;
    let found: Vec<PendingApproval> = holds.waiting().filter(concerns).cloned().collect();
    if found.is_empty() {
        let waiting: Vec<String> = holds.waiting().map(name).collect();
        let waiting = match waiting.as_slice() {
            [] => "for no approval".to_owned(),
            some => format!("for {}", some.join(", ")),
        };
        let of = package.map(|it| format!(" of package {it}")).unwrap_or_default();
        return Err(EngineError::user(format!(
            "there is nothing to approve{of}: run {run} waits {waiting}"
        )));
    }
    Ok(found)
}

fn name(pending: &PendingApproval) -> String {
    match (&pending.package, pending.subject) {
        (Some(package), ApprovalSubject::Landing) => format!("the landing of {package}"),
        (Some(package), _) => package.to_string(),
        (None, _) => "the plan".to_owned(),
    }
}
