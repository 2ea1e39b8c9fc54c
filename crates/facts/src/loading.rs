//! What happens when modules are imported, statement by statement.

use compact_str::{CompactString, format_compact};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::file::{Binding, Import, ImportScope};
use crate::index::{Index, ModuleId};

/// One import that is executed with its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadEdge {
    /// The module that is loaded.
    pub to: ModuleId,
    /// Position in the importer's imports.
    pub import: u32,
}

/// `from module import name` of a module that has not come as far as to bind the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadFailure {
    /// Who imports.
    pub importer: ModuleId,
    /// Position in its imports.
    pub import: u32,
    /// The module that is only half there.
    pub partial: ModuleId,
    /// The line that it has reached.
    pub reached: u32,
}

/// One import statement's name, prepared for execution.
struct Step {
    /// Position in the imports.
    import: u32,
    /// Line of the statement.
    line: u32,
    /// Packages on the way and the module itself, in the order of execution.
    loads: Vec<ModuleId>,
    /// The module the name is taken from.
    from: Option<ModuleId>,
    /// The submodule of that name.
    submodule: Option<ModuleId>,
}

/// The imports that are executed with their modules.
pub struct Loading<'a> {
    index: &'a Index,
    steps: Vec<Vec<Step>>,
    /// The packages around each module, outermost first.
    packages: Vec<Vec<ModuleId>>,
}

/// How far a module has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its statements before this line are done.
    Running(u32),
    Done,
}

/// Deepest chain of imports that is followed.
const DEEPEST: usize = 400;

impl<'a> Loading<'a> {
    /// Prepares the imports of all modules.
    pub fn new(index: &'a Index) -> Self {
        let mut loading = Self { index, steps: Vec::new(), packages: Vec::new() };
        for (id, module) in index.modules() {
            let mut lines: FxHashMap<u32, u32> = FxHashMap::default();
            for bound in &module.facts.bindings {
                if let Binding::Import(at) = bound.binding {
                    lines.insert(at, bound.line);
                }
            }
            let imports = module.facts.imports.iter().enumerate();
            let eager = imports.filter(|(_, import)| {
                matches!(import.scope, ImportScope::Module | ImportScope::Conditional)
            });
            let steps = eager.filter_map(|(at, import)| {
                let at = at as u32;
                let line = lines.get(&at).copied().unwrap_or(import.line);
                loading.step(id, at, import, line)
            });
            let steps: Vec<Step> = steps.collect();
            loading.steps.push(steps);
            loading.packages.push(loading.around(&module.name));
        }
        loading
    }

    fn around(&self, name: &str) -> Vec<ModuleId> {
        let dots = name.match_indices('.').map(|(at, _)| at);
        dots.filter_map(|at| self.index.module_named(&name[..at])).collect()
    }

    fn step(&self, id: ModuleId, at: u32, import: &Import, line: u32) -> Option<Step> {
        let index = self.index;
        let target: CompactString = index.import_target(index.module(id), import)?;
        if !index.is_internal(&target) {
            return None;
        }
        let from = index.module_named(&target);
        let mut loads = self.around(&target);
        loads.extend(from);
        let submodule = import.name.as_ref().and_then(|name| {
            let is_open = from.is_none_or(|from| index.module(from).is_package());
            is_open.then(|| index.module_named(&format_compact!("{target}.{name}"))).flatten()
        });
        Some(Step { import: at, line, loads, from, submodule })
    }

    /// What loading a module loads by its own statements. The packages that the module
    /// lies in are loaded before it and do not count, unless a name of theirs is asked for.
    pub fn edges(&self, id: ModuleId) -> Vec<LoadEdge> {
        let own = &self.packages[id.0 as usize];
        let mut edges = Vec::new();
        for step in &self.steps[id.0 as usize] {
            let name = self.index.module(id).facts.imports[step.import as usize].name.as_deref();
            let asks = |package: ModuleId| {
                Some(package) == step.from
                    && name
                        .is_some_and(|name| step.submodule.is_none() || self.makes(package, name))
            };
            let loads = step.loads.iter().filter(|it| !own.contains(it) || asks(**it));
            let loads = loads.copied().chain(step.submodule);
            edges.extend(
                loads.filter(|to| *to != id).map(|to| LoadEdge { to, import: step.import }),
            );
        }
        edges.sort_unstable();
        edges.dedup_by_key(|edge| edge.to);
        edges
    }

    fn binds(&self, id: ModuleId, name: &str) -> bool {
        self.index.module(id).facts.bindings_of(name).next().is_some()
    }

    /// Whether a package has a name that is more than its submodule.
    fn makes(&self, id: ModuleId, name: &str) -> bool {
        let facts = &self.index.module(id).facts;
        facts.bindings_of(name).any(|bound| !matches!(bound.binding, Binding::Import(_)))
    }

    /// Imports a module in a fresh interpreter; the first import that fails for good.
    pub fn load(&self, entry: ModuleId) -> Option<LoadFailure> {
        let mut run = Run { loading: self, states: FxHashMap::default(), depth: 0 };
        run.enter(entry, true).err()
    }
}

