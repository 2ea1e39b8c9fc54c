//! Interfaces that declare the same methods.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Index};
use ssot_model::{Evidence, Finding, Level};

use crate::peers::{self, Peer};
use crate::uses::{ground, last_name};
use crate::{Rule, Scene, words};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-interface",
    summary: "Several protocols or abstract classes declare the same methods.",
    page: include_str!("duplicate_interface.md"),
    level: Level::Warning,
    check,
};

/// Fewest methods of an interface that can be told from others.
const METHODS: usize = 2;
/// Least share of methods in common, and of those with equal parameters, in percent.
const SHARE: usize = 80;
/// Methods named by several words that tell what an interface is about, whatever the
/// interfaces are called.
const TELLING: usize = 3;
/// Words of interfaces' names that do not say what they are about.
const DULL: [&str; 8] =
    ["interface", "protocol", "manager", "client", "registry", "factory", "provider", "abc"];

/// The methods of one interface by name.
type Methods<'a> = BTreeMap<&'a str, &'a Definition>;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut peers: Vec<Peer<'_>> = Vec::new();
    let mut methods: FxHashMap<DefinitionId, Methods<'_>> = FxHashMap::default();
    for (id, module, definition) in peers::classes(scene) {
        if !definition.bases.iter().any(|base| is_abstract(base)) {
            continue;
        }
        let Some(declared) = declared(scene.index, id) else { continue };
        let names = declared.keys().copied().collect();
        peers.push(Peer { id, ground: ground(scene, module), names });
        methods.insert(id, declared);
    }
    let alike = |one: &Peer<'_>, other: &Peer<'_>| are_alike(scene, &methods, one, other);
    let families = peers::families(scene, &peers, alike);
    families.into_iter().map(|family| finding(scene, &peers, &family)).collect()
}

fn is_abstract(base: &str) -> bool {
    let last = last_name(base.strip_prefix("metaclass=").unwrap_or(base));
    matches!(last, "Protocol" | "ABC" | "ABCMeta" | "Interface")
}

/// The public methods of a class that implements none of them.
fn declared(index: &Index, class: DefinitionId) -> Option<Methods<'_>> {
    let definitions = &index.module(class.module).facts.definitions;
    let own = definitions.iter().filter(|it| it.owner == Some(class.index));
    let mut methods = Methods::new();
    for method in own.filter(|it| !it.name.starts_with('_')) {
        let is_declared = method.flags.stub
            || method.decorators.iter().any(|it| last_name(it).starts_with("abstract"));
        if !is_declared {
            return None;
        }
        methods.insert(&method.name, method);
    }
    (methods.len() >= METHODS).then_some(methods)
}

fn are_alike(
    scene: &Scene<'_>,
    methods: &FxHashMap<DefinitionId, Methods<'_>>,
    one: &Peer<'_>,
    other: &Peer<'_>,
) -> bool {
    let (left, right) = (&methods[&one.id], &methods[&other.id]);
    let shared: Vec<&str> = one.names.intersection(&other.names).copied().collect();
    let all = one.names.union(&other.names).count();
    let agreeing = shared.iter().filter(|name| agree(left[*name], right[*name])).count();
    let (name, others) =
        (&scene.index.definition(one.id).name, &scene.index.definition(other.id).name);
    let is_telling = |name: &&&str| words::of_name(name).len() > 1;
    let is_one_subject = peers::share_a_word(name, others, &DULL)
        || shared.iter().filter(is_telling).count() >= TELLING;
    shared.len() >= METHODS
        && shared.len() * 100 >= SHARE * all
        && agreeing * 100 >= SHARE * shared.len()
        && is_one_subject
        && !words::are_twins(name, others)
        && peers::is_open(scene, one.id, other.id)
}

/// Whether two methods of one name are called in the same way.
fn agree(one: &Definition, other: &Definition) -> bool {
    let parameters = |it: &Definition| {
        it.members.iter().filter(|name| !matches!(name.as_str(), "self" | "cls")).count()
    };
    let same = one.members == other.members || parameters(one) == 0 && parameters(other) == 0;
    same && one.flags.asynchronous == other.flags.asynchronous
}

fn finding(scene: &Scene<'_>, peers: &[Peer<'_>], family: &[usize]) -> Finding {
    let members: Vec<DefinitionId> = family.iter().map(|at| peers[*at].id).collect();
    let first = &peers[family[0]];
    let evidence = family[1..].iter().map(|at| {
        let other = &peers[*at];
        let text = format!(
            "{} and {} both declare {}",
            scene.index.dotted(first.id),
            scene.index.dotted(other.id),
            peers::listed(first.names.intersection(&other.names).copied())
        );
        Evidence::supporting("methods", text)
    });
    let summary = format!(
        "{} interfaces declare the same methods: {}",
        members.len(),
        peers::names(scene, &members)
    );
    let evidence = evidence.collect();
    peers::finding(scene, &RULE, members, summary, evidence)
}
