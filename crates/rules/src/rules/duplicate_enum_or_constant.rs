//! Enums with the same members, and constants with the same value under other names.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use ssot_facts::{Binding, Definition, DefinitionId, Module, Resolution, ValueKind};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::families::{self, Family};
use crate::peers::{self, Peer};
use crate::uses::{ground, is_shipped, last_name};
use crate::{Rule, Scene, evidence};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-enum-or-constant",
    summary: "Several enums have the same members, or one value has several names.",
    page: include_str!("duplicate_enum_or_constant.md"),
    level: Level::Warning,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = enums(scene);
    findings.extend(constants(scene));
    findings
}

/// Fewest members in common.
const MEMBERS: usize = 3;
/// Least share of members in common among all, in percent: under two names, under one,
/// and under one when only the fewest members are shared.
const SHARE: (usize, usize, usize) = (80, 50, 60);
/// Members that are no words of every scale, from which two enums are one whatever
/// they are called.
const TELLING_MEMBERS: usize = 4;
/// Longest line of base classes that is followed.
const LONGEST_LINE: u32 = 4;

/// Words of enums' names that do not say what they are about.
const DULL: [&str; 16] = [
    "type", "status", "state", "level", "kind", "mode", "category", "enum", "event", "action",
    "priority", "severity", "result", "phase", "strategy", "code",
];

/// Members that scales and lifecycles of different things have.
const SCALES: [&str; 96] = [
    "low",
    "medium",
    "high",
    "critical",
    "info",
    "debug",
    "warning",
    "error",
    "fatal",
    "none",
    "unknown",
    "normal",
    "pending",
    "running",
    "completed",
    "complete",
    "failed",
    "cancelled",
    "canceled",
    "active",
    "inactive",
    "enabled",
    "disabled",
    "success",
    "failure",
    "started",
    "stopped",
    "idle",
    "ready",
    "done",
    "open",
    "closed",
    "half_open",
    "degraded",
    "healthy",
    "unhealthy",
    "default",
    "custom",
    "other",
    "all",
    "skipped",
    "timeout",
    "retrying",
    "queued",
    "in_progress",
    "processing",
    "initializing",
    "starting",
    "stopping",
    "paused",
    "created",
    "updated",
    "deleted",
    "expired",
    "blocked",
    "development",
    "testing",
    "staging",
    "production",
    "test",
    "small",
    "large",
    "minor",
    "major",
    "simple",
    "moderate",
    "complex",
    "basic",
    "standard",
    "advanced",
    "expert",
    "beginner",
    "intermediate",
    "novice",
    "increasing",
    "decreasing",
    "stable",
    "volatile",
    "connected",
    "disconnected",
    "connecting",
    "warn",
    "trace",
    "notice",
    "emergency",
    "important",
    "optional",
    "required",
    "recovering",
    "approved",
    "rejected",
    "draft",
    "archived",
    "acknowledged",
    "resolved",
    "local",
];

/// The members of an enum with the hashes of their values.
type Values<'a> = BTreeMap<&'a str, u32>;

fn enums(scene: &Scene<'_>) -> Vec<Finding> {
    let mut peers: Vec<Peer<'_>> = Vec::new();
    let mut values: FxHashMap<DefinitionId, Values<'_>> = FxHashMap::default();
    for (id, module, definition) in peers::classes(scene) {
        if definition.bases.is_empty() || !is_enum(scene, id, LONGEST_LINE) {
            continue;
        }
        let members = members(definition);
        if members.len() >= MEMBERS {
            let names = members.keys().copied().collect();
            peers.push(Peer { id, ground: ground(scene, module), names });
            values.insert(id, members);
        }
    }
    let alike = |one: &Peer<'_>, other: &Peer<'_>| {
        are_one(scene, (one.id, &values[&one.id]), (other.id, &values[&other.id]))
            && peers::is_open(scene, one.id, other.id)
    };
    let families = peers::families(scene, &peers, alike);
    let members = |family: Vec<usize>| family.iter().map(|at| peers[*at].id).collect();
    families.into_iter().map(|family| enum_finding(scene, &values, members(family))).collect()
}

