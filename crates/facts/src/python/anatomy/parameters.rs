//! Parameters and the local names of a function.

use compact_str::CompactString;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashSet;

use super::text::Text;
use super::{Parameter, ParameterKind};
use crate::python::names::described;

/// The parameters in order; for a method without the object itself.
pub(super) fn parameters(
    text: &Text<'_>,
    def: &ast::StmtFunctionDef,
    is_method: bool,
) -> Vec<Parameter> {
    let given = &def.parameters;
    let make = |parameter: &ast::Parameter, kind, default: Option<&Expr>| Parameter {
        name: parameter.name.as_str().into(),
        line: text.line(parameter),
        kind,
        annotation: parameter.annotation().map_or_else(String::new, |it| text.shown(it.range())),
        default: default.map(|it| text.shown(it.range())),
    };
    let plain = |kind| {
        move |it: &ast::ParameterWithDefault| make(&it.parameter, kind, it.default.as_deref())
    };
    let mut found: Vec<Parameter> = Vec::new();
    found.extend(given.posonlyargs.iter().map(plain(ParameterKind::PositionOnly)));
    found.extend(given.args.iter().map(plain(ParameterKind::Plain)));
    found.extend(given.vararg.iter().map(|it| make(it, ParameterKind::Rest, None)));
    found.extend(given.kwonlyargs.iter().map(plain(ParameterKind::NameOnly)));
    found.extend(given.kwarg.iter().map(|it| make(it, ParameterKind::NamedRest, None)));
    let is_static = def.decorator_list.iter().any(|it| described(&it.expression) == "staticmethod");
    let speaks =
        |it: &Parameter| matches!(it.kind, ParameterKind::PositionOnly | ParameterKind::Plain);
    if is_method && !is_static && found.first().is_some_and(speaks) {
        found.remove(0);
    }
    found
}

/// The local names of a function and where they stand.
#[derive(Default)]
pub(super) struct Locals {
    names: FxHashSet<CompactString>,
    outer: FxHashSet<CompactString>,
    /// Where local names stand.
    pub(super) places: FxHashSet<TextSize>,
    /// The second walk: the names are known, their places are collected.
    placing: bool,
}

impl Locals {
    /// Walks a function twice: what it binds, and where that is named.
    pub(super) fn of(def: &ast::StmtFunctionDef) -> Self {
        let mut locals = Self::default();
        locals.visit_parameters(&def.parameters);
        locals.visit_body(&def.body);
        let Self { names, outer, .. } = &mut locals;
        names.retain(|name| !outer.contains(name));
        locals.placing = true;
        locals.visit_parameters(&def.parameters);
        locals.visit_body(&def.body);
        locals
    }

    /// Whether a name is the function's own.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names in order.
    pub(super) fn sorted(&self) -> Vec<CompactString> {
        let mut names: Vec<CompactString> = self.names.iter().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Names of the module that the function declares to write.
    pub(super) fn declared_outer(&self) -> &FxHashSet<CompactString> {
        &self.outer
    }

    fn bound(&mut self, name: &str, at: TextSize) {
        if !self.placing {
            self.names.insert(name.into());
        } else if self.names.contains(name) {
            self.places.insert(at);
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Locals {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(ast::StmtGlobal { names, .. })
            | Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                self.outer.extend(names.iter().map(|name| CompactString::from(name.as_str())));
            }
            Stmt::FunctionDef(def) => self.bound(&def.name, def.name.start()),
            Stmt::ClassDef(def) => self.bound(&def.name, def.name.start()),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    let first = bound.split('.').next().unwrap_or(bound);
                    self.names.insert(first.into());
                }
            }
            Stmt::ImportFrom(import) => {
                let bound = import.names.iter().map(|it| it.asname.as_ref().unwrap_or(&it.name));
                self.names.extend(bound.map(|name| CompactString::from(name.as_str())));
            }
            _ => {}
        }
        source_order::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && (self.placing || matches!(name.ctx, ExprContext::Store | ExprContext::Del))
        {
            self.bound(&name.id, name.start());
        }
        source_order::walk_expr(self, expr);
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.bound(&parameter.name, parameter.name.start());
        source_order::walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(it) = handler;
        if let Some(name) = &it.name {
            self.bound(name, name.start());
        }
        source_order::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(it) => it.name.as_ref(),
            ast::Pattern::MatchStar(it) => it.name.as_ref(),
            ast::Pattern::MatchMapping(it) => it.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bound(name, name.start());
        }
        source_order::walk_pattern(self, pattern);
    }
}
