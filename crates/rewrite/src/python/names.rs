//! Which names a piece of code reads, strings and comments that are code included.
//!
//! The names that functions bind for themselves do not count. Otherwise scopes are
//! not told apart, which errs on the side of keeping what might still be needed.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use rustc_hash::FxHashSet;

use super::locals;
use super::source::SourceFile;

/// A set of names.
pub(super) type Names = FxHashSet<CompactString>;

/// Names that look up other names, so that any string may be one.
const LOOKUPS: [&str; 5] = ["globals", "locals", "vars", "eval", "exec"];

/// Callables whose string arguments are types.
const TYPE_CALLS: [&str; 7] =
    ["cast", "TypeVar", "NewType", "NamedTuple", "TypedDict", "ForwardRef", "TypeAliasType"];

/// The names read by the statements, but for the names and functions at the given offsets.
pub(super) fn read_by<'a>(
    file: &SourceFile,
    statements: impl Iterator<Item = &'a Stmt>,
    looks_up: bool,
    without: &BTreeSet<usize>,
) -> Names {
    let mut reader = Reader { without: without.clone(), ..Reader::default() };
    for stmt in statements {
        let all = looks_up || mentions_all(stmt);
        reader.texts = if all { Texts::All } else { Texts::Examples };
        reader.statement(file, stmt);
    }
    reader.names
}

/// The names read by the statements themselves; `__all__` only lists names, and
/// examples in docstrings are read by tests.
pub(super) fn looked_up_by<'a>(
    file: &SourceFile,
    statements: impl Iterator<Item = &'a Stmt>,
    looks_up: bool,
    without: &BTreeSet<usize>,
) -> Names {
    let texts = if looks_up { Texts::All } else { Texts::Types };
    let mut reader = Reader { texts, without: without.clone(), ..Reader::default() };
    for stmt in statements.filter(|stmt| !mentions_all(stmt)) {
        reader.statement(file, stmt);
    }
    reader.names
}

/// The names that the strings and comments of a statement read, where these are code.
pub(super) fn read_in_text(file: &SourceFile, stmt: &Stmt) -> Names {
    let mut reader = Reader { texts: Texts::Examples, only_text: true, ..Reader::default() };
    reader.statement(file, stmt);
    reader.names
}

/// Whether the file looks names up by strings, so that any string may name one.
pub(super) fn looks_up_by_string(file: &SourceFile) -> bool {
    let mut reader = Reader::default();
    reader.visit_body(file.suite());
    LOOKUPS.iter().any(|name| reader.names.contains(*name))
        || file.text.contains("sys.modules[__name__]")
}

/// The identifiers in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The names that the example in a docstring reads and does not import itself.
fn read_by_example(text: &str) -> impl Iterator<Item = CompactString> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix(">>>").or_else(|| line.strip_prefix("...")))
        .map(str::trim_start)
        .collect();
    let imports = |line: &&str| line.starts_with("import ") || line.starts_with("from ");
    let (imports, code): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(imports);
    let imported: FxHashSet<&str> = imports.into_iter().flat_map(words).collect();
    let read: Vec<CompactString> = code
        .into_iter()
        .flat_map(words)
        .filter(|word| !imported.contains(word))
        .map(CompactString::from)
        .collect();
    read.into_iter()
}

fn mentions_all(stmt: &Stmt) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.0 |= matches!(expr, Expr::Name(name) if name.id.as_str() == "__all__");
            visitor::walk_expr(self, expr);
        }
    }
    let simple =
        matches!(stmt, Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Expr(_));
    let mut finder = Finder(false);
    if simple {
        finder.visit_stmt(stmt);
    }
    finder.0
}

/// Which strings are code.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// Types.
    #[default]
    Types,
    /// Types and the examples in docstrings.
    Examples,
    /// Any, where names are listed or looked up by strings.
    All,
}

#[derive(Default)]
struct Reader {
    names: Names,
    texts: Texts,
    /// Depth of what holds types, where a string is code.
    types: u32,
    /// Names outside strings and comments do not count.
    only_text: bool,
    /// Offsets of names and functions that do not count.
    without: BTreeSet<usize>,
    /// The functions and classes around.
    scopes: Vec<Scope>,
}

/// The names that a function, a comprehension or a class binds.
struct Scope {
    names: Names,
    is_class: bool,
}

impl Reader {
    fn statement(&mut self, file: &SourceFile, stmt: &Stmt) {
        self.visit_stmt(stmt);
        // A comment behind the statement is not inside its range.
        let lines = file.line_range(file.lines(stmt));
        for comment in file.comments(lines) {
            self.type_comment(comment);
        }
    }

    fn read(&mut self, name: &str) {
        // What a class body binds it looks up in itself and then in the module,
        // past the functions around it.
        let is_class = |scope: &Scope| scope.is_class && scope.names.contains(name);
        let is_local = !self.scopes.last().is_some_and(is_class)
            && self.scopes.iter().any(|scope| !scope.is_class && scope.names.contains(name));
        if !self.only_text && !is_local {
            self.names.insert(name.into());
        }
    }

