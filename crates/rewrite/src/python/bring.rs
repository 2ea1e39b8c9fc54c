//! Imports that a module comes to need.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Stmt};
use ssot_facts::{ImportScope, Index, Module, ModuleId, is_standard_library};

use super::moved::Needed;
use super::source::SourceFile;
use super::work::Work;
use super::{form, style};
use crate::Refused;
use crate::edit::Edit;

/// The edits that import what is needed, among the imports at the top of a module that
/// stand before an offset.
pub(super) fn edits(
    work: &Work<'_>,
    home: ModuleId,
    file: &SourceFile,
    before: usize,
    needed: &[Needed<'_>],
) -> Result<Vec<Edit>, Refused> {
    let index = work.index;
    let module = index.module(home);
    let longest = style::longest_line(work, &file.path);
    let header = Header { index, module, file, longest, imports: imports(file, before) };
    let mut edits = Vec::new();
    // Names of one module come together, in the order of a sorted header.
    let mut wanted: BTreeMap<Rank, Vec<String>> = BTreeMap::new();
    for one in needed {
        if one.import.scope == ImportScope::TypeChecking {
            let (path, module) = (module.path.clone(), one.target.to_string());
            return Err(Refused::NotImportable { path, module });
        }
        let target = one.target.to_string();
        let (form, text) = match &one.import.name {
            Some(name) if one.import.aliased => (true, format!("{name} as {}", one.import.bound)),
            Some(name) => (true, name.to_string()),
            None if one.import.aliased => (false, format!("{target} as {}", one.import.bound)),
            None => (false, target.clone()),
        };
        let names = wanted.entry((header.section(&target), form, target)).or_default();
        if !names.contains(&text) {
            names.push(text);
        }
    }
    let mut lines: Vec<(Rank, String)> = Vec::new();
    for (rank, mut names) in wanted {
        names.sort();
        match header.joined(&rank, &names) {
            Some(joined) => edits.extend(joined),
            None => lines.extend(header.statements(&rank, &names).map(|line| (rank.clone(), line))),
        }
    }
    edits.extend(header.placed(&lines));
    Ok(edits)
}

/// The imports at the top of a file: those before anything else but a docstring.
fn imports(file: &SourceFile, before: usize) -> Vec<&Stmt> {
    let mut body = file.suite().iter().peekable();
    body.next_if(|first| is_docstring(first));
    body.take_while(|stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_)))
        .filter(|stmt| SourceFile::range(*stmt).start < before && file.has_own_lines(stmt))
        .collect()
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(expr) if expr.value.is_string_literal_expr())
}

/// Where an import belongs among others: section, whether it takes names out, module.
type Rank = (u8, bool, String);

struct Header<'a> {
    index: &'a Index,
    module: &'a Module,
    file: &'a SourceFile,
    longest: usize,
    imports: Vec<&'a Stmt>,
}

