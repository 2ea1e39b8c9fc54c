//! Every member as a candidate for canonical.

use ssot_engine::audit::{Candidate, Contest};

use crate::markdown::{cell, code, prose};
use crate::text::add;

pub(super) fn candidate(candidate: &Candidate) -> String {
    let figures: Vec<String> = candidate
        .criteria
        .iter()
        .map(|it| {
            let weight = it.weight.map(|weight| format!(", weight {weight}")).unwrap_or_default();
            format!("{}: {} ({}{weight})", it.name, cell(&it.figure), it.points)
        })
        .chain(
            candidate.obstacles.iter().map(|(place, reason)| {
                format!("{} cannot import it: {}", code(place), cell(reason))
            }),
        )
        .chain(
            candidate
                .breaks
                .iter()
                .map(|it| format!("would break {}: {}", code(&it.place), cell(&it.why))),
        )
        .collect();
    let (points, dotted) = (candidate.points(), code(&candidate.dotted));
    format!("| {points} | {dotted} | {} |\n", figures.join("<br>"))
}

/// The second candidate, and what would make it the first.
pub(super) fn contest(contest: &Contest) -> String {
    let (name, behind) = (code(&contest.runner_up), contest.behind);
    let mut page = format!("\nRunner-up: {name}, {behind} points behind.\n\n");
    for (what, lines) in [
        ("for it", &contest.against),
        ("against it", &contest.ahead),
        ("turned by", &contest.turns),
    ] {
        for line in lines {
            add(&mut page, format!("- {what}: {}\n", prose(line)));
        }
    }
    page
}
