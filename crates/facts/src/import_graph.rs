//! Which modules are executed when a module is imported.

use std::collections::BTreeSet;

use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::file::ImportScope;
use crate::index::{Index, Module, ModuleId};
use crate::is_standard_library;

/// The graph of imports that happen while modules are executed.
pub struct ImportGraph {
    edges: FxHashMap<ModuleId, BTreeSet<ModuleId>>,
    /// Imports that are going to be written.
    planned: FxHashMap<ModuleId, BTreeSet<ModuleId>>,
    externals: FxHashMap<ModuleId, BTreeSet<CompactString>>,
    packages: FxHashMap<ModuleId, Vec<ModuleId>>,
}

impl ImportGraph {
    /// Reads the graph off the index.
    pub fn new(index: &Index) -> Self {
        let mut graph = Self {
            edges: FxHashMap::default(),
            planned: FxHashMap::default(),
            externals: FxHashMap::default(),
            packages: FxHashMap::default(),
        };
        for (id, module) in index.modules() {
            let (edges, externals) = outgoing(index, module);
            graph.edges.insert(id, edges);
            graph.externals.insert(id, externals);
            graph.packages.insert(id, ancestors(index, &module.name));
        }
        graph
    }

    /// How many modules of the tree a module imports directly.
    pub fn imported(&self, importer: ModuleId) -> usize {
        self.imports(importer).count()
    }

    /// Adds an import that is going to be written.
    pub fn add(&mut self, importer: ModuleId, imported: ModuleId) {
        let is_there = self.edges.get(&importer).is_some_and(|it| it.contains(&imported));
        if !is_there {
            self.planned.entry(importer).or_default().insert(imported);
        }
    }

    /// The modules that a module imports directly, planned imports included.
    fn imports(&self, importer: ModuleId) -> impl Iterator<Item = ModuleId> {
        let both = [&self.edges, &self.planned];
        both.into_iter().filter_map(move |all| all.get(&importer)).flatten().copied()
    }

    /// How many modules of the tree are executed when one is, today: the plan does not count.
    pub fn executed_today(&self, module: ModuleId) -> usize {
        let today = |it| self.edges.get(&it).into_iter().flatten().copied();
        self.closure(module, &FxHashSet::default(), today).len()
    }

    /// Modules that are executed when `from` is, not counting the packages that
    /// `importer` lies in: those are under way already when `importer` is executed.
    pub fn executed_by(&self, from: ModuleId, importer: Option<ModuleId>) -> BTreeSet<ModuleId> {
        let under_way: FxHashSet<ModuleId> = importer
            .map(|importer| self.packages[&importer].iter().copied().collect())
            .unwrap_or_default();
        self.closure(from, &under_way, |module| self.imports(module))
    }

    /// A module, what it imports and the packages above all of them but those under way.
    fn closure<I: Iterator<Item = ModuleId>>(
        &self,
        from: ModuleId,
        under_way: &FxHashSet<ModuleId>,
        imports: impl Fn(ModuleId) -> I,
    ) -> BTreeSet<ModuleId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            if !seen.insert(module) {
                continue;
            }
            open.extend(imports(module));
            let packages = self.packages[&module].iter();
            open.extend(packages.filter(|package| !under_way.contains(package)).copied());
        }
        seen
    }

    /// The chain of imports by which executing `from` leads to `to`, both
    /// included, if there is one.
    pub fn path(&self, from: ModuleId, to: ModuleId) -> Option<Vec<ModuleId>> {
        let under_way: FxHashSet<ModuleId> = self.packages[&to].iter().copied().collect();
        let mut came_from: FxHashMap<ModuleId, ModuleId> = FxHashMap::default();
        let mut open = std::collections::VecDeque::from([from]);
        while let Some(module) = open.pop_front() {
            if module == to {
                let mut path = vec![to];
                while let Some(previous) = came_from.get(path.last()?) {
                    path.push(*previous);
                }
                path.reverse();
                return Some(path);
            }
            let packages = self.packages[&module].iter().copied();
            let packages = packages.filter(|package| !under_way.contains(package));
            for next in self.imports(module).chain(packages) {
                if next != from && !came_from.contains_key(&next) {
                    came_from.insert(next, module);
                    open.push_back(next);
                }
            }
        }
        None
    }

    /// Distributions outside the standard library that must be installed for the
    /// module to be imported.
    pub fn requirements(&self, module: ModuleId) -> BTreeSet<CompactString> {
        self.executed_by(module, None)
            .iter()
            .flat_map(|module| self.externals[module].iter().cloned())
            .collect()
    }
}

/// Whether executing some modules executes another one, besides the packages that are under
/// way when it is executed itself. A module does not lead to itself by being among those
/// that are asked about. `more` are imports that are going to be written.
pub fn leads_to(
    index: &Index,
    from: &[ModuleId],
    to: ModuleId,
    more: &dyn Fn(ModuleId) -> Vec<ModuleId>,
) -> bool {
    let under_way = ancestors(index, &index.module(to).name);
    let mut seen: FxHashSet<ModuleId> = FxHashSet::default();
    let mut open = from.to_vec();
    while let Some(at) = open.pop() {
        let module = index.module(at);
        let imported = outgoing(index, module).0.into_iter().chain(more(at));
        let packages = ancestors(index, &module.name).into_iter();
        let packages = packages.filter(|it| *it != to && !under_way.contains(it));
        for next in imported.chain(packages) {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

/// The packages that are executed before a module, outermost first.
fn ancestors(index: &Index, name: &str) -> Vec<ModuleId> {
    let dots = name.match_indices('.').map(|(at, _)| at);
    dots.filter_map(|at| index.module_named(&name[..at])).collect()
}

fn outgoing(index: &Index, module: &Module) -> (BTreeSet<ModuleId>, BTreeSet<CompactString>) {
    let mut edges = BTreeSet::new();
    let mut externals = BTreeSet::new();
    for (import, target) in index.eager_imports(module) {
        let first = target.split('.').next().unwrap_or_default();
        if !index.is_internal(&target) {
            // A conditional import is one the module can do without.
            if import.scope == ImportScope::Module && !is_standard_library(first) {
                externals.insert(first.into());
            }
            continue;
        }
        let submodule =
            import.name.as_ref().and_then(|name| index.module_named(&format!("{target}.{name}")));
        match (submodule, index.module_named(&target)) {
            (Some(submodule), Some(package)) => {
                edges.insert(submodule);
                let is_name_too = import.name.as_ref().is_some_and(|name| {
                    index.module(package).facts.bindings_of(name).next().is_some()
                });
                if is_name_too {
                    edges.insert(package);
                }
            }
            (Some(submodule), None) => {
                edges.insert(submodule);
            }
            (None, Some(module)) => {
                edges.insert(module);
            }
            (None, None) => {}
        }
    }
    (edges, externals)
}
