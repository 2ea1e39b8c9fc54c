//! Verdicts in words.

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
