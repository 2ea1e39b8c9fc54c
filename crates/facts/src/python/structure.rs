//! Hashes of structure: equal for equal syntax trees, whatever the layout, the
//! comments and the docstrings.

use std::hash::{Hash, Hasher};

use ruff_python_ast::comparable::{ComparableExpr, ComparableStmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use xxhash_rust::xxh3::Xxh3;

/// Adapts a 128-bit hash to [`Hash`].
struct Digest(Xxh3);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0.digest()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// The structure of a statement or of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Structure {
    /// Equal for equal syntax trees.
    pub(super) hash: u128,
    /// Statements, nested ones included.
    pub(super) statements: u32,
    /// Short hashes of the simple statements and of the heads of the compound ones.
    pub(super) leaves: Vec<u32>,
}

fn digest(write: impl FnOnce(&mut Digest)) -> u128 {
    let mut digest = Digest(Xxh3::new());
    write(&mut digest);
    digest.0.digest128()
}

/// The hash of one expression.
pub(super) fn expression(expr: &Expr) -> u128 {
    digest(|digest| ComparableExpr::from(expr).hash(digest))
}

/// The body without its docstring.
pub(super) fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    match body {
        [Stmt::Expr(first), rest @ ..] if first.value.is_string_literal_expr() => rest,
        _ => body,
    }
}

/// Hash of the docstrings of a definition and of everything defined inside it;
/// zero when there are none.
pub(super) fn docstrings(stmt: &Stmt) -> u64 {
    let mut digest = Digest(Xxh3::new());
    let mut any = false;
    collect_docstrings(stmt, &mut digest, &mut any);
    if any { digest.finish() } else { 0 }
}

fn collect_docstrings(stmt: &Stmt, digest: &mut Digest, any: &mut bool) {
    let (name, body) = match stmt {
        Stmt::FunctionDef(def) => (&def.name, &def.body),
        Stmt::ClassDef(def) => (&def.name, &def.body),
        _ => return,
    };
    if let Some(text) = super::names::docstring(body) {
        *any = true;
        (name.as_str(), text).hash(digest);
    }
    for inner in body {
        collect_docstrings(inner, digest, any);
    }
}

/// The structure of a definition without its own name.
pub(super) fn definition(stmt: &Stmt) -> Structure {
    match stmt {
        Stmt::FunctionDef(def) => combine(function_head(def), without_docstring(&def.body)),
        Stmt::ClassDef(def) => combine(class_head(def), without_docstring(&def.body)),
        other => statement(other),
    }
}

fn function_head(def: &ast::StmtFunctionDef) -> u128 {
    digest(|digest| {
        (0u8, def.is_async).hash(digest);
        for decorator in &def.decorator_list {
            ComparableExpr::from(&decorator.expression).hash(digest);
        }
        ast::comparable::ComparableParameters::from(&*def.parameters).hash(digest);
        def.returns.as_deref().map(ComparableExpr::from).hash(digest);
        def.type_params.as_deref().map(ast::comparable::ComparableTypeParams::from).hash(digest);
    })
}

fn class_head(def: &ast::StmtClassDef) -> u128 {
    digest(|digest| {
        1u8.hash(digest);
        for decorator in &def.decorator_list {
            ComparableExpr::from(&decorator.expression).hash(digest);
        }
        def.arguments.as_deref().map(ast::comparable::ComparableArguments::from).hash(digest);
        def.type_params.as_deref().map(ast::comparable::ComparableTypeParams::from).hash(digest);
    })
}

fn combine(head: u128, body: &[Stmt]) -> Structure {
    let mut parts = Parts::new(head);
    parts.block(body);
    parts.finish()
}

