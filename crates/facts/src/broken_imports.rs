//! Imports of this repository's own modules and names that do not exist.
//!
//! Unlike [`Index::unresolved`], which two trees are compared by, this says of a
//! single tree what can never have worked. Whatever could be there at run time
//! without being in the sources is taken to be there.

use compact_str::{CompactString, format_compact};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::file::{FileFacts, Import, ImportScope, SiteKind};
use crate::index::{Index, Module, ModuleId};
use crate::is_standard_library;
use crate::resolve::Resolution;
use crate::role::Role;

/// One import that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenImport {
    /// Who imports.
    pub importer: ModuleId,
    /// Position in its imports.
    pub import: u32,
    /// What is not there.
    pub missing: Missing,
}

/// What an import asks for in vain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A module: the first dotted name on the way that does not exist.
    Module(CompactString),
    /// A name of a module that exists.
    Name(ModuleId, CompactString),
}

/// Last parts of modules that exist only once something was built.
const BUILT: [&str; 6] =
    ["_version", "version", "_build_info", "parsetab", "lextab", "_generated_version"];

impl Index {
    /// Every import of an own module or name that does not exist and could not be
    /// made at run time, as far as the sources and [`Self::elsewhere`] tell.
    pub fn broken_imports(&self) -> &[BrokenImport] {
        self.broken.get_or_init(|| self.find_broken_imports())
    }

    fn find_broken_imports(&self) -> Vec<BrokenImport> {
        let search = NameSearch::new(self);
        let mut broken = Vec::new();
        let mut known: FxHashMap<(CompactString, Option<CompactString>, bool), Option<Missing>> =
            FxHashMap::default();
        for (importer, module) in self.modules() {
            if !is_checked(module) {
                continue;
            }
            for (at, import) in module.facts.imports.iter().enumerate() {
                if import.guarded || import.scope == ImportScope::TypeChecking {
                    continue;
                }
                let Some(target) = self.import_target(module, import) else { continue };
                let key = (target, import.name.clone(), import.level == 0);
                let missing = if let Some(missing) = known.get(&key) {
                    missing.clone()
                } else {
                    let missing = search.missing(importer, import, &key.0);
                    known.insert(key, missing.clone());
                    missing
                };
                if let Some(missing) = missing {
                    broken.push(BrokenImport { importer, import: at as u32, missing });
                }
            }
        }
        broken
    }

    /// Where a missing module would lie: its name and paths without their suffix. None
    /// for what could only be a name inside a module.
    pub fn stems(&self, missing: &Missing) -> Option<(CompactString, Vec<String>)> {
        let (dotted, parent, name) = match missing {
            Missing::Module(dotted) => {
                let (parent, name) = dotted.rsplit_once('.').unwrap_or(("", dotted));
                (dotted.clone(), parent, name)
            }
            Missing::Name(id, name) => {
                let module = self.module(*id);
                if !module.is_package() {
                    return None;
                }
                let dotted = format_compact!("{}.{name}", module.name);
                (dotted, module.name.as_str(), name.as_str())
            }
        };
        let below = format!("{parent}.");
        let depth = parent.split('.').count();
        let mut directories: Vec<&str> = match self.module_named(parent) {
            Some(id) => vec![self.module(id).path.directory()],
            None if parent.is_empty() => self.import_roots().iter().map(String::as_str).collect(),
            // A folder without a face: it is where the modules below it say.
            None => self
                .modules()
                .filter(|(_, module)| module.name.starts_with(&below))
                .filter_map(|(_, module)| ancestor(module, depth))
                .collect(),
        };
        directories.sort_unstable();
        directories.dedup();
        let stem = |directory: &str| match directory {
            "" => name.to_owned(),
            directory => format!("{directory}/{name}"),
        };
        Some((dotted, directories.into_iter().map(stem).collect()))
    }

    /// Whether names may appear in a module without a statement that binds them.
    pub fn makes_names(&self, id: ModuleId) -> bool {
        let module = self.module(id);
        let facts = &module.facts;
        facts.flags.module_getattr
            || facts.flags.undecodable
            || !facts.errors.is_empty()
            || facts.bindings_of("__path__").next().is_some()
            || facts.sites.iter().any(|site| makes_names(facts, site))
            || facts.star_imports().any(|star| {
                let target = self.import_target(module, star);
                match target.as_deref().and_then(|target| self.module_named(target)) {
                    Some(target) => target != id && self.makes_names(target),
                    None => true,
                }
            })
    }
}

fn makes_names(facts: &FileFacts, site: &crate::file::Site) -> bool {
    let path = facts.path_of(site);
    match site.kind {
        SiteKind::Call => {
            path.starts_with("globals()")
                || matches!(path, "globals" | "exec" | "vars" | "locals" | "sys.modules.update")
                || path.ends_with("extend_path")
                || path.ends_with("declare_namespace")
        }
        SiteKind::ItemWrite => path == "sys.modules" || path.ends_with("__dict__"),
        _ => false,
    }
}

fn is_checked(module: &Module) -> bool {
    matches!(module.role, Role::Production | Role::Test | Role::Script)
        && module.facts.errors.is_empty()
        && !module.facts.flags.undecodable
}

/// The directory of the first `depth` parts of a module's name.
fn ancestor(module: &Module, depth: usize) -> Option<&str> {
    let parts = module.name.split('.').count() - depth - usize::from(!module.is_package());
    let mut directory = module.path.directory();
    for _ in 0..parts {
        directory = directory.rsplit_once('/').map_or("", |(outer, _)| outer);
    }
    (!directory.is_empty()).then_some(directory)
}

