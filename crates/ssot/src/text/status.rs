//! What `ssot status` and `ssot approve` say.

use ssot_model::{ApprovalSubject, PendingApproval, Resource, RunOutcome, RunStatus, Usage};

use super::figures::{add, count, span};
use super::style;

/// A run at a glance.
pub(crate) fn status(status: &RunStatus, argument: &str) -> String {
    let mut text = format!("{}\n", headline(status));
    let packages: Vec<String> =
        status.packages.iter().map(|(state, many)| format!("{many} {}", state.as_str())).collect();
    if !packages.is_empty() {
        add(&mut text, format!("  {} {}\n", style::faint("packages"), packages.join(", ")));
    }
    for working in &status.working {
        add(&mut text, format!("  {} {}\n", working.state.as_str(), working.package));
    }
    if let Some(usage) = status.usage {
        add(&mut text, format!("  {} {}\n", style::faint("used    "), used(usage)));
    }
    if let Some(by) = &status.paused {
        add(&mut text, format!("  {} {by}\n", style::faint("paused by")));
        let on = format!("ssot continue {} --by NAME{}", status.run, directory(argument));
        add(&mut text, format!("  {}\n", style::command(&on)));
    }
    for alert in &status.alerts {
        add(&mut text, format!("  {} {alert}\n", style::bad("!")));
    }
    for pending in &status.waiting {
        add(&mut text, format!("  {} {}\n", style::open("waits for"), waits_for(pending)));
    }
    if !status.waiting.is_empty() {
        let approve = format!("ssot approve {} --by NAME{}", status.run, directory(argument));
        add(&mut text, format!("\n  {}\n", style::command(&approve)));
        add(&mut text, format!("  {}\n", style::command(&format!("ssot resume{argument}"))));
    }
    text
}

fn headline(status: &RunStatus) -> String {
    let stage = status.stage.map_or("beginning", ssot_model::Agent::as_str);
    let said = match status.outcome {
        Some(RunOutcome::Complete) => style::good("everything has landed"),
        Some(RunOutcome::Partial) => style::open("ended, not everything has landed"),
        Some(RunOutcome::Failed) => style::bad("failed"),
        Some(RunOutcome::Cancelled) => style::open("stopped"),
        None if status.paused.is_some() => style::open("paused"),
        None if !status.waiting.is_empty() => style::open("waits for an approval"),
        None => {
            let quiet = span(status.quiet_millis);
            format!("{} {}", style::strong(stage), style::faint(&format!("last event {quiet} ago")))
        }
    };
    format!("run {} on {}: {said}", status.run, status.target)
}

/// What was used up, in words.
pub(crate) fn used(usage: Usage) -> String {
    let mut parts =
        vec![Resource::Time.amount(usage.millis), Resource::Cpu.amount(usage.cpu_millis)];
    if usage.disk_kib > 0 {
        parts.push(Resource::Disk.amount(usage.disk_kib));
    }
    let agents = usage.agents;
    for (resource, amount) in [
        (Resource::Steps, agents.steps),
        (Resource::Tokens, agents.tokens),
        (Resource::Money, agents.microdollars),
    ] {
        if amount > 0 {
            parts.push(resource.amount(amount));
        }
    }
    parts.join(", ")
}

/// What a run waits for, in words.
pub(crate) fn waits_for(pending: &PendingApproval) -> String {
    match (pending.subject, &pending.package) {
        (ApprovalSubject::Landing, Some(package)) => format!("the landing of {package}"),
        (_, Some(package)) => format!("package {package}"),
        (_, None) => "the plan".to_owned(),
    }
}

/// What was approved.
pub(crate) fn approved(approved: &[PendingApproval], argument: &str) -> String {
    let mut text =
        format!("{}\n", style::good(&format!("{} given", count(approved.len(), "approval"))));
    for pending in approved {
        add(&mut text, format!("  {}\n", waits_for(pending)));
    }
    add(&mut text, format!("\n  {}\n", style::command(&format!("ssot resume{argument}"))));
    text
}

/// The place of a repository as an option.
fn directory(argument: &str) -> String {
    if argument.is_empty() { String::new() } else { format!(" -C{argument}") }
}
