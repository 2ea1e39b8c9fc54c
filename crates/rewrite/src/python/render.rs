//! One file put together from its plan.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ssot_facts::{ImportScope, Module, ModuleId};

use super::aliases::{aliases_of, bound_name, removal};
use super::form;
use super::layout::{self, Block};
use super::names::{self, Names};
use super::source::SourceFile;
use super::spot::is_pragma;
use super::work::{FilePlan, Removal, Replacement, Work};
use crate::{Refused, edit};

/// The new bytes of a file.
pub(super) fn render(
    work: &Work<'_>,
    id: ModuleId,
    file: &SourceFile,
    plan: &FilePlan,
) -> Result<Vec<u8>, Refused> {
    let renderer = Renderer::new(work, id, file, plan);
    let mut blocks: Vec<Block> = plan
        .removals
        .iter()
        .map(|removal| renderer.block(removal))
        .collect();
    let mut edits = plan.edits.clone();
    for (stmt, unused) in renderer.unused() {
        if unused.len() == aliases_of(stmt).len() {
            blocks.push(Block {
                lines: file.lines(stmt),
                line: None,
            });
        } else {
            edits.extend(removal(file, stmt, &unused));
        }
    }
    blocks.sort_by_key(|block| block.lines.start);
    if let Some(pair) = blocks
        .windows(2)
        .find(|pair| pair[0].lines.end > pair[1].lines.start)
    {
        let line = pair[1].lines.start as u32 + 1;
        return Err(Refused::Overlap {
            path: file.path.clone(),
            line,
        });
    }
    let index = work.index;
    let is_internal = |stmt: &Stmt| match stmt {
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.level > 0 || index.is_internal(module)
        }
        other => aliases_of(other)
            .iter()
            .any(|alias| index.is_internal(&alias.name)),
    };
    edits.extend(layout::edits(file, &blocks, &is_internal));
    let text = edit::apply(&file.text, edits).map_err(|at| Refused::Overlap {
        path: file.path.clone(),
        line: file.line(at) as u32 + 1,
    })?;
    file.rewritten(&text)
}

struct Renderer<'a> {
    work: &'a Work<'a>,
    id: ModuleId,
    module: &'a Module,
    file: &'a SourceFile,
    relative: bool,
    /// Names that the remaining statements read.
    read: Names,
    /// Names that the removed statements read.
    released: Names,
}

impl<'a> Renderer<'a> {
    fn new(work: &'a Work<'a>, id: ModuleId, file: &'a SourceFile, plan: &FilePlan) -> Self {
        let module = work.index.module(id);
        let removed: BTreeSet<usize> = plan
            .removals
            .iter()
            .map(|removal| removal.spot.statement.start)
            .collect();
        let is_removed = |stmt: &&Stmt| removed.contains(&SourceFile::range(*stmt).start);
        let looks_up = names::looks_up_by_string(file);
        let suite = || file.suite().iter();
        Self {
            work,
            id,
            module,
            file,
            relative: form::prefers_relative(work.index, module),
            read: names::read_by(file, suite().filter(|stmt| !is_removed(stmt)), looks_up),
            released: names::read_by(file, suite().filter(is_removed), false),
        }
    }

    fn block(&self, removal: &Removal) -> Block {
        let lines = removal.spot.lines.clone();
        Block {
            lines,
            line: Some(self.line_for(removal)),
        }
    }

    /// What stands where the definition stood. A name that the module itself does
    /// not read is re-exported in the form that linters and type checkers keep.
    fn line_for(&self, removal: &Removal) -> String {
        let bound = removal.name.as_str();
        match &removal.replacement {
            Replacement::Alias(name) => format!("{bound} = {name}"),
            Replacement::Import { module, name } => {
                let unread = !self.read.contains(bound) && !self.is_exported(bound);
                let clause = form::from_clause(self.module, module, self.relative);
                let line = form::import_line(&clause, name, bound, unread);
                if unread && name != bound {
                    format!("{line}  # noqa: F401")
                } else {
                    line
                }
            }
        }
    }

    fn is_exported(&self, name: &str) -> bool {
        self.module
            .facts
            .all
            .iter()
            .flatten()
            .any(|exported| exported == name)
    }

    /// The imported names that only the removed definitions read.
    fn unused(&self) -> Vec<(&'a Stmt, BTreeSet<usize>)> {
        if self.module.is_package() || !self.work.index.star_importers(self.id).is_empty() {
            return Vec::new();
        }
        let unused = |stmt: &'a Stmt| {
            let unused: BTreeSet<usize> = aliases_of(stmt)
                .iter()
                .enumerate()
                .filter(|(_, alias)| {
                    let is_reexport = alias
                        .asname
                        .as_ref()
                        .is_some_and(|name| *name == alias.name);
                    !is_reexport && self.is_unused(bound_name(stmt, alias))
                })
                .map(|(at, _)| at)
                .collect();
            (!unused.is_empty() && self.may_lose_names(stmt)).then_some((stmt, unused))
        };
        self.file.suite().iter().filter_map(unused).collect()
    }

    fn may_lose_names(&self, stmt: &Stmt) -> bool {
        let is_future = matches!(
            stmt,
            Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|module| module == "__future__")
        );
        let lines = self.file.line_range(self.file.lines(stmt));
        !is_future && self.file.has_own_lines(stmt) && !self.file.comments(lines).any(is_pragma)
    }

    fn is_unused(&self, name: &str) -> bool {
        let facts = &self.module.facts;
        let mut bindings = facts.bindings_of(name);
        let is_plain_import = bindings.next().is_some_and(|first| match first.binding {
            ssot_facts::Binding::Import(at) => {
                facts.imports[at as usize].scope == ImportScope::Module
            }
            _ => false,
        });
        is_plain_import
            && bindings.next().is_none()
            && self.released.contains(name)
            && !self.read.contains(name)
            && !self.is_exported(name)
            && self.work.index.consumers(self.id, name).is_empty()
            && !self.work.is_written(self.id, name)
    }
}
