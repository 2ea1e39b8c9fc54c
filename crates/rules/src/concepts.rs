//! Definitions whose names differ in qualifiers alone: the candidates for one
//! concept under several names.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use ssot_facts::{DefinitionId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::evidence::{self, Judgement};
use crate::families::{self, Family};
use crate::{Rule, Scene, judge, words};

/// Definitions of one core name beyond which it is a word of the project's trade.
const MOST_NAMESAKES: usize = 24;
/// Pieces of evidence shown for one finding.
const MOST_EVIDENCE: usize = 6;

/// What a rule asks of a pair.
pub(crate) struct Question {
    /// The verdicts that it reports.
    pub(crate) verdicts: &'static [Verdict],
    /// Which definitions it looks at.
    pub(crate) concerns: fn(&Scene<'_>, DefinitionId) -> bool,
    /// Which of them count; asked where there are several of one key, for it may cost more.
    pub(crate) counts: fn(&Scene<'_>, DefinitionId) -> bool,
    /// What makes two of them candidates: equal keys.
    pub(crate) key: fn(&Scene<'_>, DefinitionId) -> Option<String>,
    /// Least confidence of a violation, in percent.
    pub(crate) least: u8,
}

/// Families of definitions that the question groups and the judge agrees about.
/// A family has a representative that every member was compared with.
pub(crate) fn findings(scene: &Scene<'_>, rule: &Rule, question: &Question) -> Vec<Finding> {
    let mut candidates: FxHashMap<(DefinitionKind, Option<&str>, String), Family> =
        FxHashMap::default();
    for (id, module, definition) in families::candidates(scene) {
        if module.role == Role::Production && (question.concerns)(scene, id) {
            let Some(key) = (question.key)(scene, id) else { continue };
            let boundary = scene.territories.boundary(&module.path);
            candidates.entry((definition.kind, boundary, key)).or_default().push(id);
        }
    }
    candidates.retain(|_, family| {
        if family.len() > 1 {
            family.retain(|id| (question.counts)(scene, *id));
        }
        (2..=MOST_NAMESAKES).contains(&family.len())
    });
    let in_order: BTreeMap<_, Family> = candidates.into_iter().collect();
    let findings = in_order.into_values().flat_map(|it| families_of(scene, rule, question, it));
    findings.collect()
}

fn families_of(
    scene: &Scene<'_>,
    rule: &Rule,
    question: &Question,
    mut rest: Family,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    while let Some(first) = rest.first().copied() {
        let mut others = Vec::new();
        let mut members = vec![first];
        let mut told: Vec<Evidence> = Vec::new();
        let mut verdict = None;
        let mut confidence = 100;
        for other in rest.drain(1..) {
            match opinion(scene, question, first, other) {
                Some(opinion) if verdict.is_none_or(|it| it == opinion.verdict) => {
                    verdict = Some(opinion.verdict);
                    confidence = confidence.min(opinion.confidence);
                    told.extend(opinion.evidence);
                    members.push(other);
                }
                _ => others.push(other),
            }
        }
        rest = others;
        if let Some(verdict) = verdict {
            told.truncate(MOST_EVIDENCE);
            let members_of = members.clone();
            let judgement = Judgement { verdict, evidence: told, members };
            let mut finding = evidence::finding(scene, rule.name, judgement);
            finding.confidence = confidence;
            finding.summary = summary(scene, &members_of, verdict);
            if verdict.is_violation() {
                finding.severity = rule.severity();
            }
            findings.push(finding);
        }
    }
    findings
}

/// What the judge says of a pair that the rule has to report.
fn opinion(
    scene: &Scene<'_>,
    question: &Question,
    a: DefinitionId,
    b: DefinitionId,
) -> Option<judge::Opinion> {
    let index = scene.index;
    // One name in two files is what `duplicate-definition` reports.
    if index.definition(a).name == index.definition(b).name {
        return None;
    }
    let opinion = judge::judge_pair(scene, a, b);
    (question.verdicts.contains(&opinion.verdict) && opinion.confidence >= question.least)
        .then_some(opinion)
}

fn summary(scene: &Scene<'_>, members: &[DefinitionId], verdict: Verdict) -> String {
    let names: Vec<String> =
        members.iter().map(|id| format!("`{}`", scene.index.qualified_name(*id))).collect();
    let kind = scene.index.definition(members[0]).kind.as_str();
    let names = names.join(", ");
    match verdict {
        Verdict::Twin => format!("{names} are synchronous and asynchronous faces of one {kind}"),
        _ => format!("{names} are editions of one {kind}"),
    }
}

/// The core of a name as a key; none when too little is left to mean anything.
pub(crate) fn core_key(scene: &Scene<'_>, id: DefinitionId) -> Option<String> {
    let name = &scene.index.definition(id).name;
    let core = words::core(name);
    (core.len() >= 2).then(|| core.join(" "))
}

/// The name without the words for its face, with the class around a method.
pub(crate) fn face_key(scene: &Scene<'_>, id: DefinitionId) -> Option<String> {
    let index = scene.index;
    let name = words::faceless(&index.definition(id).name)?;
    let owner = index.definition(id).owner.map(|owner| {
        let owner = DefinitionId { index: owner, ..id };
        format!("{}.", index.dotted(owner))
    });
    Some(format!("{}{name}", owner.unwrap_or_default()))
}

/// The level of rules whose verdicts rest on likeness.
pub(crate) const LEVEL: Level = Level::Warning;
