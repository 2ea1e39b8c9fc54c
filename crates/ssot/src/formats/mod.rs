//! The forms in which a scan or a check is told: to people, to programs, to the services that show
//! findings beside code. Each is a pure function from a [`ScanReport`] to text; the page also
//! shows sources, which are read for it here.

mod github;
mod gitlab;
mod junit;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use ssot_engine::audit::Audit;
use ssot_model::{CheckReport, Comparand, Finding, GroupId, Member, ScanReport, TrendPoint};
use ssot_pages::report::{self as html, Sources};
use ssot_runtime::files::Root;

pub(crate) use junit::tests;
pub(crate) use ssot_pages::words::visible;

use crate::{markdown, text};

/// Forms of the result of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For people at a terminal
    Text,
    /// For programs: everything, versioned
    Json,
    /// For code scanning services: SARIF 2.1.0
    Sarif,
    /// Annotations of a GitHub Actions job
    Github,
    /// A code quality report of GitLab
    Gitlab,
    /// For whatever shows tests: JUnit XML
    Junit,
    /// For a comment on a pull request
    Md,
    /// One page for a browser: map, differences, trend
    Html,
}

/// What a form has to know besides the report.
pub(crate) struct Setting<'a> {
    /// The repository as it was typed, as a word of a command with the space before it;
    /// empty for the current folder.
    pub(crate) argument: &'a str,
    /// What the repository is called.
    pub(crate) name: &'a str,
    /// Where its files are.
    pub(crate) root: &'a Path,
    /// What leads from the folder where the command was typed to the repository:
    /// empty, or a path that ends in a slash.
    pub(crate) prefix: &'a str,
    /// The address at which a service shows a file of the repository, ending in a
    /// slash; empty where there is none.
    pub(crate) blob: &'a str,
    /// Whether what is no violation is told too.
    pub(crate) all: bool,
    /// Whether a rule, a concept or a change was asked for: then everything found is told.
    pub(crate) narrowed: bool,
    /// The figures of the commits scanned so far, the oldest first.
    pub(crate) trend: &'a [TrendPoint],
    /// What is known about groups; only the page shows it.
    pub(crate) audits: &'a [Audit],
    /// The check that the findings are told for; none for a scan.
    pub(crate) check: Option<&'a CheckReport>,
}

impl Setting<'_> {
    /// The path of a member from where the command was typed.
    pub(crate) fn path(&self, member: &Member) -> String {
        format!("{}{}", self.prefix, member.path)
    }

    /// What came out, in one line.
    pub(crate) fn headline(&self, report: &ScanReport) -> String {
        let nothing = report.files > 0 && report.violations().next().is_none();
        match self.check {
            Some(check) => visible(&text::check_headline(check)),
            None if self.narrowed && nothing => {
                "Nothing was found of what was asked for".to_owned()
            }
            None => text::headline(report),
        }
    }

    /// What the page has to know.
    fn page(&self) -> html::Setting<'_> {
        let Self { argument, name, prefix, all, trend, audits, .. } = *self;
        html::Setting { argument, name, prefix, all, trend, audits }
    }

    /// What a finding is to that with which a check compares; none when nothing was compared.
    fn baseline_state(&self, finding: &Finding) -> Option<&'static str> {
        self.check.filter(|check| check.compared_with != Comparand::Nothing)?;
        Some(if finding.is_violation() { "new" } else { "unchanged" })
    }

    /// `path:line` of a member from where the command was typed.
    fn place(&self, member: &Member) -> String {
        format!("{}:{}", self.path(member), member.span.start)
    }
}

/// The report in the form asked for.
pub(crate) fn render(
    format: ScanFormat,
    report: &ScanReport,
    setting: &Setting<'_>,
) -> anyhow::Result<String> {
    Ok(match format {
        ScanFormat::Text => text::scan(report, setting),
        ScanFormat::Json => json(report)?,
        ScanFormat::Sarif => json(&sarif::log(report, setting))?,
        ScanFormat::Github => github::annotations(report, setting),
        ScanFormat::Gitlab => json(&gitlab::issues(report, setting))?,
        ScanFormat::Junit => junit::suites(report, setting),
        ScanFormat::Md => markdown::scan(report, setting),
        ScanFormat::Html => {
            let sources = sources(setting, html::sourced(report, setting.all));
            html::page(report, &setting.headline(report), &setting.page(), &sources)
        }
    })
}

