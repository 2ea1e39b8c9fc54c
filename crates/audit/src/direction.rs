//! Whether one module may import from another.

use ssot_facts::{ImportScope, ModuleId, Role};

use crate::Examiner;

/// The reason why `copy` must not import from `canonical`, if there is one.
pub(crate) fn obstacle(examiner: &Examiner<'_>, canonical: ModuleId, copy: ModuleId) -> Option<String> {
    let index = examiner.index;
    let (from, to) = (index.module(copy), index.module(canonical));
    if to.facts.flags.deprecated {
        return Some(format!("{} is deprecated; nothing new may depend on it", to.name));
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
    if let Some(path) = examiner.graph.path(canonical, copy) {
        let names: Vec<&str> = path.iter().map(|id| index.module(*id).name.as_str()).collect();
        return Some(format!("import cycle: {} -> {}", from.name, names.join(" -> ")));
    }
    let needed = examiner.graph.requirements(canonical);
    let present = examiner.graph.requirements(copy);
    let more: Vec<&str> = needed.difference(&present).map(|name| name.as_str()).collect();
    (!more.is_empty())
        .then(|| format!("{} would come to need {} through {}", from.name, more.join(", "), to.name))
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
pub(crate) fn newly_executed(examiner: &Examiner<'_>, canonical: ModuleId, copy: ModuleId) -> usize {
    let needed = examiner.graph.executed_by(canonical, Some(copy));
    let present = examiner.graph.executed_by(copy, None);
    needed.difference(&present).count()
}
