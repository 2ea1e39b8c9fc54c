//! Verdicts and choices in words.

use ssot_engine::audit::{Audit, Choice};
use ssot_model::Verdict;

use super::style;

/// What a verdict says, in half a line.
pub(crate) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Identical => "equal bodies under one name",
        Verdict::Clone => "equal bodies under different names",
        Verdict::Variant => "one concept whose implementations have diverged",
        Verdict::Twin => "a synchronous and an asynchronous face of one concept",
        Verdict::Shadowed => "unreachable, another module takes its place",
        Verdict::Homonym => "one name for different concepts",
        Verdict::Layer => "one calls or wraps the other",
        Verdict::Specialisation => "a subclass, or a protocol and its implementation",
        Verdict::Boundary => "each boundary owns its copy",
        Verdict::Convention => "plug-ins, templates, generated or vendored code",
        Verdict::Unsure => "the evidence does not decide",
    }
}

/// A verdict in its column and colour.
pub(crate) fn cell(verdict: Verdict) -> String {
    let text = format!("{:<14}", verdict.as_str());
    if verdict.is_violation() {
        style::bad(&text)
    } else if verdict == Verdict::Unsure {
        style::open(&text)
    } else {
        style::faint(&text)
    }
}

/// What is to be done with a group: the verb, and the names it is about.
pub(crate) fn choice(audit: &Audit) -> (&'static str, String) {
    let dotted = |at| {
        let mut candidates = audit.candidates.iter();
        candidates.find(|it| it.definition == at).map(|it| it.dotted.as_str())
    };
    match &audit.choice {
        Choice::Redirect { canonical, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|copy| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            ("redirect", format!("{} -> {canonical}", copies.join(", ")))
        }
        Choice::Extract { members, module, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("extract", format!("{} -> {module}", members.join(", ")))
        }
        Choice::PullUp { members, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("pull-up", format!("{} -> a class above", members.join(", ")))
        }
        Choice::NewBase { members, base, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("pull-up", format!("{} -> {}, a new class", members.join(", "), base.dotted()))
        }
        Choice::Parameterise { canonical, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            ("parameterise", format!("{} call {canonical}", copies.join(", ")))
        }
        Choice::Delegate { method, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let method = dotted(*method).unwrap_or("the method");
            ("delegate", format!("{} call {method}", copies.join(", ")))
        }
        Choice::Merge { canonical, copies, .. } => {
            let takes = copies.iter().any(|(_, cover)| !cover.missing.is_empty());
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            let verb = if takes { "merge" } else { "superset" };
            (verb, format!("{} -> {canonical}", copies.join(", ")))
        }
        Choice::Delete { .. } => {
            let members = &audit.finding.members;
            let hidden = members.iter().find(|it| it.path.file_name() != "__init__.py");
            ("delete", hidden.map_or_else(String::new, |it| it.path.to_string()))
        }
        Choice::Accept => ("leave", "as it is".to_owned()),
    }
}
