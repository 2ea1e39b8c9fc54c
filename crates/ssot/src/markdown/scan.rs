//! A scan as a comment on a pull request.

use std::collections::BTreeMap;

use ssot_engine::rules::rule;
use ssot_model::{Finding, Member, ScanReport, Verdict, covered};

use super::{cell, code, prose};
use crate::formats::Setting;
use crate::text::{self, add, count, thousands};
use ssot_pages::markup::encoded;

/// Families in the first table.
const FIRST: usize = 10;
/// Families in the table that is folded.
const FOLDED: usize = 40;
/// Findings listed of each rule about places.
const PLACES: usize = 20;
/// Places named of each family.
const NAMED: usize = 4;
/// Services refuse longer comments; what follows is cut between two parts.
const BYTES: usize = 60_000;

/// Headline, figures, the families that cost most, and the rest folded away.
pub(crate) fn scan(report: &ScanReport, setting: &Setting<'_>) -> String {
    let mut page = format!(
        "### {}\n\n{}, {} read.\n",
        setting.headline(report),
        count(report.files as usize, "file"),
        count(report.lines as usize, "line"),
    );
    page.push_str(&figures(report));
    let families = text::ranked(report, setting.all);
    let (first, rest) = families.split_at(families.len().min(FIRST));
    let mut parts = Vec::new();
    if !first.is_empty() {
        parts.push(format!(
            "\n#### What consolidating would save most\n\n{}",
            table(first, 1, setting)
        ));
    }
    if !rest.is_empty() {
        let shown = &rest[..rest.len().min(FOLDED)];
        let mut body = table(shown, FIRST + 1, setting);
        if rest.len() > shown.len() {
            let hidden = thousands((rest.len() - shown.len()) as u64);
            add(&mut body, format!("\nand {hidden} more; `ssot scan --all` lists them\n"));
        }
        let said = format!("{} of lesser rank", count(rest.len(), "group"));
        parts.push(folded(&said, &body));
    }
    for (rule, findings) in text::by_rule(report, setting.all) {
        parts.push(places(rule, &findings, setting));
    }
    for part in parts {
        if page.len() + part.len() > BYTES {
            page.push_str("\nThe rest is too long for a comment.\n");
            break;
        }
        page.push_str(&part);
    }
    page.push_str(&footer(&families, setting));
    page
}

fn figures(report: &ScanReport) -> String {
    let mut verdicts: BTreeMap<Verdict, Vec<&Finding>> = BTreeMap::new();
    for finding in report.violations() {
        if let Some(verdict) = finding.verdict {
            verdicts.entry(verdict).or_default().push(finding);
        }
    }
    let rules = text::by_rule(report, false);
    let mut rows = String::new();
    for (verdict, findings) in &verdicts {
        let members = findings.iter().flat_map(|finding| finding.removable());
        let lines = match covered(members).into_values().sum::<u32>() {
            0 => String::new(),
            lines => count(lines as usize, "line"),
        };
        let (number, meaning) = (thousands(findings.len() as u64), text::meaning(*verdict));
        add(&mut rows, format!("| {} | {number} | {lines} | {meaning} |\n", verdict.as_str()));
    }
    for (name, findings) in &rules {
        let (places, files) = text::extent(findings);
        let summary = cell(rule(name).map_or("", |rule| rule.summary));
        let (places, files) = (thousands(places as u64), count(files, "file"));
        add(&mut rows, format!("| {} | {places} | in {files} | {summary} |\n", code(name)));
    }
    let accepted = report.findings.iter().filter(|it| it.accepted.is_some()).count();
    if accepted > 0 {
        add(&mut rows, format!("| accepted | {} | | |\n", thousands(accepted as u64)));
    }
    if rows.is_empty() { rows } else { format!("\n| | | | |\n|---|---:|---:|---|\n{rows}") }
}

fn table(findings: &[&Finding], from: usize, setting: &Setting<'_>) -> String {
    let mut table = "| | verdict | what | saves | where |\n|--:|---|---|--:|---|\n".to_owned();
    for (at, finding) in findings.iter().enumerate() {
        let mut places: Vec<String> =
            finding.members.iter().take(NAMED).map(|member| link(member, setting)).collect();
        let hidden = finding.members.len().saturating_sub(NAMED);
        if hidden > 0 {
            places.push(format!("and {hidden} more"));
        }
        add(
            &mut table,
            format!(
                "| {} | {} | {} {} | {} | {} |\n",
                from + at,
                finding.verdict_word(),
                finding.kind.as_str(),
                code(&finding.name),
                text::saving(finding).unwrap_or_default(),
                places.join("<br>"),
            ),
        );
    }
    table
}

fn places(rule: &str, findings: &[&Finding], setting: &Setting<'_>) -> String {
    let (places, files) = text::extent(findings);
    let said = format!("{rule}: {} in {}", count(places, "place"), count(files, "file"));
    let mut body = String::new();
    for finding in findings.iter().take(PLACES) {
        let Some(first) = finding.members.first() else { continue };
        let (link, summary) = (link(first, setting), prose(&finding.summary));
        add(&mut body, format!("- {link} {summary}\n"));
    }
    if findings.len() > PLACES {
        let hidden = thousands((findings.len() - PLACES) as u64);
        add(&mut body, format!("- and {hidden} more; `ssot scan --rule {rule}` lists them\n"));
    }
    folded(&said, &body)
}

fn folded(summary: &str, body: &str) -> String {
    format!("\n<details><summary>{}</summary>\n\n{body}\n</details>\n", prose(summary))
}

/// A place, with its address where a service shows the file.
fn link(member: &Member, setting: &Setting<'_>) -> String {
    let (path, span) = (setting.path(member), member.span);
    let label = code(&format!("{path}:{}", span.start));
    format!("[{label}]({}{}#L{}-L{})", setting.blob, encoded(&path), span.start, span.end)
}

fn footer(families: &[&Finding], setting: &Setting<'_>) -> String {
    let Some(first) = families.first() else { return String::new() };
    let argument = setting.argument;
    format!(
        "\n`ssot audit {}{argument}` compares one group, `ssot explain {}` says what its rule finds.\n",
        first.id, first.rule
    )
}
