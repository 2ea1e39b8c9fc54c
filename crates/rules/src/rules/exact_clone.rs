//! Equal bodies that do not share their name, and methods with equal bodies.

use std::collections::BTreeSet;

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Finding, Level, Verdict};

use crate::evidence;
use crate::families::{self, Family};
use crate::{Rule, Scene, words};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "exact-clone",
    summary: "The same body stands in several places, under different names or in several classes.",
    page: include_str!("exact_clone.md"),
    level: Level::Error,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let ids = families::candidates(scene)
        .filter(|(_, _, definition)| definition.kind != DefinitionKind::Constant)
        .map(|(id, _, _)| id);
    let mut findings = Vec::new();
    let families = families::by_structure(scene.index, ids);
    for family in families.into_iter().flat_map(|family| about_one(scene, family)) {
        let family = without_equal_classes(scene, family);
        if !families::stand_apart(scene.index, &family) {
            continue;
        }
        let names: BTreeSet<&str> =
            family.iter().map(|id| scene.index.definition(*id).name.as_str()).collect();
        let is_method = scene.index.definition(family[0]).kind == DefinitionKind::Method;
        let verdict = match (names.len(), is_method) {
            (1, true) => Verdict::Identical,
            // One name outside classes is what `duplicate-definition` reports.
            (1, false) => continue,
            _ => Verdict::Clone,
        };
        let judgements = evidence::judge_equal(scene, &family, verdict);
        findings.extend(judgements.into_iter().map(|it| evidence::finding(scene, RULE.name, it)));
    }
    findings
}

/// Splits classes that hold equal values and no code: a few levels from low to high are
/// what many lists hold, and only names with a word in common say that they are one.
fn about_one(scene: &Scene<'_>, family: Family) -> Vec<Family> {
    if !family.iter().all(|id| evidence::does_nothing(scene, *id)) {
        return vec![family];
    }
    let name = |id: &DefinitionId| &scene.index.definition(*id).name;
    let mut parts: Vec<Family> = Vec::new();
    for id in family {
        let is_alike = |part: &&mut Family| {
            let (first, this) = (name(&part[0]), name(&id));
            first == this || words::have_common_word(first, this)
        };
        match parts.iter_mut().find(is_alike) {
            Some(part) => part.push(id),
            None => parts.push(vec![id]),
        }
    }
    parts
}

/// Methods of classes that are equal as a whole are counted with the classes.
fn without_equal_classes(scene: &Scene<'_>, family: Family) -> Family {
    let mut owners = BTreeSet::new();
    family
        .into_iter()
        .filter(|id| {
            let definition = scene.index.definition(*id);
            match definition.owner {
                Some(owner) => {
                    let owner = DefinitionId { module: id.module, index: owner };
                    owners.insert(scene.index.definition(owner).hash)
                }
                None => true,
            }
        })
        .collect()
}
