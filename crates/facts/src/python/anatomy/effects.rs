//! What the import of a module does besides giving names to things.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, PySourceType, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;
use ssot_model::audit::AtomKind;
use xxhash_rust::xxh3::xxh3_64;

use super::text::{Text, shortened};
use super::{Part, handlers};
use crate::python::depth;

/// The statements of a module that do something when it is imported: calls whose value
/// nobody keeps, writes to what belongs to others, errors. Definitions, imports and names
/// that are given values are no effects.
pub fn module_effects(source: &str) -> Vec<Part> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let parsed = ruff_python_parser::parse_unchecked_source(source, PySourceType::Python);
    let look = || {
        let text = Text::new(source, parsed.tokens(), 0);
        let mut found = Vec::new();
        block(&text, parsed.suite(), &mut found);
        found
    };
    match depth::stack(parsed.tokens()) {
        None => look(),
        Some(bytes) => stacker::grow(bytes, look),
    }
}

fn block(text: &Text<'_>, body: &[Stmt], found: &mut Vec<Part>) {
    for stmt in body {
        match stmt {
            Stmt::If(it) => {
                block(text, &it.body, found);
                it.elif_else_clauses.iter().for_each(|clause| block(text, &clause.body, found));
            }
            Stmt::Try(it) => {
                block(text, &it.body, found);
                for ExceptHandler::ExceptHandler(handler) in &it.handlers {
                    block(text, &handler.body, found);
                }
                block(text, &it.orelse, found);
                block(text, &it.finalbody, found);
            }
            Stmt::With(it) => block(text, &it.body, found),
            Stmt::For(ast::StmtFor { body, orelse, .. })
            | Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
                block(text, body, found);
                block(text, orelse, found);
            }
            simple if is_effect(simple) => found.push(part(text, simple)),
            _ => {}
        }
    }
}

fn is_effect(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(it) => matches!(*it.value, Expr::Call(_) | Expr::Await(_)),
        Stmt::Assign(it) => !it.targets.iter().all(is_own),
        Stmt::AnnAssign(it) => it.value.is_some() && !is_own(&it.target),
        Stmt::AugAssign(it) => !is_own(&it.target),
        Stmt::Delete(it) => !it.targets.iter().all(is_own),
        Stmt::Raise(_) | Stmt::Assert(_) | Stmt::Match(_) => true,
        _ => false,
    }
}

/// Whether a target is a name of the module itself, or several.
fn is_own(target: &Expr) -> bool {
    match target {
        Expr::Name(_) => true,
        Expr::Tuple(it) => it.elts.iter().all(is_own),
        Expr::List(it) => it.elts.iter().all(is_own),
        Expr::Starred(it) => is_own(&it.value),
        _ => false,
    }
}

fn part(text: &Text<'_>, stmt: &Stmt) -> Part {
    let head = handlers::head(stmt);
    let normal = text.normal(head, &FxHashSet::default());
    Part {
        kind: AtomKind::ImportEffect,
        line: text.line(&stmt.range()),
        within: CompactString::default(),
        text: shortened(text.shown(head)),
        head: String::new(),
        hash: xxh3_64(normal.as_bytes()),
        normal,
    }
}
