//! Hashes of structure: equal for equal syntax trees, whatever the layout, the
//! comments and the docstrings.
//!
//! One walk writes a definition's tree as bytes, twice: exactly, and *blind*, where
//! the names of variables and the contents of literals are left out while called
//! functions, attributes and keywords stay. Whatever is asked for afterwards is a
//! hash of a slice, so a class and its methods cost one walk together.

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{self as ast, AnyNodeRef, ExceptHandler, Expr, Number, Stmt};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::names::docstring;

/// The structure of a definition or of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Structure {
    /// Equal for equal syntax trees; the own name does not count.
    pub(super) hash: u128,
    /// Equal for trees that differ in variables and literals alone.
    pub(super) blind: u64,
    /// Statements, nested ones included.
    pub(super) statements: u32,
    /// Short hashes of the simple statements and of the heads of the compound ones.
    pub(super) leaves: Vec<u32>,
    /// The blind hashes of the same, in order.
    pub(super) shape: Vec<u32>,
    /// Hash of the docstrings, its own and those inside; zero when there are none.
    pub(super) docs: u64,
    /// Hash of the contents of literals, in order; zero when there are none.
    pub(super) literals: u64,
}

/// Measures definitions. Its buffers are used again for the next one.
#[derive(Default)]
pub(super) struct Structures {
    exact: Vec<u8>,
    blind: Vec<u8>,
    docs: Vec<u8>,
    literals: Vec<u8>,
    leaves: Vec<u32>,
    shape: Vec<u32>,
    statements: u32,
    /// Bytes of the strings in what was measured last.
    strings: usize,
    /// The functions of the class that was measured last, by where they begin.
    functions: FxHashMap<TextSize, Structure>,
    /// Whether the walk stands in the body of the measured class, not deeper.
    in_class_body: bool,
}

/// Where a definition began in the buffers.
#[derive(Clone, Copy)]
struct Mark {
    exact: usize,
    blind: usize,
    docs: usize,
    literals: usize,
    leaves: usize,
    statements: u32,
}

/// Closes a node.
const END: u8 = 0xff;
/// Opens a block of statements.
const BLOCK: u8 = 0xfe;

impl Structures {
    /// The structure of a function or class without its own name.
    pub(super) fn definition(&mut self, stmt: &Stmt) -> Structure {
        if let Some(known) = self.functions.remove(&stmt.start()) {
            return known;
        }
        self.clear();
        let start = self.mark();
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def, true),
            other => self.statement(other),
        }
        self.since(start)
    }

    /// The hash of one expression.
    pub(super) fn expression(&mut self, expr: &Expr) -> u128 {
        self.clear();
        self.visit_expr(expr);
        xxh3_128(&self.exact)
    }

    /// The hash of the arguments of one call.
    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> u64 {
        self.clear();
        self.visit_arguments(arguments);
        xxh3_64(&self.exact)
    }

    /// Bytes of the strings in the expression that was measured last.
    pub(super) fn string_bytes(&self) -> u32 {
        u32::try_from(self.strings).unwrap_or(u32::MAX)
    }

    fn clear(&mut self) {
        self.exact.clear();
        self.blind.clear();
        self.docs.clear();
        self.literals.clear();
        self.leaves.clear();
        self.shape.clear();
        self.functions.clear();
        self.statements = 0;
        self.strings = 0;
    }

    fn mark(&self) -> Mark {
        Mark {
            exact: self.exact.len(),
            blind: self.blind.len(),
            docs: self.docs.len(),
            literals: self.literals.len(),
            leaves: self.leaves.len(),
            statements: self.statements,
        }
    }

    fn since(&self, start: Mark) -> Structure {
        let hash = |bytes: &[u8]| if bytes.is_empty() { 0 } else { xxh3_64(bytes) };
        Structure {
            hash: xxh3_128(&self.exact[start.exact..]),
            blind: xxh3_64(&self.blind[start.blind..]),
            statements: self.statements - start.statements,
            leaves: self.leaves[start.leaves..].to_vec(),
            shape: self.shape[start.leaves..].to_vec(),
            docs: hash(&self.docs[start.docs..]),
            literals: hash(&self.literals[start.literals..]),
        }
    }

    /// Ends a simple statement or the head of a compound one.
    fn leaf(&mut self, start: Mark) {
        self.leaves.push(xxh3_64(&self.exact[start.exact..]) as u32);
        self.shape.push(xxh3_64(&self.blind[start.blind..]) as u32);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.exact.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.exact.extend_from_slice(bytes);
    }

    /// Writes the content of a literal, which counts in the exact form and among the
    /// literals.
    fn literal(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.exact.len();
        write(self);
        self.literals.extend_from_slice(&self.exact[start..]);
    }

    /// A name that says what is done: it counts in both forms.
    fn deed(&mut self, name: &str) {
        self.blind.extend_from_slice(name.as_bytes());
        self.blind.push(0);
    }

    fn both(&mut self, byte: u8) {
        self.exact.push(byte);
        self.blind.push(byte);
    }
}

