//! Findings about places: imports, calls and writes that are no definitions.

use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Fingerprint, Member, Severity, Span};

use crate::identity::{digest, fingerprint};
use crate::{Rule, Scene};

/// A place inside a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The file.
    pub(crate) module: ModuleId,
    /// The line, counted from one.
    pub(crate) line: u32,
    /// The innermost definition around it, by its index.
    pub(crate) inside: Option<u32>,
    /// What stands there, free of names of places: it tells two places of one
    /// definition apart and finds them again after lines moved.
    pub(crate) what: String,
}

impl Place {
    fn member(&self, scene: &Scene<'_>) -> Member {
        let module = scene.index.module(self.module);
        let around = self.inside.map(|index| DefinitionId { module: self.module, index });
        Member {
            path: module.path.clone(),
            span: Span { start: self.line, end: self.line },
            module: module.name.to_string(),
            qualified_name: around.map(|id| scene.index.qualified_name(id)).unwrap_or_default(),
            digest: digest(&self.what),
        }
    }
}

/// What a rule says about some places.
pub(crate) struct Remark {
    /// What the finding is called.
    pub(crate) name: String,
    /// One sentence.
    pub(crate) summary: String,
    /// What it rests on.
    pub(crate) evidence: Vec<Evidence>,
    /// Where it is.
    pub(crate) places: Vec<Place>,
    /// The rank's figure.
    pub(crate) cost: u32,
}

impl Remark {
    /// The finding; its severity is the rule's own.
    pub(crate) fn finding(self, scene: &Scene<'_>, rule: &Rule) -> Finding {
        let members: Vec<Member> = self.places.iter().map(|place| place.member(scene)).collect();
        remark(
            rule,
            DefinitionKind::Place,
            self.name,
            self.summary,
            self.evidence,
            members,
            self.cost,
        )
    }
}

/// A finding about whole definitions that carries no verdict.
pub(crate) fn about(
    scene: &Scene<'_>,
    rule: &Rule,
    definitions: &[DefinitionId],
    summary: String,
    evidence: Vec<Evidence>,
) -> Finding {
    let kind = scene.index.definition(definitions[0]).kind;
    let name = scene.index.qualified_name(definitions[0]);
    let members: Vec<Member> = definitions.iter().map(|id| scene.index.member(*id)).collect();
    let cost = members.iter().map(|member| member.span.lines()).sum();
    remark(rule, kind, name, summary, evidence, members, cost)
}

pub(crate) fn remark(
    rule: &Rule,
    kind: DefinitionKind,
    name: String,
    summary: String,
    evidence: Vec<Evidence>,
    members: Vec<Member>,
    cost: u32,
) -> Finding {
    let fingerprint = identity(rule.name, kind, &members);
    Finding {
        id: fingerprint.group_id(),
        fingerprint,
        rule: rule.name.to_owned(),
        severity: rule.severity(),
        verdict: None,
        confidence: 100,
        name,
        kind,
        summary,
        evidence,
        members,
        cost,
        question: None,
        accepted: None,
    }
}

/// The identity of a finding about places or about single definitions.
pub(crate) fn identity(rule: &str, kind: DefinitionKind, members: &[Member]) -> Fingerprint {
    let identities = identities(members);
    fingerprint(rule, kind, identities.iter().map(String::as_str))
}

/// Names that survive edits elsewhere in the file. Equal places of one definition
/// are numbered.
fn identities(members: &[Member]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let name = |member: &Member| format!("{} {}", member.dotted(), member.digest);
    members
        .iter()
        .map(|member| {
            let name = name(member);
            let number = seen.entry(name.clone()).or_default();
            *number += 1;
            format!("{name} {number}")
        })
        .collect()
}

/// The severity that a level asks for.
pub(crate) fn severity_of(level: ssot_model::Level) -> Severity {
    match level {
        ssot_model::Level::Error => Severity::Error,
        ssot_model::Level::Warning => Severity::Warning,
        ssot_model::Level::Note | ssot_model::Level::Off => Severity::Note,
    }
}
