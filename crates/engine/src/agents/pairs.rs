//! Which versions are called beside each other when an agent has changed them.

use std::collections::BTreeSet;

use ssot_facts::{Definition, DefinitionId, Index, ModuleId, Role};
use ssot_model::{DefinitionKind, PackageGroup};

use crate::behaviour::{self, Pair, version};
use crate::execute::Replaced;

/// The definitions of a group that go, against the one that stays.
pub(super) fn replaced(index: &Index, group: &PackageGroup) -> Vec<Replaced> {
    let Some(stays) = index.definition_named(&group.canonical) else { return Vec::new() };
    let copies = group.copies.iter().filter_map(|copy| index.definition_named(copy));
    copies
        .map(|copy| Replaced {
            direct: behaviour::between(index, copy, stays),
            callers: callers(index, copy),
        })
        .collect()
}

/// The functions and methods of production code that name a definition.
fn callers(index: &Index, copy: DefinitionId) -> Vec<Pair> {
    let name = &index.definition(copy).name;
    let users = index.consumers_of(copy).iter().map(|consumer| consumer.module);
    let modules: BTreeSet<ModuleId> = users
        .chain([copy.module])
        .filter(|module| index.module(*module).role == Role::Production)
        .collect();
    let calls = |definition: &Definition| {
        let is_called =
            matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Method);
        is_called && definition.free.contains(name)
    };
    modules
        .into_iter()
        .flat_map(|module| {
            let definitions = (0..).zip(&index.module(module).facts.definitions);
            let calling = definitions.filter(|(_, definition)| calls(definition));
            calling.map(move |(at, _)| DefinitionId { module, index: at })
        })
        .filter(|caller| *caller != copy)
        .map(|caller| both(index, caller))
        .collect()
}

/// A version before and after.
fn both(index: &Index, id: DefinitionId) -> Pair {
    Pair { left: version(index, id), right: version(index, id) }
}

/// The definition that stays against itself, as it is before and after: a method of a class
/// each. Those that come out as they were are not called.
pub(super) fn itself(index: &Index, dotted: &str) -> Vec<Pair> {
    let Some(id) = index.definition_named(dotted) else { return Vec::new() };
    match index.definition(id).kind {
        DefinitionKind::Class => {
            let facts = &index.module(id.module).facts;
            let methods = (0..)
                .zip(&facts.definitions)
                .filter(|(_, it)| it.owner == Some(id.index) && it.kind == DefinitionKind::Method);
            methods
                .map(|(at, _)| both(index, DefinitionId { module: id.module, index: at }))
                .collect()
        }
        DefinitionKind::Function | DefinitionKind::Method => vec![both(index, id)],
        _ => Vec::new(),
    }
}
