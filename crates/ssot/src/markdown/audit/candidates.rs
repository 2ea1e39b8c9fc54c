//! Every member as a candidate for canonical.

use ssot_engine::audit::Candidate;

use crate::markdown::{cell, code};

pub(super) fn candidate(candidate: &Candidate) -> String {
    let figures: Vec<String> =
        candidate
            .criteria
            .iter()
            .map(|it| format!("{}: {} ({})", it.name, cell(&it.figure), it.points))
            .chain(candidate.obstacles.iter().map(|(place, reason)| {
                format!("{} cannot import it: {}", code(place), cell(reason))
            }))
            .collect();
    let (points, dotted) = (candidate.points(), code(&candidate.dotted));
    format!("| {points} | {dotted} | {} |\n", figures.join("<br>"))
}
