//! SARIF 2.1.0, the form of code scanning services (OASIS standard).

use serde::Serialize;
use ssot_engine::rules::{Rule, rule};
use ssot_model::{
    AcceptedBy, Finding, Leaning, Level, Member, ParseIssue, ScanReport, Severity, Verdict,
};

use super::{Setting, visible};
use ssot_pages::markup::encoded;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where the paths of a run begin; the service knows the folder.
const BASE: &str = "%SRCROOT%";

/// The root of a document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

/// A rule with its page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
}

#[derive(Debug, Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// A file that could not be read as a whole.
#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

/// A finding; `result` in the standard's words.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    suppressions: Vec<Suppression<'a>>,
    properties: Properties<'a>,
}

/// Our identity, with the version of how it is made.
#[derive(Debug, Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "ssotFinding/v1")]
    finding: &'a str,
}

#[derive(Debug, Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Debug, Serialize)]
struct Properties<'a> {
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    confidence: u8,
    cost: u32,
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    end_line: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

/// The document: what has to change, what was accepted, and with `all` everything.
pub(crate) fn log<'a>(report: &'a ScanReport, setting: &Setting<'_>) -> Log<'a> {
    let told = |it: &&Finding| setting.all || it.is_violation() || it.accepted.is_some();
    let findings: Vec<&Finding> = report.findings.iter().filter(told).collect();
    let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let results = findings.iter().map(|finding| outcome(finding, &rules, setting)).collect();
    let notes = report.issues.iter().map(|issue| notification(issue, setting)).collect();
    let driver = Driver {
        name: "ssot",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().map(|name| descriptor(name)).collect(),
    };
    let invocation = Invocation { execution_successful: true, tool_execution_notifications: notes };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation],
        column_kind: "unicodeCodePoints",
        results,
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn descriptor(name: &str) -> Descriptor {
    let known: Option<&Rule> = rule(name);
    Descriptor {
        id: name.to_owned(),
        short_description: known.map(|rule| message(rule.summary)),
        help: known.map(|rule| Help { text: rule.page, markdown: rule.page }),
        default_configuration: known.map(|rule| Configuration {
            level: match rule.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note | Level::Off => "note",
            },
        }),
    }
}

fn message(text: &str) -> Message {
    Message { text: visible(text) }
}

fn notification(issue: &ParseIssue, setting: &Setting<'_>) -> Notification {
    let region = Region { start_line: issue.line, end_line: issue.line };
    Notification {
        level: "warning",
        message: message(&issue.message),
        locations: [Location {
            id: None,
            physical: Physical {
                artifact_location: artifact(&format!("{}{}", setting.prefix, issue.path)),
                region: (issue.line > 0).then_some(region),
            },
            logical_locations: None,
            message: None,
        }],
    }
}

fn outcome<'a>(finding: &'a Finding, rules: &[&str], setting: &Setting<'_>) -> Outcome<'a> {
    let (kind, level) = weight(finding);
    let mut members = finding.members.iter();
    let first = members.next().map(|member| location(member, None, setting));
    let related = members.enumerate();
    let evidence = finding.evidence.iter().map(|fact| {
        let sign = if fact.leaning == Leaning::For { '+' } else { '-' };
        visible(&format!("{sign} {}: {}", fact.signal, fact.text))
    });
    Outcome {
        rule_id: &finding.rule,
        rule_index: rules.partition_point(|rule| *rule < finding.rule.as_str()),
        kind,
        level,
        message: Message { text: linked(finding, setting) },
        locations: first.into_iter().collect(),
        related_locations: related
            .map(|(at, member)| location(member, Some(at + 1), setting))
            .collect(),
        partial_fingerprints: Fingerprints { finding: finding.fingerprint.as_str() },
        baseline_state: setting.baseline_state(finding),
        suppressions: suppressions(finding),
        properties: Properties {
            group: finding.id.as_str(),
            verdict: finding.verdict.map(Verdict::as_str),
            confidence: finding.confidence,
            cost: finding.cost,
            evidence: evidence.collect(),
            question: finding.question.as_deref(),
        },
    }
}

/// The sentence of a finding with links to its other places.
fn linked(finding: &Finding, setting: &Setting<'_>) -> String {
    /// Other places that are linked; every one is among the related locations.
    const LINKED: usize = 5;
    let plain = |text: &str| visible(text).replace(['[', ']', '\\'], "_");
    let summary = if finding.summary.is_empty() { &finding.name } else { &finding.summary };
    let others: Vec<&Member> = finding.members.iter().skip(1).collect();
    let links: Vec<String> = others
        .iter()
        .take(LINKED)
        .enumerate()
        .map(|(at, member)| format!("[{}]({})", plain(&setting.place(member)), at + 1))
        .collect();
    let more = match others.len().saturating_sub(LINKED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let also = if links.is_empty() { "" } else { "; also in " };
    format!("{}{also}{}{more}", visible(summary), links.join(", "))
}

/// The kind of a result and its level; only a failure has a level.
fn weight(finding: &Finding) -> (&'static str, &'static str) {
    let fails = finding.verdict.is_none_or(Verdict::is_violation);
    match (finding.severity, finding.verdict) {
        (_, Some(Verdict::Unsure)) => ("open", "none"),
        _ if !fails => ("informational", "none"),
        (Severity::Error, _) => ("fail", "error"),
        (Severity::Warning, _) => ("fail", "warning"),
        (Severity::Note, _) => ("fail", "note"),
    }
}

fn location(member: &Member, id: Option<usize>, setting: &Setting<'_>) -> Location {
    let logical = Logical { fully_qualified_name: visible(&member.dotted()) };
    Location {
        id,
        physical: Physical {
            artifact_location: artifact(&setting.path(member)),
            region: Some(Region { start_line: member.span.start, end_line: member.span.end }),
        },
        logical_locations: Some([logical]),
        message: id.map(|_| message(&member.dotted())),
    }
}

fn artifact(path: &str) -> Artifact {
    Artifact { uri: encoded(path), uri_base_id: BASE }
}

/// An empty list says that nobody accepted it; without a list nothing would be known.
fn suppressions(finding: &Finding) -> Vec<Suppression<'_>> {
    let suppression = finding.accepted.as_ref().map(|accepted| Suppression {
        kind: match accepted.by {
            AcceptedBy::Comment => "inSource",
            AcceptedBy::Decision | AcceptedBy::Baseline => "external",
        },
        status: "accepted",
        justification: &accepted.reason,
    });
    suppression.into_iter().collect()
}
