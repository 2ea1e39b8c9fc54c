//! The facts of all files joined.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};
use ssot_model::{DefinitionKind, Member, ParseIssue, RepoPath, Span};

use crate::broken_imports::BrokenImport;
use crate::file::{Definition, FileFacts, Import};
use crate::imports::Imported;
use crate::modules::Layout;
use crate::resolve::Resolution;
use crate::role::Role;

/// One file's path and facts, as they come out of the extraction or the cache.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub path: RepoPath,
    /// Its facts.
    pub facts: FileFacts,
}

/// A file's position in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

/// A definition's position in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefinitionId {
    /// The file.
    pub module: ModuleId,
    /// Position in the file's definitions.
    pub index: u32,
}

/// A file as a module.
#[derive(Debug, Clone)]
pub struct Module {
    /// The file.
    pub path: RepoPath,
    /// The preferred dotted name.
    pub name: CompactString,
    /// What it is for.
    pub role: Role,
    /// Its facts.
    pub facts: FileFacts,
}

impl Module {
    /// Whether the file is a package's face.
    pub fn is_package(&self) -> bool {
        let directory = self.path.as_str().strip_suffix("__init__.py");
        directory.is_some_and(|it| it.is_empty() || it.ends_with('/'))
    }

    /// The dotted name of the package that relative imports start from.
    pub fn package(&self) -> &str {
        if self.is_package() {
            &self.name
        } else {
            self.name.rsplit_once('.').map_or("", |(package, _)| package)
        }
    }
}

/// How a consumer reaches a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConsumerKind {
    /// `from module import name`.
    Import,
    /// `module.name`.
    Attribute,
    /// `"module.name"` in a string.
    String,
}

/// Somebody outside the module who names one of its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Consumer {
    /// Who.
    pub module: ModuleId,
    /// How.
    pub kind: ConsumerKind,
    /// The line, zero when it is not known.
    pub line: u32,
}

/// All modules, and what only the whole can tell.
pub struct Index {
    modules: Vec<Module>,
    /// What the imports of each module name, in their order.
    imported: Vec<Vec<Imported>>,
    by_name: FxHashMap<CompactString, ModuleId>,
    roots: Vec<String>,
    shadowed: Vec<(ModuleId, ModuleId)>,
    /// Every proper prefix of a dotted name: `a` and `a.b` for `a.b.c`.
    namespaces: FxHashSet<CompactString>,
    consumers: FxHashMap<(ModuleId, CompactString), Vec<Consumer>>,
    star_importers: FxHashMap<ModuleId, Vec<ModuleId>>,
    elsewhere: FxHashSet<CompactString>,
    /// Looked for when it is first asked for, and again when more is known of elsewhere.
    pub(crate) broken: OnceLock<Vec<BrokenImport>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index of {} modules", self.modules.len())
    }
}

impl Index {
    /// Joins the files; the order in which they come does not matter.
    pub fn build(mut sources: Vec<Source>) -> Self {
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let mut layout =
            Layout::new(&sources.iter().map(|source| &source.path).collect::<Vec<_>>());
        layout.know_from_within(&sources);
        let modules: Vec<Module> = sources
            .into_iter()
            .zip(layout.names)
            .map(|(Source { path, facts }, name)| {
                let role = Role::of(&path, facts.flags);
                Module { path, name, role, facts }
            })
            .collect();
        let by_name: FxHashMap<CompactString, ModuleId> =
            layout.by_name.into_iter().map(|(name, index)| (name, ModuleId(index))).collect();
        let mut namespaces: FxHashSet<CompactString> = FxHashSet::default();
        for name in by_name.keys() {
            let dots = name.match_indices('.').map(|(at, _)| &name[..at]);
            namespaces.extend(dots.map(CompactString::from));
        }
        let shadowed =
            layout.shadowed.iter().map(|(file, taker)| (ModuleId(*file), ModuleId(*taker)));
        let mut index = Self {
            by_name,
            roots: layout.roots,
            shadowed: shadowed.collect(),
            namespaces,
            modules,
            imported: Vec::new(),
            consumers: FxHashMap::default(),
            star_importers: FxHashMap::default(),
            elsewhere: FxHashSet::default(),
            broken: OnceLock::new(),
        };
        index.imported = index.modules.iter().map(|module| index.look_up_imports(module)).collect();
        index.collect_consumers();
        crate::archive::mark(&mut index);
        index
    }

    /// Gives modules another role.
    pub(crate) fn set_roles(&mut self, role: impl Fn(&Module) -> Option<Role>) {
        for module in &mut self.modules {
            module.role = role(module).unwrap_or(module.role);
        }
    }

