//! Whether one module may import from another.

use ssot_facts::{ImportScope, ModuleId, Role};
use ssot_model::DefinitionKind;

use crate::Examiner;

/// Modules that an import may newly execute however few the importer executes today.
const FEW: usize = 4;

/// The reason why `copy` must not import from `canonical`, if there is one.
pub(crate) fn obstacle(
    examiner: &Examiner<'_>,
    canonical: ModuleId,
    copy: ModuleId,
) -> Option<String> {
    let index = examiner.index;
    let (from, to) = (index.module(copy), index.module(canonical));
    match (is_deprecated(to), is_deprecated(from)) {
        (true, false) => {
            return Some(format!("{} is deprecated; nothing new may depend on it", to.name));
        }
        (false, true) => {
            return Some(format!(
                "{} is deprecated and stays as it is for those who use it",
                from.name
            ));
        }
        _ => {}
    }
    if to.role != Role::Production {
        return Some(format!("{} is {} code", to.name, to.role.as_str()));
    }
    let owner = examiner.territories.boundary(&to.path);
    if let Some(owner) = owner
        && examiner.territories.boundary(&from.path) != Some(owner)
    {
        return Some(format!("{} belongs to the boundary {owner}", to.name));
    }
    if let Some(reason) = new_dependency(examiner, canonical, copy) {
        return Some(reason);
    }
    if !imports_already(examiner, canonical, copy)
        && let Some(path) = examiner.graph.path(canonical, copy)
    {
        let names: Vec<&str> = path.iter().map(|id| index.module(*id).name.as_str()).collect();
        return Some(format!("import cycle: {} -> {}", from.name, names.join(" -> ")));
    }
    let needed = examiner.graph.requirements(canonical);
    let present = examiner.graph.requirements(copy);
    let more: Vec<&str> =
        needed.difference(&present).map(compact_str::CompactString::as_str).collect();
    if !more.is_empty() {
        let more = more.join(", ");
        return Some(format!("{} would come to need {more} through {}", from.name, to.name));
    }
    load(examiner, canonical, copy)
}

/// An import that more than doubles what the module executes of the repository costs its
/// importers more than a copy does.
fn load(examiner: &Examiner<'_>, canonical: ModuleId, copy: ModuleId) -> Option<String> {
    let new = newly_executed(examiner, canonical, copy);
    let present = examiner.graph.executed_today(copy);
    let (from, to) = (&examiner.index.module(copy).name, &examiner.index.module(canonical).name);
    (new > present.max(FEW)).then(|| {
        format!("{from} would execute {new} more modules through {to}, {present} until now")
    })
}

/// Whether the module executes the other already: one more name of it makes no new cycle.
fn imports_already(examiner: &Examiner<'_>, canonical: ModuleId, copy: ModuleId) -> bool {
    let index = examiner.index;
    let from = index.module(copy);
    from.facts.imports.iter().any(|import| {
        import.scope == ImportScope::Module
            && !import.guarded
            && import.name.as_deref().is_some_and(|name| {
                index.module(canonical).facts.definitions.iter().any(|it| it.name == name)
            })
            && index
                .import_target(from, import)
                .is_some_and(|target| index.module_named(&target) == Some(canonical))
    })
}

/// The module says so, or everything public in it is marked so.
pub(crate) fn is_deprecated(module: &ssot_facts::Module) -> bool {
    let mut public = module
        .facts
        .definitions
        .iter()
        .filter(|it| it.owner.is_none() && !it.name.starts_with('_'))
        .filter(|it| matches!(it.kind, DefinitionKind::Class))
        .peekable();
    let marked = |it: &ssot_facts::Definition| {
        it.decorators.iter().any(|decorator| decorator.contains("deprecated"))
    };
    module.facts.flags.deprecated || public.peek().is_some() && public.all(marked)
}

/// A module that runs by itself, or a distribution that does not know the other,
/// gets no new dependency.
fn new_dependency(examiner: &Examiner<'_>, canonical: ModuleId, copy: ModuleId) -> Option<String> {
    let index = examiner.index;
    let (from, to) = (index.module(copy), index.module(canonical));
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let (own, other) = (top(&from.name), top(&to.name));
    let imports = |module: &ssot_facts::Module, top_name: &str| {
        module
            .facts
            .imports
            .iter()
            .filter(|import| import.scope == ImportScope::Module)
            .filter_map(|import| index.import_target(module, import))
            .any(|target| top(&target) == top_name)
    };
    let runs_alone = from.facts.flags.main_guard
        && !from.facts.imports.iter().any(|import| {
            index.import_target(from, import).is_some_and(|target| index.is_internal(&target))
        });
    if runs_alone {
        return Some(format!(
            "{} is run by its path and imports nothing of the project",
            from.name
        ));
    }
    if own == other {
        return None;
    }
    let known = index
        .modules()
        .filter(|(_, module)| module.role == Role::Production && top(&module.name) == own)
        .any(|(_, module)| imports(module, &other));
    (!known).then(|| format!("nothing in `{own}` imports from `{other}` today"))
}

/// Modules that importing `canonical` would newly execute for `copy`.
pub(crate) fn newly_executed(
    examiner: &Examiner<'_>,
    canonical: ModuleId,
    copy: ModuleId,
) -> usize {
    let needed = examiner.graph.executed_by(canonical, Some(copy));
    let present = examiner.graph.executed_by(copy, None);
    needed.difference(&present).count()
}
