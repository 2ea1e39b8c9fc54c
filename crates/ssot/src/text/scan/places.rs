//! Findings about places, by rule.

use ssot_model::{Finding, Member, ScanReport};

use super::family::confidence;
use ssot_pages::summary::{by_rule, extent};

use super::{WIDTH, line, place, wrapped};
use crate::formats::{Setting, visible};
use crate::text::figures::{add, count, thousands};
use crate::text::style;

/// Findings shown of each rule unless one is asked for.
const FINDINGS: usize = 3;
/// Places shown of one finding.
const PLACES: usize = 4;
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

/// One place with its sentence on a line where they fit; otherwise the sentence, and the
/// places below it.
fn found(finding: &Finding, setting: &Setting<'_>) -> String {
    let mut text = String::new();
    let mut tail = confidence(finding).map(|sure| format!("  {sure}")).unwrap_or_default();
    if finding.accepted.is_some() {
        tail.push_str(&style::good("  accepted"));
    }
    let summary = visible(&finding.summary);
    let most = if setting.all { finding.members.len() } else { PLACES };
    let places = listed(&finding.members, most, setting);
    let fits = INDENT.len() + places.len() + summary.chars().count() + 14 <= WIDTH;
    if finding.members.len() == 1 && fits {
        line(&mut text, &format!("{INDENT}{places}  {}{tail}", style::faint(&summary)));
        return text;
    }
    let rows = wrapped(INDENT, &summary);
    for (at, row) in rows.iter().enumerate() {
        let tail = if at + 1 == rows.len() { tail.as_str() } else { "" };
        line(&mut text, &format!("{row}{tail}"));
    }
    for row in wrapped(&format!("{INDENT}  "), &places) {
        line(&mut text, &style::faint(&row));
    }
    text
}

/// The places as a list; one in the file of the one before is its line alone.
fn listed(members: &[Member], most: usize, setting: &Setting<'_>) -> String {
    let mut before = None;
    let mut words = Vec::new();
    for member in members.iter().take(most) {
        let at = member.span.start;
        if before == Some(&member.path) {
            words.push(format!(":{at}"));
        } else {
            words.push(place(setting.argument, &format!("{}:{at}", member.path)));
        }
        before = Some(&member.path);
    }
    let mut text = words.join(", ");
    if members.len() > most {
        let hidden = thousands((members.len() - most) as u64);
        add(&mut text, format!(" and {hidden} more"));
    }
    text
}