/// The structure of one statement, names of nested definitions included.
fn statement(stmt: &Stmt) -> Structure {
    let head = |tag: u8, write: &dyn Fn(&mut Digest)| {
        digest(|digest| {
            tag.hash(digest);
            write(digest);
        })
    };
    let expr = |expr: &Expr, digest: &mut Digest| ComparableExpr::from(expr).hash(digest);
    let mut parts = match stmt {
        Stmt::FunctionDef(def) => Parts::named(&def.name, function_head(def)),
        Stmt::ClassDef(def) => Parts::named(&def.name, class_head(def)),
        Stmt::For(node) => Parts::new(head(2, &|digest| {
            node.is_async.hash(digest);
            expr(&node.target, digest);
            expr(&node.iter, digest);
        })),
        Stmt::While(node) => Parts::new(head(3, &|digest| expr(&node.test, digest))),
        Stmt::If(node) => Parts::new(head(4, &|digest| expr(&node.test, digest))),
        Stmt::With(node) => Parts::new(head(5, &|digest| {
            node.is_async.hash(digest);
            for item in &node.items {
                ast::comparable::ComparableWithItem::from(item).hash(digest);
            }
        })),
        Stmt::Try(node) => Parts::new(head(6, &|digest| node.is_star.hash(digest))),
        simple => return simple_statement(simple),
    };
    parts.children(stmt);
    parts.finish()
}

fn simple_statement(stmt: &Stmt) -> Structure {
    let hash = digest(|digest| ComparableStmt::from(stmt).hash(digest));
    Structure { hash, statements: 1, leaves: vec![hash as u32] }
}

/// Collects the parts of a compound statement.
struct Parts {
    hashes: Vec<u128>,
    statements: u32,
    leaves: Vec<u32>,
}

impl Parts {
    fn new(head: u128) -> Self {
        Self { hashes: vec![head], statements: 0, leaves: vec![head as u32] }
    }

    fn named(name: &str, head: u128) -> Self {
        let named = digest(|digest| (name, head).hash(digest));
        Self { hashes: vec![named], statements: 0, leaves: vec![named as u32] }
    }

    fn children(&mut self, stmt: &Stmt) {
        self.statements += 1;
        match stmt {
            Stmt::FunctionDef(def) => self.block(without_docstring(&def.body)),
            Stmt::ClassDef(def) => self.block(without_docstring(&def.body)),
            Stmt::For(node) => {
                self.block(&node.body);
                self.block(&node.orelse);
            }
            Stmt::While(node) => {
                self.block(&node.body);
                self.block(&node.orelse);
            }
            Stmt::If(node) => {
                self.block(&node.body);
                for clause in &node.elif_else_clauses {
                    self.head(|digest| clause.test.as_ref().map(ComparableExpr::from).hash(digest));
                    self.block(&clause.body);
                }
            }
            Stmt::With(node) => self.block(&node.body),
            Stmt::Try(node) => {
                self.block(&node.body);
                for ExceptHandler::ExceptHandler(handler) in &node.handlers {
                    self.head(|digest| {
                        handler.type_.as_deref().map(ComparableExpr::from).hash(digest);
                        handler.name.as_deref().hash(digest);
                    });
                    self.block(&handler.body);
                }
                self.block(&node.orelse);
                self.block(&node.finalbody);
            }
            _ => {}
        }
    }

    fn head(&mut self, write: impl FnOnce(&mut Digest)) {
        let hash = digest(write);
        self.hashes.push(hash);
        self.leaves.push(hash as u32);
    }

    /// A block counts its statements, so that `if a: b` followed by `c` differs
    /// from `if a: b; c`.
    fn block(&mut self, body: &[Stmt]) {
        self.hashes.push(body.len() as u128);
        for stmt in body {
            let part = statement(stmt);
            self.hashes.push(part.hash);
            self.statements += part.statements;
            self.leaves.extend(part.leaves);
        }
    }

    fn finish(self) -> Structure {
        let hash = digest(|digest| self.hashes.hash(digest));
        Structure { hash, statements: self.statements, leaves: self.leaves }
    }
}
