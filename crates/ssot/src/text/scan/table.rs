//! The figures by verdict and by rule.

use std::collections::BTreeMap;

use ssot_engine::rules::rule;
use ssot_model::{AcceptedBy, Finding, ScanReport, Verdict, covered};

use ssot_pages::summary::{acceptor, by_rule, extent};

use super::{WIDTH, cut, line};
use crate::text::figures::{count, thousands};
use crate::text::{style, verdicts};

/// Narrowest column of verdicts and rules.
const NARROWEST: usize = 14;

/// A row a verdict that is a violation, a row a rule about places, then in one line each
/// what is no violation and what was accepted.
pub(super) fn table(report: &ScanReport, all: bool) -> String {
    let (mut found, mut silent) = (BTreeMap::new(), BTreeMap::new());
    for finding in report.findings.iter().filter(|finding| finding.accepted.is_none()) {
        let Some(verdict) = finding.verdict else { continue };
        // A verdict that the configuration makes a note of is no violation here.
        let verdicts: &mut BTreeMap<Verdict, Vec<&Finding>> =
            if finding.is_violation() { &mut found } else { &mut silent };
        verdicts.entry(verdict).or_default().push(finding);
    }
    let rules = by_rule(report, false);
    let width = rules.keys().map(|name| name.len()).max().unwrap_or(0).max(NARROWEST);
    let mut text = String::new();
    for (verdict, findings) in &found {
        text.push_str(&verdict_row(*verdict, findings, width));
    }
    for (name, findings) in &rules {
        text.push_str(&rule_row(name, findings, width));
    }
    let silent: Vec<String> = silent
        .iter()
        .map(|(verdict, them)| format!("{} {}", thousands(them.len() as u64), verdict.as_str()))
        .collect();
    if !silent.is_empty() {
        let hint = if all { "" } else { " (--all shows them)" };
        let said = format!("  no violation:  {}{hint}", silent.join(", "));
        line(&mut text, &style::faint(&said));
    }
    text.push_str(&accepted(report));
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn verdict_row(verdict: Verdict, findings: &[&Finding], width: usize) -> String {
    let members = findings.iter().flat_map(|finding| finding.removable());
    let lines = match covered(members).into_values().sum::<u32>() {
        0 => String::new(),
        lines => count(lines as usize, "line"),
    };
    let cell = style::bad(&format!("{:<width$}", verdict.as_str()));
    row(&cell, findings.len(), &lines, verdicts::meaning(verdict), width)
}

fn rule_row(name: &str, findings: &[&Finding], width: usize) -> String {
    let (places, files) = extent(findings);
    let cell = style::bad(&format!("{name:<width$}"));
    let summary = rule(name).map_or("", |rule| rule.summary);
    row(&cell, places, &format!("in {}", count(files, "file")), summary, width)
}

fn row(cell: &str, number: usize, extent: &str, meaning: &str, width: usize) -> String {
    let number = thousands(number as u64);
    let meaning = style::faint(&cut(meaning, WIDTH - width - 25));
    let mut text = String::new();
    line(&mut text, format!("  {cell} {number:>6}  {extent:>12}  {meaning}").trim_end());
    text
}

/// What somebody said may stay.
fn accepted(report: &ScanReport) -> String {
    let mut by: BTreeMap<AcceptedBy, usize> = BTreeMap::new();
    for acceptance in report.findings.iter().filter_map(|finding| finding.accepted.as_ref()) {
        *by.entry(acceptance.by).or_default() += 1;
    }
    if by.is_empty() {
        return String::new();
    }
    let said: Vec<String> = by
        .iter()
        .map(|(by, number)| format!("{} by {}", thousands(*number as u64), acceptor(*by)))
        .collect();
    let mut text = String::new();
    line(&mut text, &style::faint(&format!("  accepted:      {}", said.join(", "))));
    text
}
