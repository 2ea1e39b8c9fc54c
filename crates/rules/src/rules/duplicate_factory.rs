//! Functions whose job is to make the same object in the same way.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::{Definition, DefinitionId, Index, Make, Module, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::families::{self, Family};
use crate::relation::kinship;
use crate::uses::{first_name, ground, is_shipped, last_name};
use crate::{Rule, Scene, judge, peers, words};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-factory",
    summary: "Several functions make the same object with the same setup.",
    page: include_str!("duplicate_factory.md"),
    level: Level::Warning,
    check,
};

/// First words of functions that make something.
const VERBS: [&str; 14] = [
    "create",
    "make",
    "build",
    "new",
    "get",
    "init",
    "initialize",
    "setup",
    "provide",
    "construct",
    "open",
    "connect",
    "default",
    "spawn",
];
/// Words of names of classes that make something.
const MAKERS: [&str; 4] = ["factory", "builder", "provider", "creator"];
/// What decorators of functions contain that a framework calls for their object.
const PROVIDERS: [&str; 6] = ["provide", "inject", "depends", "fixture", "overload", "bind"];
/// Statements of a function that makes an object, returns it and does nothing else.
const BARE: u32 = 2;

/// What is made with which setup, where.
type Products<'a> = BTreeMap<(&'a str, CompactString, u64), Family>;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut products = Products::new();
    for (id, module) in scene.index.modules().filter(|(_, module)| is_shipped(module)) {
        if !module.facts.makes.is_empty() && module.facts.errors.is_empty() {
            collect(scene, id, module, &mut products);
        }
    }
    let families = products.into_iter().filter(|(_, family)| families::spans_files(family));
    families.flat_map(|((_, class, _), family)| split(scene, &class, family)).collect()
}

fn collect<'a>(
    scene: &'a Scene<'_>,
    id: ModuleId,
    module: &'a Module,
    products: &mut Products<'a>,
) {
    let facts = &module.facts;
    for makes in facts.makes.chunk_by(|one, other| one.inside == other.inside) {
        let first = makes[0];
        let only_one = makes.iter().all(|it| (it.class, it.setup) == (first.class, first.setup));
        if !only_one || first.arguments == 0 {
            continue;
        }
        let maker = DefinitionId { module: id, index: first.inside };
        if let Some(class) = product(scene.index, maker, first)
            && is_factory(scene.index, maker, last_name(&class))
        {
            let key = (ground(scene, module), class, first.setup);
            products.entry(key).or_default().push(maker);
        }
    }
}

/// The dotted name of the class that is made; none when it is none, or the maker's own.
fn product(index: &Index, maker: DefinitionId, make: Make) -> Option<CompactString> {
    let path = &index.module(maker.module).facts.paths[make.class as usize];
    if !index.sees(maker.module, Some(maker.index), first_name(path)) {
        return None;
    }
    let class = index.absolute(maker.module, path)?;
    let known = index.definition_named(&class);
    let owner = index.definition(maker).owner;
    let is_own = owner.is_some_and(|owner| known == Some(DefinitionId { index: owner, ..maker }));
    let is_class = match known {
        Some(id) => index.definition(id).kind == DefinitionKind::Class,
        None => !index.is_internal(&class),
    };
    (is_class && !is_own).then_some(class)
}

/// Whether a function's name says that making the class is its job.
fn is_factory(index: &Index, maker: DefinitionId, class: &str) -> bool {
    let definition = index.definition(maker);
    let name = words::of_name(&definition.name);
    let owner = definition.owner.map(|index| DefinitionId { index, ..maker });
    let around = owner.map(|owner| words::of_name(&index.definition(owner).name));
    let around = around.unwrap_or_default();
    let is_verb = name.first().is_some_and(|first| VERBS.contains(&first.as_str()));
    let is_maker = around.iter().any(|word| MAKERS.contains(&word.as_str()));
    let product = words::of_name(class);
    let names_it = product.iter().any(|word| name.contains(word));
    is_verb && (names_it || is_maker) && !definition.flags.conditional && !is_provider(definition)
}

/// Whether a framework calls the function.
fn is_provider(definition: &Definition) -> bool {
    let is_called = |decorator: &CompactString| {
        let decorator = decorator.to_ascii_lowercase();
        PROVIDERS.iter().any(|provider| decorator.contains(provider))
    };
    definition.decorators.iter().any(is_called) || definition.signature.contains("Depends(")
}

/// The factories of one product that are one, by the first of each.
fn split(scene: &Scene<'_>, class: &str, mut rest: Family) -> Vec<Finding> {
    let mut findings = Vec::new();
    while let Some(first) = rest.first().copied() {
        let is_same = |id: &DefinitionId| are_one(scene, first, *id);
        let (same, others): (Family, Family) = rest.drain(1..).partition(is_same);
        rest = others;
        let family: Family = std::iter::once(first).chain(same).collect();
        if families::spans_files(&family) {
            findings.push(finding(scene, class, family));
        }
    }
    findings
}

fn are_one(scene: &Scene<'_>, one: DefinitionId, other: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(one), scene.index.definition(other));
    let (smaller, larger) =
        if left.leaves.len() <= right.leaves.len() { (left, right) } else { (right, left) };
    // The head may differ; a statement that differs may be part of the setup.
    let missing = smaller.leaves.iter().filter(|it| larger.leaves.binary_search(it).is_err());
    let is_contained = missing.count() <= 1;
    let both = left.free.iter().filter(|name| right.free.contains(name));
    let mut read = both.filter(|name| !matches!(name.as_str(), "logger" | "log" | "logging"));
    let are_bare = left.statements <= BARE && right.statements <= BARE;
    (are_bare || is_contained)
        && !are_overrides(scene, one, other)
        && read.all(|name| peers::means_the_same(scene, one.module, other.module, name))
        && !is_near_copy(scene, one, other)
        && peers::is_open(scene, one, other)
}

/// Whether both are public methods of one name whose classes each extend an interface,
/// which then decides that both are there.
fn are_overrides(scene: &Scene<'_>, one: DefinitionId, other: DefinitionId) -> bool {
    let name = &scene.index.definition(one).name;
    let extends = |id: DefinitionId| {
        let owner = scene.index.definition(id).owner;
        owner.is_some_and(|index| {
            kinship::extends_an_interface(scene.index, DefinitionId { index, ..id })
        })
    };
    !name.starts_with('_')
        && *name == scene.index.definition(other).name
        && extends(one)
        && extends(other)
}

/// Whether `near-clone` tells of a pair of functions.
fn is_near_copy(scene: &Scene<'_>, one: DefinitionId, other: DefinitionId) -> bool {
    let is_large = [one, other]
        .into_iter()
        .all(|id| families::is_substantial(scene, scene.index.definition(id)));
    is_large && judge::judge_pair(scene, one, other).verdict == Verdict::Variant
}

fn finding(scene: &Scene<'_>, class: &str, members: Family) -> Finding {
    let evidence = members.iter().map(|id| {
        let text = format!(
            "{} at {}:{}",
            scene.index.dotted(*id),
            scene.index.module(id.module).path,
            scene.index.definition(*id).span.start
        );
        Evidence::supporting("same-setup", text)
    });
    let evidence = evidence.collect();
    let summary = format!(
        "{} factories make `{}` with the same setup: {}",
        members.len(),
        last_name(class),
        peers::names(scene, &members)
    );
    peers::finding(scene, &RULE, members, summary, evidence)
}
