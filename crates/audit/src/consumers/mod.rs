//! Who uses which member of a group.

mod computed;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::{Binding, Consumer, ConsumerKind, DefinitionId, Index, ModuleId, Role};
use ssot_model::audit::Usage;

pub(crate) use computed::ComputedNames;
pub(crate) use usage::of_members as usage;

/// Modules that hand a name on, one behind the other.
const HANDED_ON: usize = 8;

/// The consumers of one member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberConsumers {
    /// `path:line` of production code that imports or names it, also where another module
    /// hands it on.
    pub production: Vec<String>,
    /// `path:line` of tests that do.
    pub tests: Vec<String>,
    /// `path:line` of strings that name it.
    pub strings: Vec<String>,
    /// `path:line` of code that asks for it by a name in a string: `getattr(module, "Name")`.
    pub computed: Vec<String>,
    /// What each module uses of it; empty until the audit is looked into.
    pub usage: Vec<Usage>,
}

pub(crate) fn of_members(index: &Index, ids: &[DefinitionId]) -> Vec<MemberConsumers> {
    ids.iter().map(|id| of_member(index, *id)).collect()
}

pub(crate) fn of_member(index: &Index, id: DefinitionId) -> MemberConsumers {
    let mut consumers = MemberConsumers::default();
    for consumer in all_of(index, id) {
        let module = index.module(consumer.module);
        let place = match consumer.line {
            0 => module.path.to_string(),
            line => format!("{}:{line}", module.path),
        };
        let list = match (consumer.kind, module.role) {
            (ConsumerKind::String, _) => &mut consumers.strings,
            (_, Role::Test) => &mut consumers.tests,
            _ => &mut consumers.production,
        };
        if !list.contains(&place) {
            list.push(place);
        }
    }
    consumers
}

/// The modules that name a definition, its own left out.
pub(crate) fn modules_of(index: &Index, id: DefinitionId) -> BTreeSet<ModuleId> {
    let named = all_of(index, id).into_iter().filter(|it| it.kind != ConsumerKind::String);
    named.map(|it| it.module).filter(|module| *module != id.module).collect()
}

/// Everybody who names a definition, through the modules that hand it on too: a package
/// that imports it in its `__init__` offers it to others.
pub(crate) fn all_of(index: &Index, id: DefinitionId) -> Vec<Consumer> {
    let mut found = index.consumers_of(id).to_vec();
    if found.is_empty() {
        return found;
    }
    let mut seen: BTreeSet<(ModuleId, CompactString)> = BTreeSet::new();
    let mut offered = offers(index, id, &found);
    for _ in 0..HANDED_ON {
        let fresh: Vec<(ModuleId, CompactString)> =
            offered.into_iter().filter(|it| seen.insert(it.clone())).collect();
        if fresh.is_empty() {
            break;
        }
        let next: Vec<Consumer> = fresh
            .iter()
            .flat_map(|(module, name)| index.consumers(*module, name))
            .filter(|it| it.module != id.module)
            .cloned()
            .collect();
        offered = offers(index, id, &next);
        found.extend(next);
    }
    found
}

/// The names under which importers have a definition at module level.
fn offers(
    index: &Index,
    id: DefinitionId,
    importers: &[Consumer],
) -> Vec<(ModuleId, CompactString)> {
    let mut offered: BTreeMap<ModuleId, BTreeSet<CompactString>> = BTreeMap::new();
    for importer in importers.iter().filter(|it| it.kind == ConsumerKind::Import) {
        let facts = &index.module(importer.module).facts;
        let at_module_level = facts.bindings.iter().filter(|bound| match bound.binding {
            Binding::Import(at) => facts.imports[at as usize].line == importer.line,
            _ => false,
        });
        for bound in at_module_level {
            if is_meant(index, importer.module, &bound.name, id) {
                offered.entry(importer.module).or_default().insert(bound.name.clone());
            }
        }
    }
    let named = offered.into_iter();
    named.flat_map(|(module, names)| names.into_iter().map(move |name| (module, name))).collect()
}

/// Whether a path in a module means the definition and nothing else.
pub(crate) fn is_meant(index: &Index, module: ModuleId, path: &str, id: DefinitionId) -> bool {
    matches!(index.follow(module, path).as_slice(), [ssot_facts::Resolution::Definition(it)] if *it == id)
}
