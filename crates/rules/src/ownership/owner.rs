//! The module that wraps a capability for the others, when the code has one.

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Module, ModuleId};
use ssot_model::DefinitionKind;

use super::Exercise;
use crate::Scene;
use crate::capability::Capability;
use crate::uses::ground;

/// Modules of one ground that must import a wrapper before it is taken for its owner.
const ENOUGH_IMPORTERS: usize = 5;

/// Importers from which a wrapper is the established way.
const MANY_IMPORTERS: usize = 10;

/// How many times more importers an established owner has than the next wrapper, and
/// than there are modules that go past it.
const CLEARLY_MORE: usize = 3;

/// A module that is named for a capability, exercises it and is imported by others.
pub(crate) struct Wrapper {
    pub(crate) module: ModuleId,
    /// Names of the definitions that exercise it.
    pub(crate) names: Vec<String>,
    importers: FxHashSet<ModuleId>,
    libraries: FxHashSet<String>,
}

/// The wrapper that the modules of one ground go through.
pub(crate) struct Owner<'a> {
    pub(crate) wrapper: &'a Wrapper,
    /// How many modules of the ground import it.
    pub(crate) importers: usize,
    /// How many import the next wrapper.
    next: usize,
}

impl Owner<'_> {
    /// Whether more modules go through it than past it.
    pub(crate) fn is_usual(&self, bypassing: usize) -> bool {
        self.importers > bypassing
    }

    /// Whether nearly everybody goes through it, so that those who do not stand out.
    pub(crate) fn is_established(&self, bypassing: usize) -> bool {
        self.importers >= MANY_IMPORTERS
            && self.importers >= CLEARLY_MORE * self.next
            && self.importers >= CLEARLY_MORE * bypassing
    }
}

/// The modules that wrap a capability.
pub(crate) fn wrappers(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    exercises: &[Exercise],
    importers: &FxHashMap<ModuleId, FxHashSet<ModuleId>>,
) -> Vec<Wrapper> {
    let named =
        exercises.iter().filter(|it| is_named_for(scene.index.module(it.module), capability.words));
    named
        .filter_map(|exercise| {
            let importers = importers.get(&exercise.module)?.clone();
            let facts = &scene.index.module(exercise.module).facts;
            let mut names: Vec<String> = exercise
                .uses
                .iter()
                .filter_map(|at| {
                    let definition = &facts.definitions[at.inside? as usize];
                    let owner = definition.owner.unwrap_or(at.inside?);
                    let outer = &facts.definitions[owner as usize];
                    (outer.kind != DefinitionKind::Constant).then(|| outer.name.to_string())
                })
                .collect();
            names.sort_unstable();
            names.dedup();
            let libraries = exercise.uses.iter().map(|at| at.library().to_owned()).collect();
            let module = exercise.module;
            (!names.is_empty()).then_some(Wrapper { module, names, importers, libraries })
        })
        .collect()
}

/// Whether a word of the module's own name, or of the package it lies in, says that it
/// is there for the capability.
pub(crate) fn is_named_for(module: &Module, words: &[&str]) -> bool {
    let names = module.name.rsplit('.').take(2);
    names.flat_map(|name| name.split('_')).any(|part| words.contains(&part))
}

/// The owner that one ground goes through, for what a library gives.
pub(crate) fn owner_of<'a>(
    scene: &Scene<'_>,
    wrappers: &'a [Wrapper],
    on: &str,
    library: &str,
) -> Option<Owner<'a>> {
    let index = scene.index;
    let mut candidates: Vec<(usize, &Wrapper)> = wrappers
        .iter()
        .filter(|wrapper| wrapper.libraries.contains(library))
        .filter(|wrapper| is_reachable(scene, wrapper.module, on))
        .map(|wrapper| {
            let importers = wrapper.importers.iter();
            (importers.filter(|id| ground(scene, index.module(**id)) == on).count(), wrapper)
        })
        .collect();
    candidates.sort_by_key(|(count, wrapper)| (std::cmp::Reverse(*count), wrapper.module));
    let (importers, wrapper) = candidates.first().copied()?;
    let next = candidates.get(1).map_or(0, |(count, _)| *count);
    (importers >= ENOUGH_IMPORTERS).then_some(Owner { wrapper, importers, next })
}

/// Whether the boundary of a module lets the ground use it.
fn is_reachable(scene: &Scene<'_>, module: ModuleId, on: &str) -> bool {
    scene.config.boundary.is_empty() || {
        let own = ground(scene, scene.index.module(module));
        own.is_empty() || own == on
    }
}
