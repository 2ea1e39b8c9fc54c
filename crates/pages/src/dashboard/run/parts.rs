//! The parts of the page of a run. `assets/parts.js` makes the same of the same log.

use ssot_engine::fold::{AgentLane, Fold, Gate, Unit, checkpoint_said, pending_said};
use ssot_model::{
    Agent, BudgetLimits, CompletionStatus, GateOutcome, PackageId, PendingApproval, PreparedBranch,
    Resource, UnitState,
};

use super::{RunView, outcome_word, status_class};
use crate::markup::prose;
use crate::words::{count, short, span};

/// Tool calls that are shown of each agent.
const SHOWN: usize = 5;
/// Alerts that are shown.
const ALERTS: usize = 20;

/// One agent.
pub(super) struct AgentPart {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) task: String,
    pub(super) thought: String,
    pub(super) calls: String,
    pub(super) tools: Vec<ToolPart>,
}

/// One call of a tool.
pub(super) struct ToolPart {
    pub(super) class: &'static str,
    pub(super) tool: String,
    pub(super) word: &'static str,
    pub(super) summary: String,
}

/// One package.
pub(super) struct PackagePart {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) team: String,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) took: String,
    pub(super) reason: String,
    pub(super) chips: Vec<(&'static str, &'static str)>,
    pub(super) gates: Vec<GatePart>,
    pub(super) facts: Vec<String>,
    pub(super) landed: bool,
}

/// One execution of a gate.
pub(super) struct GatePart {
    pub(super) name: &'static str,
    pub(super) phase: &'static str,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) evidence: String,
    pub(super) took: String,
}

/// What somebody has to approve.
pub(super) struct PendingPart {
    pub(super) package: String,
    pub(super) subject: &'static str,
    pub(super) said: String,
}

/// One resource against its limit.
pub(super) struct BudgetPart {
    pub(super) name: &'static str,
    pub(super) said: String,
    pub(super) share: u64,
    pub(super) class: &'static str,
}

fn status_word(status: Option<CompletionStatus>) -> (&'static str, &'static str) {
    match status {
        None => ("running", "work"),
        Some(status) => (status.as_str(), status_class(status)),
    }
}

/// What has come of it so far.
pub(super) fn said(fold: &Fold) -> String {
    format!("{} of {} landed", fold.landed(), count(fold.packages.len(), "package"))
}

/// How long it took, and what it changed.
pub(super) fn figures(fold: &Fold, now: i64) -> String {
    let mut said = Vec::new();
    if let Some(started) = fold.started {
        let took = span(u64::try_from(now - started.0).unwrap_or(0));
        said.push(format!("{took} {}", fold.outcome.map_or("so far", |_| "in all")));
    }
    match (fold.before, fold.after) {
        (Some(before), Some(after)) => said.push(format!("{before} violations became {after}")),
        (Some(before), None) => said.push(format!("{before} violations before")),
        _ => {}
    }
    said.join(" \u{b7} ")
}

pub(super) fn pending(it: &PendingApproval) -> PendingPart {
    PendingPart {
        package: it.package.as_ref().map_or_else(String::new, PackageId::to_string),
        subject: it.subject.as_str(),
        said: pending_said(it),
    }
}

/// The latest first.
pub(super) fn alerts(fold: &Fold) -> Vec<(String, &'static str, String)> {
    let told = fold.alerts.iter().rev().take(ALERTS);
    told.map(|it| (crate::words::clock(it.at), it.class, prose(&it.text))).collect()
}

pub(super) fn agents(fold: &Fold) -> Vec<AgentPart> {
    let part = |(agent, lane): (Agent, &AgentLane)| {
        let (word, class) = if lane.begun { status_word(lane.status) } else { ("not yet", "rest") };
        let tools = lane.tools.iter().rev().take(SHOWN).map(|it| {
            let (word, class) = status_word(it.status);
            ToolPart { class, word, tool: it.name.clone(), summary: prose(&it.summary) }
        });
        AgentPart {
            name: agent.as_str(),
            class,
            word,
            task: prose(&lane.task),
            thought: prose(&lane.thought),
            calls: match lane.calls {
                0 => String::new(),
                calls => count(calls, "tool call"),
            },
            tools: tools.collect(),
        }
    };
    Agent::ORDER.into_iter().zip(&fold.agents).map(part).collect()
}

pub(super) fn gate(it: &Gate) -> GatePart {
    let (word, class) = outcome(it.outcome);
    GatePart {
        name: it.name.as_str(),
        phase: it.phase.as_str(),
        class,
        word,
        evidence: prose(&it.evidence),
        took: if it.outcome.is_some() { span(it.millis) } else { String::new() },
    }
}

fn outcome(outcome: Option<GateOutcome>) -> (&'static str, &'static str) {
    let class = match outcome {
        None => "work",
        Some(GateOutcome::Passed) => "good",
        Some(GateOutcome::Failed) => "bad",
        Some(GateOutcome::Skipped) => "rest",
    };
    (outcome.map_or("running", GateOutcome::as_str), class)
}

