//! `module.name`: reaching a copy through its module.

use std::ops::Range;

use compact_str::{CompactString, format_compact};
use ruff_python_ast::Stmt;
use ssot_facts::{Module, ModuleId};

use super::aliases::aliases_of;
use super::form;
use super::importers::{Change, Redirected, fact_of};
use super::scan::{ImportSite, Scan};
use super::source::SourceFile;
use super::work::{Addition, Side, Work};
use crate::edit::Edit;

/// What becomes of one chain.
#[derive(Debug)]
pub(super) enum Lookup {
    /// It is about something else.
    Elsewhere,
    /// It reaches the copy and cannot be rewritten.
    Stuck,
    /// It reaches the copy and changes.
    Moves(Change),
}

/// What is known while the chains of one file are looked at.
pub(super) struct Chains<'w> {
    pub(super) work: &'w Work<'w>,
    pub(super) one: &'w Redirected,
    pub(super) importer: ModuleId,
    pub(super) file: &'w SourceFile,
    pub(super) scan: &'w Scan<'w>,
}

/// A name of an import statement that stands for a module.
#[derive(Clone, Copy)]
struct Found<'a> {
    site: ImportSite<'a>,
    alias: usize,
}

impl Chains<'_> {
    /// What becomes of one chain.
    pub(super) fn lookup(&self, range: &Range<usize>, text: &str) -> Lookup {
        let Some((front, found)) = self.reaches_copy(text) else {
            return Lookup::Elsewhere;
        };
        let root = front.split('.').next().unwrap_or(front);
        let is_plain = self.scan.is_only_imported(root) && self.file.text[range.clone()] == *text;
        let is_single = self.imports_of(root).count() == 1;
        let fact = fact_of(found.site.stmt, found.alias);
        let is_package = fact.name.is_none() && !fact.aliased && self.is_top_level(found.site.stmt);
        if !is_plain || !(is_single || is_package) || self.is_reached(root) {
            return Lookup::Stuck;
        }
        let found = self.named(root, front).unwrap_or(found);
        self.rewritten(range, found).map_or(Lookup::Stuck, Lookup::Moves)
    }

    /// The dotted name of the copy's module as written and the import behind it, when
    /// the chain reaches the copy.
    fn reaches_copy<'t>(&self, text: &'t str) -> Option<(&'t str, Found<'_>)> {
        let index = self.work.index;
        let (front, name) = text.rsplit_once('.')?;
        if name != index.definition(self.one.copy).name {
            return None;
        }
        let (root, rest) = front.split_once('.').unwrap_or((front, ""));
        let reaches = |base: &str| {
            let full = if rest.is_empty() { base.into() } else { format_compact!("{base}.{rest}") };
            index.module_named(&full) == Some(self.one.copy.module)
        };
        let mut imports = self.imports_of(root);
        let (found, _) = imports.find(|(_, base)| reaches(base))?;
        Some((front, found))
    }

    fn rewritten(&self, range: &Range<usize>, found: Found<'_>) -> Option<Change> {
        let (prefix, addition) = match self.known() {
            Some(prefix) => (prefix, None),
            None => self.new_import(found).map(|(prefix, addition)| (prefix, Some(addition)))?,
        };
        let text = format!("{prefix}.{}", self.one.name);
        Some(Change::Chain {
            edit: Edit::replace(range.clone(), text),
            import: (found.site.start(), found.alias),
            addition,
        })
    }

    /// Whether somebody reaches or patches the module through this file.
    fn is_reached(&self, root: &str) -> bool {
        let consumers = self.work.index.consumers(self.importer, root);
        !consumers.is_empty() || self.work.is_written(self.importer, root)
    }

    fn module(&self) -> &Module {
        self.work.index.module(self.importer)
    }

    fn is_top_level(&self, stmt: &Stmt) -> bool {
        self.file.suite().iter().any(|other| std::ptr::eq(other, stmt))
    }

    /// The imports that bind a name, with the dotted name that it stands for.
    fn imports_of(&self, bound: &str) -> impl Iterator<Item = (Found<'_>, CompactString)> {
        let all = self.scan.imports.iter().flat_map(|site| {
            (0..aliases_of(site.stmt).len()).map(|alias| Found { site: *site, alias })
        });
        all.filter_map(move |found| {
            let fact = fact_of(found.site.stmt, found.alias);
            if fact.bound != bound {
                return None;
            }
            let target = self.work.index.import_target(self.module(), &fact)?;
            let base = match &fact.name {
                Some(name) => format_compact!("{target}.{name}"),
                None if fact.aliased => target,
                None => fact.bound,
            };
            Some((found, base))
        })
    }

    /// Of several imports of one package, the one that names the module.
    fn named(&self, root: &str, dotted: &str) -> Option<Found<'_>> {
        self.imports_of(root).map(|(found, _)| found).find(|found| {
            let fact = fact_of(found.site.stmt, found.alias);
            fact.name.is_none() && !fact.aliased && fact.module == dotted
        })
    }

    /// How the file can name the canonical module already.
    fn known(&self) -> Option<String> {
        self.scan.imports.iter().filter(|site| self.is_top_level(site.stmt)).find_map(|site| {
            (0..aliases_of(site.stmt).len()).find_map(|alias| {
                let fact = fact_of(site.stmt, alias);
                let target = self.work.index.import_target(self.module(), &fact)?;
                let dotted = match &fact.name {
                    Some(name) => format_compact!("{target}.{name}"),
                    None => target,
                };
                let is_it = dotted == self.one.module && self.scan.is_only_imported(&fact.bound);
                let is_whole = fact.name.is_none() && !fact.aliased;
                is_it.then(|| if is_whole { dotted.to_string() } else { fact.bound.to_string() })
            })
        })
    }

    /// An import of the canonical module beside the one of the copy's, in its style.
    fn new_import(&self, found: Found<'_>) -> Option<(String, Addition)> {
        let stmt = found.site.stmt;
        if !self.file.has_own_lines(stmt) {
            return None;
        }
        let module = self.one.module.as_str();
        let (parent, last) = module.rsplit_once('.').unwrap_or(("", module));
        let fact = fact_of(stmt, found.alias);
        let (prefix, bound, line) = if fact.name.is_none() && !fact.aliased {
            let top = module.split('.').next().unwrap_or(module);
            (module, top, format!("import {module}"))
        } else if parent.is_empty() {
            (module, module, format!("import {module}"))
        } else if fact.name.is_none() {
            (last, last, format!("import {module} as {last}"))
        } else {
            let clause = form::from_clause(self.module(), parent, fact.level > 0);
            (last, last, format!("from {clause} import {last}"))
        };
        let shares_package = fact.name.is_none() && !fact.aliased && fact.bound == bound;
        let (statement, bound_name) = (found.site.start(), bound.to_owned());
        let addition = Addition { statement, bound: bound_name, line, side: Side::After };
        let is_free = shares_package
            || !self.scan.is_bound(bound) && !self.scan.reads(bound) && !self.is_planned(&addition);
        is_free.then(|| (prefix.to_owned(), addition))
    }

    /// Whether another import is to bind the same name.
    fn is_planned(&self, addition: &Addition) -> bool {
        let plan = self.work.plans.get(&self.importer);
        plan.is_some_and(|plan| {
            plan.additions.iter().any(|other| other.bound == addition.bound && other != addition)
        })
    }
}
