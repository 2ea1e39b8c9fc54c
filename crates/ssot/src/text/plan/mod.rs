//! What `ssot plan` says.

use std::path::Path;

use ssot_model::{AnsweredAtom, Doer, Hands, Package, Plan, Schedule, Strategy};

use super::figures::{add, count, short, some_of, span};
use super::scan::commands;
use super::style;

mod preview;
mod swimlane;

pub(crate) use preview::{changes, preview, unified};

/// Files shown with a package.
const FILES: usize = 6;
/// Makespans shown.
const MAKESPANS: usize = 8;

/// The whole text for so many columns; `file` is where the plan was written to.
pub(crate) fn plan(
    plan: &Plan,
    schedule: &Schedule,
    argument: &str,
    file: Option<&Path>,
    columns: usize,
) -> String {
    let groups: usize =
        plan.packages.iter().map(|package| package.groups.len() + package.places.len()).sum();
    let mut text = String::new();
    let headline = if plan.packages.is_empty() {
        "Nothing can be consolidated without a decision".to_owned()
    } else {
        let packages = count(plan.packages.len(), "package");
        format!("{packages} would consolidate {}", count(groups, "group"))
    };
    add(&mut text, format!("{}\n", style::strong(&headline)));
    let imports = if plan.rewrite_imports { "rewritten" } else { "kept, old paths keep working" };
    let facts = format!(
        "planned for commit {}; imports are {imports}; {} left alone",
        short(plan.base.as_str()),
        count(plan.left_alone.len(), "group"),
    );
    add(&mut text, format!("{}\n", style::faint(&facts)));
    for package in &plan.packages {
        text.push_str(&entry(package));
    }
    if !plan.packages.is_empty() {
        text.push_str(&times(plan, schedule, columns));
    }
    text.push_str(&handed_on(plan));
    if !plan.packages.is_empty() {
        text.push_str(&next(argument, file));
    }
    text
}

/// Order, lanes, makespans and checkpoints.
fn times(plan: &Plan, schedule: &Schedule, columns: usize) -> String {
    let mut text = format!("\n{}\n", style::strong("Order"));
    text.push_str(&swimlane::order(plan, schedule));
    if schedule.packages.is_empty() {
        return text;
    }
    add(&mut text, format!("\n{}\n", style::strong("Time")));
    text.push_str(&swimlane::lanes(schedule, columns));
    let said = format!(
        "  {} in all: {} before the first package, {} after the last; critical path {} ({})",
        span(schedule.makespan),
        span(schedule.before),
        span(schedule.after),
        span(schedule.critical),
        count(schedule.critical_path.len(), "package"),
    );
    add(&mut text, format!("{said}\n"));
    let workers: Vec<String> = schedule
        .makespans
        .iter()
        .map(|it| format!("{}: {}", it.workers, span(it.millis)))
        .collect();
    let workers: Vec<&str> = workers.iter().map(String::as_str).collect();
    add(&mut text, format!("  by workers  {}\n", some_of(&workers, MAKESPANS)));
    add(&mut text, format!("  {}\n", style::faint(&basis(schedule))));
    text.push_str(&checkpoints(schedule));
    text
}

/// What the times rest on.
fn basis(schedule: &Schedule) -> String {
    let basis = &schedule.basis;
    if basis.runs == 0 {
        return "no run has ended here yet: these times are defaults, not measurements".to_owned();
    }
    let (runs, packages) = (basis.runs as usize, basis.packages as usize);
    format!("medians of {} with {}", count(runs, "earlier run"), count(packages, "landed package"))
}

fn checkpoints(schedule: &Schedule) -> String {
    let mut text = String::new();
    for checkpoint in &schedule.checkpoints {
        let what = match checkpoint.priority {
            Some(priority) => format!("{priority:?}"),
            None => "all".to_owned(),
        };
        let asked = format!("{what} {} % after {}", checkpoint.percent, span(checkpoint.by));
        let at = checkpoint.expected_at.map_or_else(String::new, |at| {
            format!(", {} % after {}", checkpoint.percent, span(at))
        });
        let expected = format!("{} % expected by then{at}", checkpoint.expected_percent);
        let mark = if checkpoint.holds() { style::good("holds") } else { style::bad("missed") };
        add(&mut text, format!("  checkpoint {asked}: {mark}, {expected}\n"));
    }
    text
}

