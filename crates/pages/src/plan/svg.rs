//! A plan over time as a drawing of its own.

use std::fmt::Write;

use ssot_model::{Plan, PlannedPackage, Schedule};

use super::{arrows, label};
use crate::markup::escaped;
use crate::words::span;

/// Measures of the drawing, in pixels.
const LEFT: u64 = 130;
const WIDTH: u64 = 900;
const ROW: u64 = 30;
const BAR: u64 = 20;
const TOP: u64 = 30;
/// Width of a letter, about.
const LETTER: u64 = 7;
/// Marks on the axis of time.
const MARKS: u64 = 4;

/// The styles; the colours are light first, dark second.
const STYLE: &str = "\
svg { color-scheme: light dark; background: light-dark(#fbfaf8, #14161a); font: 12px system-ui, sans-serif; }
text { fill: light-dark(#1d2026, #e8e6e1); }
.soft { fill: light-dark(#5d636e, #a3a9b4); }
.mark { stroke: light-dark(#e1ddd6, #31363f); }
.work { fill: light-dark(#b9d9ea, #24506a); }
.land { fill: light-dark(#5f9fc0, #4a8fb4); }
.critical { stroke: light-dark(#b3261e, #ff8d82); stroke-width: 2; }
.wait { fill: none; stroke: light-dark(#6a6f78, #9aa0ab); }
";

/// The lanes over time, landings darker, the critical path framed, waiting as lines.
pub fn svg(plan: &Plan, schedule: &Schedule) -> String {
    drawn(plan, schedule, &format!("<style>{STYLE}</style>\n"))
}

/// The same as a part of a page that has styles for it.
pub fn drawing(plan: &Plan, schedule: &Schedule) -> String {
    drawn(plan, schedule, "")
}

fn drawn(plan: &Plan, schedule: &Schedule, style: &str) -> String {
    let end = schedule.packages.iter().map(|it| it.end).max().unwrap_or(0).max(1);
    let x = |millis: u64| LEFT + millis.saturating_mul(WIDTH) / end;
    let height = TOP + ROW * schedule.lanes.len() as u64;
    let off: Vec<String> =
        plan.packages.iter().filter(|it| !it.enabled).map(|it| it.id.to_string()).collect();
    let foot = if off.is_empty() { 10 } else { 30 };
    let (whole, tall) = (LEFT + WIDTH + 20, height + foot);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {tall}\" role=\"img\" \
         aria-label=\"The packages of the plan over time\">\n{style}"
    );
    for mark in 0..=MARKS {
        let at = end * mark / MARKS;
        let (x, said) = (x(at), span(at));
        // The last one would stand over the edge.
        let anchor = if mark == MARKS { "end" } else { "middle" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "<line class=\"mark\" x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{height}\"/>\
             <text class=\"soft\" x=\"{x}\" y=\"20\" text-anchor=\"{anchor}\">{said}</text>"
        );
    }
    for (lane, row) in schedule.lanes.iter().enumerate() {
        let (y, name) = (middle(lane) + 4, escaped(&row.name));
        let _ = writeln!(text, "<text x=\"8\" y=\"{y}\">{name}</text>");
    }
    for (from, to) in arrows(plan) {
        let find = |at: usize| schedule.packages.iter().find(|it| it.id == plan.packages[at].id);
        if let (Some(from), Some(to)) = (find(from), find(to)) {
            let (x1, y1, x2, y2) = (x(from.end), middle(from.lane), x(to.start), middle(to.lane));
            let _ = writeln!(text, "<path class=\"wait\" d=\"M{x1} {y1} L{x2} {y2}\"/>");
        }
    }
    for package in &schedule.packages {
        let title = plan.packages.iter().find(|it| it.id == package.id).map(label);
        text.push_str(&bar(package, &title.unwrap_or_default(), x));
    }
    if !off.is_empty() {
        let (y, off) = (height + 20, escaped(&off.join(", ")));
        let _ = writeln!(text, "<text class=\"soft\" x=\"8\" y=\"{y}\">switched off: {off}</text>");
    }
    text.push_str("</svg>\n");
    text
}

fn middle(lane: usize) -> u64 {
    TOP + ROW * lane as u64 + ROW / 2
}

/// One package, with everything about it where the pointer rests.
fn bar(package: &PlannedPackage, title: &str, x: impl Fn(u64) -> u64) -> String {
    let (from, to) = (x(package.start), x(package.end));
    let landing = x(package.end - package.stages.landing.min(package.end - package.start));
    let y = middle(package.lane) - BAR / 2;
    let critical = if package.critical { " critical" } else { "" };
    let times =
        format!("{} to {}, slack {}", span(package.start), span(package.end), span(package.slack));
    let width = (to - from).max(2);
    let id = package.id.as_str();
    let short = id.split('-').next().unwrap_or(id);
    let fitting = [id, short].into_iter().find(|it| it.len() as u64 * LETTER + 8 <= width);
    let name = fitting.map_or_else(String::new, |name| {
        let (x, y) = (from + 5, y + BAR - 6);
        format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(name))
    });
    let late = to.saturating_sub(landing);
    format!(
        "<g><title>{}: {times}</title>\
         <rect class=\"land\" x=\"{landing}\" y=\"{y}\" width=\"{late}\" height=\"{BAR}\"/>\
         <rect class=\"work{critical}\" x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\" \
         rx=\"3\" fill-opacity=\"0.8\"/>{name}</g>\n",
        escaped(title)
    )
}
