//! A plan as Graphviz draws it.

use std::fmt::Write;

use ssot_model::{Plan, Schedule};

use crate::text::span;
use ssot_pages::plan::{arrows, label};

/// The dependencies, with each package's times; the critical path is red, what is
/// switched off dashed.
pub(crate) fn dot(plan: &Plan, schedule: &Schedule) -> String {
    let mut text = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (at, package) in plan.packages.iter().enumerate() {
        let planned = schedule.packages.iter().find(|it| it.id == package.id);
        let times = planned.map_or_else(
            || "switched off".to_owned(),
            |it| format!("{} - {}, slack {}", span(it.start), span(it.end), span(it.slack)),
        );
        let mark = match planned {
            Some(it) if it.critical => ", color=red, penwidth=2",
            Some(_) => "",
            None => ", style=dashed",
        };
        let label = format!("{}\n{times}", label(package));
        let label = label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  n{at} [label=\"{label}\"{mark}];");
    }
    for (from, to) in arrows(plan) {
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    text.push_str("}\n");
    text
}