fn is_enum(scene: &Scene<'_>, class: DefinitionId, left: u32) -> bool {
    scene.index.definition(class).bases.iter().any(|base| {
        let known = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TextChoices"];
        let above = || {
            scene.index.follow(class.module, base).into_iter().any(|it| match it {
                Resolution::Definition(above) => {
                    above != class && left > 0 && is_enum(scene, above, left - 1)
                }
                _ => false,
            })
        };
        known.contains(&last_name(base)) || base.ends_with("Enum") && above()
    })
}

fn members(definition: &Definition) -> Values<'_> {
    let is_member = |name: &str| !name.starts_with('_');
    let fields = definition.fields.iter().filter(|it| it.annotation == 0 && it.value != 0);
    fields.filter(|it| is_member(&it.name)).map(|it| (it.name.as_str(), it.value)).collect()
}

/// The members that both have, those of them with equal values, and all members.
fn common<'a>(one: &Values<'a>, other: &Values<'a>) -> (Vec<&'a str>, usize, usize) {
    let shared: Vec<&str> = one.keys().filter(|name| other.contains_key(*name)).copied().collect();
    let equal = shared.iter().filter(|name| one[*name] == other[*name]).count();
    let all = one.len() + other.len() - shared.len();
    (shared, equal, all)
}

