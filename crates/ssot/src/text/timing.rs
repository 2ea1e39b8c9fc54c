//! A run against the schedule that it began with.

use ssot_model::{CheckpointOutcome, Expected, PackageTiming, Timing};

use super::figures::{add, span};
use super::style;

/// Packages told one by one.
const PACKAGES: usize = 30;

/// The section; nothing when the run has no packages.
pub(super) fn timing(timing: &Timing) -> String {
    if timing.packages.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for (what, time) in [
        ("in all", &timing.makespan),
        ("before the first", &timing.before),
        ("after the last", &timing.after),
    ] {
        add(&mut text, format!("  {what:<17} {}\n", both(time)));
    }
    add(&mut text, format!("  {}\n", style::faint("packages: place, work, landed at")));
    for (at, package) in timing.packages.iter().enumerate().take(PACKAGES) {
        text.push_str(&row(at + 1, package));
    }
    if let Some(more) = timing.packages.len().checked_sub(PACKAGES).filter(|more| *more > 0) {
        add(&mut text, format!("  {}\n", style::faint(&format!("and {more} more"))));
    }
    text.extend(timing.checkpoints.iter().map(checkpoint));
    for alert in &timing.alerts {
        add(&mut text, format!("  {} {}\n", style::bad("alert"), crate::formats::visible(alert)));
    }
    for learnt in &timing.learnings {
        add(&mut text, format!("  {} {learnt}\n", style::faint("learnt")));
    }
    text
}

/// `12 s, expected 10 s`.
fn both(time: &Expected) -> String {
    let actual = time.actual.map_or_else(|| "not yet".to_owned(), span);
    format!("{actual}, expected {}", span(time.expected))
}

fn row(planned: usize, package: &PackageTiming) -> String {
    let place = package.place.map_or_else(|| "-".to_owned(), |place| place.to_string());
    let place = format!("{place} ({planned})");
    let times = format!("{}; {}", both(&package.work), both(&package.end));
    let lane = style::faint(&package.lane);
    format!("  {place:>9}  {}  {times}  {lane}\n", package.id)
}

fn checkpoint(it: &CheckpointOutcome) -> String {
    let what = it.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}"));
    let word = if it.holds() { style::good("reached") } else { style::bad("missed ") };
    let at = it.reached_at.map_or_else(String::new, |at| format!(", reached at {}", span(at)));
    format!(
        "  {word} {} % of {what} by {}: {} % had landed, {} % expected{at}\n",
        it.percent,
        span(it.by),
        it.reached,
        it.expected
    )
}
