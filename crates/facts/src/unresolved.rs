//! Imports and names that resolve to nothing, anywhere in the repository.

use std::collections::BTreeSet;

use crate::index::{Index, Module};
use crate::resolve::Resolution;

impl Index {
    /// `path: name` for every import of a name that a module of this repository
    /// does not have, and for every name that is bound nowhere. The gates compare
    /// two of these sets, so that what was broken before does not count.
    pub fn unresolved(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (_, module) in self.modules() {
            let path = &module.path;
            found.extend(module.facts.undefined.iter().map(|name| format!("{path}: {name}")));
            self.unresolved_imports(module, &mut found);
        }
        found
    }

    fn unresolved_imports(&self, module: &Module, found: &mut BTreeSet<String>) {
        let path = &module.path;
        for import in &module.facts.imports {
            let Some(target) = self.import_target(module, import) else {
                found.insert(format!(
                    "{path}: {}{}",
                    ".".repeat(import.level as usize),
                    import.module
                ));
                continue;
            };
            if !self.is_internal(&target) {
                continue;
            }
            let Some(id) = self.module_named(&target) else {
                if !self.is_namespace(&target) {
                    found.insert(format!("{path}: {target}"));
                }
                continue;
            };
            let Some(name) = import.name.as_ref().filter(|name| *name != "*") else { continue };
            let dynamic = {
                let facts = &self.module(id).facts;
                facts.flags.module_getattr || facts.flags.undecodable || !facts.errors.is_empty()
            };
            let unknown = self.resolve(id, name).iter().all(|meaning| {
                matches!(meaning, Resolution::Unknown(at) if !at.ends_with(".*") && at == name)
                    || matches!(meaning, Resolution::Builtin(_))
            });
            let bound = self.module(id).facts.bindings_of(name).next().is_some();
            if unknown && !bound && !dynamic {
                found.insert(format!("{path}: {target}.{name}"));
            }
        }
    }
}
