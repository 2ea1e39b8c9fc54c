//! What a name means at a place, and the way through a file that knows it.

use compact_str::{CompactString, format_compact};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use rustc_hash::FxHashMap;
use ssot_facts::{Index, ModuleId, Resolution};

use super::super::aliases::aliases_of;
use super::super::importers::fact_of;
use super::super::locals;
use super::super::names::Names;
use super::super::source::SourceFile;
use super::literal;
use super::matching::{self, Match};
use super::substitution::Substitution;

/// The names of one function, class or comprehension.
#[derive(Default)]
struct Frame {
    is_class: bool,
    names: Names,
    /// What its own import statements bind.
    imports: FxHashMap<CompactString, Option<CompactString>>,
}

/// What names mean where the walk is.
pub(super) struct Scopes<'a> {
    index: &'a Index,
    id: ModuleId,
    frames: Vec<Frame>,
    module: FxHashMap<CompactString, Option<CompactString>>,
    canonical: FxHashMap<CompactString, CompactString>,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(index: &'a Index, id: ModuleId) -> Self {
        Self {
            index,
            id,
            frames: Vec::new(),
            module: FxHashMap::default(),
            canonical: FxHashMap::default(),
        }
    }

    /// The absolute name of a chain of names, followed through imports and aliases.
    pub(super) fn absolute(&mut self, expr: &Expr) -> Option<CompactString> {
        let (root, rest) = chain(expr)?;
        let mut base = self.root(root)?;
        base.push_str(&rest);
        Some(self.canonical(&base))
    }

    /// What a name stands for at this place.
    fn root(&mut self, name: &str) -> Option<CompactString> {
        let innermost = self.frames.len().wrapping_sub(1);
        let visible = self.frames.iter().enumerate().rev();
        for (_, frame) in visible.filter(|(at, frame)| !frame.is_class || *at == innermost) {
            if let Some(import) = frame.imports.get(name) {
                return import.clone();
            }
            if frame.names.contains(name) {
                return None;
            }
        }
        if let Some(known) = self.module.get(name) {
            return known.clone();
        }
        let found = self.of_module(name);
        self.module.insert(name.into(), found.clone());
        found
    }

    /// What a name of the module stands for, when it is one thing.
    fn of_module(&self, name: &str) -> Option<CompactString> {
        let mut meanings = self.index.resolve(self.id, name);
        meanings.dedup();
        let [meaning] = &meanings[..] else { return None };
        let facts = &self.index.module(self.id).facts;
        if facts.globals.iter().any(|write| write.name == name) {
            return None;
        }
        match meaning {
            Resolution::Builtin(name) => Some(format_compact!("builtins.{name}")),
            Resolution::Unknown(_) => None,
            _ => self.index.absolute(self.id, name),
        }
    }

    /// A dotted name as the definition's own module would say it.
    pub(super) fn canonical(&mut self, dotted: &str) -> CompactString {
        if let Some(known) = self.canonical.get(dotted) {
            return known.clone();
        }
        let found = self.index.canonical(dotted);
        self.canonical.insert(dotted.into(), found.clone());
        found
    }

    fn enter(&mut self, names: Names, is_class: bool, body: &[Stmt]) {
        let mut frame = Frame { is_class, names, imports: FxHashMap::default() };
        let mut imports = Imports::default();
        imports.visit_body(body);
        let module = self.index.module(self.id);
        for stmt in imports.0 {
            for at in 0..aliases_of(stmt).len() {
                let fact = fact_of(stmt, at);
                let target = self.index.import_target(module, &fact);
                let meaning = target.map(|target| match &fact.name {
                    Some(name) => format_compact!("{target}.{name}"),
                    None if fact.aliased => target,
                    None => fact.bound.clone(),
                });
                let known = frame.imports.entry(fact.bound).or_insert_with(|| meaning.clone());
                if *known != meaning {
                    *known = None;
                }
            }
        }
        self.frames.push(frame);
    }
}

/// `a.b.c` as its first name and `.b.c`.
pub(in super::super) fn chain(expr: &Expr) -> Option<(&str, CompactString)> {
    match expr {
        Expr::Name(name) => Some((name.id.as_str(), CompactString::default())),
        Expr::Attribute(attribute) => {
            let (root, rest) = chain(&attribute.value)?;
            Some((root, format_compact!("{rest}.{}", attribute.attr)))
        }
        _ => None,
    }
}

/// The import statements of one scope.
#[derive(Default)]
struct Imports<'a>(Vec<&'a Stmt>);

impl<'a> Visitor<'a> for Imports<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.0.push(stmt),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// Where the walk is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
}

/// A place that fits a pattern.
pub(super) struct Found<'a> {
    pub(super) node: Node<'a>,
    /// Position of the substitution.
    pub(super) substitution: usize,
    pub(super) at: Match<'a>,
    /// Whether it stands inside an f-string.
    pub(super) in_string: bool,
}

