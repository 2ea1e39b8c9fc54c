//! Every member as a candidate for canonical.

use ssot_engine::audit::{Candidate, Contest};

use crate::text::figures::{add, count};
use crate::text::style;

/// Places shown that would break under one candidate.
const BREAKS: usize = 6;

pub(super) fn candidate(candidate: &Candidate) -> String {
    let points = style::strong(&format!("{:>6}", candidate.points()));
    let mut text = format!("  {points}  {}\n", candidate.dotted);
    for criterion in &candidate.criteria {
        let weight = criterion.weight.map(|it| format!(" (weight {it})")).unwrap_or_default();
        let line = format!(
            "{:>14}  {:<14} {}{weight}",
            criterion.points, criterion.name, criterion.figure
        );
        add(&mut text, format!("{}\n", style::faint(&line)));
    }
    for (place, reason) in &candidate.obstacles {
        let line = format!("{place} cannot import it: {reason}");
        add(&mut text, format!("          {}\n", style::open(&line)));
    }
    for it in candidate.breaks.iter().take(BREAKS) {
        let line = format!("would break {}: {}", it.place, it.why);
        add(&mut text, format!("          {}\n", style::bad(&line)));
    }
    if let Some(more) = candidate.breaks.len().checked_sub(BREAKS).filter(|more| *more > 0) {
        let line = format!("and {} more would break", count(more, "place"));
        add(&mut text, format!("          {}\n", style::bad(&line)));
    }
    text
}

/// The second candidate, and what would make it the first.
pub(super) fn contest(contest: &Contest) -> String {
    let mut text = format!("  {} points behind: {}\n", contest.behind, contest.runner_up);
    for (sign, lines) in [("for it", &contest.against), ("against it", &contest.ahead)] {
        for line in lines {
            add(&mut text, format!("    {:<11} {line}\n", style::faint(sign)));
        }
    }
    for turn in &contest.turns {
        add(&mut text, format!("    {} {turn}\n", style::open("turned by")));
    }
    text
}
