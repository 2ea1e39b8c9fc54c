//! What is done about errors, and what is tried again.

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::calls::last;
use super::text::Text;
use crate::python::names::{described, docstring};

/// How a block ends.
pub(super) struct Exit {
    /// In words.
    pub(super) shown: String,
    /// Its kind, as part of a structure.
    pub(super) key: String,
    /// The expression whose structure belongs to it.
    pub(super) value: Option<TextRange>,
}

/// How a block leaves the way on, when its last statement does so.
pub(super) fn exit(text: &Text<'_>, body: &[Stmt]) -> Option<Exit> {
    let simple = |shown: &str| Exit { shown: shown.to_owned(), key: shown.to_owned(), value: None };
    Some(match body.last()? {
        Stmt::Raise(raise) => match &raise.exc {
            None => simple("raise"),
            Some(exception) => {
                let name = exception_name(exception);
                simple(&format!("raise {name}"))
            }
        },
        Stmt::Return(ast::StmtReturn { value: Some(value), .. }) => Exit {
            shown: format!("return {}", text.shown(value.range())),
            key: "return".to_owned(),
            value: Some(value.range()),
        },
        Stmt::Return(_) => {
            Exit { shown: "return".to_owned(), key: "return None".to_owned(), value: None }
        }
        Stmt::Continue(_) => simple("continue"),
        Stmt::Break(_) => simple("break"),
        _ => return None,
    })
}

/// The dotted name of what is raised.
pub(super) fn exception_name(expr: &Expr) -> String {
    let name = described(expr);
    let name = name.trim_end_matches("()");
    match name {
        // Names of one class since Python 3.3.
        "IOError" | "EnvironmentError" => "OSError".to_owned(),
        name => name.to_owned(),
    }
}

/// The caught types in one order; `BaseException` for a bare `except`.
pub(super) fn caught(handler: &ast::ExceptHandlerExceptHandler) -> Vec<String> {
    let mut types: Vec<String> = match handler.type_.as_deref() {
        None => vec!["BaseException".to_owned()],
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().map(exception_name).collect(),
        Some(one) => vec![exception_name(one)],
    };
    types.sort_unstable();
    types.dedup();
    types
}

/// What a handler does, in words and as part of a structure.
pub(super) fn deed(text: &Text<'_>, handler: &ast::ExceptHandlerExceptHandler) -> Exit {
    let body: &[Stmt] = match docstring(&handler.body) {
        Some(_) => &handler.body[1..],
        None => &handler.body,
    };
    let is_nothing = |stmt: &Stmt| match stmt {
        Stmt::Pass(_) => true,
        Stmt::Expr(it) => it.value.is_ellipsis_literal_expr(),
        _ => false,
    };
    if body.iter().all(is_nothing) {
        return Exit { shown: "swallowed".to_owned(), key: "swallowed".to_owned(), value: None };
    }
    let again = matches!(body.last(), Some(Stmt::Raise(raise)) if match raise.exc.as_deref() {
        None => true,
        Some(Expr::Name(name)) => handler.name.as_deref() == Some(name.id.as_str()),
        _ => false,
    });
    if again {
        return Exit { shown: "raised again".to_owned(), key: "again".to_owned(), value: None };
    }
    exit(text, body).unwrap_or_else(|| {
        let last = body.last().map_or_else(TextRange::default, head);
        Exit { shown: text.shown(last), key: "goes on".to_owned(), value: Some(last) }
    })
}

/// The range of a simple statement, or of what stands before the block of a compound one.
pub(super) fn head(stmt: &Stmt) -> TextRange {
    match stmt {
        Stmt::If(it) => TextRange::new(stmt.start(), it.test.end()),
        Stmt::While(it) => TextRange::new(stmt.start(), it.test.end()),
        Stmt::For(it) => TextRange::new(stmt.start(), it.iter.end()),
        Stmt::Match(it) => TextRange::new(stmt.start(), it.subject.end()),
        Stmt::With(it) => {
            let end = it.items.last().map_or(stmt.start(), Ranged::end);
            TextRange::new(stmt.start(), end)
        }
        // `try`
        Stmt::Try(_) => TextRange::at(stmt.start(), 3.into()),
        Stmt::FunctionDef(it) => {
            let end = it.returns.as_ref().map_or(it.parameters.end(), |returns| returns.end());
            TextRange::new(it.name.start(), end)
        }
        Stmt::ClassDef(it) => {
            let end = it.arguments.as_ref().map_or(it.name.end(), |arguments| arguments.end());
            TextRange::new(it.name.start(), end)
        }
        simple => simple.range(),
    }
}

/// Words that say that a loop counts attempts.
const ATTEMPTS: [&str; 6] = ["attempt", "attempts", "retry", "retries", "tries", "tenacity"];

/// A loop that tries something again: the parts that say how often and how long it waits.
pub(super) fn retry(text: &Text<'_>, stmt: &Stmt) -> Option<(String, Vec<TextRange>)> {
    let (body, is_counted) = match stmt {
        Stmt::For(it) => {
            let counts = matches!(&*it.iter, Expr::Call(call) if
                matches!(last(&described(&call.func)), "range" | "count"));
            (&it.body, counts)
        }
        Stmt::While(it) => (&it.body, it.test.is_literal_expr()),
        _ => return None,
    };
    let tried = body.iter().find_map(Stmt::as_try_stmt)?;
    let head = head(stmt);
    let named = {
        let head = text.shown(head).to_ascii_lowercase();
        // `entries` has `tries` in it.
        head.split(|it: char| !it.is_ascii_alphanumeric()).any(|word| ATTEMPTS.contains(&word))
    };
    let leaves = |body: &[Stmt]| matches!(body.last(), Some(Stmt::Return(_) | Stmt::Break(_)));
    let succeeds = leaves(&tried.body) || leaves(&tried.orelse);
    // A handler that always leaves tries nothing again.
    let goes_on = tried.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| {
        !matches!(handler.body.last(), Some(Stmt::Raise(_) | Stmt::Return(_) | Stmt::Break(_)))
    });
    if !goes_on || !(named || is_counted && succeeds) {
        return None;
    }
    let mut waits = Waits(Vec::new());
    waits.visit_body(body);
    let mut shown = text.shown(head);
    for wait in &waits.0 {
        shown.push_str(", ");
        shown.push_str(&text.shown(*wait));
    }
    let ranges = std::iter::once(head).chain(waits.0).collect();
    Some((shown, ranges))
}

/// Calls that wait.
struct Waits(Vec<TextRange>);

impl<'a> SourceOrderVisitor<'a> for Waits {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && last(&described(&call.func)) == "sleep"
        {
            self.0.push(call.range());
        }
        source_order::walk_expr(self, expr);
    }
}
