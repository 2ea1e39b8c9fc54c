//! The statements of a function, one a line.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::text::Text;
use super::walk::without_docstring;
use super::{Statement, handlers};

/// Every simple statement and every head of a compound one, in order.
pub(super) fn statements(
    text: &Text<'_>,
    locals: &FxHashSet<TextSize>,
    body: &[Stmt],
) -> Vec<Statement> {
    let mut lines = Lines { text, locals, found: Vec::new() };
    lines.block(body, 0);
    lines.found
}

struct Lines<'a> {
    text: &'a Text<'a>,
    locals: &'a FxHashSet<TextSize>,
    found: Vec<Statement>,
}

impl Lines<'_> {
    fn block(&mut self, body: &[Stmt], depth: u32) {
        for stmt in body {
            self.line(stmt, handlers::head(stmt), bound(stmt), depth);
            self.inside(stmt, depth);
        }
    }

    fn inside(&mut self, stmt: &Stmt, depth: u32) {
        match stmt {
            Stmt::FunctionDef(def) => self.block(without_docstring(&def.body), depth + 1),
            Stmt::ClassDef(def) => self.block(without_docstring(&def.body), depth + 1),
            Stmt::If(it) => {
                self.block(&it.body, depth + 1);
                for clause in &it.elif_else_clauses {
                    match &clause.test {
                        Some(test) => {
                            let head = TextRange::new(clause.start(), test.end());
                            self.line(clause, head, Vec::new(), depth);
                        }
                        None => self.word(clause, "else", depth),
                    }
                    self.block(&clause.body, depth + 1);
                }
            }
            Stmt::For(ast::StmtFor { body, orelse, .. })
            | Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
                self.block(body, depth + 1);
                self.named("else", orelse, depth);
            }
            Stmt::With(it) => self.block(&it.body, depth + 1),
            Stmt::Match(it) => {
                for case in &it.cases {
                    let end = case.guard.as_ref().map_or(case.pattern.end(), |it| it.end());
                    self.line(case, TextRange::new(case.start(), end), Vec::new(), depth + 1);
                    self.block(&case.body, depth + 2);
                }
            }
            Stmt::Try(it) => self.attempt(it, depth),
            _ => {}
        }
    }

    fn attempt(&mut self, it: &ast::StmtTry, depth: u32) {
        self.block(&it.body, depth + 1);
        for ExceptHandler::ExceptHandler(handler) in &it.handlers {
            // `except`
            let word = handler.start() + TextSize::new(6);
            let end = handler.type_.as_ref().map_or(word, |it| it.end());
            let end = handler.name.as_ref().map_or(end, Ranged::end);
            let bound = handler.name.iter().map(|name| name.as_str().into()).collect();
            self.line(handler, TextRange::new(handler.start(), end), bound, depth);
            self.block(&handler.body, depth + 1);
        }
        self.named("else", &it.orelse, depth);
        self.named("finally", &it.finalbody, depth);
    }

    /// A block behind a word, when it is there.
    fn named(&mut self, word: &str, body: &[Stmt], depth: u32) {
        if let Some(first) = body.first() {
            self.word(first, word, depth);
            self.block(body, depth + 1);
        }
    }

    fn line(&mut self, at: &impl Ranged, range: TextRange, bound: Vec<CompactString>, depth: u32) {
        self.found.push(Statement {
            line: self.text.line(at),
            depth,
            text: self.text.shown(range),
            hash: self.text.hash(range),
            normal: self.text.normal(range, self.locals),
            bound,
        });
    }

    fn word(&mut self, at: &impl Ranged, word: &str, depth: u32) {
        self.found.push(Statement {
            line: self.text.line(at),
            depth,
            text: word.to_owned(),
            hash: xxh3_64(word.as_bytes()),
            normal: word.to_owned(),
            bound: Vec::new(),
        });
    }
}

/// The names that a statement itself binds, in order.
fn bound(stmt: &Stmt) -> Vec<CompactString> {
    let mut names = Vec::new();
    match stmt {
        Stmt::Assign(it) => it.targets.iter().for_each(|target| add(target, &mut names)),
        Stmt::AnnAssign(it) if it.value.is_some() => add(&it.target, &mut names),
        Stmt::AugAssign(it) => add(&it.target, &mut names),
        Stmt::For(it) => add(&it.target, &mut names),
        Stmt::With(it) => {
            let targets = it.items.iter().filter_map(|item| item.optional_vars.as_deref());
            targets.for_each(|target| add(target, &mut names));
        }
        Stmt::FunctionDef(it) => names.push(it.name.as_str().into()),
        Stmt::ClassDef(it) => names.push(it.name.as_str().into()),
        _ => {}
    }
    names
}

fn add(target: &Expr, names: &mut Vec<CompactString>) {
    match target {
        Expr::Name(name) => names.push(name.id.as_str().into()),
        Expr::Starred(it) => add(&it.value, names),
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            for element in elts {
                add(element, names);
            }
        }
        _ => {}
    }
}
