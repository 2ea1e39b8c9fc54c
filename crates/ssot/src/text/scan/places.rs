//! Findings about places, by rule.

use ssot_model::{Finding, Member, ScanReport};

use super::family::confidence;
use super::{WIDTH, by_rule, extent, line, place, wrapped};
use crate::formats::{Setting, visible};
use crate::text::figures::{count, thousands};
use crate::text::style;

/// Findings shown of each rule unless one is asked for.
const FINDINGS: usize = 3;
/// Further places shown of one finding.
const PLACES: usize = 3;
/// What stands before a line of a finding.
const INDENT: &str = "        ";

/// A paragraph a rule: the first findings, and how to see the others.
pub(super) fn places(report: &ScanReport, setting: &Setting<'_>) -> String {
    let mut text = String::new();
    for (rule, findings) in by_rule(report, setting.all) {
        let (places, files) = extent(&findings);
        let extent = format!("{} in {}", count(places, "place"), count(files, "file"));
        text.push('\n');
        line(&mut text, &format!("  {}  {extent}", style::strong(rule)));
        let whole = setting.all || setting.narrowed;
        let most = if whole { findings.len() } else { FINDINGS };
        for finding in findings.iter().take(most) {
            text.push_str(&found(finding, setting));
        }
        if findings.len() > most {
            let hidden = thousands((findings.len() - most) as u64);
            let command = style::command(&format!("ssot scan{} --rule {rule}", setting.argument));
            line(
                &mut text,
                &format!("        {} {command}", style::faint(&format!("and {hidden} more;"))),
            );
        }
    }
    text
}

/// The place and the sentence, on one line where they fit, and the other places.
fn found(finding: &Finding, setting: &Setting<'_>) -> String {
    let mut text = String::new();
    let Some((first, others)) = finding.members.split_first() else { return text };
    let at = |member: &Member| {
        place(setting.argument, &format!("{}:{}", member.path, member.span.start))
    };
    let place = at(first);
    let mut tail = confidence(finding).map(|sure| format!("  {sure}")).unwrap_or_default();
    if finding.accepted.is_some() {
        tail.push_str(&style::good("  accepted"));
    }
    let summary = visible(&finding.summary);
    if INDENT.len() + place.len() + summary.chars().count() + 14 <= WIDTH {
        line(&mut text, &format!("{INDENT}{place}  {}{tail}", style::faint(&summary)));
    } else {
        line(&mut text, &format!("{INDENT}{place}{tail}"));
        for row in wrapped("          ", &summary) {
            line(&mut text, &style::faint(&row));
        }
    }
    let most = if setting.all { others.len() } else { PLACES };
    for member in others.iter().take(most) {
        line(&mut text, &format!("{INDENT}{}", at(member)));
    }
    if others.len() > most {
        let hidden = thousands((others.len() - most) as u64);
        line(&mut text, &style::faint(&format!("{INDENT}and {hidden} more")));
    }
    text
}
