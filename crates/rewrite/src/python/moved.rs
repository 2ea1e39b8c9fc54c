//! The text of a new module.

use compact_str::CompactString;
use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::{self, Visitor};
use ssot_facts::{DefinitionId, Import, ImportScope, Index, Module};

use super::extract::Place;
use super::source::SourceFile;
use super::spot::Spot;
use super::work::Work;
use super::{form, licence, style};
use crate::Refused;
use crate::edit::{self, Edit};

/// An import that moves along, with the absolute name of its module.
#[derive(Debug, Clone)]
pub(super) struct Needed<'i> {
    pub(super) import: &'i Import,
    pub(super) target: CompactString,
}

/// The whole text: docstring, imports, definitions.
pub(super) fn compose(
    work: &Work<'_>,
    file: &SourceFile,
    place: &Place,
    sources: &[DefinitionId],
    needed: Vec<Needed<'_>>,
) -> Result<String, Refused> {
    let index = work.index;
    let texts: Vec<String> = sources
        .iter()
        .map(|source| definition(index, file, *source))
        .collect::<Result<_, Refused>>()?;
    let first = sources.first().expect("a new module gets a definition");
    let origin = Origin { file, module: index.module(first.module) };
    Ok(assemble(work, place, &origin, &docstring(index, sources), needed, &texts))
}

/// Where definitions of a new module come from.
pub(super) struct Origin<'o> {
    pub(super) file: &'o SourceFile,
    pub(super) module: &'o Module,
}

/// The text of a module with definitions that are taken out of another one.
pub(super) fn assemble(
    work: &Work<'_>,
    place: &Place,
    Origin { file, module }: &Origin<'_>,
    docstring: &str,
    mut needed: Vec<Needed<'_>>,
    definitions: &[String],
) -> String {
    let longest = style::longest_line(work, &place.path);
    needed.sort_by_key(|one| (one.import.line, &one.import.bound));
    needed.dedup_by(|a, b| a.import == b.import);
    let (typing, running): (Vec<_>, Vec<_>) =
        needed.into_iter().partition(|one| one.import.scope == ImportScope::TypeChecking);
    let mut head = vec![docstring.to_owned()];
    if module.facts.flags.future_annotations {
        head.push("from __future__ import annotations".to_owned());
    }
    let mut imports = statements(file, &running, longest);
    if !typing.is_empty() && !running.iter().any(|one| one.import.bound == "TYPE_CHECKING") {
        imports.insert(0, "from typing import TYPE_CHECKING".to_owned());
    }
    if !imports.is_empty() {
        head.push(imports.join("\n"));
    }
    if !typing.is_empty() {
        let lines = statements(file, &typing, longest).join("\n");
        let lines = lines.lines().filter(|line| !line.is_empty());
        let body: Vec<String> = lines.map(|line| format!("    {line}")).collect();
        head.push(format!("if TYPE_CHECKING:\n{}", body.join("\n")));
    }
    let mut text = head.join("\n\n").replace('\n', file.newline());
    if let Some(licence) = licence::of_new_module(work, &place.path, file) {
        text = format!("{licence}{}{text}", file.newline().repeat(2));
    }
    let is_value = |text: &str| {
        let code = text.lines().find(|line| !line.trim_start().starts_with('#'));
        code.is_some_and(|line| {
            !["def ", "async ", "class ", "@"].iter().any(|it| line.starts_with(it))
        })
    };
    let mut above_is_value = true;
    for definition in definitions {
        let is_value = is_value(definition);
        text.push_str(&file.newline().repeat(if is_value && above_is_value { 2 } else { 3 }));
        text.push_str(definition);
        above_is_value = is_value;
    }
    text.push_str(file.newline());
    text
}

fn docstring(index: &Index, sources: &[DefinitionId]) -> String {
    let names: Vec<String> =
        sources.iter().map(|source| format!("`{}`", index.definition(*source).name)).collect();
    match names.split_last() {
        Some((last, [])) => format!("\"\"\"The shared definition of {last}.\"\"\""),
        Some((last, rest)) => {
            format!("\"\"\"The shared definitions of {} and {last}.\"\"\"", rest.join(", "))
        }
        None => String::new(),
    }
}