/// Answers whether modules have names, with all that may give them one.
pub struct NameSearch<'a> {
    index: &'a Index,
    /// Modules by the last part of their name.
    by_last: FxHashMap<&'a str, Vec<ModuleId>>,
    /// Last part of an object and the attribute that is written to it.
    written: FxHashSet<(&'a str, &'a str)>,
    /// Texts that name whole modules, from writes to `sys.modules`.
    registered: FxHashSet<&'a str>,
    /// First parts under which imports find modules.
    in_use: FxHashSet<&'a str>,
}

impl<'a> NameSearch<'a> {
    /// Reads every write from outside once.
    pub fn new(index: &'a Index) -> Self {
        let mut search = Self {
            index,
            by_last: FxHashMap::default(),
            written: FxHashSet::default(),
            registered: FxHashSet::default(),
            in_use: FxHashSet::default(),
        };
        for (id, module) in index.modules() {
            search.by_last.entry(last(&module.name)).or_default().push(id);
            let facts = &module.facts;
            let writes = facts.writes.iter();
            search.written.extend(writes.map(|it| (last(&it.object), it.name.as_str())));
            for site in facts.sites.iter().filter(|site| site.kind == SiteKind::ItemWrite) {
                if facts.path_of(site) == "sys.modules" {
                    search.registered.extend(facts.text_of(site));
                }
            }
            for (import, imported) in index.imports(id) {
                if imported.module.or(imported.below).is_some() {
                    let is_absolute = import.level == 0;
                    let target = if is_absolute { &import.module } else { module.package() };
                    search.in_use.insert(first(target));
                }
            }
        }
        search
    }

    fn missing(&self, importer: ModuleId, import: &Import, target: &str) -> Option<Missing> {
        let top = first(target);
        let absolute = import.level == 0;
        if absolute && (is_standard_library(top) || !self.is_own(top)) {
            return None;
        }
        let Some(id) = self.index.module_named(target) else {
            return self.missing_module(import, target);
        };
        let name = import.name.as_deref().filter(|name| *name != "*" && !is_special(name))?;
        let found = self.has(importer, id, name)
            || absolute
                && self
                    .namesakes(target)
                    .any(|other| other != id && self.has(importer, other, name));
        (!found).then(|| Missing::Name(id, name.into()))
    }

    /// Whether a first part is this repository's: a package, or something that
    /// imports do find here. A folder alone may share its name with a library.
    fn is_own(&self, top: &str) -> bool {
        let index = self.index;
        index.module_named(top).is_some_and(|id| index.module(id).is_package())
            || self.in_use.contains(top)
    }

    fn missing_module(&self, import: &Import, target: &str) -> Option<Missing> {
        let mut wanted = CompactString::from(target);
        if self.index.is_namespace(target) {
            let name = import.name.as_deref().filter(|name| *name != "*")?;
            wanted = format_compact!("{target}.{name}");
            if self.exists(&wanted) {
                return None;
            }
        }
        let ends = wanted.match_indices('.').map(|(at, _)| at).chain([wanted.len()]);
        let missing = ends.map(|end| &wanted[..end]).find(|part| !self.exists(part))?;
        let parent =
            missing.rsplit_once('.').and_then(|(parent, _)| self.index.module_named(parent));
        let made = parent.is_some_and(|parent| self.index.makes_names(parent));
        let built = |part: &str| {
            BUILT.contains(&part) || part.ends_with("_pb2") || part.ends_with("_pb2_grpc")
        };
        let lies_elsewhere = self.index.elsewhere().contains(missing)
            || self.registered.contains(missing)
            || self.registered.contains(target)
            || import.level == 0 && self.namesakes(&wanted).next().is_some();
        let written = missing
            .rsplit_once('.')
            .is_some_and(|(parent, name)| self.written.contains(&(last(parent), name)));
        (!made && !built(last(missing)) && !lies_elsewhere && !written)
            .then(|| Missing::Module(missing.into()))
    }

    fn exists(&self, dotted: &str) -> bool {
        self.index.module_named(dotted).is_some() || self.index.is_namespace(dotted)
    }

    /// Whether a module has a name or may have it at run time, seen by an importer.
    pub fn has(&self, importer: ModuleId, id: ModuleId, name: &str) -> bool {
        let index = self.index;
        let module = index.module(id);
        let facts = &module.facts;
        let below = format_compact!("{}.{name}", module.name);
        let is_itself = |import: &Import| {
            import.name.as_deref() == Some(name)
                && index.import_target(module, import).as_deref() == Some(module.name.as_str())
        };
        // `from . import name` in the package itself binds the name, and does not make it.
        let bound = facts.bindings_of(name).any(|bound| match &bound.binding {
            crate::file::Binding::Import(at) => {
                importer != id || !is_itself(&facts.imports[*at as usize])
            }
            _ => true,
        });
        bound
            || facts.mutated.iter().any(|it| it == name)
            || self.exists(&below)
            || index.elsewhere().contains(&below)
            || self.registered.contains(below.as_str())
            || self.written.contains(&(last(&module.name), name))
            || index.makes_names(id)
            || !index.resolve(id, name).iter().all(|meaning| {
                matches!(meaning, Resolution::Unknown(at) | Resolution::Builtin(at) if at == name)
            })
    }

    /// Modules that some entry of the search path would show under this name.
    pub fn namesakes(&self, dotted: &str) -> impl Iterator<Item = ModuleId> + use<'a, '_> {
        let path = dotted.replace('.', "/");
        let (file, package) = (format!("{path}.py"), format!("{path}/__init__.py"));
        let ends = move |text: &str| {
            let at_end = |end: &str| {
                text.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            at_end(&file) || at_end(&package)
        };
        let index = self.index;
        self.by_last
            .get(last(dotted))
            .into_iter()
            .flatten()
            .copied()
            .filter(move |id| ends(index.module(*id).path.as_str()))
    }
}

fn first(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted)
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// What every module has.
fn is_special(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}
