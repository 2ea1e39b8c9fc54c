//! One page that needs nothing else: no request, no bundle, the drawings computed here.
//!
//! The text of a repository is hostile: everything of it passes [`escaped`], and the page
//! forbids itself every script but its own.

mod audit;
mod base64;
mod difference;
mod directories;
mod figures;
mod finding;
mod treemap;
mod trend;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use ssot_engine::audit::Audit;
use ssot_model::{Finding, Member, ScanReport, TrendPoint, Verdict};

pub use crate::sources::Sources;

use crate::markup::escaped;
use crate::summary;
use crate::words::{add, count, date, short};

pub(crate) const STYLE: &str = include_str!("../../assets/report.css");
const SCRIPT: &str = include_str!("../../assets/report.js");

/// Groups on the page; what is open comes after what has to change.
const FAMILIES: usize = 1000;
/// Findings of each rule about places on the page.
const PLACES: usize = 100;
/// Groups whose first members are compared line by line.
const COMPARED: usize = 120;
/// Files listed that could not be read.
const ISSUES: usize = 50;

/// What a page has to know besides the report.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The repository as it was typed, as a word of a command with the space before it;
    /// empty for the current folder.
    pub argument: &'a str,
    /// What the repository is called.
    pub name: &'a str,
    /// What leads from the folder where the command was typed to the repository:
    /// empty, or a path that ends in a slash.
    pub prefix: &'a str,
    /// Whether what is no violation is told too.
    pub all: bool,
    /// The figures of the commits scanned so far, the oldest first.
    pub trend: &'a [TrendPoint],
    /// What is known about groups.
    pub audits: &'a [Audit],
}

impl Setting<'_> {
    /// What is known about the group of a finding.
    fn audit(&self, finding: &Finding) -> Option<&Audit> {
        self.audits.iter().find(|audit| audit.finding.id == finding.id)
    }

    /// `path:line` of a member from where the command was typed.
    fn place(&self, member: &Member) -> String {
        format!("{}{}:{}", self.prefix, member.path, member.span.start)
    }
}

/// The findings of the page: groups by what consolidating them saves, places by rule, and
/// open questions.
fn shown(report: &ScanReport, all: bool) -> Vec<&Finding> {
    let is_open = |it: &&Finding| it.verdict == Some(Verdict::Unsure) && it.accepted.is_none();
    let mut shown = summary::ranked(report, all);
    shown.truncate(FAMILIES);
    let families = shown.len();
    let rules = summary::by_rule(report, all);
    shown.extend(rules.into_values().flat_map(|findings| findings.into_iter().take(PLACES)));
    if !all {
        let mut open: Vec<&Finding> = report.findings.iter().filter(is_open).collect();
        open.sort_by_key(|finding| std::cmp::Reverse(finding.cost));
        shown.extend(open.into_iter().take(FAMILIES - families));
    }
    shown
}

/// The findings whose source the page shows.
pub fn sourced(report: &ScanReport, all: bool) -> impl Iterator<Item = &Finding> {
    let shown = shown(report, all).into_iter().enumerate();
    shown.filter(|(at, finding)| shows_source(*at, finding)).map(|(_, finding)| finding)
}

/// Whether the source of a finding is shown: of the first groups, and of every place.
fn shows_source(at: usize, finding: &Finding) -> bool {
    at < COMPARED || finding.verdict.is_none()
}

/// The whole page; `headline` says what came out.
pub fn page(
    report: &ScanReport,
    headline: &str,
    setting: &Setting<'_>,
    sources: &Sources,
) -> String {
    let shown = shown(report, setting.all);
    let headline = escaped(headline);
    let figures = figures::section(report, &headline);
    let sections = [
        figures,
        directories::section(report, directories::Choice::Filter),
        trend::section(setting.trend),
        findings(report.violations().count(), &shown, setting, sources),
        issues(report),
    ];
    document(&headline, &sections.concat(), &foot(&shown, setting), setting)
}

/// The page of audits: every group with all that is known about it.
pub fn audits(setting: &Setting<'_>, sources: &Sources) -> String {
    let shown: Vec<&Finding> = setting.audits.iter().map(|it| &it.finding).collect();
    let headline = match shown.as_slice() {
        [only] => format!("{} {}", only.kind.as_str(), escaped(&only.name)),
        groups => format!("{} audited", count(groups.len(), "group")),
    };
    let missed: usize = setting
        .audits
        .iter()
        .filter_map(|it| it.history.as_ref())
        .map(|it| it.missed_fixes.len())
        .sum();
    let open: usize = setting.audits.iter().map(|it| it.ledger.open().count()).sum();
    let said = [
        count(missed, "missed fix").replace("fixs", "fixes"),
        format!("{} of behaviour that nobody has answered for", count(open, "piece")),
    ];
    let hero = format!(
        "<section class=\"hero\"><p class=\"headline\">{headline}</p>\n<p class=\"read\">{}</p></section>\n",
        said.join(", ")
    );
    let list = findings(0, &shown, setting, sources);
    document(&headline, &(hero + &list), &foot(&shown, setting), setting)
}

/// The figures of a report; its verdicts and rules lead to the findings at `base`.
pub fn figures(report: &ScanReport, base: &str) -> String {
    figures::linked(report, base)
}

/// The map of the directories, each of which leads to `base` with its path after it.
pub fn map(report: &ScanReport, base: &str) -> String {
    directories::section(report, directories::Choice::Link(base))
}

