//! Names that stand for one thing in one module and for another in the other.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::python::anatomy::Part;
use ssot_facts::{DefinitionId, Index};
use ssot_model::audit::{Counterpart, Nearest};
use ssot_rules::{Comparison, Patches};

/// The names that both definitions read and that mean different things to them, with
/// the difference in words.
pub(crate) fn other_meanings(
    index: &Index,
    gone: DefinitionId,
    kept: DefinitionId,
) -> BTreeMap<CompactString, String> {
    // Who replaces a name in a test does not change what it means.
    let patches = Patches::default();
    let (one, other) = (index.definition(gone), index.definition(kept));
    let common = one.free.iter().filter(|name| other.free.binary_search(name).is_ok());
    let told = |name: &CompactString| {
        let mut comparison = Comparison::new(index, &patches, one.kind);
        let difference = comparison.name_difference(gone.module, kept.module, name)?;
        difference.other_concept.then(|| (name.clone(), difference.text))
    };
    let own = |name: &&CompactString| **name != one.name && **name != other.name;
    common.filter(own).filter_map(told).collect()
}

/// The same words about another thing are no counterpart.
pub(super) fn weighed(
    part: &Part,
    found: Counterpart,
    others: &BTreeMap<CompactString, String>,
) -> Counterpart {
    let Some((_, difference)) = others.iter().find(|(name, _)| mentions(&part.normal, name)) else {
        return found;
    };
    let (place, text) = match found {
        Counterpart::Same { place } => (place, part.text.clone()),
        Counterpart::Equivalent { place, text, .. } => (place, text),
        missing @ Counterpart::Missing { .. } => return missing,
    };
    Counterpart::Missing { nearest: Some(Nearest { place, text, why: difference.clone() }) }
}

/// Whether a structure reads a name of the module: no attribute and no local name.
fn mentions(normal: &str, name: &str) -> bool {
    let mut before = "";
    normal.split(' ').any(|word| {
        let is_attribute = std::mem::replace(&mut before, word) == ".";
        let first = word.split('.').next().unwrap_or(word);
        !is_attribute && first == name
    })
}
