//! Everything that is collected before the first file is put together.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use compact_str::{CompactString, format_compact};
use rustc_hash::FxHashSet;
use ssot_facts::{DefinitionId, Index, Module, ModuleId, Resolution};
use ssot_model::{FileChange, Patch, RepoPath};

use super::importers::Redirected;
use super::sites::{Left, Wanted};
use super::source::SourceFile;
use super::spot::Spot;
use super::style::Limits;
use crate::edit::Edit;
use crate::{Refused, Sources};

/// What takes the place of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replacement {
    /// An import of the name from the module of that dotted name.
    Import { module: String, name: String },
    /// Another name for a definition of the same file.
    Alias(String),
    /// Nothing: the import stands among the others of the file.
    Nothing,
}

/// A definition that goes and what takes its place.
#[derive(Debug, Clone)]
pub(super) struct Removal {
    pub(super) name: CompactString,
    pub(super) spot: Spot,
    pub(super) replacement: Replacement,
}

/// A method that leaves its class.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) spot: Spot,
    /// The line that comes instead, when a class has nothing else.
    pub(super) line: Option<String>,
}

/// Where an imported name comes from instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rename {
    pub(super) module: String,
    pub(super) name: String,
}

/// An import statement that is added beside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addition {
    /// Offset of the other statement.
    pub(super) statement: usize,
    /// The name that the new one binds.
    pub(super) bound: String,
    pub(super) line: String,
    /// Where it stands.
    pub(super) side: Side,
}

/// On which side of another import a new one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
    /// After it, in a block of its own.
    Apart,
}

/// A function that keeps its header and gets another body.
#[derive(Debug, Clone)]
pub(super) struct Face {
    /// Offset of its statement.
    pub(super) statement: usize,
    /// The function as it will be.
    pub(super) text: String,
}

/// What happens to one file. Import statements are named by their offset, their
/// names by their position.
#[derive(Debug, Default)]
pub(super) struct FilePlan {
    pub(super) removals: Vec<Removal>,
    pub(super) cuts: Vec<Cut>,
    pub(super) renames: BTreeMap<(usize, usize), Rename>,
    /// Names that are imported a second time.
    pub(super) dropped: BTreeSet<(usize, usize)>,
    /// Names through which rewritten chains were reached.
    pub(super) orphans: BTreeSet<(usize, usize)>,
    pub(super) additions: Vec<Addition>,
    /// Offsets of the rewritten chains; what they read does not count any more.
    pub(super) chains: BTreeSet<usize>,
    /// Functions that get another body.
    pub(super) faces: Vec<Face>,
    /// Changes that stand on their own.
    pub(super) edits: Vec<Edit>,
    /// What the replacements need imported, with the offset of the first that needs it.
    pub(super) wanted: BTreeMap<Wanted, usize>,
    /// Names that are imported for others alone, in the form that linters keep.
    pub(super) reexported: BTreeSet<String>,
    /// What is imported by statements that are there, by their offsets.
    pub(super) joined: BTreeMap<usize, Vec<String>>,
    /// Names that replacements read through imports that were there.
    pub(super) kept: BTreeSet<String>,
    /// Whether its imports by dots become imports by name.
    pub(super) absolute: bool,
    /// Names that functions import and replaced places read.
    pub(super) inner_orphans: BTreeSet<(usize, usize)>,
}

impl FilePlan {
    /// Where something goes.
    pub(super) fn gone(&self) -> impl Iterator<Item = &Spot> {
        let cuts = self.cuts.iter().map(|cut| &cut.spot);
        self.removals.iter().map(|removal| &removal.spot).chain(cuts)
    }
}

/// The index, the sources and the plans of all files that change.
pub(super) struct Work<'a> {
    pub(super) index: &'a Index,
    sources: &'a Sources<'a>,
    files: BTreeMap<ModuleId, Rc<SourceFile>>,
    pub(super) plans: BTreeMap<ModuleId, FilePlan>,
    pub(super) patch: Patch,
    /// Copies whose importers are to be rewritten.
    pub(super) redirected: Vec<Redirected>,
    /// Definitions that stay, and those that go.
    stays: BTreeSet<DefinitionId>,
    goes: BTreeSet<DefinitionId>,
    written: OnceCell<FxHashSet<(ModuleId, CompactString)>>,
    /// What new modules import of this repository, by their dotted names.
    pub(super) fresh: BTreeMap<String, Vec<ModuleId>>,
    pub(super) limits: RefCell<Limits>,
    /// Names that modules get.
    pub(super) coming: BTreeSet<(ModuleId, CompactString)>,
    /// Places that were changed, by line, and places that stay.
    pub(super) fixed: BTreeSet<(ModuleId, u32)>,
    pub(super) left: Vec<Left>,
}