/// The groups of a report that its page tells everything about.
pub(crate) fn audited(report: &ScanReport, setting: &Setting<'_>) -> BTreeSet<GroupId> {
    let told = html::sourced(report, setting.all).filter(|it| it.verdict.is_some());
    told.map(|finding| finding.id.clone()).collect()
}

/// Audits as a page.
pub(crate) fn audit_page(setting: &Setting<'_>) -> String {
    let sources = sources(setting, setting.audits.iter().map(|it| &it.finding));
    html::audits(&setting.page(), &sources)
}

/// The files that a page shows, as far as they can be read.
fn sources<'a>(setting: &Setting<'_>, findings: impl Iterator<Item = &'a Finding>) -> Sources {
    let Ok(root) = Root::open(setting.root) else { return Sources::default() };
    Sources::read(findings, |path, largest| root.read(path, largest).ok())
}

/// A check in the form asked for. Services are told what is new, at its new members.
pub(crate) fn render_check(
    format: ScanFormat,
    report: &CheckReport,
    setting: &Setting<'_>,
) -> anyhow::Result<String> {
    match format {
        ScanFormat::Text => Ok(text::check(report, setting.argument)),
        ScanFormat::Json => json(report),
        format => render(format, &report.new_first(), setting),
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// The findings that are told: what has to change, with `all` also what has not.
fn told<'a>(report: &'a ScanReport, setting: &Setting<'_>) -> impl Iterator<Item = &'a Finding> {
    let all = setting.all;
    report.findings.iter().filter(move |finding| all || finding.is_violation())
}

/// A finding in one line: its sentence and its other places.
fn sentence(finding: &Finding, setting: &Setting<'_>) -> String {
    /// Other places that are named.
    const NAMED: usize = 3;
    let others: Vec<String> =
        finding.members.iter().skip(1).map(|member| setting.place(member)).collect();
    let summary = if finding.summary.is_empty() { &finding.name } else { &finding.summary };
    if others.is_empty() {
        return visible(summary);
    }
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    visible(&format!("{summary}; also in {}", text::some_of(&others, NAMED)))
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::{ScanFormat, render, sample};

    #[test]
    fn every_form_tells_the_same_report() {
        for format in ScanFormat::value_variants() {
            if *format == ScanFormat::Html {
                continue; // Long, and told by its parts.
            }
            let name = format.to_possible_value().expect("a word of its own");
            let told = render(*format, &sample::report(), &sample::setting(false));
            let told = anstream::adapter::strip_str(&told.expect("told")).to_string();
            insta::assert_snapshot!(name.get_name().to_owned(), told);
        }
    }

    #[test]
    fn no_form_lets_a_hostile_name_out() {
        for format in ScanFormat::value_variants() {
            let told = render(*format, &sample::hostile(), &sample::setting(true)).expect("told");
            let told = anstream::adapter::strip_str(&told).to_string();
            let named = format!("{format:?}:\n{told}");
            let controls = |it: char| it.is_control() && it != '\n';
            assert!(!told.contains(controls), "{named}");
            let forbidden: &[&str] = match format {
                ScanFormat::Github => &["\n::error::", ",line=1::b"],
                ScanFormat::Junit => &["<script", "<img", "]]>"],
                ScanFormat::Html => &["<script>alert", "<img", "<!--", "\u{202e}"],
                ScanFormat::Text | ScanFormat::Md => &["\u{202e}"],
                // Data: whoever shows it has to know what it is.
                ScanFormat::Json | ScanFormat::Sarif | ScanFormat::Gitlab => &[],
            };
            for text in forbidden {
                assert!(!told.contains(text), "{named}");
            }
        }
    }
}
