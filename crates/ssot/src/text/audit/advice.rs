//! Which way leads to one source of truth.

use ssot_engine::audit::{Advice, Hands};

use crate::text::figures::{add, count};
use crate::text::style;

pub(super) fn advice(advice: &Advice) -> String {
    let way = style::strong(advice.way.as_str());
    if advice.hands == Hands::Nobody {
        return format!("  {way}: {}\n", advice.why);
    }
    let mut text = format!("  {way} by {}: {}\n", advice.hands.as_str(), advice.why);
    for (number, step) in (1..).zip(&advice.steps) {
        add(&mut text, format!("    {number}. {step}\n"));
    }
    for risk in &advice.risks {
        add(&mut text, format!("    {} {risk}\n", style::open("risk")));
    }
    for change in &advice.breaking {
        add(&mut text, format!("    {} {change}\n", style::bad("breaks")));
    }
    let effort = advice.effort;
    let effort = [
        count(effort.definitions, "definition"),
        count(effort.uses, "use"),
        count(effort.open, "open piece"),
    ];
    add(&mut text, format!("    {}\n", style::faint(&format!("effort: {}", effort.join(", ")))));
    text
}
