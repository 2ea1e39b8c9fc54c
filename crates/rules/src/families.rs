//! Which definitions are looked at together.

use std::collections::BTreeMap;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Index, Module, Role};
use ssot_model::DefinitionKind;

use crate::Scene;

/// Definitions in order of path and line.
pub(crate) type Family = Vec<DefinitionId>;

/// Fewest statements, or lines without the docstring, of a method that counts.
const METHOD_STATEMENTS: u32 = 5;
const METHOD_LINES: u32 = 8;

/// Whether a definition is large enough to be a concept of its own.
pub(crate) fn is_substantial(scene: &Scene<'_>, definition: &Definition) -> bool {
    let scan = &scene.config.scan;
    match definition.kind {
        DefinitionKind::Constant => true,
        // A body of nothing but a docstring says nothing that could diverge.
        _ if definition.statements == 0 => false,
        // Short methods of one name are how classes with one interface look.
        DefinitionKind::Method => {
            definition.statements >= METHOD_STATEMENTS || definition.code_lines >= METHOD_LINES
        }
        _ => {
            definition.statements >= scan.min_statements
                || definition.span.lines() >= scan.min_lines
        }
    }
}

/// Files whose definitions are candidates at all. A file that does not parse is
/// only partly known, and tests repeat themselves on purpose.
fn is_candidate(module: &Module) -> bool {
    module.role != Role::Test && module.facts.errors.is_empty()
}

/// Substantial definitions outside tests.
pub(crate) fn candidates<'a>(
    scene: &'a Scene<'a>,
) -> impl Iterator<Item = (DefinitionId, &'a Module, &'a Definition)> {
    scene
        .index
        .definitions()
        .filter(|(_, module, definition)| is_candidate(module) && is_substantial(scene, definition))
        // What answers for names that have moved is written once in every module that has some.
        .filter(|(_, _, definition)| !definition.flags.conditional && !definition.flags.shim)
}

/// Top-level definitions that share kind and name, in different files.
pub(crate) fn by_name<'a>(
    scene: &'a Scene<'a>,
) -> BTreeMap<(DefinitionKind, &'a CompactString), Family> {
    let mut families: FxHashMap<_, Family> = FxHashMap::default();
    for (id, _, definition) in candidates(scene) {
        if definition.owner.is_none() {
            families.entry((definition.kind, &definition.name)).or_default().push(id);
        }
    }
    families.retain(|_, family| spans_files(family));
    families.into_iter().collect()
}

/// Definitions of equal structure. Equal size is demanded too, so that not the
/// hash alone decides.
pub(crate) fn by_structure<'a>(
    index: &Index,
    ids: impl Iterator<Item = DefinitionId> + 'a,
) -> Vec<Family> {
    let key = |id: DefinitionId| {
        let definition = index.definition(id);
        (definition.kind, definition.hash, definition.statements)
    };
    let mut keyed: Vec<_> = ids.map(|id| (key(id), id)).collect();
    // A stable sort: the members of a family keep their order.
    keyed.sort_by_key(|(key, _)| *key);
    let same = keyed.chunk_by(|(one, _), (other, _)| one == other);
    same.map(|family| family.iter().map(|(_, id)| *id).collect()).collect()
}

/// Whether at least two members lie in different files, or are methods of different
/// classes: a class is a place of its own wherever it stands.
pub(crate) fn stand_apart(index: &Index, family: &[DefinitionId]) -> bool {
    let owner = |id: DefinitionId| index.definition(id).owner;
    let method = |id: DefinitionId| index.definition(id).kind == DefinitionKind::Method;
    family.windows(2).any(|pair| {
        let [one, other] = [pair[0], pair[1]];
        one.module != other.module || method(one) && method(other) && owner(one) != owner(other)
    })
}

/// Whether the members lie in at least two files.
pub(crate) fn spans_files(family: &[DefinitionId]) -> bool {
    family.windows(2).any(|pair| pair[0].module != pair[1].module)
}
