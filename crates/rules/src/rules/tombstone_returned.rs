//! A definition that was removed and is there again.

use std::collections::BTreeMap;

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Tombstone};

use crate::place::about;
use crate::{Rule, Scene, families};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "tombstone-returned",
    summary: "A definition that was removed as a second source of truth is there again.",
    page: include_str!("tombstone_returned.md"),
    level: Level::Error,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let tombstones = &scene.circumstances.tombstones;
    if tombstones.is_empty() {
        return Vec::new();
    }
    let mut equal: BTreeMap<(DefinitionKind, String), Vec<DefinitionId>> = BTreeMap::new();
    for (id, _, definition) in families::candidates(scene) {
        let digest = scene.index.member(id).digest;
        equal.entry((definition.kind, digest)).or_default().push(id);
    }
    let nothing = Vec::new();
    tombstones
        .iter()
        .filter_map(|tombstone| {
            let key = (tombstone.kind, tombstone.digest.clone());
            let equal = equal.get(&key).unwrap_or(&nothing);
            returned(scene, tombstone, equal)
        })
        .collect()
}

/// The finding about one tombstone. `equal` are the definitions of its content.
fn returned(scene: &Scene<'_>, tombstone: &Tombstone, equal: &[DefinitionId]) -> Option<Finding> {
    let name = &tombstone.definition;
    let same_name = scene
        .index
        .definition_named(name)
        .filter(|id| scene.index.definition(*id).kind == tombstone.kind);
    let (id, text) = match same_name {
        Some(id) if scene.index.member(id).digest == tombstone.digest => {
            (id, format!("`{name}` has the content that was removed on {}", tombstone.since))
        }
        // A class may come to do something of its own again.
        Some(_) if tombstone.kind == DefinitionKind::Method => return None,
        Some(id) => (id, format!("`{name}` was removed on {} and has a new body", tombstone.since)),
        None => {
            let id = moved_back(scene, tombstone, equal)?;
            let now = scene.index.dotted(id);
            (id, format!("`{now}` has the content of `{name}`, removed on {}", tombstone.since))
        }
    };
    let kind = tombstone.kind.as_str();
    let instead = match tombstone.instead.as_str() {
        "" => String::new(),
        instead => format!("; use `{instead}`"),
    };
    let summary = format!("{kind} `{name}` was removed and is there again{instead}");
    let evidence = vec![Evidence::supporting("tombstone", text)];
    let mut finding = about(scene, &RULE, &[id], summary, evidence);
    // The finding is called what was buried, so that accepting it opens that grave.
    finding.name.clone_from(name);
    Some(finding)
}

/// A definition of the content that is none of those that were meant to stay. A
/// survivor that is gone may have been moved, so one more is let through for each.
fn moved_back(
    scene: &Scene<'_>,
    tombstone: &Tombstone,
    equal: &[DefinitionId],
) -> Option<DefinitionId> {
    let survivors = &tombstone.survivors;
    let strangers: Vec<DefinitionId> =
        equal.iter().copied().filter(|id| !survivors.contains(&scene.index.dotted(*id))).collect();
    let gone = survivors.iter().filter(|name| scene.index.definition_named(name).is_none()).count();
    strangers.get(gone).copied()
}