/// Statements: their heads are leaves, their bodies blocks.
impl Structures {
    fn function(&mut self, def: &ast::StmtFunctionDef) {
        let start = self.mark();
        self.both(u8::from(def.is_async));
        def.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        def.type_params.iter().for_each(|params| self.visit_type_params(params));
        self.visit_parameters(&def.parameters);
        def.returns.iter().for_each(|returns| self.visit_annotation(returns));
        self.leaf(start);
        self.body(&def.name, &def.body);
    }

    fn class(&mut self, def: &ast::StmtClassDef, measured: bool) {
        let start = self.mark();
        self.both(2);
        def.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        def.type_params.iter().for_each(|params| self.visit_type_params(params));
        def.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        self.leaf(start);
        let outer = std::mem::replace(&mut self.in_class_body, measured);
        self.body(&def.name, &def.body);
        self.in_class_body = outer;
    }

    /// A function inside what is measured. Its own name counts here, and not in its
    /// own structure.
    fn inner_function(&mut self, def: &ast::StmtFunctionDef) {
        let named = self.mark();
        self.text(&def.name);
        let start = self.mark();
        let is_method = std::mem::replace(&mut self.in_class_body, false);
        self.function(def);
        self.in_class_body = is_method;
        if is_method {
            let structure = self.since(start);
            self.functions.insert(def.start(), structure);
        }
        let name = xxh3_64(&self.exact[named.exact..start.exact]) as u32;
        self.leaves[start.leaves] ^= name;
    }

    fn inner_class(&mut self, def: &ast::StmtClassDef) {
        self.text(&def.name);
        let leaves = self.leaves.len();
        self.class(def, false);
        self.leaves[leaves] ^= xxh3_64(def.name.as_bytes()) as u32;
    }

    fn body(&mut self, name: &str, body: &[Stmt]) {
        let body = match docstring(body) {
            Some(text) => {
                self.docs.extend_from_slice(name.as_bytes());
                self.docs.extend_from_slice(text.as_bytes());
                &body[1..]
            }
            None => body,
        };
        self.block(body);
    }

    /// A block counts its statements, so that `if a: b` followed by `c` differs
    /// from `if a: b; c`.
    fn block(&mut self, body: &[Stmt]) {
        self.both(BLOCK);
        let length = (body.len() as u32).to_le_bytes();
        self.exact.extend_from_slice(&length);
        self.blind.extend_from_slice(&length);
        for stmt in body {
            self.statements += 1;
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        let start = self.mark();
        match stmt {
            Stmt::FunctionDef(def) => return self.inner_function(def),
            Stmt::ClassDef(def) => return self.inner_class(def),
            Stmt::Try(node) => return self.try_statement(node),
            Stmt::For(node) => {
                self.both(3 + u8::from(node.is_async));
                self.visit_expr(&node.target);
                self.visit_expr(&node.iter);
            }
            Stmt::While(node) => {
                self.both(5);
                self.visit_expr(&node.test);
            }
            Stmt::If(node) => {
                self.both(6);
                self.visit_expr(&node.test);
            }
            Stmt::With(node) => {
                self.both(7 + u8::from(node.is_async));
                node.items.iter().for_each(|item| self.visit_with_item(item));
            }
            Stmt::Match(node) => {
                self.both(9);
                self.visit_expr(&node.subject);
            }
            simple => source_order::walk_stmt(self, simple),
        }
        self.leaf(start);
        match stmt {
            Stmt::For(ast::StmtFor { body, orelse, .. })
            | Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
                self.block(body);
                self.block(orelse);
            }
            Stmt::If(node) => {
                self.block(&node.body);
                for clause in &node.elif_else_clauses {
                    self.clause(10, |this| {
                        clause.test.iter().for_each(|test| this.visit_expr(test));
                    });
                    self.block(&clause.body);
                }
            }
            Stmt::With(node) => self.block(&node.body),
            Stmt::Match(node) => {
                for case in &node.cases {
                    self.clause(11, |this| {
                        this.visit_pattern(&case.pattern);
                        case.guard.iter().for_each(|guard| this.visit_expr(guard));
                    });
                    self.block(&case.body);
                }
            }
            _ => {}
        }
    }

    fn try_statement(&mut self, node: &ast::StmtTry) {
        self.clause(12 + u8::from(node.is_star), |_| {});
        self.block(&node.body);
        for ExceptHandler::ExceptHandler(handler) in &node.handlers {
            self.clause(14, |this| {
                handler.type_.iter().for_each(|caught| this.visit_expr(caught));
                handler.name.iter().for_each(|name| this.text(name));
            });
            self.block(&handler.body);
        }
        self.block(&node.orelse);
        self.block(&node.finalbody);
    }

    fn clause(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        let start = self.mark();
        self.both(tag);
        write(self);
        self.leaf(start);
    }
}

