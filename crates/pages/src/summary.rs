//! What a scan found, ranked and in words; every form of it begins here.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::{AcceptedBy, Finding, RepoPath, ScanReport, Verdict};

use crate::words::count;

/// The groups that are told, those first whose consolidation saves most.
pub fn ranked(report: &ScanReport, all: bool) -> Vec<&Finding> {
    let told = |it: &&Finding| it.verdict.is_some() && (all || it.is_violation());
    let mut families: Vec<&Finding> = report.findings.iter().filter(told).collect();
    families.sort_by_key(|finding| (!finding.is_violation(), std::cmp::Reverse(finding.cost)));
    families
}

/// The findings about places that are told, by rule.
pub fn by_rule(report: &ScanReport, all: bool) -> BTreeMap<&str, Vec<&Finding>> {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let told = |it: &&Finding| it.verdict.is_none() && (all || it.is_violation());
    for finding in report.findings.iter().filter(told) {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    rules
}

/// Places of some findings, and the files that they lie in.
pub fn extent(findings: &[&Finding]) -> (usize, usize) {
    let members = || findings.iter().flat_map(|finding| &finding.members);
    let files: BTreeSet<&RepoPath> = members().map(|member| &member.path).collect();
    (members().count(), files.len())
}

/// The figures in one line.
pub fn headline(report: &ScanReport) -> String {
    if report.files == 0 {
        return "No source file was found, so nothing was compared".to_owned();
    }
    let concepts = report.violations().filter(|finding| finding.verdict.is_some()).count();
    let rules = by_rule(report, false);
    let places: Vec<&Finding> =
        rules.values().flatten().copied().filter(|finding| finding.is_violation()).collect();
    let mut parts = Vec::new();
    if concepts > 0 {
        let verb = if concepts == 1 { "has" } else { "have" };
        let noun = count(concepts, "concept");
        let lines = match report.removable_lines() {
            0 => String::new(),
            lines => format!(", {} would go", count(lines as usize, "line")),
        };
        parts.push(format!("{noun} {verb} more than one source of truth{lines}"));
    }
    if !places.is_empty() {
        let verb = if rules.len() == 1 { "is" } else { "are" };
        let (noun, places) = (count(rules.len(), "rule"), count(extent(&places).0, "place"));
        parts.push(format!("{noun} {verb} broken in {places}"));
    }
    if parts.is_empty() {
        return "No concept has more than one source of truth, no rule is broken".to_owned();
    }
    parts.join("; ")
}

/// What consolidating saves. What has diverged saves at most all but the longest.
pub fn saving(finding: &Finding) -> Option<String> {
    let goes: u32 = finding.removable().iter().map(|member| member.span.lines()).sum();
    if goes > 0 {
        return Some(count(goes as usize, "line"));
    }
    let lines = finding.members.iter().map(|member| member.span.lines());
    let most = lines.clone().sum::<u32>() - lines.max().unwrap_or(0);
    let diverged = matches!(finding.verdict, Some(Verdict::Variant | Verdict::Twin));
    (diverged && most > 0).then(|| format!("up to {}", count(most as usize, "line")))
}

/// Who accepted, after "by".
pub fn acceptor(by: AcceptedBy) -> &'static str {
    match by {
        AcceptedBy::Decision => "decision",
        AcceptedBy::Comment => "comment",
        AcceptedBy::Baseline => "the baseline",
    }
}