struct Run<'a> {
    loading: &'a Loading<'a>,
    states: FxHashMap<ModuleId, State>,
    depth: usize,
}

impl Run<'_> {
    /// Executes a module with the packages around it. `certain` while every import on
    /// the way is executed in any case.
    fn enter(&mut self, id: ModuleId, certain: bool) -> Result<(), LoadFailure> {
        let loading = self.loading;
        for package in &loading.packages[id.0 as usize] {
            self.execute(*package, certain)?;
        }
        self.execute(id, certain)
    }

    fn execute(&mut self, id: ModuleId, certain: bool) -> Result<(), LoadFailure> {
        if self.states.contains_key(&id) || self.depth >= DEEPEST {
            return Ok(());
        }
        self.depth += 1;
        let loading = self.loading;
        let facts = &loading.index.module(id).facts;
        for step in &loading.steps[id.0 as usize] {
            let import = &facts.imports[step.import as usize];
            self.states.insert(id, State::Running(step.line));
            let certain = certain && import.scope == ImportScope::Module && !import.guarded;
            if let Err(failure) = self.import(id, step, import, certain)
                && certain
            {
                return Err(failure);
            }
        }
        self.depth -= 1;
        self.states.insert(id, State::Done);
        Ok(())
    }

    fn import(
        &mut self,
        importer: ModuleId,
        step: &Step,
        import: &Import,
        certain: bool,
    ) -> Result<(), LoadFailure> {
        for load in &step.loads {
            self.execute(*load, certain)?;
        }
        let (Some(name), Some(from)) = (&import.name, step.from) else {
            return match step.submodule {
                Some(submodule) => self.execute(submodule, certain),
                None => Ok(()),
            };
        };
        let Some(State::Running(reached)) = self.states.get(&from).copied() else {
            return match step.submodule {
                Some(submodule) if !self.loading.binds(from, name) => {
                    self.execute(submodule, certain)
                }
                _ => Ok(()),
            };
        };
        if from == importer || name == "*" || self.is_bound(from, name, reached) {
            return Ok(());
        }
        match step.submodule {
            Some(submodule) => self.execute(submodule, certain),
            // A name that is never bound is broken in any order; that is another rule's.
            None if !self.loading.binds(from, name) => Ok(()),
            None => Err(LoadFailure { importer, import: step.import, partial: from, reached }),
        }
    }

    /// Whether a module that has reached a line has bound a name by then.
    fn is_bound(&self, id: ModuleId, name: &str, reached: u32) -> bool {
        let facts = &self.loading.index.module(id).facts;
        facts.flags.module_getattr
            || facts.bindings_of(name).any(|bound| bound.line < reached)
            || facts.star_imports().any(|star| star.line < reached)
    }
}

/// The modules of each import cycle, by Tarjan's strongly connected components.
pub fn cycles(edges: &[Vec<LoadEdge>]) -> Vec<Vec<ModuleId>> {
    let count = edges.len();
    let mut walk = Tarjan {
        edges,
        order: vec![u32::MAX; count],
        low: vec![0; count],
        stack: Vec::new(),
        on_stack: FxHashSet::default(),
        next: 0,
        found: Vec::new(),
    };
    for at in 0..count as u32 {
        if walk.order[at as usize] == u32::MAX {
            walk.from(at);
        }
    }
    walk.found.sort_unstable();
    walk.found
}

struct Tarjan<'a> {
    edges: &'a [Vec<LoadEdge>],
    order: Vec<u32>,
    low: Vec<u32>,
    stack: Vec<u32>,
    on_stack: FxHashSet<u32>,
    next: u32,
    found: Vec<Vec<ModuleId>>,
}

impl Tarjan<'_> {
    fn open(&mut self, at: u32) {
        self.order[at as usize] = self.next;
        self.low[at as usize] = self.next;
        self.next += 1;
        self.stack.push(at);
        self.on_stack.insert(at);
    }

    /// Without recursion: a chain of imports may be as long as the repository.
    fn from(&mut self, start: u32) {
        let mut way: Vec<(u32, usize)> = vec![(start, 0)];
        self.open(start);
        while let Some((at, edge)) = way.last().copied() {
            if let Some(next) = self.edges[at as usize].get(edge) {
                if let Some(last) = way.last_mut() {
                    last.1 += 1;
                }
                let next = next.to.0;
                if self.order[next as usize] == u32::MAX {
                    self.open(next);
                    way.push((next, 0));
                } else if self.on_stack.contains(&next) {
                    let low = self.low[at as usize].min(self.order[next as usize]);
                    self.low[at as usize] = low;
                }
                continue;
            }
            way.pop();
            if let Some((above, _)) = way.last() {
                let low = self.low[*above as usize].min(self.low[at as usize]);
                self.low[*above as usize] = low;
            }
            if self.low[at as usize] == self.order[at as usize] {
                self.pop_component(at);
            }
        }
    }

    fn pop_component(&mut self, head: u32) {
        let mut members = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack.remove(&member);
            members.push(ModuleId(member));
            if member == head {
                break;
            }
        }
        if members.len() > 1 {
            members.sort_unstable();
            self.found.push(members);
        }
    }
}
