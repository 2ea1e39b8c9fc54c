//! What the body of a definition amounts to.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::names::{docstring, dotted};
use super::structure::Structures;
use crate::file::Field;

/// The body without its docstring.
fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    if docstring(body).is_some() { &body[1..] } else { body }
}

/// Whether a body does nothing yet: `pass`, `...`, `raise NotImplementedError`.
pub(super) fn is_stub(body: &[Stmt]) -> bool {
    without_docstring(body).iter().all(|stmt| match stmt {
        Stmt::Pass(_) => true,
        Stmt::Expr(expr) => expr.value.is_ellipsis_literal_expr(),
        Stmt::Raise(raise) => {
            let raised = match raise.exc.as_deref() {
                Some(Expr::Call(call)) => dotted(&call.func),
                Some(other) => dotted(other),
                None => None,
            };
            raised.is_some_and(|name| name == "NotImplementedError")
        }
        _ => false,
    })
}

/// The dotted name that a function calls with exactly its own parameters, when that
/// is the whole body.
pub(super) fn forwards(def: &ast::StmtFunctionDef) -> Option<CompactString> {
    let [only] = without_docstring(&def.body) else { return None };
    let value = match only {
        Stmt::Return(node) => node.value.as_deref()?,
        Stmt::Expr(node) => &node.value,
        _ => return None,
    };
    let value = match value {
        Expr::Await(node) => &*node.value,
        Expr::YieldFrom(node) => &*node.value,
        other => other,
    };
    let Expr::Call(call) = value else { return None };
    hands_on(&def.parameters, &call.arguments).then(|| dotted(&call.func)).flatten()
}

/// Whether the arguments are the parameters, each once, the receiver left out.
fn hands_on(parameters: &ast::Parameters, arguments: &ast::Arguments) -> bool {
    let mut own: Vec<&str> = parameters.iter().map(|it| it.name().as_str()).collect();
    if own.first().is_some_and(|first| matches!(*first, "self" | "cls")) {
        own.remove(0);
    }
    let name = |expr: &Expr| match expr {
        Expr::Name(name) => own.iter().position(|it| *it == name.id.as_str()),
        _ => None,
    };
    let positional = arguments.args.iter().map(|argument| match argument {
        Expr::Starred(starred) => name(&starred.value),
        other => name(other),
    });
    let named = arguments.keywords.iter().map(|keyword| name(&keyword.value));
    let handed: Option<Vec<usize>> = positional.chain(named).collect();
    handed.is_some_and(|mut handed| {
        handed.sort_unstable();
        handed.iter().copied().eq(0..own.len())
    })
}

/// The names that a class body gives values or annotations to.
pub(super) fn fields(structures: &mut Structures, body: &[Stmt]) -> Vec<Field> {
    let mut hash = |expr: &Expr| structures.expression(expr) as u32;
    let mut fields = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::Assign(assign) => {
                let value = hash(&assign.value);
                let names = assign.targets.iter().filter_map(Expr::as_name_expr);
                fields.extend(names.map(|name| Field {
                    name: name.id.as_str().into(),
                    annotation: 0,
                    value,
                }));
            }
            Stmt::AnnAssign(assign) => {
                let Expr::Name(name) = &*assign.target else { continue };
                fields.push(Field {
                    name: name.id.as_str().into(),
                    annotation: hash(&assign.annotation),
                    value: assign.value.as_deref().map_or(0, &mut hash),
                });
            }
            _ => {}
        }
    }
    fields
}
