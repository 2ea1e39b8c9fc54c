//! A plan as Mermaid: its dependencies and its times.

use std::fmt::Write;

use ssot_model::{Plan, PlannedPackage, Priority, Schedule};

use ssot_pages::plan::{arrows, label};

/// The dependencies as a flowchart and the lanes as a gantt chart, as the two blocks of a
/// Markdown page. What lies on the critical path is marked.
pub(crate) fn mermaid(plan: &Plan, schedule: &Schedule) -> String {
    format!("```mermaid\n{}```\n\n```mermaid\n{}```\n", flowchart(plan, schedule), gantt(schedule))
}

fn flowchart(plan: &Plan, schedule: &Schedule) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (at, package) in plan.packages.iter().enumerate() {
        let text_of = quoted(&label(package));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  n{at}[\"{text_of}\"]");
    }
    for (from, to) in arrows(plan) {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    let critical: Vec<String> = plan
        .packages
        .iter()
        .enumerate()
        .filter(|(_, package)| schedule.critical_path.contains(&package.id))
        .map(|(at, _)| format!("n{at}"))
        .collect();
    if !critical.is_empty() {
        let _ = writeln!(text, "  classDef critical stroke:#c00,stroke-width:3px");
        let _ = writeln!(text, "  class {} critical", critical.join(","));
    }
    for (at, package) in plan.packages.iter().enumerate() {
        if !package.enabled {
            let _ = writeln!(text, "  style n{at} stroke-dasharray: 4 4");
        }
    }
    text
}

fn gantt(schedule: &Schedule) -> String {
    let mut text = "gantt\n  dateFormat x\n  axisFormat %H:%M:%S\n".to_owned();
    for (lane, row) in schedule.lanes.iter().enumerate() {
        let mut packages: Vec<&PlannedPackage> =
            schedule.packages.iter().filter(|it| it.lane == lane).collect();
        packages.sort_by_key(|package| package.start);
        if packages.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  section {}", plain(&row.name));
        for package in packages {
            let mark = match (package.critical, package.priority) {
                (true, _) => "crit, ",
                (false, Priority::P0) => "active, ",
                (false, _) => "",
            };
            let (name, from, to) = (plain(package.id.as_str()), package.start, package.end);
            let _ = writeln!(text, "  {name} :{mark}{from}, {to}");
        }
    }
    text
}

/// A text inside quotes.
fn quoted(text: &str) -> String {
    text.replace('&', "#amp;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}

/// A name outside quotes: what Mermaid would read is left out.
fn plain(text: &str) -> String {
    text.chars()
        .map(|it| if it.is_alphanumeric() || "-_. ".contains(it) { it } else { '_' })
        .collect()
}