fn are_one(
    scene: &Scene<'_>,
    (one, left): (DefinitionId, &Values<'_>),
    (other, right): (DefinitionId, &Values<'_>),
) -> bool {
    let (name, other_name) =
        (&scene.index.definition(one).name, &scene.index.definition(other).name);
    let (shared, equal, all) = common(left, right);
    if shared.len() < MEMBERS {
        return false;
    }
    if name == other_name {
        // Three words in common of six are less than four of eight.
        let least = if shared.len() > MEMBERS { SHARE.1 } else { SHARE.2 };
        return shared.len() * 100 >= least * all;
    }
    let is_telling = |name: &&&str| !SCALES.contains(&name.to_ascii_lowercase().as_str());
    let telling = shared.iter().filter(is_telling).count();
    equal * 100 >= SHARE.0 * all
        && (telling >= TELLING_MEMBERS || peers::is_part_of_other(name, other_name, &DULL))
}

fn enum_finding(
    scene: &Scene<'_>,
    values: &FxHashMap<DefinitionId, Values<'_>>,
    members: Family,
) -> Finding {
    let first = members[0];
    let told = |other: &DefinitionId| {
        let (one, two) = (&values[&first], &values[other]);
        let (shared, equal, _) = common(one, two);
        let text = format!(
            "{} and {} have {} members in common, {equal} of them with equal values",
            scene.index.dotted(first),
            scene.index.dotted(*other),
            shared.len()
        );
        let drift = drift(scene, (first, one), (*other, two));
        let drift = drift.map(|text| Evidence::opposing("drift", text));
        std::iter::once(Evidence::supporting("members", text)).chain(drift)
    };
    let evidence: Vec<Evidence> = members[1..].iter().flat_map(told).collect();
    let differ = evidence.iter().any(|it| it.signal == "drift");
    let names = peers::names(scene, &members);
    let count = members.len();
    let summary = if differ {
        format!("{count} enums have mostly the same members and have drifted apart: {names}")
    } else {
        format!("{count} enums have the same members: {names}")
    };
    peers::finding(scene, &RULE, members, summary, evidence)
}

/// What two enums do not agree about.
fn drift(
    scene: &Scene<'_>,
    (one, left): (DefinitionId, &Values<'_>),
    (other, right): (DefinitionId, &Values<'_>),
) -> Option<String> {
    let only = |id: DefinitionId, own: &Values<'_>, others: &Values<'_>| {
        let names: Vec<&str> =
            own.keys().filter(|name| !others.contains_key(*name)).copied().collect();
        let listed = peers::listed(names.iter().copied());
        (!names.is_empty()).then(|| format!("only {} has {listed}", scene.index.dotted(id)))
    };
    let differ: Vec<&str> = left
        .iter()
        .filter(|(name, value)| right.get(*name).is_some_and(|it| it != *value))
        .map(|(name, _)| *name)
        .collect();
    let values = (!differ.is_empty())
        .then(|| format!("the values of {} differ", peers::listed(differ.iter().copied())));
    let parts = [only(one, left, right), only(other, right, left), values];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Fewest words in a collection that tells what it is about, their letters, and the
/// fewest bytes of a single text.
const WORDS: usize = 4;
const LETTERS: usize = 4;
const TEXT: u32 = 36;
/// Texts of any length that tell what a collection is about.
const TEXTS: usize = 12;

fn constants(scene: &Scene<'_>) -> Vec<Finding> {
    let mut values: BTreeMap<(&str, u128), Family> = BTreeMap::new();
    for (id, module) in scene.index.modules().filter(|(_, module)| is_shipped(module)) {
        for (at, definition) in module.facts.definitions.iter().enumerate() {
            let is_value = definition.kind == DefinitionKind::Constant
                && definition.owner.is_none()
                && !definition.flags.conditional
                && definition.string_bytes > 0;
            if is_value && module.facts.errors.is_empty() {
                let id = DefinitionId { module: id, index: at as u32 };
                let key = (ground(scene, module), definition.hash);
                values.entry(key).or_default().push(id);
            }
        }
    }
    let families = values.into_values().filter(|family| families::spans_files(family));
    families.filter_map(|family| constant_finding(scene, family)).collect()
}

fn constant_finding(scene: &Scene<'_>, family: Family) -> Option<Finding> {
    // One name in two files is what `duplicate-definition` reports.
    let mut seen = BTreeSet::new();
    let named: Family =
        family.into_iter().filter(|id| seen.insert(&scene.index.definition(*id).name)).collect();
    if !families::spans_files(&named) || !named.iter().all(|id| is_telling(scene, *id)) {
        return None;
    }
    let judgements = evidence::judge_equal(scene, &named, Verdict::Clone);
    let judgement = judgements.into_iter().find(|it| it.verdict == Verdict::Clone)?;
    let names = peers::names(scene, &judgement.members);
    let mut finding = evidence::finding(scene, RULE.name, judgement);
    finding.severity = RULE.severity();
    finding.summary = format!("one value has several names: {names}");
    Some(finding)
}

/// Whether a value holds enough words to be a concept, and is no type.
fn is_telling(scene: &Scene<'_>, id: DefinitionId) -> bool {
    let module = scene.index.module(id.module);
    let definition = scene.index.definition(id);
    let texts = texts(module, definition);
    let is_word = |text: &&str| text.bytes().filter(u8::is_ascii_alphabetic).count() >= LETTERS;
    let words = texts.iter().copied().filter(is_word).count();
    let is_text = texts.len() <= 1 && definition.string_bytes >= TEXT;
    (words >= WORDS || texts.len() >= TEXTS || is_text) && !is_type(module, definition)
}

fn texts<'a>(module: &'a Module, definition: &Definition) -> BTreeSet<&'a str> {
    let facts = &module.facts;
    let span = definition.span;
    let literals = facts.literals.iter().filter(|it| it.inside == 0);
    let inside = literals.filter(|it| (span.start..=span.end).contains(&it.line));
    inside.map(|it| facts.texts[it.text as usize].as_str()).collect()
}

fn is_type(module: &Module, definition: &Definition) -> bool {
    module
        .facts
        .bindings_of(&definition.name)
        .any(|bound| matches!(&bound.binding, Binding::Value(_, ValueKind::TypeExpression, _)))
}
