//! Taking single names out of an import statement.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Alias, Stmt};

use super::source::SourceFile;
use crate::edit::Edit;

/// The names of an import statement; none for other statements.
pub(super) fn aliases_of(stmt: &Stmt) -> &[Alias] {
    match stmt {
        Stmt::Import(import) => &import.names,
        Stmt::ImportFrom(import) => &import.names,
        _ => &[],
    }
}

/// The name that an alias binds in its scope.
pub(super) fn bound_name<'a>(stmt: &Stmt, alias: &'a Alias) -> &'a str {
    match (&alias.asname, stmt) {
        (Some(name), _) => name.as_str(),
        (None, Stmt::Import(_)) => alias.name.split('.').next().unwrap_or_default(),
        (None, _) => alias.name.as_str(),
    }
}

/// The edits that take some, not all, of the names out.
pub(super) fn removal(file: &SourceFile, stmt: &Stmt, removed: &BTreeSet<usize>) -> Vec<Edit> {
    let list = List::new(file, stmt);
    let mut edits = Vec::new();
    let mut at = 0;
    while at < list.items.len() {
        if !removed.contains(&at) {
            at += 1;
            continue;
        }
        let first = at;
        while removed.contains(&at) {
            at += 1;
        }
        edits.push(Edit::delete(list.without(first..at)));
    }
    edits
}

/// One name with the comma behind it.
struct Item {
    name: Range<usize>,
    comma: Option<usize>,
}

impl Item {
    /// The end of the comma, or of the name when there is none.
    fn end(&self) -> usize {
        self.comma.unwrap_or(self.name.end)
    }
}

struct List<'a> {
    file: &'a SourceFile,
    items: Vec<Item>,
    in_parentheses: bool,
}

impl<'a> List<'a> {
    fn new(file: &'a SourceFile, stmt: &Stmt) -> Self {
        let range = SourceFile::range(stmt);
        let commas: Vec<usize> = file
            .tokens(range.clone())
            .filter(|(kind, _)| *kind == TokenKind::Comma)
            .map(|(_, range)| range.end)
            .collect();
        // Every name but the last has its comma, and nothing else has one.
        let items = aliases_of(stmt).iter().enumerate().map(|(at, alias)| Item {
            name: SourceFile::range(alias),
            comma: commas.get(at).copied(),
        });
        Self {
            file,
            items: items.collect(),
            in_parentheses: file.tokens(range).any(|(kind, _)| kind == TokenKind::Lpar),
        }
    }

    /// The bytes to delete so that the items of the range are gone.
    fn without(&self, range: Range<usize>) -> Range<usize> {
        let gone = self.items[range.start].name.start..self.items[range.end - 1].end();
        let next = self.items.get(range.end);
        let previous = range.start.checked_sub(1).map(|at| &self.items[at]);
        let same_line = |a: usize, b: usize| self.file.line(a) == self.file.line(b);
        if self.in_parentheses && self.stands_alone(&gone) {
            let lines = self.file.line(gone.start)..self.file.line(gone.end) + 1;
            return self.file.line_range(lines);
        }
        let touches = |previous: &Item| same_line(previous.end(), gone.start);
        let last_comma = self.items[range.end - 1].comma;
        match (previous, next) {
            (_, Some(next)) if !self.in_parentheses || same_line(gone.end, next.name.start) => {
                gone.start..next.name.start
            }
            (Some(previous), None) if !self.in_parentheses => previous.name.end..gone.end,
            // The comma of the last name becomes that of the one before it.
            (Some(previous), None) if touches(previous) && last_comma.is_none() => {
                previous.name.end..gone.end
            }
            (Some(previous), _) if touches(previous) => previous.end()..gone.end,
            _ => gone,
        }
    }

    /// Whether nothing else but a comment stands on the lines of the range.
    fn stands_alone(&self, range: &Range<usize>) -> bool {
        let file = self.file;
        let before = &file.text[file.start_of(file.line(range.start))..range.start];
        let after = &file.text[range.end..file.start_of(file.line(range.end) + 1)];
        let after = after.trim();
        before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))
    }
}
