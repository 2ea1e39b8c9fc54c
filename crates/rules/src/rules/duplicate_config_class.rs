//! Classes that hold the same settings.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Definition, DefinitionId};
use ssot_model::{Evidence, Finding, Level};

use crate::peers::{self, Peer};
use crate::uses::{ground, last_name};
use crate::{Rule, Scene, words};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-config-class",
    summary: "Several configuration classes hold the same settings.",
    page: include_str!("duplicate_config_class.md"),
    level: Level::Warning,
    check,
};

/// Fewest settings in common, fewest of them that mean something, and their least share
/// among all, in percent.
const SETTINGS: usize = 4;
const TELLING: usize = 3;
const SHARE: usize = 60;
/// Words of names that do not say what is configured.
const DULL: [&str; 6] = ["config", "params", "configs", "conf", "setting", "preferences"];
/// Least share of the settings in common that have the same type, in percent.
const TYPES: usize = 60;

/// Last words of names of classes that hold settings.
const ROLES: [&str; 9] = [
    "config",
    "configs",
    "configuration",
    "conf",
    "settings",
    "setting",
    "options",
    "preferences",
    "params",
];

/// Settings that configurations of different things have.
const GENERAL: [&str; 48] = [
    "name",
    "enabled",
    "timeout",
    "id",
    "type",
    "kind",
    "description",
    "version",
    "debug",
    "host",
    "port",
    "url",
    "uri",
    "base_url",
    "endpoint",
    "user",
    "username",
    "password",
    "database",
    "db",
    "path",
    "title",
    "metadata",
    "tags",
    "labels",
    "options",
    "config",
    "settings",
    "extra",
    "mode",
    "level",
    "log_level",
    "max_retries",
    "retries",
    "retry_count",
    "retry_delay",
    "timeout_seconds",
    "max_size",
    "min_size",
    "created_at",
    "updated_at",
    "status",
    "key",
    "value",
    "verbose",
    "headers",
    "token",
    "environment",
];

/// Words of names that tell two deliberate faces of one configuration apart: places it
/// is deployed to, and what is sent about it.
const FACES: [&str; 30] = [
    "development",
    "dev",
    "production",
    "prod",
    "staging",
    "stage",
    "testing",
    "test",
    "tests",
    "local",
    "ci",
    "demo",
    "create",
    "update",
    "read",
    "request",
    "response",
    "in",
    "out",
    "input",
    "output",
    "public",
    "partial",
    "patch",
    "dict",
    "schema",
    "dto",
    "default",
    "defaults",
    "base",
];

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut peers: Vec<Peer<'_>> = Vec::new();
    let mut types: FxHashMap<(DefinitionId, &str), u32> = FxHashMap::default();
    for (id, module, definition) in peers::classes(scene) {
        if !holds_settings(definition) {
            continue;
        }
        let names = settings(definition, &mut types, id);
        if names.len() >= SETTINGS {
            peers.push(Peer { id, ground: ground(scene, module), names });
        }
    }
    let alike = |one: &Peer<'_>, other: &Peer<'_>| are_one(scene, &types, one, other);
    let families = peers::families(scene, &peers, alike);
    families.into_iter().map(|family| finding(scene, &peers, &family)).collect()
}

/// Whether a class says by its name or its base that settings are what it is for.
fn holds_settings(definition: &Definition) -> bool {
    let named = || {
        let words = words::of_name(&definition.name);
        let is_edition = |word: &&String| words::is_qualifier(word);
        let last = words.iter().rev().find(|word| !is_edition(word));
        last.is_some_and(|last| ROLES.contains(&last.as_str()))
    };
    !definition.fields.is_empty()
        && (definition.bases.iter().any(|base| last_name(base) == "BaseSettings") || named())
        && !definition.bases.iter().any(|base| last_name(base) == "TypedDict")
}

/// The settings of a class by name.
fn settings<'a>(
    definition: &'a Definition,
    types: &mut FxHashMap<(DefinitionId, &'a str), u32>,
    id: DefinitionId,
) -> BTreeSet<&'a str> {
    let fields = definition.fields.iter().filter(|it| !it.name.starts_with('_'));
    let own = fields.filter(|it| !matches!(it.name.as_str(), "model_config" | "Config" | "Meta"));
    own.map(|field| {
        types.insert((id, &field.name), field.annotation);
        field.name.as_str()
    })
    .collect()
}

fn is_general(name: &str) -> bool {
    GENERAL.contains(&name.to_ascii_lowercase().as_str())
}

fn are_one(
    scene: &Scene<'_>,
    types: &FxHashMap<(DefinitionId, &str), u32>,
    one: &Peer<'_>,
    other: &Peer<'_>,
) -> bool {
    let name = |peer: &Peer<'_>| scene.index.definition(peer.id).name.as_str();
    let (one_name, other_name) = (name(one), name(other));
    let shared: Vec<&str> = one.names.intersection(&other.names).copied().collect();
    let telling = shared.iter().filter(|name| !is_general(name)).count();
    let all = one.names.union(&other.names).count();
    let same_type = |name: &&&str| types.get(&(one.id, **name)) == types.get(&(other.id, **name));
    telling >= TELLING
        && shared.len() >= SETTINGS
        && shared.len() * 100 >= SHARE * all
        && shared.iter().filter(same_type).count() * 100 >= TYPES * shared.len()
        && peers::share_a_word(one_name, other_name, &DULL)
        && !are_faces(one_name, other_name)
        && peers::is_open(scene, one.id, other.id)
}

/// Whether one name has a word for a face that the other lacks.
fn are_faces(one: &str, other: &str) -> bool {
    let faces = |name: &str| -> FxHashSet<String> {
        let words = words::of_name(name).into_iter();
        words.filter(|word| FACES.contains(&word.as_str())).collect()
    };
    faces(one) != faces(other)
}

fn finding(scene: &Scene<'_>, peers: &[Peer<'_>], family: &[usize]) -> Finding {
    let members: Vec<DefinitionId> = family.iter().map(|at| peers[*at].id).collect();
    let first = &peers[family[0]];
    let evidence = family[1..].iter().map(|at| {
        let other = &peers[*at];
        let shared: Vec<&str> = first.names.intersection(&other.names).copied().collect();
        let text = format!(
            "{} and {} share {} of {} settings: {}",
            scene.index.dotted(first.id),
            scene.index.dotted(other.id),
            shared.len(),
            first.names.union(&other.names).count(),
            peers::listed(shared.into_iter())
        );
        Evidence::supporting("settings", text)
    });
    let evidence = evidence.collect();
    let summary = format!(
        "{} classes hold the same settings: {}",
        members.len(),
        peers::names(scene, &members)
    );
    peers::finding(scene, &RULE, members, summary, evidence)
}
