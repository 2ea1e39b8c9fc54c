//! Top-level definitions that share their name.

use std::collections::BTreeMap;

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::evidence::{self, Judgement};
use crate::families::{self, Family};
use crate::judge::STRANGERS;
use crate::relation::{self, Relation};
use crate::similarity::overlap;
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-definition",
    summary: "One name is defined in several modules; the verdict says what the definitions are to each other.",
    page: include_str!("duplicate_definition.md"),
    level: Level::Error,
    check,
};

/// Different bodies of one name that are compared pair by pair; where there are
/// more, the name is a convention of the project.
const MOST_BODIES: usize = 24;

/// Pieces of evidence shown for one finding.
const MOST_EVIDENCE: usize = 6;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((kind, _), family) in families::by_name(scene) {
        let mut bodies = families::by_structure(scene.index, family.iter().copied());
        for equal in bodies.iter().filter(|equal| families::spans_files(equal)) {
            let judgements = match per_module_attribute(scene, &family, equal) {
                Some(convention) => vec![convention],
                None => evidence::judge_equal(scene, equal, Verdict::Identical),
            };
            findings
                .extend(judgements.into_iter().map(|it| evidence::finding(scene, RULE.name, it)));
        }
        bodies.sort();
        let heads: Family = bodies.iter().map(|body| body[0]).collect();
        if heads.len() > 1 && kind != DefinitionKind::Constant && families::spans_files(&family) {
            let judgements = judge_bodies(scene, kind, &heads);
            let judgements = judgements.into_iter().map(|it| with_equals(it, &bodies));
            findings
                .extend(judgements.into_iter().map(|it| evidence::finding(scene, RULE.name, it)));
        }
    }
    findings
}

/// Modules that define a name, each for itself, from which it is what modules of
/// this kind have: an entry point, a table that a loader looks up by name.
const ATTRIBUTE_MODULES: usize = 8;

/// A public function or constant that many modules define, mostly each its own way.
/// That two of them agree does not make them one.
fn per_module_attribute(
    scene: &Scene<'_>,
    family: &[DefinitionId],
    equal: &[DefinitionId],
) -> Option<Judgement> {
    let definition = scene.index.definition(equal[0]);
    let is_attribute = definition.kind != DefinitionKind::Class
        && !definition.name.starts_with('_')
        && family.len() >= ATTRIBUTE_MODULES
        && equal.len() * 2 < family.len();
    is_attribute.then(|| {
        let text = format!(
            "{} modules define `{}`, {} of them like this",
            family.len(),
            definition.name,
            equal.len()
        );
        let evidence = vec![Evidence::supporting("module-attribute", text)];
        Judgement { verdict: Verdict::Convention, evidence, members: equal.to_vec() }
    })
}

/// Adds to each head the members whose bodies equal its own, so that a group keeps
/// its other members when one of them goes.
fn with_equals(judgement: Judgement, bodies: &[Family]) -> Judgement {
    let is_meant = |body: &&Family| judgement.members.contains(&body[0]);
    let mut members: Family = bodies.iter().filter(is_meant).flatten().copied().collect();
    members.sort();
    Judgement { members, ..judgement }
}

/// Different bodies under one name.
fn judge_bodies(scene: &Scene<'_>, kind: DefinitionKind, heads: &[DefinitionId]) -> Vec<Judgement> {
    if heads.len() > MOST_BODIES {
        let text = format!("{} modules define this name, each with its own body", heads.len());
        let evidence = vec![Evidence::supporting("convention", text)];
        let members = heads.to_vec();
        return vec![Judgement { verdict: Verdict::Convention, evidence, members }];
    }
    if kind == DefinitionKind::Class && are_own_plug_ins(scene, heads) {
        let text = format!("{} sibling modules each define this name", heads.len());
        let evidence = vec![Evidence::supporting("siblings", text)];
        let members = heads.to_vec();
        return vec![Judgement { verdict: Verdict::Convention, evidence, members }];
    }
    let relations = relations(scene, heads);
    let mut judgements = Vec::new();
    let mut rest: Family = heads.to_vec();
    while let Some(head) = rest.first().copied() {
        let mut cluster = vec![head];
        let mut evidence = Vec::new();
        let mut others = Vec::new();
        for other in rest.drain(1..) {
            let relation = &relations[&(head, other)];
            if relation.verdict == Verdict::Variant {
                cluster.push(other);
                evidence.extend(relation.evidence.iter().cloned());
            } else {
                others.push(other);
            }
        }
        rest = others;
        if families::spans_files(&cluster) {
            evidence.truncate(MOST_EVIDENCE);
            judgements.push(Judgement { verdict: Verdict::Variant, evidence, members: cluster });
        }
    }
    judgements.extend(judge_strangers(scene, kind, heads, relations));
    judgements
}

/// What the bodies of one name are to each other, by pairs in their order.
type Relations = BTreeMap<(DefinitionId, DefinitionId), Relation>;

fn relations(scene: &Scene<'_>, heads: &[DefinitionId]) -> Relations {
    let mut relations = Relations::new();
    for (at, a) in heads.iter().enumerate() {
        for b in &heads[at + 1..] {
            relations.insert((*a, *b), relation::relate(scene, *a, *b));
        }
    }
    relations
}

/// What the definitions that are no variants of each other are instead. For
/// functions a shared name alone is not worth a word.
fn judge_strangers(
    scene: &Scene<'_>,
    kind: DefinitionKind,
    heads: &[DefinitionId],
    mut relations: Relations,
) -> Option<Judgement> {
    let verdict = STRANGERS
        .iter()
        .copied()
        .find(|verdict| relations.values().any(|relation| relation.verdict == *verdict))?;
    let is_own = matches!(verdict, Verdict::Unsure | Verdict::Homonym);
    let verdict =
        if is_own && evidence::are_plug_ins(scene, heads) { Verdict::Convention } else { verdict };
    if kind == DefinitionKind::Function
        && !matches!(verdict, Verdict::Layer | Verdict::Boundary | Verdict::Unsure)
    {
        return None;
    }
    relations.retain(|_, relation| relation.verdict != Verdict::Variant);
    let mut members: Family = relations.keys().flat_map(|(a, b)| [*a, *b]).collect();
    members.sort();
    members.dedup();
    let mut relations: Vec<Relation> = relations.into_values().collect();
    relations.sort_by_key(|relation| STRANGERS.iter().position(|it| *it == relation.verdict));
    let mut evidence: Vec<Evidence> =
        relations.into_iter().flat_map(|relation| relation.evidence).collect();
    if verdict == Verdict::Convention {
        let text = format!("{} sibling modules each define this name", heads.len());
        evidence.insert(0, Evidence::supporting("siblings", text));
    }
    evidence.truncate(MOST_EVIDENCE);
    families::spans_files(&members).then_some(Judgement { verdict, evidence, members })
}

/// Share of equal statements from which two plug-ins are copies.
const COPIED_PLUG_IN: f64 = 0.5;

/// Whether sibling modules each define the name in their own words.
fn are_own_plug_ins(scene: &Scene<'_>, heads: &[DefinitionId]) -> bool {
    let own = |at: usize| {
        let leaves = |id: DefinitionId| &scene.index.definition(id).leaves;
        let mut others = heads[at + 1..].iter();
        others.all(|other| overlap(leaves(heads[at]), leaves(*other)) < COPIED_PLUG_IN)
    };
    evidence::are_plug_ins(scene, heads) && (0..heads.len()).all(own)
}
