//! Those who import a copy import the canonical definition instead.
//!
//! The copy's module keeps the name, so nothing has to be rewritten, and what
//! cannot be rewritten safely is left. Names that are looked up through the copy's
//! module while the program runs, and strings that patch them there, move
//! together or not at all: a patch must hit where the name is looked up.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::Stmt;
use ssot_facts::{ConsumerKind, DefinitionId, Import, ImportScope, Index, ModuleId};
use ssot_model::FileChange;

use super::aliases::{aliases_of, bound_name};
use super::chains::{Chains, Lookup};
use super::names;
use super::scan::Scan;
use super::source::SourceFile;
use super::work::{Addition, FilePlan, Rename, Work};
use crate::Refused;
use crate::edit::Edit;

/// A copy and where its name leads from now on.
#[derive(Debug, Clone)]
pub(super) struct Redirected {
    pub(super) copy: DefinitionId,
    /// The definition that stays; none when it moves into a new module.
    pub(super) canonical: Option<DefinitionId>,
    pub(super) module: String,
    pub(super) name: String,
}

/// One change that an importer needs.
#[derive(Debug)]
pub(super) enum Change {
    /// The name of an import statement comes from elsewhere.
    Rename { statement: usize, alias: usize },
    /// The name of an import statement is imported already.
    Drop { statement: usize, alias: usize },
    /// `module.name` becomes something else.
    Chain {
        edit: Edit,
        /// The import through which it was reached.
        import: (usize, usize),
        addition: Option<Addition>,
    },
    /// A string names the new place.
    Text(Edit),
}

/// The changes, by when the name is looked up.
#[derive(Debug, Default)]
struct Sites {
    /// Names that are bound once, when the importer is executed.
    bound: Vec<(ModuleId, Change)>,
    /// Names that are looked up each time, and strings.
    looked_up: Vec<(ModuleId, Change)>,
    /// Something is looked up in a way that cannot be rewritten.
    is_stuck: bool,
}

/// Plans the changes of all importers.
pub(super) fn rewrite(work: &mut Work<'_>) -> Result<(), Refused> {
    for one in std::mem::take(&mut work.redirected) {
        let sites = collect(work, &one)?;
        let moves = lookups_move(work, &one, &sites)?;
        let changes = sites.bound.into_iter();
        let looked_up = sites.looked_up.into_iter().filter(|_| moves);
        for (module, change) in changes.chain(looked_up) {
            commit(work, module, change, &one);
        }
    }
    Ok(())
}

/// Whether the names that are looked up through the copy's module may move.
fn lookups_move(work: &mut Work<'_>, one: &Redirected, sites: &Sites) -> Result<bool, Refused> {
    let name = work.index.definition(one.copy).name.clone();
    let is_written = work.is_written(one.copy.module, &name);
    let consumers = work.index.consumers_of(one.copy);
    let is_named = consumers.iter().any(|consumer| consumer.kind == ConsumerKind::String);
    if !is_written && !is_named {
        return Ok(true);
    }
    if is_written || sites.is_stuck || looks_up(work, one.copy.module, &name)? {
        return Ok(false);
    }
    // A patch would hit more than it did if the canonical module looked it up too.
    match one.canonical {
        Some(canonical) => Ok(!looks_up(work, canonical.module, &one.name)?),
        None => Ok(true),
    }
}

/// Whether a module itself reads one of its definitions.
fn looks_up(work: &mut Work<'_>, module: ModuleId, name: &str) -> Result<bool, Refused> {
    let file = work.file(module)?;
    let gone = gone(work, module);
    let remaining = file.suite().iter().filter(|stmt| {
        let is_own = match stmt {
            Stmt::FunctionDef(def) => def.name.as_str() == name,
            Stmt::ClassDef(def) => def.name.as_str() == name,
            _ => false,
        };
        !is_own && !gone.contains(&SourceFile::range(*stmt).start)
    });
    let looks_up = names::looks_up_by_string(&file);
    Ok(names::looked_up_by(&file, remaining, looks_up, &gone).contains(name))
}

/// The offsets of the statements that go from a module.
fn gone(work: &Work<'_>, module: ModuleId) -> BTreeSet<usize> {
    let gone = work.plans.get(&module).into_iter().flat_map(FilePlan::gone);
    gone.map(|spot| spot.statement.start).collect()
}

fn collect(work: &mut Work<'_>, one: &Redirected) -> Result<Sites, Refused> {
    let index = work.index;
    let consumers = index.consumers_of(one.copy).iter().map(|consumer| consumer.module);
    let importers: BTreeSet<ModuleId> = consumers.collect();
    let mut sites = Sites::default();
    let deleted = |importer: &ModuleId| {
        work.patch.files.get(&index.module(*importer).path) == Some(&FileChange::Delete)
    };
    let importers: Vec<ModuleId> = importers
        .into_iter()
        .filter(|importer| *importer != one.copy.module && !deleted(importer))
        .collect();
    for importer in importers {
        let file = match work.file(importer) {
            Ok(file) => file,
            Err(Refused::Unreadable { .. }) => {
                sites.is_stuck = true;
                continue;
            }
            Err(refused) => return Err(refused),
        };
        let is_home = one.canonical.is_some_and(|canonical| canonical.module == importer);
        if is_home {
            sites.is_stuck = true;
        } else {
            collect_in(work, one, importer, &file, &mut sites);
        }
    }
    Ok(sites)
}

