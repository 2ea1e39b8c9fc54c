//! A definition moves into a module of its own, and its copies give way to it.

use compact_str::CompactString;
use ruff_python_ast::Stmt;
use ssot_facts::{Binding, DefinitionId, Import, ImportScope, Index, Module, ModuleId, Resolution};
use ssot_model::{FileChange, RepoPath};

use super::importers::Redirected;
use super::moved::{self, Needed};
use super::redirect::{movable, remove};
use super::source::{SourceFile, check_syntax};
use super::work::{Replacement, Work};
use super::{form, names};
use crate::Refused;

/// Names that every module has, each with its own value.
const OF_THE_MODULE: [&str; 9] = [
    "__name__",
    "__file__",
    "__path__",
    "__package__",
    "__spec__",
    "__loader__",
    "__doc__",
    "__dict__",
    "__annotations__",
];

/// The new module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) path: RepoPath,
    pub(super) module: String,
}

/// One definition that moves, and everything that gives way to it.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) source: DefinitionId,
    pub(super) members: Vec<DefinitionId>,
    pub(super) rewrite_imports: bool,
}

/// Plans a new module with all definitions that move there.
pub(super) fn extract(work: &mut Work<'_>, place: &Place, moves: &[Move]) -> Result<(), Refused> {
    let index = work.index;
    let Some(first) = moves.first() else {
        return Ok(());
    };
    vacant(work, place)?;
    let mut sources: Vec<DefinitionId> = moves.iter().map(|one| one.source).collect();
    sources.sort_by_key(|source| (source.module, index.definition(*source).span.start));
    if let Some(stranger) = sources.iter().find(|id| id.module != first.source.module) {
        return Err(refusal(
            index,
            *stranger,
            &index.definition(*stranger).name,
            "and what moves into one module must come from one module",
        ));
    }
    let file = work.file(first.source.module)?;
    let importers: Vec<ModuleId> =
        moves.iter().flat_map(members).map(|member| member.module).collect();
    let mut needed = Vec::new();
    for source in &sources {
        let moves_along = |name: &str| sources.iter().any(|id| index.definition(*id).name == name);
        let stmt = file.statement_of(movable(index, *source)?)?;
        needed.extend(needs_of(index, &file, (*source, stmt), &importers, &moves_along)?);
    }
    let modules = needed.iter().filter_map(|one| imported(index, one));
    work.fresh.entry(place.module.clone()).or_default().extend(modules);
    let text = moved::compose(work, &file, place, &sources, needed)?;
    check_syntax(&place.path, &text)?;
    for one in moves {
        let name = index.definition(one.source).name.to_string();
        for member in members(one) {
            let (module, name) = (place.module.clone(), name.clone());
            if one.rewrite_imports {
                work.redirected.push(Redirected {
                    copy: member,
                    canonical: None,
                    module: module.clone(),
                    name: name.clone(),
                });
            }
            remove(work, member, Replacement::Import { module, name })?;
        }
    }
    work.change(place.path.clone(), FileChange::Write(text.into_bytes()))
}

/// The module of this repository that an import executes.
fn imported(index: &Index, one: &Needed<'_>) -> Option<ModuleId> {
    let submodule = one.import.name.as_ref().map(|name| format!("{}.{name}", one.target));
    submodule.and_then(|it| index.module_named(&it)).or_else(|| index.module_named(&one.target))
}

/// The members with the source, each once.
pub(super) fn members(one: &Move) -> Vec<DefinitionId> {
    let mut members = one.members.clone();
    members.push(one.source);
    members.sort_unstable();
    members.dedup();
    members
}

/// Neither the file nor the name of the new module may be taken.
pub(super) fn vacant(work: &Work<'_>, place: &Place) -> Result<(), Refused> {
    let path = place.path.clone();
    if !form::is_importable_name(&place.module) {
        let module = place.module.clone();
        return Err(Refused::NotImportable { path, module });
    }
    let taken = work.index.module_named(&place.module).is_some()
        || work.index.module_at(&path).is_some()
        || work.bytes(&path).is_some();
    if taken { Err(Refused::Exists { path }) } else { Ok(()) }
}

/// The imports that a definition needs in its new module, besides the names that are
/// there.
pub(super) fn needs_of<'i>(
    index: &'i Index,
    file: &SourceFile,
    (source, stmt): (DefinitionId, &Stmt),
    importers: &[ModuleId],
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<Needed<'i>>, Refused> {
    let module = index.module(source.module);
    let definition = index.definition(source);
    let mut free: Vec<&str> = definition.free.iter().map(CompactString::as_str).collect();
    let quoted = names::read_in_text(file, stmt);
    let bound = |name: &&str| module.facts.bindings_of(name).next().is_some();
    free.extend(quoted.iter().map(CompactString::as_str).filter(bound));
    free.sort_unstable();
    free.dedup();
    let mut needed = Vec::new();
    for name in free.into_iter().filter(|name| !is_there(name)) {
        let imports = imports_of(index, source, name)?;
        for import in imports {
            let Some(target) = index.import_target(module, import) else {
                return Err(refusal(
                    index,
                    source,
                    name,
                    "whose import leads out of the repository",
                ));
            };
            if leads_back(index, &target, import, importers) {
                let why = "which comes from a module that would import the new one";
                return Err(refusal(index, source, name, why));
            }
            needed.push(Needed { import, target });
        }
    }
    Ok(needed)
}

/// The imports that bind a name; none for a builtin.
fn imports_of<'i>(
    index: &'i Index,
    source: DefinitionId,
    name: &str,
) -> Result<Vec<&'i Import>, Refused> {
    let facts = &index.module(source.module).facts;
    let bindings: Vec<_> = facts.bindings_of(name).collect();
    if bindings.is_empty() {
        let is_builtin = matches!(*index.resolve(source.module, name), [Resolution::Builtin(_)]);
        return if (is_builtin && !OF_THE_MODULE.contains(&name)) || name == "__class__" {
            Ok(Vec::new())
        } else {
            Err(refusal(index, source, name, "which the new module would not have"))
        };
    }
    let mut imports = Vec::new();
    for one in &bindings {
        let Binding::Import(at) = one.binding else {
            return Err(refusal(index, source, name, "which its module defines"));
        };
        let import = &facts.imports[at as usize];
        let is_plain = match import.scope {
            ImportScope::Module => !one.conditional,
            ImportScope::TypeChecking => true,
            ImportScope::Conditional | ImportScope::Function => false,
        };
        if !is_plain {
            return Err(refusal(index, source, name, "which is imported under a condition"));
        }
        imports.push(import);
    }
    // `import a.b` and `import a.c` both bind `a`; other names have one meaning.
    let is_package = |import: &&Import| import.name.is_none() && !import.aliased;
    if imports.len() > 1 && !imports.iter().all(is_package) {
        return Err(refusal(index, source, name, "which is imported more than once"));
    }
    Ok(imports)
}

/// Whether an import leads to a module that will import the new one.
fn leads_back(index: &Index, target: &str, import: &Import, importers: &[ModuleId]) -> bool {
    let named = import.name.as_ref().map(|name| format!("{target}.{name}"));
    let reached = [index.module_named(target), named.and_then(|name| index.module_named(&name))];
    importers.iter().any(|importer| reached.contains(&Some(*importer)))
}

fn refusal(index: &Index, id: DefinitionId, name: &str, why: &'static str) -> Refused {
    let module: &Module = index.module(id.module);
    let definition = index.definition(id);
    Refused::FreeName {
        path: module.path.clone(),
        line: definition.span.start,
        definition: definition.name.to_string(),
        name: name.to_owned(),
        why,
    }
}
