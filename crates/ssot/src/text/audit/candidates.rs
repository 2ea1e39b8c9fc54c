//! Every member as a candidate for canonical.

use ssot_engine::audit::Candidate;

use crate::text::figures::add;
use crate::text::style;

pub(super) fn candidate(candidate: &Candidate) -> String {
    let points = style::strong(&format!("{:>6}", candidate.points()));
    let mut text = format!("  {points}  {}\n", candidate.dotted);
    for criterion in &candidate.criteria {
        let line = format!("{:>14}  {:<14} {}", criterion.points, criterion.name, criterion.figure);
        add(&mut text, format!("{}\n", style::faint(&line)));
    }
    for (place, reason) in &candidate.obstacles {
        let line = format!("{place} cannot import it: {reason}");
        add(&mut text, format!("          {}\n", style::open(&line)));
    }
    text
}
