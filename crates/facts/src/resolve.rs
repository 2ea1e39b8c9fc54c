//! What a name means, followed through imports and re-exports.

use compact_str::{CompactString, format_compact};
use ruff_python_stdlib::builtins::is_python_builtin;

use crate::file::{Binding, ImportScope, ValueKind};
use crate::index::{DefinitionId, Index, ModuleId};

/// What a module-level name means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// A class or function of this repository.
    Definition(DefinitionId),
    /// A module of this repository.
    Module(ModuleId),
    /// Something outside this repository, by its dotted name.
    External(CompactString),
    /// A value of a module of this repository.
    Value {
        /// The module that binds it.
        module: ModuleId,
        /// The name there.
        name: CompactString,
    },
    /// A builtin.
    Builtin(CompactString),
    /// Bound in a way that cannot be followed, or not bound at all.
    Unknown(CompactString),
}

/// Longest chain of re-exports that is followed.
const LONGEST_CHAIN: u32 = 16;

/// What a name means: one resolution per binding, in order. Several bindings are
/// several possible meanings, for example around an optional import.
pub(crate) fn resolve(index: &Index, module: ModuleId, name: &str) -> Vec<Resolution> {
    let mut found = Vec::new();
    follow(index, module, name, LONGEST_CHAIN, &mut found);
    found
}

/// What a dotted path in a module means: the first name as the module binds it, the
/// others in the modules that the ones before them stand for.
pub(crate) fn follow_path(index: &Index, module: ModuleId, path: &str) -> Vec<Resolution> {
    let (first, rest) = path.split_once('.').map_or((path, ""), |(first, rest)| (first, rest));
    let mut meanings = local_imports(index, module, first);
    meanings.extend(resolve(index, module, first));
    for name in rest.split('.').filter(|name| !name.is_empty()) {
        meanings = meanings
            .into_iter()
            .flat_map(|meaning| match meaning {
                Resolution::Module(module) => resolve(index, module, name),
                Resolution::External(outer) => {
                    vec![Resolution::External(format_compact!("{outer}.{name}"))]
                }
                _ => Vec::new(),
            })
            .collect();
    }
    meanings.sort();
    meanings.dedup();
    meanings
}

/// What imports inside functions bind a name to.
fn local_imports(index: &Index, module: ModuleId, name: &str) -> Vec<Resolution> {
    let mut found = Vec::new();
    for (at, import) in (0..).zip(&index.module(module).facts.imports) {
        if import.scope == ImportScope::Function && import.bound == name {
            follow_import(index, module, at, LONGEST_CHAIN, &mut found);
        }
    }
    found
}

/// Where a name comes from, followed through plain imports only: the module and
/// the name there. Two names of one origin mean the same, whatever that is.
pub(crate) fn origin(index: &Index, module: ModuleId, name: &str) -> (ModuleId, CompactString) {
    let mut at = (module, CompactString::from(name));
    for _ in 0..LONGEST_CHAIN {
        let facts = &index.module(at.0).facts;
        let mut bindings = facts.bindings_of(&at.1);
        let (Some(only), None) = (bindings.next(), bindings.next()) else { break };
        let (Binding::Import(import), false) = (&only.binding, only.conditional) else { break };
        let name = facts.imports[*import as usize].name.clone();
        let module = index.imported(at.0)[*import as usize].module;
        let (Some(next), Some(name)) = (module, name) else { break };
        if next == at.0 || index.module(next).facts.bindings_of(&name).next().is_none() {
            break;
        }
        drop(bindings);
        at = (next, name);
    }
    at
}

