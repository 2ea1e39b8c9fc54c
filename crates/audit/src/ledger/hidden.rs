//! What a module contains that cannot be imported, against the module that hides it.

use ssot_facts::python::{self, anatomy::Part};
use ssot_facts::{Definition, DefinitionId, Hierarchy, Index, ModuleId, Resolution};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Atom, AtomKind, AtomState, Counterpart, LedgerEntry};

use super::{Keeper, entry};
use crate::consumers;
use crate::dissect::{Sources, Specimen, dissect};

/// One entry for each definition of the hidden module that others could want, and one for
/// what its import would do.
pub(crate) fn entries(
    index: &Index,
    hierarchy: &Hierarchy,
    sources: &Sources<'_>,
    (hidden, taker): (ModuleId, ModuleId),
    chosen: bool,
) -> Vec<LedgerEntry> {
    let definitions = &index.module(hidden).facts.definitions;
    let mut entries: Vec<LedgerEntry> = definitions
        .iter()
        .enumerate()
        .filter(|(_, it)| it.owner.is_none())
        .filter_map(|(at, it)| {
            let id = DefinitionId { module: hidden, index: at as u32 };
            let kept = same_name(index, taker, it);
            match kept {
                Some(kept) => Some(against(index, hierarchy, sources, (id, kept), chosen)),
                None if it.name.starts_with('_') => None,
                None => Some(alone(index, sources, id, taker, chosen)),
            }
        })
        .collect();
    entries.extend(effects(index, sources, (hidden, taker), chosen));
    entries
}

/// What the module that is imported has under a name.
fn same_name(index: &Index, taker: ModuleId, definition: &Definition) -> Option<DefinitionId> {
    index.resolve(taker, &definition.name).into_iter().find_map(|meaning| match meaning {
        Resolution::Definition(id) => Some(id),
        _ => None,
    })
}

/// How something is computed is no loss where others get it from the module that hides
/// this one; what is done besides, or guarded against, is.
fn against(
    index: &Index,
    hierarchy: &Hierarchy,
    sources: &Sources<'_>,
    (gone, kept): (DefinitionId, DefinitionId),
    chosen: bool,
) -> LedgerEntry {
    let is_class = index.definition(kept).kind == DefinitionKind::Class;
    let own = dissect(index, sources, kept);
    let keeper = Keeper::new(index, is_class.then_some(hierarchy), sources, own);
    let mut entry = entry(index, &dissect(index, sources, gone), &keeper, chosen, None);
    let open = entry.atoms.iter_mut().filter(|atom| atom.state == AtomState::Open);
    for atom in open.filter(|atom| matches!(atom.kind, AtomKind::Branch | AtomKind::Result)) {
        atom.state = AtomState::Covered {
            by: entry.canonical.clone(),
            person: String::new(),
            reason: "importers get what that computes already".to_owned(),
        };
    }
    entry
}

/// A definition of which the module that hides it has no like.
fn alone(
    index: &Index,
    sources: &Sources<'_>,
    id: DefinitionId,
    taker: ModuleId,
    chosen: bool,
) -> LedgerEntry {
    let specimen = dissect(index, sources, id);
    let definition = index.definition(id);
    let name = Atom {
        kind: AtomKind::Member,
        text: format!("{} {}", definition.kind.as_str(), definition.name),
        place: specimen.place(specimen.line),
        within: String::new(),
        counterpart: Counterpart::Missing { nearest: None },
        state: AtomState::Open,
    };
    let parts = specimen.anatomy.atoms.iter().map(|part| missing(&specimen, part));
    let mut atoms: Vec<Atom> = std::iter::once(name).chain(parts).collect();
    atoms.sort_by_key(|atom| atom.kind);
    LedgerEntry {
        definition: specimen.dotted.clone(),
        place: specimen.place(specimen.line),
        canonical: index.module(taker).name.to_string(),
        chosen,
        unread: specimen.unread,
        atoms,
        names_used: Vec::new(),
        tests: consumers::of_member(index, id).tests,
    }
}

fn missing(specimen: &Specimen, part: &Part) -> Atom {
    Atom {
        kind: part.kind,
        text: part.text.clone(),
        place: specimen.place(part.line),
        within: part.within.to_string(),
        counterpart: Counterpart::Missing { nearest: None },
        state: AtomState::Open,
    }
}

/// What the import of the hidden module would do; none when it does nothing.
fn effects(
    index: &Index,
    sources: &Sources<'_>,
    (hidden, taker): (ModuleId, ModuleId),
    chosen: bool,
) -> Option<LedgerEntry> {
    let (gone, kept) = (&index.module(hidden).path, &index.module(taker).path);
    let of = |path| sources(path).map(|source| python::module_effects(&source));
    let (Some(own), Some(others)) = (of(gone), of(kept)) else { return None };
    let mut free: Vec<&Part> = others.iter().collect();
    let atoms: Vec<Atom> = own
        .iter()
        .map(|part| {
            let found = free.iter().position(|it| it.hash == part.hash).map(|at| free.remove(at));
            let (counterpart, state) = match found {
                Some(it) => {
                    let place = format!("{kept}:{}", it.line);
                    (Counterpart::Same { place }, AtomState::Preserved)
                }
                None => (Counterpart::Missing { nearest: None }, AtomState::Open),
            };
            Atom {
                kind: AtomKind::ImportEffect,
                text: part.text.clone(),
                place: format!("{gone}:{}", part.line),
                within: String::new(),
                counterpart,
                state,
            }
        })
        .collect();
    (!atoms.is_empty()).then(|| LedgerEntry {
        definition: index.module(hidden).name.to_string(),
        place: format!("{gone}:1"),
        canonical: index.module(taker).name.to_string(),
        chosen,
        unread: false,
        atoms,
        names_used: Vec::new(),
        tests: Vec::new(),
    })
}
