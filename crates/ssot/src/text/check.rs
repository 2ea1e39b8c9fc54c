//! What `ssot check` says: what is new and the way out, what is gone, the totals.

use ssot_model::{AcceptedBy, BaselineEntry, CheckReport, Comparand, Finding};

use super::figures::{count, thousands};
use super::scan::{commands, evidence, line, place};
use super::{style, verdicts};

/// New findings that are shown.
const SHOWN: usize = 50;
/// Places shown with a finding.
const PLACES: usize = 8;
/// Fixed entries that are named.
const FIXED: usize = 10;

/// The whole text. `argument` is the repository as it was typed.
pub(crate) fn check(report: &CheckReport, argument: &str) -> String {
    let said = headline(report);
    let is_good = report.written || report.new.is_empty();
    let mut text = format!("{}\n", if is_good { style::good(&said) } else { style::bad(&said) });
    let new = report.new.iter().filter_map(|new| {
        let finding = report.scan.findings.iter().find(|it| it.id == new.id)?;
        Some((finding, new.members.as_slice()))
    });
    let new: Vec<(&Finding, &[String])> = new.collect();
    // The first baseline holds everything; `ssot scan` lists that.
    let first = report.written && report.compared_with == Comparand::Nothing;
    let shown = if first { 0 } else { SHOWN };
    for (finding, members) in new.iter().take(shown) {
        text.push_str(&family(finding, members, argument));
    }
    if !first && new.len() > shown {
        let hidden = thousands((new.len() - shown) as u64);
        line(&mut text, &format!("\n  and {hidden} more; `--format json` has all of them"));
    }
    text.push_str(&fixed(&report.fixed, report.written));
    if !report.written {
        text.push_str(&ways_out(report, new.first().map(|it| it.0), argument));
    }
    line(&mut text, &format!("\n{}", style::faint(&totals(report))));
    text
}

/// What came out, in one line.
pub(crate) fn headline(report: &CheckReport) -> String {
    let number = report.new.len();
    let findings = count(number, "finding");
    if report.written {
        return format!("ssot-baseline.json is written, {findings} added");
    }
    let verb = if number == 1 { "is" } else { "are" };
    match (&report.compared_with, number) {
        (_, 0) => "Nothing is new".to_owned(),
        (Comparand::Nothing, _) => format!("{findings}, and no baseline counts"),
        (Comparand::Baseline, _) => format!("{findings} {verb} not in ssot-baseline.json"),
        (Comparand::Revision(revision), _) => format!("{findings} {verb} new since {revision}"),
    }
}

/// One new finding: what it is, which of its members are new, what it rests on.
fn family(finding: &Finding, new: &[String], argument: &str) -> String {
    let verdict = match finding.verdict {
        Some(verdict) => verdicts::cell(verdict).trim_end().to_owned(),
        None => style::bad(&finding.rule),
    };
    let id = style::faint(finding.id.as_str());
    let mut text = format!("\n  {verdict}  {}  {id}\n", style::strong(&finding.summary));
    let is_new = |at: &str| new.iter().any(|name| name.ends_with(&format!(" at {at}")));
    let mut members: Vec<(String, bool)> = finding
        .members
        .iter()
        .map(|member| {
            let at = format!("{}:{}", member.path, member.span.start);
            let new = is_new(&at);
            (at, new)
        })
        .collect();
    // What is new comes first, in the order of the finding.
    members.sort_by_key(|(_, new)| !new);
    for (at, new) in members.iter().take(PLACES) {
        let mark = if *new { style::bad("new") } else { style::faint("known") };
        line(&mut text, &format!("      {}  {mark}", place(argument, at)));
    }
    if members.len() > PLACES {
        let hidden = thousands((members.len() - PLACES) as u64);
        line(&mut text, &style::faint(&format!("      and {hidden} more")));
    }
    for fact in finding.evidence.iter().take(2) {
        line(&mut text, &style::faint(&format!("      {}", evidence(fact))));
    }
    text
}

fn fixed(fixed: &[BaselineEntry], written: bool) -> String {
    if fixed.is_empty() {
        return String::new();
    }
    let what = if written { "Taken out of the baseline" } else { "Fixed" };
    let mut text = format!("\n{}\n", style::good(what));
    for entry in fixed.iter().take(FIXED) {
        let verdict = entry.verdict.map_or(entry.rule.as_str(), |verdict| verdict.as_str());
        let first = entry.members.first().map_or("", |member| member.definition.as_str());
        line(&mut text, &format!("  {verdict} {} {}  {first}", entry.kind.as_str(), entry.name));
    }
    if fixed.len() > FIXED {
        line(&mut text, &format!("  and {} more", thousands((fixed.len() - FIXED) as u64)));
    }
    text
}

fn ways_out(report: &CheckReport, first: Option<&Finding>, argument: &str) -> String {
    let mut rows: Vec<(String, &str)> = Vec::new();
    if let Some(first) = first {
        rows.push((
            format!("ssot explain {}", first.rule),
            "what the rule finds, how it is remedied",
        ));
        if first.verdict.is_some() {
            rows.push((format!("ssot audit {}{argument}", first.id), "compare the members"));
        }
        let comment = format!("# ssot: accept[{}] REASON", first.rule);
        rows.push((comment, "at the place: this one may stay"));
    }
    if first.is_some() || !report.fixed.is_empty() {
        let command = format!("ssot check{argument} --accept --reason TEXT");
        rows.push((command, "write the baseline anew"));
    }
    if rows.is_empty() {
        return String::new();
    }
    format!("\n{}\n{}", style::strong("Next"), commands(&rows))
}

/// Everything in one line.
fn totals(report: &CheckReport) -> String {
    let accepted = |wanted: &[AcceptedBy]| {
        let findings = report.scan.findings.iter();
        let by = findings.filter_map(|finding| finding.accepted.as_ref().map(|it| it.by));
        by.filter(|by| wanted.contains(by)).count()
    };
    let parts = [
        format!("{} new", thousands(report.new.len() as u64)),
        format!("{} in the baseline", thousands(accepted(&[AcceptedBy::Baseline]) as u64)),
        format!(
            "{} accepted by decision or comment",
            thousands(accepted(&[AcceptedBy::Decision, AcceptedBy::Comment]) as u64)
        ),
        format!("{} fixed", thousands(report.fixed.len() as u64)),
        format!("{} read", count(report.scan.files as usize, "file")),
    ];
    parts.join(", ")
}
