//! What exists already, for people.

use ssot_model::{Existence, Existing, Match};

use super::scan::line;
use super::{count, style, thousands};
use crate::formats::visible;

/// One paragraph per match.
pub(crate) fn existing(existing: &Existing) -> String {
    let mut text = String::new();
    let head = match existing.answer {
        Existence::Exists => style::bad("It exists already."),
        Existence::Similar => style::open("Something like it exists."),
        Existence::New => style::good("Nothing like it exists."),
    };
    let definitions = thousands(existing.definitions as u64);
    line(&mut text, &format!("{head} {definitions} definitions looked at{}.", trees(existing)));
    for it in &existing.matches {
        line(&mut text, "");
        one(&mut text, it);
    }
    let mut rest = Vec::new();
    if existing.more > 0 {
        rest.push(format!("{} more with --limit", existing.more));
    }
    if existing.aside > 0 {
        rest.push(format!("{} in tests and other code with --all", existing.aside));
    }
    if !rest.is_empty() {
        line(&mut text, "");
        line(&mut text, &style::faint(&rest.join(", ")));
    }
    text
}

fn trees(existing: &Existing) -> String {
    match existing.worktrees.len() {
        0 => String::new(),
        number => format!(", {} included", count(number, "other worktree")),
    }
}

fn one(text: &mut String, it: &Match) {
    let name = style::strong(&visible(&format!("{}{}", it.dotted, it.signature)));
    line(text, &format!("{:>4} %  {} {name}", it.likeness, it.kind.as_str()));
    let tree = it
        .worktree
        .as_ref()
        .map(|tree| format!(" in worktree {}", visible(tree)))
        .unwrap_or_default();
    let role = if it.role == "production" { String::new() } else { format!(", {}", it.role) };
    line(text, &format!("        {}:{}{tree}{role}", visible(it.path.as_str()), it.span.start));
    if !it.summary.is_empty() {
        line(text, &format!("        {}", visible(&it.summary)));
    }
    line(text, &style::faint(&format!("        {}", visible(&it.reasons.join("; ")))));
}