/// The import statements, in the order and the groups of the source. Names from one
/// module share a statement.
fn statements(file: &SourceFile, needed: &[Needed<'_>], longest: usize) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut at = 0;
    while at < needed.len() {
        let first = &needed[at];
        let shares = |other: &Needed<'_>| {
            other.target == first.target
                && other.import.name.is_some()
                && first.import.name.is_some()
        };
        let count = 1 + needed[at + 1..].iter().take_while(|other| shares(other)).count();
        let previous = at.checked_sub(1).map(|previous| needed[previous].import.line);
        if previous.is_some_and(|previous| is_parted(file, previous, first.import.line)) {
            statements.push(String::new());
        }
        statements.push(statement(&needed[at..at + count], longest));
        at += count;
    }
    statements
}

/// Whether an empty line stands between two lines, counted from one.
fn is_parted(file: &SourceFile, first: u32, second: u32) -> bool {
    (first as usize..second as usize).any(|line| file.is_blank(line))
}

fn statement(needed: &[Needed<'_>], longest: usize) -> String {
    let target = &needed[0].target;
    let name = |one: &Needed<'_>| {
        let name = one.import.name.as_ref().unwrap_or(&one.target);
        let import = one.import;
        if import.aliased { format!("{name} as {}", import.bound) } else { name.to_string() }
    };
    let names: Vec<String> = needed.iter().map(name).collect();
    if needed[0].import.name.is_none() {
        return format!("import {}", names.join(", "));
    }
    form::from_import(target, &names, longest, "\n")
}

/// The text of a definition with its comments. Relative imports inside become
/// absolute, for the new module may lie elsewhere.
fn definition(index: &Index, file: &SourceFile, id: DefinitionId) -> Result<String, Refused> {
    let definition = index.definition(id);
    let stmt = file.statement_of(definition)?;
    let spot = Spot::of(file, stmt, &definition.name)?;
    text(index.module(id.module).package(), file, stmt, &spot)
}

/// The text of a statement of a module of that package.
pub(super) fn text(
    package: &str,
    file: &SourceFile,
    stmt: &Stmt,
    spot: &Spot,
) -> Result<String, Refused> {
    let whole = file.line_range(spot.lines.clone());
    let mut finder = RelativeImports { package, found: Vec::new() };
    finder.visit_stmt(stmt);
    let mut edits = Vec::new();
    for (import, target) in finder.found {
        let (from, to) = clause_range(file, import);
        edits.push(Edit::replace(from - whole.start..to - whole.start, target));
    }
    let text = edit::apply(&file.text[whole.clone()], edits).map_err(|at| Refused::Overlap {
        path: file.path.clone(),
        line: file.line(whole.start + at) as u32 + 1,
    })?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// The bytes between `from` and `import`, without the blanks around them.
pub(super) fn clause_range(file: &SourceFile, import: &Stmt) -> (usize, usize) {
    use ruff_python_ast::token::TokenKind;
    let mut tokens = file
        .tokens(SourceFile::range(import))
        .skip_while(|(kind, _)| *kind != TokenKind::From)
        .skip(1)
        .take_while(|(kind, _)| *kind != TokenKind::Import)
        .map(|(_, range)| range);
    let first = tokens.next().unwrap_or_default();
    let end = tokens.last().map_or(first.end, |last| last.end);
    (first.start, end)
}

struct RelativeImports<'a> {
    package: &'a str,
    found: Vec<(&'a Stmt, String)>,
}

impl<'a> Visitor<'a> for RelativeImports<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::ImportFrom(import) = stmt
            && import.level > 0
        {
            let kept = self.package.split('.').count().saturating_sub(import.level as usize - 1);
            let mut parts: Vec<&str> = self.package.split('.').take(kept).collect();
            parts.extend(import.module.as_deref());
            self.found.push((stmt, parts.join(".")));
        }
        visitor::walk_stmt(self, stmt);
    }
}
