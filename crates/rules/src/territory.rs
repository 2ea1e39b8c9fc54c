//! Who owns which part of the tree, and which parts stay apart on purpose.

use rustc_hash::FxHashMap;
use ssot_facts::{ImportScope, Index, Module, Role};
use ssot_model::{Config, RepoPath};

/// Boundaries by path, and packages whose modules are written to stand alone.
pub struct Territories<'a> {
    boundaries: Vec<(&'a str, &'a str)>,
    stand_alone: FxHashMap<&'a str, Independence>,
}

/// How the modules of a package treat each other.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Independence {
    pub(crate) modules: u32,
    /// Modules whose imports of the own package are all guarded by `try`.
    pub(crate) guarded: u32,
    /// Modules that import the own package outright.
    pub(crate) dependent: u32,
}

impl Independence {
    /// Whether the package's modules are meant to work as single files: those that
    /// use each other at all do so with a fallback.
    fn is_policy(self) -> bool {
        const ENOUGH: u32 = 3;
        self.guarded >= ENOUGH && self.guarded >= self.dependent
    }
}

impl<'a> Territories<'a> {
    /// Reads the boundaries off the configuration and the habits off the imports.
    pub fn new(index: &'a Index, config: &'a Config) -> Self {
        let mut boundaries: Vec<(&str, &str)> = config
            .boundary
            .iter()
            .flat_map(|boundary| {
                let paths = boundary.paths.iter();
                paths.map(|path| (path.trim_end_matches('/'), boundary.name.as_str()))
            })
            .collect();
        boundaries.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self { boundaries, stand_alone: habits(index) }
    }

    /// The boundary of a file; none for code that everybody shares.
    pub fn boundary(&self, path: &RepoPath) -> Option<&'a str> {
        self.boundaries.iter().find(|(prefix, _)| path.is_below(prefix)).map(|(_, name)| *name)
    }

    /// The habit of the file's package, when it is to keep modules independent and
    /// the file follows it.
    pub(crate) fn stands_alone(&self, index: &Index, module: &Module) -> Option<Independence> {
        let habit = self.stand_alone.get(top(&module.name)).copied()?;
        let follows = || !imports_own_package(index, module, ImportScope::Module);
        (habit.is_policy() && follows()).then_some(habit)
    }
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn imports_own_package(index: &Index, module: &Module, scope: ImportScope) -> bool {
    let own = top(&module.name);
    module.facts.imports.iter().filter(|import| import.scope == scope).any(|import| {
        // What a relative import names lies in the own package.
        match import.level {
            0 => top(&import.module) == own,
            _ => index.import_target(module, import).is_some(),
        }
    })
}

fn habits(index: &Index) -> FxHashMap<&str, Independence> {
    let mut habits: FxHashMap<&str, Independence> = FxHashMap::default();
    for (_, module) in index.modules() {
        if module.role != Role::Production || module.is_package() {
            continue;
        }
        let habit = habits.entry(top(&module.name)).or_default();
        habit.modules += 1;
        if imports_own_package(index, module, ImportScope::Module) {
            habit.dependent += 1;
        } else if imports_own_package(index, module, ImportScope::Conditional) {
            habit.guarded += 1;
        }
    }
    habits
}
