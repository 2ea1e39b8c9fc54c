//! A syntax tree as nodes with the words that are their own, so that two trees can be
//! walked side by side whatever they are made of.

use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{self as ast, AnyNodeRef, Expr, ExprContext, NodeKind, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// The bytes of the excerpt that it covers.
    pub(super) range: Range<usize>,
    /// Words that belong to no child, each with how many children stand before it.
    /// Brackets and commas are left out: the kinds of the nodes say what they mean.
    pub(super) own: Vec<(usize, CompactString)>,
    pub(super) children: Vec<Node>,
    /// Whether it is an expression whose value is read.
    pub(super) is_value: bool,
}

impl Node {
    /// The name, of a node that is nothing else.
    pub(super) fn name(&self) -> Option<&str> {
        let is_name = matches!(self.kind, NodeKind::ExprName | NodeKind::Identifier);
        is_name.then(|| self.own.first().map(|(_, word)| word.as_str())).flatten()
    }

    /// The value of a string literal, which stands behind a mark.
    pub(super) fn text(&self) -> Option<&str> {
        let literal = self.kind == NodeKind::ExprStringLiteral;
        literal.then(|| self.own.first().map(|(_, word)| &word[STRING.len()..])).flatten()
    }

    /// `a.b.c` when it is nothing but names and attributes.
    pub(super) fn dotted(&self) -> Option<String> {
        match (self.kind, &*self.children) {
            (NodeKind::ExprName, _) => self.name().map(str::to_owned),
            (NodeKind::ExprAttribute, [value, attribute]) => {
                Some(format!("{}.{}", value.dotted()?, attribute.name()?))
            }
            _ => None,
        }
    }

    /// Every node, the outer ones first.
    pub(super) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        for child in &self.children {
            child.walk(visit);
        }
    }
}

/// Stands in front of the value of a string.
const STRING: &str = "text ";

/// The tree of a function.
pub(super) fn of_function(source: &str, tokens: &Tokens, def: &ast::StmtFunctionDef) -> Node {
    of_node(source, tokens, AnyNodeRef::StmtFunctionDef(def))
}

/// The tree of a class.
pub(super) fn of_class(source: &str, tokens: &Tokens, def: &ast::StmtClassDef) -> Node {
    of_node(source, tokens, AnyNodeRef::StmtClassDef(def))
}

fn of_node(source: &str, tokens: &Tokens, node: AnyNodeRef<'_>) -> Node {
    let mut builder = Builder { source, tokens, functions: 0, open: Vec::new(), done: Vec::new() };
    ruff_python_ast::visitor::source_order::walk_node(&mut builder, node);
    builder.done.pop().expect("the node itself was entered and left")
}

struct Builder<'s> {
    source: &'s str,
    tokens: &'s Tokens,
    /// How many functions are open: what variables inside are annotated with is never
    /// evaluated.
    functions: u32,
    open: Vec<Vec<Node>>,
    done: Vec<Node>,
}

impl Builder<'_> {
    /// The words of a node between its children.
    fn own(&self, node: AnyNodeRef<'_>, children: &[Node]) -> Vec<(usize, CompactString)> {
        if let AnyNodeRef::ExprStringLiteral(literal) = node {
            return vec![(0, format!("{STRING}{}", literal.value.to_str()).into())];
        }
        let mut words = Vec::new();
        for token in self.tokens.in_range(node.range()) {
            let range: Range<usize> = token.range().into();
            if is_layout(token.kind()) || children.iter().any(|it| covers(&it.range, &range)) {
                continue;
            }
            let before = children.iter().filter(|child| child.range.end <= range.start).count();
            words.push((before, self.word(token.kind(), token.range())));
        }
        words
    }

    /// Whether an annotated assignment does what a plain one does.
    fn is_plain(&self, assign: &ast::StmtAnnAssign) -> bool {
        self.functions > 0 && assign.value.is_some() && assign.target.is_name_expr()
    }

    /// A word without the choice of quotes.
    fn word(&self, kind: TokenKind, range: TextRange) -> CompactString {
        let text = &self.source[range];
        match kind {
            TokenKind::FStringStart | TokenKind::FStringEnd => {
                text.trim_end_matches(['"', '\'']).to_lowercase().into()
            }
            _ => text.into(),
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Builder<'_> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        self.open.push(Vec::new());
        self.functions += u32::from(matches!(node, AnyNodeRef::StmtFunctionDef(_)));
        match node {
            AnyNodeRef::ExprStringLiteral(_) => TraversalSignal::Skip,
            AnyNodeRef::StmtAnnAssign(assign) if self.is_plain(assign) => {
                self.visit_expr(&assign.target);
                self.visit_expr(assign.value.as_deref().expect("it was just looked at"));
                TraversalSignal::Skip
            }
            _ => TraversalSignal::Traverse,
        }
    }

    fn leave_node(&mut self, node: AnyNodeRef<'a>) {
        let mut children = self.open.pop().expect("what is left was entered");
        let own = match node {
            AnyNodeRef::StmtAnnAssign(assign) if self.is_plain(assign) => {
                vec![(1, "=".into())]
            }
            _ => self.own(node, &children),
        };
        if let AnyNodeRef::StmtFunctionDef(def) = node
            && let Some(docstring) = docstring(&def.body)
        {
            children.retain(|child| child.range != Range::from(docstring));
        }
        let kind = match node {
            AnyNodeRef::StmtAnnAssign(assign) if self.is_plain(assign) => NodeKind::StmtAssign,
            _ => node.kind(),
        };
        self.functions -= u32::from(matches!(node, AnyNodeRef::StmtFunctionDef(_)));
        let range = node.range().into();
        let is_value = node.as_expr_ref().is_some() && is_loaded(node);
        let node = Node { kind, range, own, children, is_value };
        match self.open.last_mut() {
            Some(siblings) => siblings.push(node),
            None => self.done.push(node),
        }
    }
}

/// Whether an expression is read and not written or deleted.
fn is_loaded(node: AnyNodeRef<'_>) -> bool {
    match node {
        AnyNodeRef::ExprName(it) => it.ctx == ExprContext::Load,
        AnyNodeRef::ExprAttribute(it) => it.ctx == ExprContext::Load,
        AnyNodeRef::ExprSubscript(it) => it.ctx == ExprContext::Load,
        AnyNodeRef::ExprTuple(it) => it.ctx == ExprContext::Load,
        AnyNodeRef::ExprList(it) => it.ctx == ExprContext::Load,
        AnyNodeRef::ExprStarred(_) => false,
        _ => true,
    }
}

/// The place of a docstring.
pub(super) fn docstring(body: &[Stmt]) -> Option<TextRange> {
    let Stmt::Expr(first) = body.first()? else { return None };
    matches!(&*first.value, Expr::StringLiteral(_)).then(|| first.range())
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Tokens that say nothing that the nodes do not.
fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::Comma
            | TokenKind::Lpar
            | TokenKind::Rpar
            | TokenKind::Semi
    )
}