impl Header<'_> {
    fn section(&self, target: &str) -> u8 {
        let top = target.split('.').next().unwrap_or_default();
        match () {
            () if top == "__future__" => 0,
            () if self.index.is_internal(target) => 3,
            () if is_standard_library(top) => 1,
            () => 2,
        }
    }

    fn rank(&self, stmt: &Stmt) -> Rank {
        match stmt {
            Stmt::ImportFrom(import) => {
                let target = self.target(import).unwrap_or_default();
                (self.section(&target), true, target)
            }
            Stmt::Import(import) => {
                let target = import.names.first().map_or("", |alias| alias.name.as_str());
                (self.section(target), false, target.to_owned())
            }
            _ => (u8::MAX, true, String::new()),
        }
    }

    fn target(&self, import: &ast::StmtImportFrom) -> Option<String> {
        let name = import.module.as_ref().map_or("", |name| name.as_str());
        let mut known = self.module.facts.imports.iter();
        let known =
            known.find(|it| it.name.is_some() && it.module == name && it.level == import.level)?;
        self.index.import_target(self.module, known).map(Into::into)
    }

    /// The names added to a statement that imports from their module already.
    fn joined(&self, rank: &Rank, names: &[String]) -> Option<Vec<Edit>> {
        let import = self.imports.iter().find_map(|stmt| match stmt {
            Stmt::ImportFrom(import) if self.rank(stmt) == *rank => Some(import),
            _ => None,
        })?;
        match self.file.lines(import).len() {
            1 => self.on_one_line(import, names),
            _ => self.on_own_lines(import, names),
        }
    }

    fn on_one_line(&self, import: &ast::StmtImportFrom, names: &[String]) -> Option<Vec<Edit>> {
        let whole = self.file.line_text(self.file.line(SourceFile::range(import).start));
        let added: usize = names.iter().map(|name| name.len() + 2).sum();
        let fits = whole.chars().count() + added <= self.longest;
        if !fits || whole.contains(['(', '#', ';', '*', '\\']) {
            return None;
        }
        let end = SourceFile::range(import.names.last()?).end;
        let place = |name: &String| match self.next(import, name) {
            Some(at) => Edit::replace(at..at, format!("{name}, ")),
            None => Edit::replace(end..end, format!(", {name}")),
        };
        Some(names.iter().map(place).collect())
    }

    /// Names on lines of their own, each with its comma.
    fn on_own_lines(&self, import: &ast::StmtImportFrom, names: &[String]) -> Option<Vec<Edit>> {
        let file = self.file;
        let line = |alias: &ast::Alias| file.line(SourceFile::range(alias).start);
        let is_alone = |alias: &ast::Alias| {
            let name = &file.text[SourceFile::range(alias)];
            let rest = file.line_text(line(alias)).trim_start().strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(','))
        };
        if !import.names.iter().all(is_alone) {
            return None;
        }
        let last = line(import.names.last()?);
        let indent = file.line_text(last);
        let indent = &indent[..indent.len() - indent.trim_start().len()];
        let place = |name: &String| {
            let below = file.start_of(last + 1);
            let at = self.next(import, name).map_or(below, |at| file.start_of(file.line(at)));
            Edit::replace(at..at, format!("{indent}{name},{}", file.newline()))
        };
        Some(names.iter().map(place).collect())
    }

    /// The offset of the first name that a sorted list has behind this one.
    fn next(&self, import: &ast::StmtImportFrom, name: &str) -> Option<usize> {
        let ranges = import.names.iter().map(SourceFile::range);
        ranges.into_iter().find(|range| &self.file.text[range.clone()] > name).map(|it| it.start)
    }

    /// Statements of their own.
    fn statements(&self, rank: &Rank, names: &[String]) -> impl Iterator<Item = String> + use<> {
        let (_, takes_names, target) = rank;
        let lines = if *takes_names {
            let relative = form::prefers_relative(self.index, self.module);
            let clause = form::from_clause(self.module, target, relative);
            vec![form::from_import(&clause, names, self.longest, self.file.newline())]
        } else {
            names.iter().map(|name| format!("import {name}")).collect()
        };
        lines.into_iter()
    }

    /// Statements where a sorted header has them. Those of a section that is not there
    /// yet are set off as one.
    fn placed(&self, lines: &[(Rank, String)]) -> Vec<Edit> {
        let ranked: Vec<(Rank, &Stmt)> =
            self.imports.iter().map(|stmt| (self.rank(stmt), *stmt)).collect();
        let newline = self.file.newline();
        let mut edits = Vec::new();
        let mut fresh: Vec<(u8, String)> = Vec::new();
        for (rank, line) in lines {
            let line = format!("{line}{newline}");
            let of_section = || ranked.iter().filter(|(it, _)| it.0 == rank.0);
            let below = of_section().rev().find(|(it, _)| it <= rank);
            match (below, of_section().next()) {
                (Some((_, stmt)), _) => edits.push(self.under(stmt, line)),
                (None, Some((_, stmt))) => edits.push(self.over(stmt, line)),
                (None, None) => match fresh.last_mut().filter(|(section, _)| *section == rank.0) {
                    Some((_, text)) => text.push_str(&line),
                    None => fresh.push((rank.0, line)),
                },
            }
        }
        let mut at_the_top = Vec::new();
        for (section, text) in fresh {
            let lower = ranked.iter().rev().find(|(it, _)| it.0 < section);
            match (lower, ranked.first()) {
                (Some((_, stmt)), _) => edits.push(self.under(stmt, format!("{newline}{text}"))),
                (None, Some((_, stmt))) => edits.push(self.over(stmt, format!("{text}{newline}"))),
                (None, None) => at_the_top.push(text),
            }
        }
        if !at_the_top.is_empty() {
            edits.push(self.first(&at_the_top.join(newline)));
        }
        edits
    }

    fn under(&self, stmt: &Stmt, text: String) -> Edit {
        let at = self.file.start_of(self.file.lines(stmt).end);
        Edit::replace(at..at, text)
    }

    fn over(&self, stmt: &Stmt, text: String) -> Edit {
        let at = self.file.start_of(self.file.lines(stmt).start);
        Edit::replace(at..at, text)
    }

    /// The first imports of a file.
    fn first(&self, text: &str) -> Edit {
        let newline = self.file.newline();
        match self.file.suite().first() {
            Some(stmt) if is_docstring(stmt) => self.under(stmt, format!("{newline}{text}")),
            Some(stmt) => self.over(stmt, format!("{text}{newline}{newline}")),
            None => Edit::replace(0..0, text),
        }
    }
}