    fn within_scope(&mut self, names: Names, is_class: bool, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope { names, is_class });
        walk(self);
        self.scopes.pop();
    }

    /// Decorators and bases are evaluated outside.
    fn class(&mut self, def: &ast::StmtClassDef) {
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        if let Some(arguments) = &def.arguments {
            self.visit_arguments(arguments);
        }
        let names = locals::of_class(def);
        self.within_scope(names, true, |reader| reader.visit_body(&def.body));
    }

    /// Decorators, defaults and annotations are evaluated outside.
    fn function(&mut self, def: &ast::StmtFunctionDef) {
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        self.visit_parameters(&def.parameters);
        if let Some(returns) = &def.returns {
            self.visit_annotation(returns);
        }
        let names = locals::of_function(def);
        self.within_scope(names, false, |reader| reader.visit_body(&def.body));
    }

    /// The first iterable is evaluated outside.
    fn comprehension(&mut self, generators: &[ast::Comprehension], expr: &Expr) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let names = locals::of_comprehension(generators);
        self.within_scope(names, false, |reader| visitor::walk_expr(reader, expr));
    }

    fn within_types(&mut self, counts: bool, walk: impl FnOnce(&mut Self)) {
        self.types += u32::from(counts);
        walk(self);
        self.types -= u32::from(counts);
    }

    fn string(&mut self, text: &str) {
        if self.types > 0 || self.texts == Texts::All {
            self.names.extend(words(text).map(CompactString::from));
        } else if self.texts == Texts::Examples && text.contains(">>>") {
            self.names.extend(read_by_example(text));
        }
    }

    fn type_comment(&mut self, comment: &str) {
        let text = comment.trim_start_matches('#').trim_start();
        if let Some(types) = text.strip_prefix("type:") {
            self.names.extend(words(types).map(CompactString::from));
        }
    }
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) if self.without.contains(&SourceFile::range(stmt).start) => return,
            Stmt::FunctionDef(def) => return self.function(def),
            Stmt::ClassDef(def) => return self.class(def),
            Stmt::TypeAlias(_) => {
                return self.within_types(true, |reader| visitor::walk_stmt(reader, stmt));
            }
            Stmt::AnnAssign(node) if last_name(&node.annotation) == Some("TypeAlias") => {
                return self.within_types(true, |reader| visitor::walk_stmt(reader, stmt));
            }
            Stmt::Global(node) => self.declared(&node.names),
            Stmt::Nonlocal(node) => self.declared(&node.names),
            Stmt::AugAssign(node) => {
                // The target is read although it is marked as stored.
                if let Expr::Name(name) = &*node.target {
                    self.read(name.id.as_str());
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        self.within_types(true, |reader| reader.visit_expr(expr));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Store => {
                if !self.without.contains(&SourceFile::range(name).start) {
                    self.read(name.id.as_str());
                }
            }
            Expr::StringLiteral(literal) => self.string(literal.value.to_str()),
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                let names = locals::of_lambda(lambda);
                self.within_scope(names, false, |reader| reader.visit_expr(&lambda.body));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                self.comprehension(generators, expr);
            }
            Expr::Subscript(node) => {
                self.visit_expr(&node.value);
                let types = is_type(&node.value);
                self.within_types(types, |reader| reader.visit_expr(&node.slice));
            }
            Expr::Call(call) => {
                let types = last_name(&call.func).is_some_and(|name| TYPE_CALLS.contains(&name));
                self.visit_expr(&call.func);
                self.within_types(types, |reader| reader.visit_arguments(&call.arguments));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl Reader {
    fn declared(&mut self, names: &[ast::Identifier]) {
        for name in names {
            self.read(name.as_str());
        }
    }
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// Whether a subscript of the expression holds types, as far as its name tells.
fn is_type(expr: &Expr) -> bool {
    last_name(expr).is_some_and(|name| {
        name.starts_with(|first: char| first.is_uppercase())
            || matches!(name, "list" | "dict" | "set" | "tuple" | "type" | "frozenset")
    })
}

/// Whether a function of the file rebinds the module's name.
pub(super) fn is_rebound(file: &SourceFile, name: &str) -> bool {
    struct Finder<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if let Stmt::Global(node) = stmt {
                self.1 |= node.names.iter().any(|declared| declared.as_str() == self.0);
            }
            visitor::walk_stmt(self, stmt);
        }
    }
    let mut finder = Finder(name, false);
    finder.visit_body(file.suite());
    finder.1
}

/// The methods at the given offsets.
pub(super) fn functions_at<'a>(
    file: &'a SourceFile,
    starts: &'a BTreeSet<usize>,
) -> impl Iterator<Item = &'a Stmt> {
    let bodies = file.suite().iter().filter_map(|stmt| match stmt {
        Stmt::ClassDef(def) => Some(&def.body),
        _ => None,
    });
    bodies.flatten().filter(|stmt| starts.contains(&SourceFile::range(*stmt).start))
}
