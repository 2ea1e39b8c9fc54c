//! What calls of two versions came to, for people.

use ssot_model::{Behaviour, BehaviourVerdict, Reach};

use super::figures::count;
use super::scan::line;
use super::style;
use crate::formats::visible;

/// A paragraph: the verdict, the smallest call that shows a difference or what stands in
/// the way, and what the verdict rests on.
pub(crate) fn behaviour(it: &Behaviour) -> String {
    let mut text = String::new();
    let word = match it.verdict {
        BehaviourVerdict::Equal => style::good("equal"),
        BehaviourVerdict::Different => style::bad("different"),
        BehaviourVerdict::Untestable => style::open("untestable"),
    };
    let (left, right) = (style::strong(&it.left), style::strong(&it.right));
    line(&mut text, &format!("\nbehaviour {word}: {}", headline(it)));
    line(&mut text, &format!("  left  {left}"));
    line(&mut text, &format!("  right {right}"));
    if let Some(witness) = &it.witness {
        let call = visible(&witness.call);
        line(&mut text, &format!("\n  called with {}", style::strong(&call)));
        line(&mut text, &format!("    left  {}", visible(&witness.left)));
        line(&mut text, &format!("    right {}\n", visible(&witness.right)));
    }
    for fact in facts(it) {
        line(&mut text, &style::faint(&format!("  {fact}")));
    }
    for note in &it.notes {
        line(&mut text, &format!("  {}", visible(note)));
    }
    text
}

/// The verdict in one line, without its word.
fn headline(it: &Behaviour) -> String {
    let compared = it.inputs.compared();
    match (&it.untestable, &it.witness) {
        (Some(why), _) => format!("{} ({})", visible(&why.because), why.obstacle.as_str()),
        (None, Some(witness)) => {
            let differing = it.inputs.differing;
            format!(
                "{} of {}, first in {}",
                count(differing as usize, "input"),
                compared,
                witness.aspect.as_str()
            )
        }
        (None, None) => format!("on {}", count(compared as usize, "input")),
    }
}

/// What the verdict rests on.
fn facts(it: &Behaviour) -> Vec<String> {
    let counts = &it.inputs;
    let mut facts = Vec::new();
    if counts.compared() > 0 {
        facts.push(format!(
            "{} recorded in tests, {} made; {}",
            counts.observed,
            counts.generated,
            count(counts.outcomes as usize, "different outcome")
        ));
    }
    for (side, reach) in [("left", &it.left_reach), ("right", &it.right_reach)] {
        if reach.lines > 0 {
            facts.push(format!("{side}: {}", reached(reach)));
        }
    }
    if !counts.dropped.is_empty() {
        let dropped: Vec<String> =
            counts.dropped.iter().map(|(why, n)| format!("{n} {}", why.as_str())).collect();
        facts.push(format!("not compared: {}", dropped.join(", ")));
    }
    facts
}

fn reached(reach: &Reach) -> String {
    let lines: Vec<String> = reach
        .missed
        .iter()
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            },
        )
        .collect();
    let all = format!("{} of {} lines reached", reach.reached, reach.lines);
    if lines.is_empty() { all } else { format!("{all}, not {}", lines.join(", ")) }
}
