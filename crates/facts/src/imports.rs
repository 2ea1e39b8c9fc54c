//! What the imports of a module name in this repository.

use compact_str::{CompactString, format_compact};

use crate::file::{Import, ImportScope};
use crate::index::{Index, Module, ModuleId};

/// The modules of this repository that one import names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// The module that stands behind `from` or `import`.
    pub module: Option<ModuleId>,
    /// The submodule that it takes out of a package: `b` in `from a import b`.
    pub below: Option<ModuleId>,
}

impl Index {
    /// The imports of a module in order, with what each names.
    pub fn imports(&self, id: ModuleId) -> impl Iterator<Item = (&Import, Imported)> {
        self.module(id).facts.imports.iter().zip(self.imported(id).iter().copied())
    }

    /// The modules that the imports of a module execute: those that they name, and the
    /// submodules that they take out of packages.
    pub fn imported_modules(&self, id: ModuleId) -> impl Iterator<Item = ModuleId> {
        self.imported(id).iter().flat_map(|it| it.module.into_iter().chain(it.below))
    }

    /// Looks up what every import of a module names.
    pub(crate) fn look_up_imports(&self, module: &Module) -> Vec<Imported> {
        let look_up = |import: &Import| {
            let Some(target) = self.import_target(module, import) else {
                return Imported::default();
            };
            let dotted = import.name.as_ref().map(|name| format_compact!("{target}.{name}"));
            Imported {
                module: self.module_named(&target),
                below: dotted.and_then(|dotted| self.module_named(&dotted)),
            }
        };
        module.facts.imports.iter().map(look_up).collect()
    }

    /// The absolute dotted name of the module that an import names.
    pub fn import_target(&self, importer: &Module, import: &Import) -> Option<CompactString> {
        if import.level == 0 {
            return Some(import.module.clone());
        }
        let mut package = importer.package();
        for _ in 1..import.level {
            package = package.rsplit_once('.').map(|(outer, _)| outer)?;
        }
        if package.is_empty() {
            return None;
        }
        let mut name = CompactString::from(package);
        if !import.module.is_empty() {
            name.push('.');
            name.push_str(&import.module);
        }
        Some(name)
    }

    /// Imports that are executed when the module is, with the absolute name of
    /// their module.
    pub(crate) fn eager_imports<'a>(
        &'a self,
        module: &'a Module,
    ) -> impl Iterator<Item = (&'a Import, CompactString)> {
        module
            .facts
            .imports
            .iter()
            .filter(|import| matches!(import.scope, ImportScope::Module | ImportScope::Conditional))
            .filter_map(|import| Some((import, self.import_target(module, import)?)))
    }
}