pub(super) fn package(view: &RunView<'_>, id: &PackageId, unit: &Unit, now: i64) -> PackagePart {
    let planned = view.plan.and_then(|plan| plan.packages.iter().find(|it| it.id == *id));
    let undone = !unit.undone.is_empty();
    let state = unit.state();
    let (word, class) = if undone {
        ("rolled back", "halted")
    } else {
        (state.as_str(), super::super::runs::class(state))
    };
    let first = unit.path.iter().find(|it| it.0 != UnitState::Queued).map(|it| it.1.0);
    let end = if state.is_end() { unit.path.last().map_or(now, |it| it.1.0) } else { now };
    let mut chips: Vec<(&'static str, &'static str)> = Vec::new();
    for it in &unit.gates {
        let (name, class) = (it.name.as_str(), outcome(it.outcome).1);
        match chips.iter_mut().find(|chip| chip.0 == name) {
            Some(chip) => chip.1 = class,
            None => chips.push((name, class)),
        }
    }
    PackagePart {
        id: id.to_string(),
        title: planned.map(|it| prose(&it.title)).unwrap_or_default(),
        team: planned.and_then(|it| it.team.clone()).unwrap_or_default(),
        class,
        word,
        took: first.map_or_else(String::new, |it| span(u64::try_from(end - it).unwrap_or(0))),
        reason: prose(&unit.reason),
        chips,
        gates: unit.gates.iter().map(gate).collect(),
        facts: package_facts(unit),
        landed: state == UnitState::Done && !undone,
    }
}

fn package_facts(unit: &Unit) -> Vec<String> {
    let mut facts = Vec::new();
    if !unit.commit.is_empty() {
        facts.push(format!("landed as {} in {}", short(&unit.commit), count(unit.files, "file")));
    }
    if unit.rehearsed {
        facts.push("rollback rehearsed".to_owned());
    }
    if !unit.undone.is_empty() {
        facts.push(format!("undone by {}", short(&unit.undone)));
    }
    if !unit.kept.is_empty() {
        facts.push(format!("its work is kept at {}", unit.kept));
    }
    if let Some(used) = unit.used {
        facts.push(Resource::Cpu.amount(used.cpu_millis));
    }
    facts
}

/// A resource: its name, how its amounts are said, what was used, and the limit.
type Row = (&'static str, fn(u64) -> String, u64, Option<u64>);

/// Disk space in words.
fn mib(kib: u64) -> String {
    format!("{} MiB", kib.div_ceil(1024))
}

/// What was used up, where something was measured or limited.
pub(super) fn budget(fold: &Fold, limits: BudgetLimits) -> Vec<BudgetPart> {
    let used = fold.usage().unwrap_or_default();
    let part = |(name, words, used, limit): Row| {
        if used == 0 && limit.is_none() {
            return None;
        }
        let said = match limit {
            Some(limit) => format!("{} of {}", words(used), words(limit)),
            None => format!("{}, not limited", words(used)),
        };
        let share = limit.map_or(0, |limit| (used * 100 / limit.max(1)).min(100));
        let class = match (limit, share) {
            (None, _) => "rest",
            (_, ..75) => "good",
            (_, 75..100) => "open",
            _ => "bad",
        };
        Some(BudgetPart { name, said, share, class })
    };
    let agents = used.agents;
    let rows: [Row; 6] = [
        ("Time", span, used.millis, limits.seconds.map(|it| it * 1000)),
        ("CPU", span, used.cpu_millis, limits.cpu_seconds.map(|it| it * 1000)),
        ("Disk", mib, used.disk_kib, limits.disk_mib.map(|it| it * 1024)),
        ("Agents", |it| Resource::Steps.amount(it), agents.steps, limits.steps),
        (
            "Tokens",
            |it| Resource::Tokens.amount(it),
            agents.tokens,
            limits.kilotokens.map(|it| it * 1000),
        ),
        (
            "Money",
            |it| Resource::Money.amount(it),
            agents.microdollars,
            limits.cents.map(|it| it * 10_000),
        ),
    ];
    rows.into_iter().filter_map(part).collect()
}

pub(super) fn checkpoints(fold: &Fold) -> Vec<(String, &'static str, &'static str)> {
    let told = fold.checkpoints.iter().map(|it| {
        let (word, class) = if it.is_met() { ("met", "good") } else { ("missed", "bad") };
        (checkpoint_said(it), word, class)
    });
    told.collect()
}

pub(super) fn branch(it: &PreparedBranch) -> String {
    match &it.commit {
        Some(commit) => format!(
            "{} at {}: {}",
            it.name,
            short(commit.as_str()),
            count(it.packages.len(), "package")
        ),
        None => format!("{} was withdrawn", it.name),
    }
}

/// What the script has to know of plan, schedule and limits, as JSON.
pub(super) fn for_script(view: &RunView<'_>) -> String {
    let packages = view.plan.into_iter().flat_map(|plan| &plan.packages).filter(|it| it.enabled);
    let packages: Vec<_> = packages
        .map(|it| serde_json::json!({ "id": it.id, "title": it.title, "team": it.team }))
        .collect();
    let schedule = view.schedule.map(|schedule| {
        let planned = schedule.packages.iter().map(|it| {
            serde_json::json!({
                "id": it.id, "lane": it.lane, "start": it.start, "end": it.end,
                "critical": it.critical,
            })
        });
        serde_json::json!({
            "before": schedule.before,
            "makespan": schedule.makespan,
            "lanes": schedule.lanes.iter().map(|it| &it.name).collect::<Vec<_>>(),
            "packages": planned.collect::<Vec<_>>(),
        })
    });
    serde_json::json!({
        "packages": packages,
        "schedule": schedule,
        "limits": view.limits,
        "outcome": view.events.iter().rev().find_map(|event| match &event.kind {
            ssot_model::EventKind::RunCompleted { outcome, .. } => Some(outcome_word(*outcome)),
            _ => None,
        }),
    })
    .to_string()
}
