//! Whether classes that have equal methods belong together, or stand side by side as back
//! ends of one kind, each free to follow what it talks to.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::{Index, Module, ModuleId, Role};
use ssot_model::DefinitionKind;

use super::members::Method;
use crate::Examiner;

/// Modules of a directory from which what most of them define is a kind.
const FAMILY: usize = 5;
/// Share of these modules, one part in so many, that define it.
const MOST_OF: usize = 3;
/// Equal functions and methods of two modules from which one is a copy of the other.
const FORK: usize = 8;
/// Statements from which a body counts as more than chance.
const STATEMENTS: u32 = 3;
/// Importers up to which a module belongs to those that import it.
const FEW: usize = 5;

/// The most methods whose modules belong together.
pub(super) fn largest<'m>(
    examiner: &Examiner<'_>,
    methods: &[&'m Method],
) -> Result<Vec<&'m Method>, String> {
    let circle = |one: &Method| -> Vec<&'m Method> {
        let near = |other: &&&Method| stands_beside(examiner, one, other).is_none();
        methods.iter().filter(near).copied().collect()
    };
    let circles = methods.iter().map(|one| circle(one));
    let largest = circles.max_by_key(Vec::len).unwrap_or_default();
    if largest.len() > 1 {
        return Ok(largest);
    }
    let beside = methods.iter().skip(1).find_map(|it| stands_beside(examiner, methods[0], it));
    Err(beside.unwrap_or_default())
}

/// Why two classes need no common class: they are back ends side by side.
fn stands_beside(examiner: &Examiner<'_>, one: &Method, other: &Method) -> Option<String> {
    side_by_side(examiner, (one.class.module, &one.owner), (other.class.module, &other.owner))
}

/// Why something of two modules, called so, is each module's own: they are back ends side by
/// side.
pub(crate) fn side_by_side(
    examiner: &Examiner<'_>,
    (a, one): (ModuleId, &str),
    (b, other): (ModuleId, &str),
) -> Option<String> {
    let index = examiner.index;
    if a == b {
        return None;
    }
    let (here, there) = (index.module(a), index.module(b));
    let (Some(kind), Some(_)) = (kind(index, here), kind(index, there)) else { return None };
    let related = leading_word(here, there)
        || copied(index, a, b) >= FORK
        || imports(index, a).intersection(&imports(index, b)).any(|it| has_few(examiner, *it));
    (!related).then(|| {
        format!(
            "{one} and {other} stand side by side in a family of `{kind}` and may agree by chance"
        )
    })
}

/// What most modules of a directory define: a last word of class names, or a base.
fn kind(index: &Index, module: &Module) -> Option<CompactString> {
    let directory = module.path.directory();
    let siblings = index.modules().filter(|(_, it)| {
        it.role == Role::Production && !it.is_package() && it.path.directory() == directory
    });
    let mut counts: BTreeMap<CompactString, usize> = BTreeMap::new();
    let mut all = 0;
    for (_, sibling) in siblings {
        all += 1;
        let classes = sibling.facts.definitions.iter();
        let classes = classes.filter(|it| it.kind == DefinitionKind::Class && it.owner.is_none());
        let kinds: BTreeSet<CompactString> = classes
            .flat_map(|class| {
                let bases = class.bases.iter().filter(|base| !base.contains('='));
                let last = bases.filter_map(|base| base.split('[').next()?.rsplit('.').next());
                last.map(CompactString::from).chain([last_word(&class.name)]).collect::<Vec<_>>()
            })
            .collect();
        for kind in kinds {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let is_kind = |count: usize| count >= FAMILY && count * MOST_OF >= all;
    let most = counts.into_iter().max_by_key(|(_, count)| *count)?;
    is_kind(most.1).then_some(most.0)
}

fn last_word(name: &str) -> CompactString {
    let start = name.char_indices().rev().find(|(_, letter)| letter.is_uppercase());
    name[start.map_or(0, |(at, _)| at)..].into()
}

/// Two modules are called after one thing, or the directories at which the ways to them
/// part are, and are of one kind.
fn leading_word(one: &Module, other: &Module) -> bool {
    let steps =
        |module: &Module| -> Vec<String> { module.name.split('.').map(str::to_owned).collect() };
    let (one, other) = (steps(one), steps(other));
    let words = |step: &str| -> Vec<String> { step.split('_').map(str::to_owned).collect() };
    let begin_alike = |a: &[String], b: &[String]| a.first() == b.first();
    if let (Some(a), Some(b)) = (one.last(), other.last())
        && begin_alike(&words(a), &words(b))
    {
        return true;
    }
    let parting = one.iter().zip(&other).position(|(a, b)| a != b).unwrap_or_default();
    if parting + 1 >= one.len().min(other.len()) {
        return false;
    }
    let (a, b) = (words(&one[parting]), words(&other[parting]));
    begin_alike(&a, &b) && a[1..].iter().any(|word| b[1..].contains(word))
}

/// How many functions and methods of more than a line two modules have alike.
fn copied(index: &Index, one: ModuleId, other: ModuleId) -> usize {
    let bodies = |id: ModuleId| -> BTreeSet<(&str, u128)> {
        let definitions = index.module(id).facts.definitions.iter();
        definitions
            .filter(|it| matches!(it.kind, DefinitionKind::Function | DefinitionKind::Method))
            .filter(|it| it.statements >= STATEMENTS)
            .map(|it| (it.name.as_str(), it.hash))
            .collect()
    };
    bodies(one).intersection(&bodies(other)).count()
}

/// The modules of this repository that one imports.
fn imports(index: &Index, id: ModuleId) -> BTreeSet<ModuleId> {
    let module = index.module(id);
    let targets = module.facts.imports.iter().filter_map(|it| index.import_target(module, it));
    targets.filter_map(|target| index.module_named(&target)).filter(|it| *it != id).collect()
}

/// How many modules of production import each module.
pub(crate) fn importers(index: &Index) -> BTreeMap<ModuleId, usize> {
    let mut counts = BTreeMap::new();
    for (id, module) in index.modules() {
        if module.role == Role::Production {
            for imported in imports(index, id) {
                *counts.entry(imported).or_default() += 1;
            }
        }
    }
    counts
}

/// Whether a module belongs to the few that import it.
fn has_few(examiner: &Examiner<'_>, imported: ModuleId) -> bool {
    let counts = examiner.importers.get_or_init(|| importers(examiner.index));
    let few = counts.get(&imported).is_some_and(|count| *count <= FEW);
    few && !examiner.index.module(imported).is_package()
}
