//! A name that the modules of one package each define, for whoever loads them.

use rustc_hash::{FxHashMap, FxHashSet};
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
    /// What the modules of each package give to a name, by package and name.
    values: FxHashMap<u64, FxHashSet<u128>>,
}

impl PlugIns {
    pub(crate) fn new(index: &Index) -> Self {
        let (mut holders, mut modules) = (FxHashMap::default(), FxHashMap::default());
        let mut values: FxHashMap<u64, FxHashSet<u128>> = FxHashMap::default();
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
            let constants = module.facts.definitions.iter();
            for it in constants.filter(|it| it.kind == DefinitionKind::Constant) {
                values.entry(place(package, it)).or_default().insert(it.hash);
            }
        }
        Self { holders, modules, values }
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
        && (definition.kind != DefinitionKind::Function || !definition.name.starts_with('_'));
    is_top.then(|| place(package, definition))
}

fn place(package: &str, definition: &Definition) -> u64 {
    let kind = definition.kind.as_str();
    xxh3_64(format!("{package}/{kind}/{}", definition.name).as_bytes())
}

/// Different values from which a name is one to which each module gives its own.
const OWN: usize = 3;

/// Says so when constants are values of a name that the modules of their package have by
/// convention, each with a value of its own: that some values agree is no copy.
pub(crate) fn own_values(scene: &Scene<'_>, family: &[DefinitionId]) -> Option<String> {
    let (first, rest) = family.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let definition = scene.index.definition(*first);
    let package = package(scene.index.module(first.module));
    let values = scene.plug_ins().values.get(&place(package, definition))?.len();
    let is_held = |id: &DefinitionId| habit(scene, *first, *id).is_some();
    let are_constants = definition.kind == DefinitionKind::Constant;
    let held = are_constants && values >= OWN && rest.iter().all(is_held);
    held.then(|| {
        let name = &definition.name;
        format!("the modules in {package} give {values} values to `{name}`, each its own")
    })
}

/// Two of the definitions that modules of a package have by convention.
pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let left = scene.index.definition(a);
    let (holders, modules) = habit(scene, a, b)?;
    // Of constants it says nothing unless their values are compared as well.
    (left.kind != DefinitionKind::Constant).then(|| {
        let package = package(scene.index.module(a.module));
        let text =
            format!("{holders} of the {modules} modules in {package} define `{}`", left.name);
        Relation::stated(Verdict::Convention, "plug-ins", text)
    })
}

/// How many modules of their package define the name of two definitions, and how many
/// modules it has, when that is a habit.
fn habit(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<(usize, usize)> {
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
    is_habit.then_some((holders, modules))
}
