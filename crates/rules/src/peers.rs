//! Definitions that hold mostly the same names, for rules that know what the names
//! of one kind of definition are worth.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Module, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Verdict};

use crate::evidence::{self, Judgement};
use crate::families::{self, Family};
use crate::{Rule, Scene, judge, uses, words};

/// Holders of a name beyond which it leads to nobody: it is a word of the trade.
const MOST_HOLDERS: usize = 24;
/// Confidence from which `concept-variant` tells of a pair, in percent.
const TOLD: u8 = 82;

/// One definition and the names it holds.
pub(crate) struct Peer<'a> {
    pub(crate) id: DefinitionId,
    /// The boundary, or the outermost package where none is configured.
    pub(crate) ground: &'a str,
    pub(crate) names: BTreeSet<&'a str>,
}

/// Top-level classes of what the project ships, defined on every path.
pub(crate) fn classes<'a>(
    scene: &'a Scene<'a>,
) -> impl Iterator<Item = (DefinitionId, &'a Module, &'a Definition)> {
    let modules = scene.index.modules().filter(|(_, module)| uses::is_shipped(module));
    modules.filter(|(_, module)| module.facts.errors.is_empty()).flat_map(|(id, module)| {
        let at = move |index: usize| DefinitionId { module: id, index: index as u32 };
        let definitions = module.facts.definitions.iter().enumerate();
        definitions
            .filter(|(_, it)| it.kind == DefinitionKind::Class && !it.flags.conditional)
            .map(move |(index, definition)| (at(index), module, definition))
    })
}

/// Families of peers in different files, each told by its first member: the others are
/// like that one, whatever they are to each other.
pub(crate) fn families(
    scene: &Scene<'_>,
    peers: &[Peer<'_>],
    alike: impl Fn(&Peer<'_>, &Peer<'_>) -> bool,
) -> Vec<Vec<usize>> {
    let mut holders: FxHashMap<(&str, &str), Vec<usize>> = FxHashMap::default();
    for (at, peer) in peers.iter().enumerate() {
        for name in &peer.names {
            holders.entry((peer.ground, name)).or_default().push(at);
        }
    }
    let mut is_taken = vec![false; peers.len()];
    let mut families = Vec::new();
    for (at, peer) in peers.iter().enumerate() {
        if is_taken[at] {
            continue;
        }
        let near = peer.names.iter().map(|name| &holders[&(peer.ground, *name)]);
        let near: BTreeSet<usize> =
            near.filter(|holders| holders.len() <= MOST_HOLDERS).flatten().copied().collect();
        let mut family = vec![at];
        for other in near.into_iter().filter(|other| *other > at) {
            let apart = peers[other].id.module != peer.id.module;
            let is_candidate = !is_taken[other] && apart && alike(peer, &peers[other]);
            if is_candidate && !meet_at_a_namesake(scene, peers, peer.id, peers[other].id) {
                is_taken[other] = true;
                family.push(other);
            }
        }
        families.extend((family.len() > 1).then_some(family));
    }
    families
}

/// Whether `duplicate-definition` tells of two namesakes together, because both are
/// variants of a third.
fn meet_at_a_namesake(
    scene: &Scene<'_>,
    peers: &[Peer<'_>],
    one: DefinitionId,
    other: DefinitionId,
) -> bool {
    let name = |id: DefinitionId| &scene.index.definition(id).name;
    let is_variant = |a, b| {
        let verdict = judge::judge_pair(scene, a, b).verdict;
        matches!(verdict, Verdict::Identical | Verdict::Variant)
    };
    let mut thirds = peers.iter().map(|peer| peer.id).filter(|id| *id != one && *id != other);
    name(one) == name(other)
        && thirds.any(|id| name(id) == name(one) && is_variant(id, one) && is_variant(id, other))
}

/// Whether two definitions are left to the rule that found them: nothing keeps them
/// apart, and no rule about all definitions tells of them.
pub(crate) fn is_open(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    if [a, b].into_iter().any(|id| evidence::reason_to_stay(scene, id).is_some()) {
        return false;
    }
    let both = [left, right];
    let is_told =
        both.iter().all(|it| families::is_substantial(scene, it) && !it.flags.conditional);
    let is_method = both.iter().any(|it| it.owner.is_some());
    let is_equal = left.hash == right.hash && left.statements == right.statements;
    let opinion = judge::judge_pair(scene, a, b);
    match opinion.verdict {
        Verdict::Identical | Verdict::Clone => !is_told,
        // The same text over different things.
        Verdict::Variant | Verdict::Homonym if is_equal => false,
        Verdict::Variant => {
            let core = words::core(&left.name);
            let by_name = left.name == right.name;
            let by_core =
                core.len() >= 2 && core == words::core(&right.name) && opinion.confidence >= TOLD;
            !is_told || is_method || !by_name && !by_core
        }
        Verdict::Unsure | Verdict::Homonym => true,
        _ => false,
    }
}

/// Whether a name of one module means the same in another, or copies of the same.
pub(crate) fn means_the_same(scene: &Scene<'_>, a: ModuleId, b: ModuleId, name: &str) -> bool {
    let mut comparison =
        crate::Comparison::new(scene.index, &scene.patches, DefinitionKind::Function);
    comparison.name_difference(a, b, name).is_none_or(|difference| !difference.other_concept)
}

/// Whether two names share a word that tells what they are about.
pub(crate) fn share_a_word(one: &str, other: &str, dull: &[&str]) -> bool {
    let other = words::core(other);
    words::core(one).iter().any(|word| !dull.contains(&word.as_str()) && other.contains(word))
}

/// Whether the telling words of one name are all in the other: a `CircuitState` is what a
/// `CircuitBreakerState` is, and nothing else is known of it.
pub(crate) fn is_part_of_other(one: &str, other: &str, dull: &[&str]) -> bool {
    let telling = |name: &str| -> BTreeSet<String> {
        words::core(name).into_iter().filter(|word| !dull.contains(&word.as_str())).collect()
    };
    let (one, other) = (telling(one), telling(other));
    let is_named = !one.is_empty() && !other.is_empty();
    is_named && (one.is_subset(&other) || other.is_subset(&one))
}

/// The finding about a family: one concept that several places declare.
pub(crate) fn finding(
    scene: &Scene<'_>,
    rule: &Rule,
    members: Family,
    summary: String,
    evidence: Vec<Evidence>,
) -> Finding {
    let judgement = Judgement { verdict: Verdict::Variant, evidence, members };
    let mut finding = evidence::finding(scene, rule.name, judgement);
    finding.severity = rule.severity();
    finding.summary = summary;
    finding
}

/// The names of definitions, without repetition, each in backticks.
pub(crate) fn names(scene: &Scene<'_>, members: &[DefinitionId]) -> String {
    let names: BTreeSet<String> =
        members.iter().map(|id| format!("`{}`", scene.index.qualified_name(*id))).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Some words in a row, and how many more there are.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let words: Vec<&str> = words.collect();
    let shown = words[..words.len().min(MOST)].join(", ");
    match words.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