/// What no package closes, by who could go on.
fn handed_on(plan: &Plan) -> String {
    let mut text = String::new();
    for (hands, who) in [(Hands::Agent, "an agent could do"), (Hands::Person, "a person decides")] {
        let groups = plan.left_alone.iter().filter(|it| it.hands == Some(hands)).count();
        let places = plan.unplanned.iter().filter(|it| it.hands == hands);
        let places: usize = places.map(|it| it.findings.len()).sum();
        if groups + places > 0 {
            let parts = [(groups, "group"), (places, "place")];
            let parts = parts.iter().filter(|it| it.0 > 0).map(|it| count(it.0, it.1));
            let parts: Vec<String> = parts.collect();
            add(&mut text, format!("  {who}: {}\n", parts.join(", ")));
        }
    }
    for it in &plan.left_out {
        let reason = crate::formats::visible(&it.reason);
        add(&mut text, format!("  left out: {}: {reason}\n", it.group));
    }
    if text.is_empty() { text } else { format!("\n{}\n{text}", style::strong("No package")) }
}

fn entry(package: &Package) -> String {
    let id = style::strong(package.id.as_str());
    let off = if package.enabled { "" } else { "  (switched off)" };
    let team = package.team.as_ref().map_or_else(String::new, |team| format!("  [{team}]"));
    let title = crate::formats::visible(&package.title);
    let agent = if package.doer == Doer::Agent { "  (an agent's)" } else { "" };
    let mut text = format!("\n{id}  {:?}  {title}{team}{agent}{off}\n", package.priority);
    for group in &package.groups {
        let strategy = group.strategy.as_str();
        let copies = group.copies.join(", ");
        let onto = match group.strategy {
            Strategy::Delete => String::new(),
            _ => format!(" -> {}", group.canonical),
        };
        add(&mut text, format!("    {strategy}  {copies}{onto}\n"));
        if let Some(until) = &group.shim {
            let said = format!("      shim until {until}");
            add(&mut text, format!("{}\n", style::faint(&said)));
        }
        text.push_str(&answers(&group.answered));
    }
    for places in &package.places {
        let all: Vec<&str> = places.places.iter().map(String::as_str).collect();
        let all = crate::formats::visible(&some_of(&all, FILES));
        add(&mut text, format!("    {}  {all}\n", places.rule));
    }
    let files: Vec<&str> = package.write_set.iter().map(ssot_model::RepoPath::as_str).collect();
    let verb = if package.doer == Doer::Agent { "may write" } else { "writes" };
    let writes = format!("    {verb} {}", some_of(&files, FILES));
    add(&mut text, format!("{}\n", style::faint(&writes)));
    text
}

/// What goes and who has answered for it.
pub(super) fn answers(answered: &[AnsweredAtom]) -> String {
    let line = |it: &AnsweredAtom| {
        let answer = crate::formats::visible(&it.answer());
        let atom = crate::formats::visible(&it.atom);
        let place = style::faint(&it.place);
        format!("      {} {atom}  {place}\n", style::open(&format!("{answer}:")))
    };
    answered.iter().map(line).collect()
}

fn next(argument: &str, file: Option<&Path>) -> String {
    let rows = match file {
        Some(file) => vec![(
            format!("ssot run{argument} --plan{}", crate::cli::argument(file)),
            "run the plan as you left it",
        )],
        None => vec![
            (format!("ssot plan{argument} --output plan.toml"), "write it down and edit it"),
            (format!("ssot plan{argument} --dry-run"), "every line that would change"),
            (format!("ssot run{argument}"), "do it, on a branch of its own"),
        ],
    };
    format!("\n{}\n{}", style::strong("Next"), commands(&rows))
}
