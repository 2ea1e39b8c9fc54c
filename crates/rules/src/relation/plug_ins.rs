//! A name that the modules of one package each define, for whoever loads them.

use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Index, Module, Role};
use ssot_model::{DefinitionKind, Verdict};
use xxhash_rust::xxh3::xxh3_64;

use super::Relation;
use crate::Scene;

/// Fewest modules of one package with a definition of one name that are a convention.
const ENOUGH: usize = 5;
/// Modules from which it is one even when most of the package has none.
const MANY: usize = 10;

/// In how many modules of each package a name is defined.
pub(crate) struct PlugIns {
    /// By package, kind and name.
    holders: FxHashMap<u64, u32>,
    /// Modules of each package.
    modules: FxHashMap<u64, u32>,
}

impl PlugIns {
    pub(crate) fn new(index: &Index) -> Self {
        let (mut holders, mut modules) = (FxHashMap::default(), FxHashMap::default());
        for (_, module) in index.modules().filter(|(_, it)| it.role == Role::Production) {
            let package = package(module);
            *modules.entry(xxh3_64(package.as_bytes())).or_default() += 1;
            let mut keys: Vec<u64> =
                module.facts.definitions.iter().filter_map(|it| key(package, it)).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                *holders.entry(key).or_default() += 1;
            }
        }
        Self { holders, modules }
    }
}

/// The package whose modules or subpackages a module stands among.
pub(crate) fn package(module: &Module) -> &str {
    let directory = module.path.directory();
    if module.is_package() {
        return directory.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    directory
}

fn key(package: &str, definition: &Definition) -> Option<u64> {
    // A private function is nobody's to load.
    let is_top = definition.owner.is_none()
        && (definition.kind == DefinitionKind::Class
            || definition.kind == DefinitionKind::Function && !definition.name.starts_with('_'));
    is_top.then(|| {
        let kind = definition.kind.as_str();
        xxh3_64(format!("{package}/{kind}/{}", definition.name).as_bytes())
    })
}

/// Two of the definitions that modules of a package have by convention.
pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (index.definition(a), index.definition(b));
    let package = package(index.module(a.module));
    let is_pair = a.module != b.module
        && (left.kind, &left.name) == (right.kind, &right.name)
        && package == self::package(index.module(b.module));
    let key = is_pair.then(|| key(package, left)).flatten()?;
    let plug_ins = scene.plug_ins();
    let holders = *plug_ins.holders.get(&key)? as usize;
    let modules = *plug_ins.modules.get(&xxh3_64(package.as_bytes()))? as usize;
    let is_habit = holders >= MANY || holders >= ENOUGH && holders * 2 >= modules;
    is_habit.then(|| {
        let text =
            format!("{holders} of the {modules} modules in {package} define `{}`", left.name);
        Relation::stated(Verdict::Convention, "plug-ins", text)
    })
}
