//! Uses of names, told by what the names mean and not by how they are written.

use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Binding, FileFacts, Index, Module, ModuleId, Role, Site, ValueKind};
use ssot_model::RepoPath;

use crate::Scene;

/// The first name of a path.
pub(crate) fn first_name(path: &str) -> &str {
    path.split(['.', '(', '[']).next().unwrap_or(path)
}

/// The last name of a path.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit(['.', ')', ']']).next().unwrap_or(path)
}

/// The absolute forms of the dotted names of one module that begin with an import or
/// with another name for one.
pub(crate) struct AbsolutePaths<'a> {
    index: &'a Index,
    id: ModuleId,
    facts: &'a FileFacts,
    /// What each first name stands for; none for names that are no imports.
    roots: FxHashMap<&'a str, Option<CompactString>>,
    imported: FxHashSet<&'a str>,
}

impl<'a> AbsolutePaths<'a> {
    pub(crate) fn new(index: &'a Index, id: ModuleId) -> Self {
        let facts = &index.module(id).facts;
        let imports = facts.imports.iter().map(|import| import.bound.as_str());
        let aliases = facts.bindings.iter().filter_map(|bound| match &bound.binding {
            Binding::Value(_, ValueKind::Alias(_), _) => Some(bound.name.as_str()),
            _ => None,
        });
        let imported = imports.chain(aliases).filter(|name| !name.is_empty()).collect();
        Self { index, id, facts, roots: FxHashMap::default(), imported }
    }

    /// The absolute form of a dotted name, when it begins with an import.
    pub(crate) fn of(&mut self, path: &'a str) -> Option<CompactString> {
        let root = first_name(path);
        if !self.imported.contains(root) {
            return None;
        }
        let (index, id) = (self.index, self.id);
        // A package's own name says too little: its attributes may be other modules.
        let base = self.roots.entry(root).or_insert_with(|| index.absolute(id, root)).as_ref()?;
        let rest = &path[root.len()..];
        if index.is_internal(base) && !rest.is_empty() {
            return index.absolute(id, path);
        }
        let mut absolute = base.clone();
        absolute.push_str(rest);
        Some(absolute)
    }

    /// Whether the first name of a site's path is the module's where the site stands.
    pub(crate) fn is_seen(&self, site: &Site) -> bool {
        self.index.sees(self.id, site.definition(), first_name(self.facts.path_of(site)))
    }
}

/// Whether a module counts as what the project ships: production code that does not
/// lie among test support.
pub(crate) fn is_shipped(module: &Module) -> bool {
    let supports_tests =
        |part: &str| part == "fixtures" || part.starts_with("test_") || part.ends_with("_tests");
    module.role == Role::Production && !module.path.components().rev().skip(1).any(supports_tests)
}

/// The part of the codebase that a rule counts together: the boundary when one is
/// configured, the outermost package otherwise.
pub(crate) fn ground<'a>(scene: &'a Scene<'_>, module: &'a Module) -> &'a str {
    match scene.territories.boundary(&module.path) {
        Some(boundary) => boundary,
        None if scene.config.boundary.is_empty() => first_name(&module.name),
        None => "",
    }
}

/// Production modules that import something out of each module, followed through
/// re-exports.
pub(crate) fn importers(scene: &Scene<'_>) -> FxHashMap<ModuleId, FxHashSet<ModuleId>> {
    let index = scene.index;
    let mut importers: FxHashMap<ModuleId, FxHashSet<ModuleId>> = FxHashMap::default();
    for (id, _) in index.modules().filter(|(_, module)| is_shipped(module)) {
        for (import, imported) in index.imports(id) {
            let origin = || Some(index.origin(imported.module?, import.name.as_ref()?).0);
            let from = imported.below.or_else(origin).or(imported.module);
            if let Some(from) = from.filter(|from| *from != id) {
                importers.entry(from).or_default().insert(id);
            }
        }
    }
    importers
}

/// Whether an entry of the configuration names the place: a dotted module or
/// definition, or a path; those below it too.
pub(crate) fn covers(entry: &str, path: &RepoPath, dotted: &str) -> bool {
    let below = |rest: &str| rest.is_empty() || rest.starts_with('.');
    dotted.strip_prefix(entry).is_some_and(below) || path.is_below(entry.trim_end_matches('/'))
}

/// Words and their counts, the most frequent first, as `A (3), B`.
pub(crate) fn most_frequent<'a>(words: impl Iterator<Item = &'a str>, most: usize) -> String {
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<(&str, u32)> = counts.into_iter().collect();
    counts.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let shown = counts.iter().take(most).map(|(word, count)| match count {
        1 => (*word).to_owned(),
        _ => format!("{word} ({count})"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match counts.len().checked_sub(most) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
