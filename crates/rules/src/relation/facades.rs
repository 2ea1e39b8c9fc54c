//! Short functions that each hand what their own module has to one function.

use ssot_facts::{DefinitionId, Resolution, SiteKind};
use ssot_model::{DefinitionKind, Verdict};

use super::Relation;
use crate::{Scene, words};

/// Statements up to which a function does nothing but hand on.
const HANDS_ON: u32 = 3;

/// Two functions of one name are faces of a third that both call and that speaks of the
/// same: what they have in common is there already.
pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (index.definition(a), index.definition(b));
    if left.name != right.name || a.module == b.module {
        return None;
    }
    let target = only_call(scene, a)?;
    let is_one = Some(target) == only_call(scene, b)
        && target.module != a.module
        && target.module != b.module
        && words::have_common_word(&left.name, &index.definition(target).name);
    is_one.then(|| {
        let (here, there) = (index.dotted(a), index.dotted(b));
        let text = format!(
            "{here} and {there} each hand what their own module has to {}",
            index.dotted(target)
        );
        Relation::stated(Verdict::Layer, "facades", text)
    })
}

/// The function of the repository that a short function calls, when it calls nothing else.
fn only_call(scene: &Scene<'_>, id: DefinitionId) -> Option<DefinitionId> {
    let index = scene.index;
    let definition = index.definition(id);
    if definition.kind != DefinitionKind::Function || definition.statements > HANDS_ON {
        return None;
    }
    let facts = &index.module(id.module).facts;
    let mut calls = facts
        .sites
        .iter()
        .filter(|site| site.definition() == Some(id.index) && site.kind == SiteKind::Call);
    let only = calls.next().filter(|_| calls.next().is_none())?;
    match index.follow(id.module, facts.path_of(only)).as_slice() {
        [Resolution::Definition(target)]
            if index.definition(*target).kind == DefinitionKind::Function =>
        {
            Some(*target)
        }
        _ => None,
    }
}
