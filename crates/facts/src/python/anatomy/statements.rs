//! The statements of a function, one a line.

use ruff_python_ast::{self as ast, ExceptHandler, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use xxhash_rust::xxh3::xxh3_64;

use super::text::Text;
use super::walk::without_docstring;
use super::{Statement, handlers};

/// Every simple statement and every head of a compound one, in order.
pub(super) fn statements(text: &Text<'_>, body: &[Stmt], depth: u32, found: &mut Vec<Statement>) {
    for stmt in body {
        line_of(text, stmt, handlers::head(stmt), "", depth, found);
        match stmt {
            Stmt::FunctionDef(def) => {
                statements(text, without_docstring(&def.body), depth + 1, found);
            }
            Stmt::ClassDef(def) => {
                statements(text, without_docstring(&def.body), depth + 1, found);
            }
            Stmt::If(it) => {
                statements(text, &it.body, depth + 1, found);
                for clause in &it.elif_else_clauses {
                    let head = clause.test.as_ref().map_or_else(
                        || TextRange::at(clause.start(), 4.into()),
                        |test| TextRange::new(clause.start(), test.end()),
                    );
                    line_of(text, clause, head, "", depth, found);
                    statements(text, &clause.body, depth + 1, found);
                }
            }
            Stmt::For(ast::StmtFor { body, orelse, .. })
            | Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
                statements(text, body, depth + 1, found);
                statements(text, orelse, depth + 1, found);
            }
            Stmt::With(it) => statements(text, &it.body, depth + 1, found),
            Stmt::Match(it) => {
                for case in &it.cases {
                    let end = case.guard.as_ref().map_or(case.pattern.end(), |it| it.end());
                    line_of(text, case, TextRange::new(case.start(), end), "", depth + 1, found);
                    statements(text, &case.body, depth + 2, found);
                }
            }
            Stmt::Try(it) => attempt(text, it, depth, found),
            _ => {}
        }
    }
}

fn attempt(text: &Text<'_>, it: &ast::StmtTry, depth: u32, found: &mut Vec<Statement>) {
    statements(text, &it.body, depth + 1, found);
    for ExceptHandler::ExceptHandler(handler) in &it.handlers {
        let end = handler.type_.as_ref().map_or(handler.start() + TextSize::new(6), |it| it.end());
        let end = handler.name.as_ref().map_or(end, Ranged::end);
        line_of(text, handler, TextRange::new(handler.start(), end), "", depth, found);
        statements(text, &handler.body, depth + 1, found);
    }
    statements(text, &it.orelse, depth + 1, found);
    if let Some(first) = it.finalbody.first() {
        line_of(text, first, TextRange::empty(first.start()), "finally", depth, found);
    }
    statements(text, &it.finalbody, depth + 1, found);
}

fn line_of(
    text: &Text<'_>,
    at: &impl Ranged,
    range: TextRange,
    word: &str,
    depth: u32,
    found: &mut Vec<Statement>,
) {
    let shown = if word.is_empty() { text.shown(range) } else { word.to_owned() };
    let hash = if word.is_empty() { text.hash(range) } else { xxh3_64(word.as_bytes()) };
    found.push(Statement { line: text.line(at), depth, text: shown, hash });
}