fn collect_in(
    work: &Work<'_>,
    one: &Redirected,
    importer: ModuleId,
    file: &Rc<SourceFile>,
    sites: &mut Sites,
) {
    let scan = Scan::of(file);
    let gone: Vec<_> = work
        .plans
        .get(&importer)
        .into_iter()
        .flat_map(|plan| &plan.removals)
        .map(|removal| removal.spot.statement.clone())
        .collect();
    let stays = |at: usize| !gone.iter().any(|range| range.contains(&at));
    for (change, in_function) in imports(work.index, one, importer, file, &scan) {
        match change {
            Some((at, _)) if !stays(at) => {}
            Some((_, change)) if in_function => sites.looked_up.push((importer, change)),
            Some((_, change)) => sites.bound.push((importer, change)),
            None => sites.is_stuck |= in_function,
        }
    }
    let chains = Chains { work, one, importer, file, scan: &scan };
    for (range, text) in scan.chains.iter().filter(|(range, _)| stays(range.start)) {
        match chains.lookup(range, text) {
            Lookup::Elsewhere => {}
            Lookup::Moves(change) => sites.looked_up.push((importer, change)),
            Lookup::Stuck => sites.is_stuck = true,
        }
    }
    for (at, change) in strings(work.index, one, file, &scan) {
        match change {
            _ if !stays(at) => {}
            Some(change) => sites.looked_up.push((importer, change)),
            None => sites.is_stuck = true,
        }
    }
}

/// The changes to import statements with their offsets, none where a name cannot be
/// taken out; and whether the statement is executed each time.
fn imports(
    index: &Index,
    one: &Redirected,
    importer: ModuleId,
    file: &SourceFile,
    scan: &Scan<'_>,
) -> Vec<(Option<(usize, Change)>, bool)> {
    let module = index.module(importer);
    let copied = &index.definition(one.copy).name;
    let mut found = Vec::new();
    for site in &scan.imports {
        let statement = site.start();
        for (alias, node) in aliases_of(site.stmt).iter().enumerate() {
            let fact = fact_of(site.stmt, alias);
            let is_copy = fact.name.as_ref() == Some(copied)
                && index
                    .import_target(module, &fact)
                    .is_some_and(|target| index.module_named(&target) == Some(one.copy.module));
            if !is_copy {
                continue;
            }
            let is_single = aliases_of(site.stmt).len() == 1;
            let is_top_level = file.suite().iter().any(|stmt| std::ptr::eq(stmt, site.stmt));
            let is_known = is_top_level && imports_already(index, importer, one, &fact.bound);
            let change = if !is_single && !file.has_own_lines(site.stmt) {
                None
            } else if is_known && file.has_own_lines(site.stmt) {
                Some((statement, Change::Drop { statement, alias }))
            } else {
                Some((statement, Change::Rename { statement, alias }))
            };
            debug_assert_eq!(fact.bound, bound_name(site.stmt, node));
            found.push((change, site.in_function));
        }
    }
    found
}

/// Whether the importer has the canonical definition under the same name already.
fn imports_already(index: &Index, importer: ModuleId, one: &Redirected, bound: &str) -> bool {
    let module = index.module(importer);
    module.facts.imports.iter().any(|import| {
        import.bound == bound
            && import.scope == ImportScope::Module
            && import.name.as_deref() == Some(&one.name)
            && index.import_target(module, import).is_some_and(|target| target == one.module)
    })
}

/// An alias as the facts know it.
pub(super) fn fact_of(stmt: &Stmt, alias: usize) -> Import {
    let node = &aliases_of(stmt)[alias];
    let (module, level, name) = match stmt {
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            (module, import.level, Some(node.name.as_str().into()))
        }
        _ => (node.name.as_str(), 0, None),
    };
    Import {
        module: module.into(),
        level,
        name,
        bound: bound_name(stmt, node).into(),
        aliased: node.asname.is_some(),
        scope: ImportScope::Module,
        guarded: false,
        line: 0,
    }
}

/// Strings that name the copy exactly; none where the text cannot be replaced.
fn strings(
    index: &Index,
    one: &Redirected,
    file: &SourceFile,
    scan: &Scan<'_>,
) -> Vec<(usize, Option<Change>)> {
    let copied = &index.definition(one.copy).name;
    let names_copy = |text: &str| {
        let cut = text.rsplit_once(['.', ':']);
        cut.is_some_and(|(module, name)| {
            name == copied && index.module_named(module) == Some(one.copy.module)
        })
    };
    let replaced = |range: &std::ops::Range<usize>, value: &str| {
        let cut = value.len() - copied.len() - 1;
        let new = format!("{}{}{}", one.module, &value[cut..=cut], one.name);
        let source = &file.text[range.clone()];
        let at = range.start + source.find(value)?;
        Some(Change::Text(Edit::replace(at..at + value.len(), new)))
    };
    scan.strings
        .iter()
        .filter(|(_, value)| names_copy(value))
        .map(|(range, value)| (range.start, replaced(range, value)))
        .collect()
}

fn commit(work: &mut Work<'_>, module: ModuleId, change: Change, one: &Redirected) {
    let plan = work.plans.entry(module).or_default();
    match change {
        Change::Rename { statement, alias } => {
            let rename = Rename { module: one.module.clone(), name: one.name.clone() };
            plan.renames.insert((statement, alias), rename);
        }
        Change::Drop { statement, alias } => {
            plan.dropped.insert((statement, alias));
        }
        Change::Chain { edit, import, addition } => {
            plan.chains.insert(edit.range.start);
            plan.orphans.insert(import);
            plan.edits.push(edit);
            if let Some(addition) = addition
                && !plan.additions.contains(&addition)
            {
                plan.additions.push(addition);
            }
        }
        Change::Text(edit) => plan.edits.push(edit),
    }
}