/// Walks a file and collects what fits, the outer before the inner. Below a place that
/// fits, only what fills its holes is looked at.
pub(super) struct Walker<'a> {
    file: &'a SourceFile,
    substitutions: &'a [Substitution],
    scopes: Scopes<'a>,
    /// Depth of f-strings.
    in_string: u32,
    /// Depth of what reads its texts as texts: types, tables of names, translations.
    literally: u32,
    found: Vec<Found<'a>>,
}

impl<'a> Walker<'a> {
    /// Every place of the file that fits.
    pub(super) fn collect(
        file: &'a SourceFile,
        substitutions: &'a [Substitution],
        scopes: Scopes<'a>,
    ) -> Vec<Found<'a>> {
        let mut walker =
            Self { file, substitutions, scopes, in_string: 0, literally: 0, found: Vec::new() };
        walker.visit_body(file.suite());
        walker.found
    }

    /// Whether the node fits; then what fills the holes has been looked at.
    fn fits(&mut self, node: Node<'a>) -> bool {
        let (file, scopes) = (self.file, &mut self.scopes);
        if let Node::Expr(Expr::StringLiteral(text)) = node
            && (self.literally > 0 || text.value.is_implicit_concatenated())
        {
            return false;
        }
        let found = self.substitutions.iter().enumerate().find_map(|(nth, substitution)| {
            let found = match node {
                Node::Stmt(stmt) => matching::statement(substitution, file, scopes, stmt),
                Node::Expr(expr) => matching::expression(substitution, file, scopes, expr),
            };
            Some((nth, found?))
        });
        let Some((substitution, at)) = found else { return false };
        let values: Vec<&'a Expr> = at.captures.iter().flat_map(|it| it.values.clone()).collect();
        let in_string = self.in_string > 0;
        self.found.push(Found { node, substitution, at, in_string });
        for value in values {
            self.visit_expr(value);
        }
        true
    }

    fn within(&mut self, names: Names, is_class: bool, body: &'a [Stmt]) {
        self.scopes.enter(names, is_class, body);
        self.visit_body(body);
        self.scopes.frames.pop();
    }

    fn within_expr(&mut self, names: Names, walk: impl FnOnce(&mut Self)) {
        self.scopes.frames.push(Frame { names, ..Frame::default() });
        walk(self);
        self.scopes.frames.pop();
    }

    fn within_literally(&mut self, counts: bool, walk: impl FnOnce(&mut Self)) {
        self.literally += u32::from(counts);
        walk(self);
        self.literally -= u32::from(counts);
    }

    /// What is called is not taken for itself; what it is an attribute of is.
    fn callee(&mut self, func: &'a Expr) {
        match func {
            Expr::Attribute(attribute) => self.visit_expr(&attribute.value),
            Expr::Name(_) => {}
            other => self.visit_expr(other),
        }
    }
}

impl<'a> Visitor<'a> for Walker<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if self.fits(Node::Stmt(stmt)) {
            return;
        }
        match stmt {
            Stmt::FunctionDef(def) => {
                def.decorator_list.iter().for_each(|it| self.visit_decorator(it));
                self.visit_parameters(&def.parameters);
                def.returns.iter().for_each(|it| self.visit_annotation(it));
                self.within(locals::of_function(def), false, &def.body);
            }
            Stmt::ClassDef(def) => {
                def.decorator_list.iter().for_each(|it| self.visit_decorator(it));
                def.arguments.iter().for_each(|it| self.visit_arguments(it));
                self.within(locals::of_class(def), true, &def.body);
            }
            _ => {
                let counts = literal::lists_names(stmt);
                self.within_literally(counts, |walker| visitor::walk_stmt(walker, stmt));
            }
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        self.within_literally(true, |walker| walker.visit_expr(expr));
    }

    /// A name that stands alone in a pattern is bound by it, not compared.
    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        if !pattern.is_match_value() {
            visitor::walk_pattern(self, pattern);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.fits(Node::Expr(expr)) {
            return;
        }
        match expr {
            Expr::Call(call) => {
                self.callee(&call.func);
                let counts = literal::reads_literals(&call.func);
                self.within_literally(counts, |walker| walker.visit_arguments(&call.arguments));
            }
            Expr::Subscript(node) if literal::is_type(&node.value) => {
                self.visit_expr(&node.value);
                self.within_literally(true, |walker| walker.visit_expr(&node.slice));
            }
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|it| self.visit_parameters(it));
                let names = locals::of_lambda(lambda);
                self.within_expr(names, |walker| walker.visit_expr(&lambda.body));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                let names = locals::of_comprehension(generators);
                self.within_expr(names, |walker| visitor::walk_expr(walker, expr));
            }
            Expr::FString(_) | Expr::TString(_) => {
                self.in_string += 1;
                visitor::walk_expr(self, expr);
                self.in_string -= 1;
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// Whether an expression is read.
pub(super) fn is_read(expr: &Expr) -> bool {
    let context = match expr {
        Expr::Name(name) => name.ctx,
        Expr::Attribute(attribute) => attribute.ctx,
        Expr::Subscript(subscript) => subscript.ctx,
        _ => ExprContext::Load,
    };
    context == ExprContext::Load
}
