//! Which functions and methods stand against each other when definitions do.

use ssot_facts::{DefinitionId, Index};
use ssot_model::DefinitionKind;

use super::{Pair, Version};

/// The functions, or the methods of one name of two classes, that are not the same code.
/// Comments, docstrings and layout make no difference.
pub(crate) fn between(index: &Index, left: DefinitionId, right: DefinitionId) -> Vec<Pair> {
    let same = index.definition(left).hash == index.definition(right).hash;
    match (index.definition(left).kind, index.definition(right).kind) {
        _ if same => Vec::new(),
        (DefinitionKind::Class, DefinitionKind::Class) => methods(index, left, right),
        _ => vec![Pair { left: version(index, left), right: version(index, right) }],
    }
}

/// A definition as it is called.
pub(crate) fn version(index: &Index, id: DefinitionId) -> Version {
    Version::new(index.module(id.module).name.as_str(), index.qualified_name(id))
}

fn methods(index: &Index, left: DefinitionId, right: DefinitionId) -> Vec<Pair> {
    let pairs = of_class(index, left).filter_map(|mine| {
        let name = &index.definition(mine).name;
        let its = of_class(index, right).find(|its| index.definition(*its).name == *name)?;
        Some(between(index, mine, its))
    });
    pairs.flatten().collect()
}

fn of_class(index: &Index, class: DefinitionId) -> impl Iterator<Item = DefinitionId> {
    let definitions = &index.module(class.module).facts.definitions;
    let owned = (0..).zip(definitions).filter(move |(_, it)| it.owner == Some(class.index));
    let methods = owned.filter(|(_, it)| it.kind == DefinitionKind::Method);
    methods.map(move |(index, _)| DefinitionId { module: class.module, index })
}
