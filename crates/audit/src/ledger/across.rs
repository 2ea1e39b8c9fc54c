//! What a definition of one tree contains, against the one that stands for it in another.

use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, Hierarchy, Index};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Atom, AtomState};

use super::{Keeper, atoms};
use crate::dissect::{Sources, dissect};

/// One tree: its facts and its texts.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its facts.
    pub index: &'a Index,
    /// Its texts.
    pub sources: &'a Sources<'a>,
}

/// The pieces of a definition that is gone for which nothing in the one that stays stands;
/// none when one of the two cannot be taken apart, so that nobody knows.
pub fn lost_across(
    before: Side<'_>,
    gone: DefinitionId,
    after: Side<'_>,
    stays: DefinitionId,
) -> Option<Vec<Atom>> {
    let specimen = dissect(before.index, before.sources, gone);
    let own = dissect(after.index, after.sources, stays);
    if specimen.unread || own.unread {
        return None;
    }
    let is_class = after.index.definition(stays).kind == DefinitionKind::Class;
    let hierarchy = is_class.then(|| Hierarchy::new(after.index));
    let keeper = Keeper::new(after.index, hierarchy.as_ref(), after.sources, own);
    let equal = before.index.definition(gone).hash == after.index.definition(stays).hash;
    // What a name means in another tree is followed by other gates: imports, tests.
    let mut lost = atoms(&specimen, &keeper, equal, &BTreeMap::new());
    lost.retain(|atom| atom.state == AtomState::Open);
    Some(lost)
}
