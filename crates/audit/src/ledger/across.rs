//! What a definition of one tree contains, against the one that stands for it in another.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{DefinitionId, Hierarchy, Index};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Atom, AtomState};

use super::{Keeper, atoms};
use crate::dissect::{Sources, Specimen, dissect};

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
    let parameters = new_parameters(&specimen, &keeper.own);
    let is_passed = |atom: &Atom| {
        let kinds = [atom.kind];
        keeper.own.parts(&kinds).any(|part| stands_for(&part.text, &atom.text, &parameters))
    };
    lost.retain(|atom| atom.state == AtomState::Open && !is_passed(atom));
    Some(lost)
}

/// The parameters of what stays that what is gone has not: each may carry what was fixed in it.
fn new_parameters<'a>(gone: &Specimen, stays: &'a Specimen) -> BTreeSet<&'a str> {
    let known: BTreeSet<&str> = parameters(gone).collect();
    parameters(stays).filter(|name| !known.contains(name)).collect()
}

fn parameters(specimen: &Specimen) -> impl Iterator<Item = &str> {
    let callables = specimen.anatomy.callables.iter();
    callables.flat_map(|it| &it.parameters).map(|parameter| parameter.name.as_str())
}

/// Whether a piece is another one with a parameter in the place of a name or value. What is
/// passed for it is the matter of whoever calls both.
fn stands_for(kept: &str, gone: &str, parameters: &BTreeSet<&str>) -> bool {
    let (kept, gone) = (words(kept), words(gone));
    kept.len() == gone.len()
        && kept.iter().zip(&gone).all(|(kept, gone)| kept == gone || parameters.contains(kept))
}

/// Names, with the dots in them, numbers, and every other letter by itself; a text between
/// quotes is one word.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        let end = if first == '"' || first == '\'' {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if is_name(first) {
            rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        found.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::stands_for;

    #[test]
    fn a_parameter_stands_for_one_word_and_no_more() {
        let parameters = ["error", "limit"].into();
        for (kept, gone, expected) in [
            ("raise error(name, \"is required\")", "raise Wrong(name, \"is required\")", true),
            ("raise error(name)", "raise errors.Wrong(name)", true),
            ("if count > limit: return", "if count > 10: return", true),
            ("raise error(name, \"is needed\")", "raise Wrong(name, \"is required\")", false),
            ("raise other(name)", "raise Wrong(name)", false),
            ("raise error", "raise Wrong(name)", false),
        ] {
            assert_eq!(stands_for(kept, gone, &parameters), expected, "{kept} {gone}");
        }
    }
}