impl<'a> Work<'a> {
    pub(super) fn new(index: &'a Index, sources: &'a Sources<'a>) -> Self {
        Self {
            index,
            sources,
            files: BTreeMap::new(),
            plans: BTreeMap::new(),
            patch: Patch::default(),
            redirected: Vec::new(),
            stays: BTreeSet::new(),
            goes: BTreeSet::new(),
            written: OnceCell::new(),
            fresh: BTreeMap::new(),
            limits: RefCell::default(),
            coming: BTreeSet::new(),
            fixed: BTreeSet::new(),
            left: Vec::new(),
        }
    }

    /// The file of a module, which must be the one that was scanned.
    pub(super) fn file(&mut self, id: ModuleId) -> Result<Rc<SourceFile>, Refused> {
        if let Some(file) = self.files.get(&id) {
            return Ok(Rc::clone(file));
        }
        let module = self.index.module(id);
        let path = &module.path;
        let bytes = self.bytes(path).ok_or_else(|| Refused::Missing { path: path.clone() })?;
        let file = Rc::new(SourceFile::open(path, &bytes, &module.facts)?);
        self.files.insert(id, Rc::clone(&file));
        Ok(file)
    }

    /// The current bytes of a file.
    pub(super) fn bytes(&self, path: &RepoPath) -> Option<std::sync::Arc<[u8]>> {
        (self.sources)(path)
    }

    /// Remembers that a definition stays.
    pub(super) fn keep(&mut self, id: DefinitionId) -> Result<(), Refused> {
        self.stays.insert(id);
        if self.goes.contains(&id) { Err(self.contradiction(id)) } else { Ok(()) }
    }

    /// Plans the removal of a definition at the top of its module.
    pub(super) fn remove(&mut self, id: DefinitionId, removal: Removal) -> Result<(), Refused> {
        self.go(id)?;
        self.plans.entry(id.module).or_default().removals.push(removal);
        Ok(())
    }

    /// Remembers that a definition goes.
    pub(super) fn go(&mut self, id: DefinitionId) -> Result<(), Refused> {
        if !self.goes.insert(id) || self.stays.contains(&id) {
            return Err(self.contradiction(id));
        }
        Ok(())
    }

    /// Remembers that a definition gets another text: no other decision may be about it.
    pub(super) fn alter(&mut self, id: DefinitionId) -> Result<(), Refused> {
        if !self.goes.insert(id) || !self.stays.insert(id) {
            return Err(self.contradiction(id));
        }
        Ok(())
    }

    fn contradiction(&self, id: DefinitionId) -> Refused {
        let definition = self.index.definition(id);
        Refused::Contradiction {
            path: self.index.module(id.module).path.clone(),
            line: definition.span.start,
            name: definition.name.to_string(),
        }
    }

    /// Adds a file or the end of one; a second change to the same file is refused.
    pub(super) fn change(&mut self, path: RepoPath, change: FileChange) -> Result<(), Refused> {
        match self.patch.files.insert(path.clone(), change) {
            None => Ok(()),
            Some(_) => Err(Refused::Overlap { path, line: 1 }),
        }
    }

    /// Whether somebody outside writes to the module's name, as patches do.
    pub(super) fn is_written(&self, id: ModuleId, name: &str) -> bool {
        let written = self.written.get_or_init(|| written(self.index));
        written.contains(&(id, name.into()))
    }
}

/// Every name of a module that somebody writes to from outside.
fn written(index: &Index) -> FxHashSet<(ModuleId, CompactString)> {
    let mut found = FxHashSet::default();
    for (_, module) in index.modules() {
        for write in &module.facts.writes {
            let targets = objects(index, module, &write.object);
            found.extend(targets.into_iter().map(|target| (target, write.name.clone())));
        }
    }
    found
}

/// The modules that a dotted expression may stand for.
fn objects(index: &Index, module: &Module, object: &str) -> Vec<ModuleId> {
    let (root, rest) = object.split_once('.').unwrap_or((object, ""));
    let imports = module.facts.imports.iter().filter(|import| import.bound == root);
    let bases = imports.filter_map(|import| {
        let target = index.import_target(module, import)?;
        Some(match &import.name {
            Some(name) => format_compact!("{target}.{name}"),
            None if import.aliased => target,
            None => root.into(),
        })
    });
    let through = |base: CompactString| {
        let mut parts = rest.split('.').filter(|part| !part.is_empty());
        let whole = parts.try_fold(base, |base, part| inside(index, &base, part))?;
        index.module_named(&whole)
    };
    // The object may also be given by its dotted name.
    bases.filter_map(through).chain(index.module_named(object)).collect()
}

/// The module that an attribute of a module is: a part of the package, or imported.
fn inside(index: &Index, base: &str, name: &str) -> Option<CompactString> {
    let part = format_compact!("{base}.{name}");
    if index.module_named(&part).is_some() || index.is_namespace(&part) {
        return Some(part);
    }
    let base = index.module_named(base)?;
    index.resolve(base, name).into_iter().find_map(|meaning| match meaning {
        Resolution::Module(found) => Some(index.module(found).name.clone()),
        _ => None,
    })
}
