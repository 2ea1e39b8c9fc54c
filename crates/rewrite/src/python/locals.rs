//! The names that belong to a function itself, by Python's own rules.

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};

use super::aliases::{aliases_of, bound_name};
use super::names::Names;

/// The names that a function binds in its own scope.
pub(super) fn of_function(def: &ast::StmtFunctionDef) -> Names {
    let mut locals = Locals::default();
    locals.parameters(&def.parameters);
    locals.visit_body(&def.body);
    for outer in &locals.outer {
        locals.names.remove(outer);
    }
    locals.names
}

/// The names that a class body binds.
pub(super) fn of_class(def: &ast::StmtClassDef) -> Names {
    let mut locals = Locals::default();
    locals.visit_body(&def.body);
    locals.names
}

/// The names that a statement binds around it.
pub(super) fn of_statement(stmt: &Stmt) -> Names {
    let mut locals = Locals::default();
    locals.visit_stmt(stmt);
    locals.names
}

/// The names that a lambda binds.
pub(super) fn of_lambda(lambda: &ast::ExprLambda) -> Names {
    let mut locals = Locals::default();
    if let Some(parameters) = &lambda.parameters {
        locals.parameters(parameters);
    }
    locals.names
}

/// The names that a comprehension binds.
pub(super) fn of_comprehension(generators: &[ast::Comprehension]) -> Names {
    let mut locals = Locals::default();
    for generator in generators {
        locals.visit_expr(&generator.target);
    }
    locals.names
}

#[derive(Default)]
struct Locals {
    names: Names,
    /// Names that were declared to belong to somebody further out.
    outer: Names,
}

impl Locals {
    fn bind(&mut self, name: &str) {
        self.names.insert(CompactString::from(name));
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name().as_str());
        }
    }

    fn declare_outer(&mut self, names: &[ast::Identifier]) {
        self.outer.extend(names.iter().map(|name| CompactString::from(name.as_str())));
    }
}

impl<'a> Visitor<'a> for Locals {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // What these bind inside is theirs.
            Stmt::FunctionDef(def) => self.bind(def.name.as_str()),
            Stmt::ClassDef(def) => self.bind(def.name.as_str()),
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                for alias in aliases_of(stmt) {
                    self.bind(bound_name(stmt, alias));
                }
            }
            Stmt::Global(node) => self.declare_outer(&node.names),
            Stmt::Nonlocal(node) => self.declare_outer(&node.names),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(name.id.as_str()),
            Expr::Lambda(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str());
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let captured = match pattern {
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchAs(capture) => capture.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = captured {
            self.bind(name.as_str());
        }
        visitor::walk_pattern(self, pattern);
    }
}