/// Expressions: every node with its kind, its own content and its end.
impl<'a> SourceOrderVisitor<'a> for Structures {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        self.both(node.kind() as u8);
        self.content(node)
    }

    fn leave_node(&mut self, _node: AnyNodeRef<'a>) {
        self.both(END);
    }

    fn visit_bool_op(&mut self, op: &'a ast::BoolOp) {
        self.both(*op as u8);
    }

    fn visit_operator(&mut self, op: &'a ast::Operator) {
        self.both(*op as u8);
    }

    fn visit_unary_op(&mut self, op: &'a ast::UnaryOp) {
        self.both(*op as u8);
    }

    fn visit_cmp_op(&mut self, op: &'a ast::CmpOp) {
        self.both(*op as u8);
    }

    fn visit_singleton(&mut self, singleton: &'a ast::Singleton) {
        self.both(*singleton as u8);
    }
}

impl Structures {
    /// What a node holds beside its children, and which of the optional ones it has.
    fn content(&mut self, node: AnyNodeRef<'_>) -> TraversalSignal {
        match node {
            AnyNodeRef::ExprName(name) => self.text(&name.id),
            AnyNodeRef::Identifier(name) => self.text(name),
            AnyNodeRef::ExprAttribute(attribute) => self.deed(&attribute.attr),
            AnyNodeRef::Keyword(keyword) => {
                self.both(u8::from(keyword.arg.is_some()));
                keyword.arg.iter().for_each(|name| self.deed(name));
            }
            AnyNodeRef::ExprCall(call) => {
                if let Expr::Name(name) = &*call.func {
                    self.deed(&name.id);
                }
            }
            AnyNodeRef::ExprStringLiteral(literal) => {
                self.strings += literal.value.len();
                self.literal(|this| this.text(literal.value.to_str()));
                return TraversalSignal::Skip;
            }
            AnyNodeRef::StringLiteral(it) => self.literal(|this| this.text(&it.value)),
            AnyNodeRef::BytesLiteral(it) => self.literal(|this| this.bytes(&it.value)),
            AnyNodeRef::InterpolatedStringLiteralElement(it) => {
                self.literal(|this| this.text(&it.value));
            }
            AnyNodeRef::InterpolatedElement(element) => {
                self.exact.push(element.conversion as u8);
                self.exact.push(u8::from(element.debug_text.is_some()));
            }
            AnyNodeRef::ExprNumberLiteral(it) => self.literal(|this| this.number(&it.value)),
            AnyNodeRef::ExprBooleanLiteral(it) => {
                self.literal(|this| this.exact.push(u8::from(it.value)));
            }
            AnyNodeRef::ExprSlice(slice) => {
                let parts = [&slice.lower, &slice.upper, &slice.step];
                for part in parts {
                    self.both(u8::from(part.is_some()));
                }
            }
            AnyNodeRef::ExprDict(dict) => {
                dict.items.iter().for_each(|item| self.both(u8::from(item.key.is_some())));
            }
            AnyNodeRef::Comprehension(part) => self.both(u8::from(part.is_async)),
            AnyNodeRef::Parameters(parameters) => self.parameters(parameters),
            AnyNodeRef::Alias(alias) => {
                self.deed(&alias.name);
                self.both(u8::from(alias.asname.is_some()));
            }
            AnyNodeRef::StmtImportFrom(import) => {
                import.module.iter().for_each(|module| self.deed(module));
                self.both(import.level as u8);
            }
            AnyNodeRef::StmtGlobal(global) => global.names.iter().for_each(|it| self.text(it)),
            AnyNodeRef::StmtNonlocal(outer) => outer.names.iter().for_each(|it| self.text(it)),
            AnyNodeRef::PatternMatchAs(pattern) => self.binding(pattern.name.as_ref()),
            AnyNodeRef::PatternMatchStar(pattern) => self.binding(pattern.name.as_ref()),
            AnyNodeRef::PatternMatchMapping(pattern) => self.binding(pattern.rest.as_ref()),
            AnyNodeRef::TypeParamTypeVar(var) => self.both(u8::from(var.bound.is_some())),
            _ => {}
        }
        TraversalSignal::Traverse
    }

    fn binding(&mut self, name: Option<&ast::Identifier>) {
        self.both(u8::from(name.is_some()));
        if let Some(name) = name {
            self.text(name);
        }
    }

    fn number(&mut self, number: &Number) {
        match number {
            Number::Int(int) => match int.as_u64() {
                Some(small) => self.exact.extend_from_slice(&small.to_le_bytes()),
                None => self.text(&int.to_string()),
            },
            Number::Float(float) => self.exact.extend_from_slice(&float.to_bits().to_le_bytes()),
            Number::Complex { real, imag } => {
                self.exact.extend_from_slice(&real.to_bits().to_le_bytes());
                self.exact.extend_from_slice(&imag.to_bits().to_le_bytes());
            }
        }
    }

    /// How many parameters there are of each kind: the separators are no nodes.
    fn parameters(&mut self, parameters: &ast::Parameters) {
        let kinds = [
            parameters.posonlyargs.len(),
            parameters.args.len(),
            parameters.kwonlyargs.len(),
            usize::from(parameters.vararg.is_some()),
            usize::from(parameters.kwarg.is_some()),
        ];
        for count in kinds {
            self.both(count as u8);
        }
    }
}