fn follow(index: &Index, id: ModuleId, name: &str, left: u32, found: &mut Vec<Resolution>) {
    let module = index.module(id);
    if left == 0 {
        found.push(Resolution::Unknown(name.into()));
        return;
    }
    let before = found.len();
    for bound in module.facts.bindings_of(name) {
        match &bound.binding {
            Binding::Definition(at) => {
                found.push(Resolution::Definition(DefinitionId { module: id, index: *at }));
            }
            Binding::Import(at) => {
                let import = &module.facts.imports[*at as usize];
                if import.scope != ImportScope::TypeChecking || bound_only_here(index, id, name) {
                    follow_import(index, id, *at, left, found);
                }
            }
            Binding::Value(_, ValueKind::Alias(target), _)
                if !target.contains('.') && target != name =>
            {
                follow(index, id, target, left - 1, found);
            }
            Binding::Value(..) => {
                found.push(Resolution::Value { module: id, name: name.into() });
            }
            Binding::Other => found.push(Resolution::Unknown(name.into())),
        }
    }
    if found.len() > before {
        return;
    }
    if let Some(shim) = module.facts.shims.iter().find(|shim| shim.name == name) {
        let import = &module.facts.imports[shim.import as usize];
        return match (index.imported(id)[shim.import as usize].module, &import.name) {
            // Another name of the module itself.
            (Some(own), Some(target)) if own == id && target != name => {
                follow(index, id, target, left - 1, found);
            }
            _ => follow_import(index, id, shim.import, left, found),
        };
    }
    if module.is_package()
        && let Some(submodule) = index.module_named(&format_compact!("{}.{name}", module.name))
    {
        found.push(Resolution::Module(submodule));
        return;
    }
    follow_stars(index, id, name, left, found);
    if found.len() == before {
        found.push(if is_python_builtin(name, 13, false) {
            Resolution::Builtin(name.into())
        } else {
            Resolution::Unknown(name.into())
        });
    }
}

/// A type-checking import counts when nothing else binds the name.
fn bound_only_here(index: &Index, id: ModuleId, name: &str) -> bool {
    index.module(id).facts.bindings_of(name).count() == 1
}

fn follow_stars(index: &Index, id: ModuleId, name: &str, left: u32, found: &mut Vec<Resolution>) {
    let module = index.module(id);
    for star in module.facts.star_imports() {
        let Some(target) = index.import_target(module, star) else { continue };
        match index.module_named(&target) {
            Some(target) if target != id && exports(index, target, name) => {
                let before = found.len();
                follow(index, target, name, left - 1, found);
                // A module whose own stars do not bring the name has nothing to pass on.
                let is_nothing = |meaning: &Resolution| matches!(meaning, Resolution::Unknown(at) | Resolution::Builtin(at) if at == name);
                if index.module(target).facts.bindings_of(name).next().is_none()
                    && found[before..].iter().all(is_nothing)
                {
                    found.truncate(before);
                }
            }
            Some(_) => {}
            None => found.push(Resolution::Unknown(format_compact!("{target}.*"))),
        }
    }
}

/// Whether a star import of the module brings the name along.
fn exports(index: &Index, module: ModuleId, name: &str) -> bool {
    let facts = &index.module(module).facts;
    match &facts.all {
        Some(all) => all.iter().any(|exported| exported == name),
        None => {
            !name.starts_with('_')
                && (facts.bindings_of(name).next().is_some()
                    || facts.star_imports().next().is_some())
        }
    }
}

fn follow_import(index: &Index, id: ModuleId, at: u32, left: u32, found: &mut Vec<Resolution>) {
    let import = &index.module(id).facts.imports[at as usize];
    let imported = index.imported(id)[at as usize];
    if let (Some(name), Some(module)) = (&import.name, imported.module)
        && (module != id || index.module(id).facts.bindings_of(name).count() > 1)
    {
        return follow(index, module, name, left - 1, found);
    }
    if let Some(submodule) = imported.below {
        return found.push(Resolution::Module(submodule));
    }
    let Some(target) = index.import_target(index.module(id), import) else {
        return found.push(Resolution::Unknown(import.bound.clone()));
    };
    let name = match &import.name {
        Some(name) => format_compact!("{target}.{name}"),
        None if import.aliased => target,
        None => target.split('.').next().unwrap_or_default().into(),
    };
    found.push(module_or_external(index, name));
}

fn module_or_external(index: &Index, name: CompactString) -> Resolution {
    match index.module_named(&name) {
        Some(module) => Resolution::Module(module),
        None => Resolution::External(name),
    }
}