/// How the figures went from commit to commit.
pub fn trend(points: &[TrendPoint]) -> String {
    trend::section(points)
}

/// What a finding rests on, where it is, and what an audit says about it.
pub fn concept(finding: &Finding, audit: Option<&Audit>, sources: &Sources) -> String {
    finding::whole(finding, audit, sources)
}

/// A whole page around its sections.
fn document(headline: &str, sections: &str, foot: &str, setting: &Setting<'_>) -> String {
    let name = escaped(setting.name);
    let hash = base64::encoded(&Sha256::digest(SCRIPT));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{name}: {headline}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">To the findings</a>\n{}<main>\n{sections}</main>\n{foot}\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        head(&name, setting),
    )
}

fn head(name: &str, setting: &Setting<'_>) -> String {
    let state = setting.trend.last().map_or_else(String::new, |point| {
        let commit = escaped(short(&point.commit));
        format!("<p class=\"state\">commit <code>{commit}</code>, {}</p>", date(point.at))
    });
    format!(
        "<header class=\"top\">\n<p class=\"brand\" aria-hidden=\"true\">ssot</p>\n\
         <h1>{name}</h1>\n{state}\n\
         <button type=\"button\" id=\"theme\" class=\"quiet\" hidden>Theme: <span>auto</span></button>\n\
         </header>\n"
    )
}

fn findings(
    violations: usize,
    shown: &[&Finding],
    setting: &Setting<'_>,
    sources: &Sources,
) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let mut list = String::new();
    for (at, finding) in shown.iter().enumerate() {
        list.push_str(&finding::item(
            at + 1,
            finding,
            setting,
            shows_source(at, finding).then_some(sources),
        ));
    }
    let told = shown.iter().filter(|finding| finding.is_violation()).count();
    let missing = violations.saturating_sub(told);
    let more = match missing {
        0 => String::new(),
        missing => {
            format!(
                "<p class=\"read\">{} of lesser rank are not on this page.</p>\n",
                count(missing, "finding")
            )
        }
    };
    let rules: BTreeSet<&str> = shown.iter().map(|finding| finding.rule.as_str()).collect();
    let verdicts: BTreeSet<Option<Verdict>> = shown.iter().map(|finding| finding.verdict).collect();
    let rules: String = rules.into_iter().map(|rule| option(rule, rule)).collect();
    let verdicts: String = verdicts
        .into_iter()
        .map(|verdict| verdict.map_or("place", Verdict::as_str))
        .map(|word| option(word, word))
        .collect();
    format!(
        "<section id=\"findings\" aria-labelledby=\"findings-title\">\n\
         <h2 id=\"findings-title\">Findings</h2>\n\
         <form class=\"filter\" role=\"search\" hidden>\n\
         <label class=\"grow\"><span>Name, path or fingerprint</span>\
         <input type=\"search\" id=\"filter-text\" autocomplete=\"off\" placeholder=\"press / to type\"></label>\n\
         <label><span>Verdict</span><select id=\"filter-verdict\"><option value=\"\">every verdict</option>{verdicts}</select></label>\n\
         <label><span>Rule</span><select id=\"filter-rule\"><option value=\"\">every rule</option>{rules}</select></label>\n\
         <button type=\"button\" id=\"filter-clear\" class=\"quiet\">Clear</button>\n\
         <p class=\"count\" id=\"filter-count\" role=\"status\"></p>\n</form>\n{more}\
         <ol class=\"findings\">\n{list}</ol>\n</section>\n"
    )
}

fn option(value: &str, label: &str) -> String {
    format!("<option value=\"{}\">{}</option>", escaped(value), escaped(label))
}

fn issues(report: &ScanReport) -> String {
    if report.issues.is_empty() {
        return String::new();
    }
    let mut list = String::new();
    for issue in report.issues.iter().take(ISSUES) {
        let at = if issue.line == 0 { String::new() } else { format!(":{}", issue.line) };
        let (path, message) = (escaped(issue.path.as_str()), escaped(&issue.message));
        add(&mut list, format!("<li><code>{path}{at}</code> {message}</li>\n"));
    }
    let hidden = report.issues.len().saturating_sub(ISSUES);
    if hidden > 0 {
        add(&mut list, format!("<li>and {hidden} more</li>\n"));
    }
    let files: BTreeSet<_> = report.issues.iter().map(|issue| &issue.path).collect();
    format!(
        "<section>\n<details class=\"issues\"><summary>{} could not be read as a whole</summary>\n\
         <ul>\n{list}</ul>\n</details>\n</section>\n",
        count(files.len(), "file")
    )
}

fn foot(shown: &[&Finding], setting: &Setting<'_>) -> String {
    let argument = escaped(setting.argument);
    let first = shown.iter().find(|finding| finding.verdict.is_some());
    let audit = first.map_or_else(String::new, |finding| {
        format!("<li><code>ssot audit {}{argument}</code> compares one group</li>", finding.id)
    });
    format!(
        "<footer>\n<ul>{audit}<li><code>ssot plan{argument}</code> says what would be done</li>\
         <li><code>ssot explain RULE</code> says what a rule finds and when it is silent</li></ul>\n\
         <p>ssot {}</p>\n</footer>\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STYLE};

    #[test]
    fn the_page_asks_nobody() {
        for asset in [SCRIPT, STYLE] {
            for word in ["http:", "https:", "url(", "@import", "fetch(", "</s"] {
                assert!(!asset.contains(word), "{word}");
            }
        }
    }
}
