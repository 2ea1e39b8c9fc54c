//! Two functions that only give access to something are to each other what the things
//! are that they give.

use ssot_facts::{DefinitionId, Index, Resolution};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use super::Relation;
use crate::Scene;

/// Statements up to which a function that gives an instance does nothing else, and the
/// parameters that it may hand on to the first one.
const ACCESS: (u32, usize) = (8, 1);

pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (given(index, a)?, given(index, b)?);
    if left == right {
        return None;
    }
    let things = super::relate(scene, left, right);
    if !matches!(things.verdict, Verdict::Variant | Verdict::Homonym | Verdict::Unsure) {
        return None;
    }
    let text = format!(
        "{} gives a {}, {} a {}",
        index.dotted(a),
        index.dotted(left),
        index.dotted(b),
        index.dotted(right)
    );
    let mut evidence = vec![Evidence::supporting("accessor", text)];
    evidence.extend(things.evidence);
    Some(Relation { evidence, ..things })
}

/// The class of the repository whose instance a short function with hardly any parameters
/// returns, by its annotation.
fn given(index: &Index, id: DefinitionId) -> Option<DefinitionId> {
    let definition = index.definition(id);
    let gives = definition.kind == DefinitionKind::Function
        && definition.members.len() <= ACCESS.1
        && definition.statements <= ACCESS.0
        && !definition.returns.is_empty();
    let returns = definition.returns.trim_matches(['"', '\'']);
    let meanings = gives.then(|| index.follow(id.module, returns))?;
    match meanings.as_slice() {
        [Resolution::Definition(class)]
            if index.definition(*class).kind == DefinitionKind::Class =>
        {
            Some(*class)
        }
        _ => None,
    }
}