    /// The modules in order of their paths.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate().map(|(index, module)| (ModuleId(index as u32), module))
    }

    /// One module.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// What the imports of a module name, in their order.
    pub(crate) fn imported(&self, id: ModuleId) -> &[Imported] {
        &self.imported[id.0 as usize]
    }

    /// The module of a dotted name.
    pub fn module_named(&self, name: &str) -> Option<ModuleId> {
        self.by_name.get(name).copied()
    }

    /// The module of a file.
    pub fn module_at(&self, path: &RepoPath) -> Option<ModuleId> {
        self.modules
            .binary_search_by(|module| module.path.cmp(path))
            .ok()
            .map(|index| ModuleId(index as u32))
    }

    /// One definition.
    pub fn definition(&self, id: DefinitionId) -> &Definition {
        &self.module(id.module).facts.definitions[id.index as usize]
    }

    /// Every definition with its module.
    pub fn definitions(&self) -> impl Iterator<Item = (DefinitionId, &Module, &Definition)> {
        self.modules().flat_map(|(id, module)| {
            module.facts.definitions.iter().enumerate().map(move |(index, definition)| {
                (DefinitionId { module: id, index: index as u32 }, module, definition)
            })
        })
    }

    /// The definition at a place.
    pub fn definition_at(&self, path: &RepoPath, span: Span) -> Option<DefinitionId> {
        let module = self.module_at(path)?;
        let definitions = &self.module(module).facts.definitions;
        let position = definitions.iter().position(|definition| definition.span == span)?;
        Some(DefinitionId { module, index: position as u32 })
    }

    /// The definition of a dotted name such as `package.module.Class.method`.
    pub fn definition_named(&self, dotted: &str) -> Option<DefinitionId> {
        let (front, last) = dotted.rsplit_once('.')?;
        if let Some(module) = self.module_named(front) {
            return self.find(module, None, last);
        }
        let (module, class) = front.rsplit_once('.')?;
        let module = self.module_named(module)?;
        let owner = self.find(module, None, class)?;
        self.find(module, Some(owner.index), last)
    }

    fn find(&self, module: ModuleId, owner: Option<u32>, name: &str) -> Option<DefinitionId> {
        let definitions = &self.module(module).facts.definitions;
        let position = definitions
            .iter()
            .position(|definition| definition.name == name && definition.owner == owner)?;
        Some(DefinitionId { module, index: position as u32 })
    }

    /// The name inside the module, `Class.method` for a method.
    pub fn qualified_name(&self, id: DefinitionId) -> String {
        let definition = self.definition(id);
        match definition.owner {
            Some(owner) => {
                let owner = self.definition(DefinitionId { module: id.module, index: owner });
                format!("{}.{}", owner.name, definition.name)
            }
            None => definition.name.to_string(),
        }
    }

    /// The definition as findings show it.
    pub fn member(&self, id: DefinitionId) -> Member {
        let module = self.module(id.module);
        Member {
            path: module.path.clone(),
            span: self.definition(id).span,
            module: module.name.to_string(),
            qualified_name: self.qualified_name(id),
            digest: format!("{:032x}", self.definition(id).hash),
        }
    }

    /// `module.Name`, as it would be imported.
    pub fn dotted(&self, id: DefinitionId) -> String {
        format!("{}.{}", self.module(id.module).name, self.qualified_name(id))
    }

    /// Every dotted name under which a file can be imported.
    pub fn importable(&self) -> BTreeMap<String, RepoPath> {
        let path = |id: &ModuleId| self.module(*id).path.clone();
        self.by_name.iter().map(|(name, id)| (name.to_string(), path(id))).collect()
    }

    /// Directories that must be on the search path, the most used first.
    pub fn import_roots(&self) -> &[String] {
        &self.roots
    }

    /// Files that a package of the same name hides: the file, the package.
    pub fn shadowed(&self) -> &[(ModuleId, ModuleId)] {
        &self.shadowed
    }

    /// Dotted names of modules that are there without being among the sources: native
    /// extensions, stubs, what the scan leaves out.
    pub fn elsewhere(&self) -> &FxHashSet<CompactString> {
        &self.elsewhere
    }

    /// Says which modules are there without being among the sources.
    pub fn set_elsewhere(&mut self, modules: impl IntoIterator<Item = CompactString>) {
        let elsewhere = modules.into_iter().collect();
        if self.elsewhere != elsewhere {
            self.elsewhere = elsewhere;
            self.broken = OnceLock::new();
        }
    }

    /// Whether a dotted name begins inside this repository.
    pub fn is_internal(&self, dotted: &str) -> bool {
        dotted.split('.').next().is_some_and(|first| {
            self.by_name.contains_key(first) || self.namespaces.contains(first)
        })
    }

    /// What a dotted path in a module means, imports inside functions included.
    pub fn follow(&self, module: ModuleId, path: &str) -> Vec<Resolution> {
        crate::resolve::follow_path(self, module, path)
    }

    /// The module and the name in it that a dotted text stands for, for example
    /// `package.module:Name`.
    pub fn names(&self, text: &str) -> Option<(ModuleId, CompactString)> {
        self.split_string(text)
    }

    /// Whether modules lie below a dotted name.
    pub fn is_namespace(&self, dotted: &str) -> bool {
        self.namespaces.contains(dotted)
    }

    /// Who outside the module names one of its names.
    pub fn consumers(&self, module: ModuleId, name: &str) -> &[Consumer] {
        self.consumers.get(&(module, name.into())).map_or(&[], Vec::as_slice)
    }

    /// Who imports everything from the module.
    pub fn star_importers(&self, module: ModuleId) -> &[ModuleId] {
        self.star_importers.get(&module).map_or(&[], Vec::as_slice)
    }

    /// Consumers of a definition that is reached through its module.
    pub fn consumers_of(&self, id: DefinitionId) -> &[Consumer] {
        let definition = self.definition(id);
        match (definition.kind, definition.owner) {
            (DefinitionKind::Method, _) | (_, Some(_)) => &[],
            _ => self.consumers(id.module, &definition.name),
        }
    }

    /// Everything that did not parse.
    pub fn issues(&self) -> Vec<ParseIssue> {
        let of = |module: &Module| {
            let path = module.path.clone();
            module
                .facts
                .errors
                .iter()
                .map(move |(line, message)| ParseIssue {
                    path: path.clone(),
                    line: *line,
                    message: message.to_string(),
                })
                .collect::<Vec<_>>()
        };
        self.modules.iter().flat_map(of).collect()
    }

    fn collect_consumers(&mut self) {
        let mut found: Vec<((ModuleId, CompactString), Consumer)> = Vec::new();
        let mut stars: Vec<(ModuleId, ModuleId)> = Vec::new();
        for (id, module) in self.modules() {
            for (import, imported) in self.imports(id) {
                let (Some(name), Some(target)) = (&import.name, imported.module) else { continue };
                if name == "*" {
                    stars.push((target, id));
                } else if target != id {
                    let line = import.line;
                    let consumer = Consumer { module: id, kind: ConsumerKind::Import, line };
                    found.push(((target, name.clone()), consumer));
                }
            }
            for chain in &module.facts.uses {
                if let Some(used) = self.split_use(module, chain) {
                    let consumer = Consumer { module: id, kind: ConsumerKind::Attribute, line: 0 };
                    found.push((used, consumer));
                }
            }
            for string in &module.facts.strings {
                if let Some(named) = self.split_string(&string.text) {
                    let line = string.line;
                    found.push((named, Consumer { module: id, kind: ConsumerKind::String, line }));
                }
            }
        }
        for (key, consumer) in found {
            let consumers = self.consumers.entry(key).or_default();
            if !consumers.contains(&consumer) {
                consumers.push(consumer);
            }
        }
        for (module, importer) in stars {
            self.star_importers.entry(module).or_default().push(importer);
        }
    }

    /// `alias.attr` where the alias is a module: that module and the attribute.
    fn split_use(&self, module: &Module, chain: &str) -> Option<(ModuleId, CompactString)> {
        let (root, rest) = chain.split_once('.')?;
        let mut imports = module.facts.imports.iter().filter(|import| import.bound == root);
        imports.find_map(|import| {
            let base = self.module_of_import(module, import)?;
            self.descend(&base, rest)
        })
    }

    /// The dotted name a bound name stands for, if it is a module of this repository.
    fn module_of_import(&self, module: &Module, import: &Import) -> Option<CompactString> {
        let target = self.import_target(module, import)?;
        let name = match &import.name {
            Some(name) => compact_str::format_compact!("{target}.{name}"),
            None if import.aliased => target,
            None => CompactString::from(import.module.split('.').next()?),
        };
        self.is_internal(&name).then_some(name)
    }

    /// Follows attributes down packages to the first name that is no module.
    fn descend(&self, base: &str, rest: &str) -> Option<(ModuleId, CompactString)> {
        let mut module = CompactString::from(base);
        for part in rest.split('.') {
            let deeper = compact_str::format_compact!("{module}.{part}");
            if !self.by_name.contains_key(&deeper) {
                return self.module_named(&module).map(|id| (id, part.into()));
            }
            module = deeper;
        }
        None
    }

    /// `"package.module.Name"`: the module and the name.
    pub(crate) fn split_string(&self, text: &str) -> Option<(ModuleId, CompactString)> {
        let text = text.replace(':', ".");
        if !self.is_internal(&text) {
            return None;
        }
        let (base, rest) = text.split_once('.')?;
        self.descend(base, rest)
    }

    /// Where a module-level name comes from, followed through plain imports: the
    /// module that binds it otherwise, and the name there.
    pub fn origin(&self, module: ModuleId, name: &str) -> (ModuleId, CompactString) {
        crate::resolve::origin(self, module, name)
    }

    /// What a module-level name of a module means; see [`Resolution`].
    pub fn resolve(&self, module: ModuleId, name: &str) -> Vec<Resolution> {
        crate::resolve::resolve(self, module, name)
    }
}
