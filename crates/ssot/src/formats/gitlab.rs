//! The code quality report that GitLab shows in merge requests.

use serde::Serialize;
use ssot_model::{Finding, Member, ScanReport, Severity};

use super::{Setting, sentence, told};

/// One entry of the report.
#[derive(Debug, Serialize)]
pub(crate) struct Issue<'a> {
    r#type: &'static str,
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    categories: [&'static str; 1],
    location: Location,
    other_locations: Vec<Location>,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Every finding that is told, the worst first.
pub(crate) fn issues<'a>(report: &'a ScanReport, setting: &Setting<'_>) -> Vec<Issue<'a>> {
    told(report, setting).filter_map(|finding| issue(finding, setting)).collect()
}

fn issue<'a>(finding: &'a Finding, setting: &Setting<'_>) -> Option<Issue<'a>> {
    let (first, others) = finding.members.split_first()?;
    let location = |member: &Member| Location {
        path: setting.path(member),
        lines: Lines { begin: member.span.start, end: member.span.end },
    };
    Some(Issue {
        r#type: "issue",
        description: sentence(finding, setting),
        check_name: &finding.rule,
        fingerprint: finding.fingerprint.as_str(),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        categories: [if finding.verdict.is_some() { "Duplication" } else { "Clarity" }],
        location: location(first),
        other_locations: others.iter().map(location).collect(),
    })
}
