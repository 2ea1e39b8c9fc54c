//! What a file imports, reaches through modules, quotes and binds, wherever it stands.

use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt, TypeParam};
use rustc_hash::{FxHashMap, FxHashSet};

use super::aliases::{aliases_of, bound_name};
use super::source::SourceFile;

/// An import statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImportSite<'a> {
    pub(super) stmt: &'a Stmt,
    /// Inside a function, and so executed when that is called.
    pub(super) in_function: bool,
}

impl ImportSite<'_> {
    /// The offset by which plans name the statement.
    pub(super) fn start(&self) -> usize {
        SourceFile::range(self.stmt).start
    }
}

/// The inventory of one file.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    pub(super) imports: Vec<ImportSite<'a>>,
    /// `a.b.c` as written: its place and its text.
    pub(super) chains: Vec<(Range<usize>, CompactString)>,
    /// Strings that stand in one piece: their place and their value.
    pub(super) strings: Vec<(Range<usize>, &'a str)>,
    /// How often each name is bound, in all scopes together.
    bound: FxHashMap<&'a str, usize>,
    read: FxHashSet<&'a str>,
    functions: u32,
}

impl<'a> Scan<'a> {
    /// Takes the inventory.
    pub(super) fn of(file: &'a SourceFile) -> Self {
        let mut scan = Self::default();
        scan.visit_body(file.suite());
        scan
    }

    /// Whether nothing but import statements binds the name, and something does.
    pub(super) fn is_only_imported(&self, name: &str) -> bool {
        let by_imports = self
            .imports
            .iter()
            .flat_map(|site| aliases_of(site.stmt).iter().map(|alias| bound_name(site.stmt, alias)))
            .filter(|bound| *bound == name)
            .count();
        by_imports > 0 && self.bound.get(name) == Some(&by_imports)
    }

    /// Whether anything binds the name.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.bound.contains_key(name)
    }

    /// Whether anything reads the name.
    pub(super) fn reads(&self, name: &str) -> bool {
        self.read.contains(name)
    }

    fn bind(&mut self, name: &'a str) {
        *self.bound.entry(name).or_default() += 1;
    }

    fn bind_all(&mut self, names: &'a [ast::Identifier]) {
        for name in names {
            self.bind(name.as_str());
        }
    }
}

/// `a.b.c` as text, when the expression is nothing but names and attributes.
fn dotted(expr: &Expr) -> Option<CompactString> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str().into()),
        Expr::Attribute(attribute) => {
            let mut text = dotted(&attribute.value)?;
            text.push('.');
            text.push_str(attribute.attr.as_str());
            Some(text)
        }
        _ => None,
    }
}

impl<'a> Visitor<'a> for Scan<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let is_function = stmt.is_function_def_stmt();
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.imports.push(ImportSite { stmt, in_function: self.functions > 0 });
                for alias in aliases_of(stmt) {
                    self.bind(bound_name(stmt, alias));
                }
            }
            Stmt::FunctionDef(def) => self.bind(def.name.as_str()),
            Stmt::ClassDef(def) => self.bind(def.name.as_str()),
            Stmt::Global(node) => self.bind_all(&node.names),
            Stmt::Nonlocal(node) => self.bind_all(&node.names),
            _ => {}
        }
        self.functions += u32::from(is_function);
        visitor::walk_stmt(self, stmt);
        self.functions -= u32::from(is_function);
    }

    fn visit_parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name().as_str());
        }
        visitor::walk_parameters(self, parameters);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(name.id.as_str()),
            Expr::Name(name) => {
                self.read.insert(name.id.as_str());
            }
            Expr::Attribute(_) => {
                if let Some(text) = dotted(expr) {
                    self.chains.push((SourceFile::range(expr), text));
                }
            }
            Expr::StringLiteral(literal) if literal.as_single_part_string().is_some() => {
                self.strings.push((SourceFile::range(expr), literal.value.to_str()));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
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

    fn visit_type_param(&mut self, param: &'a TypeParam) {
        self.bind(param.name().as_str());
        visitor::walk_type_param(self, param);
    }
}
