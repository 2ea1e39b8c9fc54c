//! Whether a piece of code fits a pattern.

use std::ops::Range;

use ruff_python_ast::comparable::ComparableExpr;
use ruff_python_ast::{self as ast, AnyNodeRef, Expr, ExprRef, Stmt};

use super::super::source::SourceFile;
use super::scopes::{Scopes, chain, is_read};
use super::substitution::Substitution;
use super::template::{Code, hole};

/// What fills a hole.
#[derive(Debug, Clone)]
pub(super) struct Capture<'a> {
    pub(super) name: String,
    /// The expressions, in order; one unless the hole takes several arguments.
    pub(super) values: Vec<&'a Expr>,
    /// The bytes, parentheses around a single expression included; none when nothing
    /// fills it.
    pub(super) range: Option<Range<usize>>,
}

/// A place that fits.
#[derive(Debug)]
pub(super) struct Match<'a> {
    pub(super) range: Range<usize>,
    pub(super) captures: Vec<Capture<'a>>,
    /// The expression, when it is one.
    pub(super) expr: Option<&'a Expr>,
}

/// Compares one pattern with one place.
struct Matcher<'m, 'a> {
    file: &'a SourceFile,
    scopes: &'m mut Scopes<'a>,
    captures: Vec<Capture<'a>>,
}

/// Whether a statement fits.
pub(super) fn statement<'a>(
    substitution: &Substitution,
    file: &'a SourceFile,
    scopes: &mut Scopes<'a>,
    stmt: &'a Stmt,
) -> Option<Match<'a>> {
    let Code::Stmt(pattern) = substitution.pattern.code() else { return None };
    let mut matcher = Matcher { file, scopes, captures: Vec::new() };
    let fits = matcher.stmt(pattern, stmt);
    let captures = matcher.captures;
    let found = Match { range: SourceFile::range(stmt), captures, expr: None };
    (fits && allowed(substitution, file, &found)).then_some(found)
}

/// Whether an expression fits.
pub(super) fn expression<'a>(
    substitution: &Substitution,
    file: &'a SourceFile,
    scopes: &mut Scopes<'a>,
    expr: &'a Expr,
) -> Option<Match<'a>> {
    let Code::Expr(pattern) = substitution.pattern.code() else { return None };
    let mut matcher = Matcher { file, scopes, captures: Vec::new() };
    let fits = is_read(expr) && matcher.expr(pattern, expr, AnyNodeRef::from(expr));
    let captures = matcher.captures;
    let found = Match { range: SourceFile::range(expr), captures, expr: Some(expr) };
    (fits && allowed(substitution, file, &found)).then_some(found)
}

/// Whether the holes hold what they may.
fn allowed(substitution: &Substitution, file: &SourceFile, found: &Match<'_>) -> bool {
    substitution.only.iter().all(|(name, texts)| {
        let capture = found.captures.iter().find(|capture| capture.name == *name);
        let text = capture.and_then(|it| it.range.clone()).map_or("", |range| &file.text[range]);
        texts.iter().any(|allowed| {
            let front = text.strip_suffix(allowed.as_str());
            front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
        })
    })
}

impl<'a> Matcher<'_, 'a> {
    fn stmt(&mut self, pattern: &Stmt, stmt: &'a Stmt) -> bool {
        let parent = AnyNodeRef::from(stmt);
        match (pattern, stmt) {
            (Stmt::Assign(pattern), Stmt::Assign(node)) => {
                let ([wanted], [target]) = (&*pattern.targets, &*node.targets) else {
                    return false;
                };
                self.expr(wanted, target, parent) && self.expr(&pattern.value, &node.value, parent)
            }
            (Stmt::AugAssign(pattern), Stmt::AugAssign(node)) => {
                pattern.op == node.op
                    && self.expr(&pattern.target, &node.target, parent)
                    && self.expr(&pattern.value, &node.value, parent)
            }
            (Stmt::Delete(pattern), Stmt::Delete(node)) => {
                let ([wanted], [target]) = (&*pattern.targets, &*node.targets) else {
                    return false;
                };
                self.expr(wanted, target, parent)
            }
            _ => false,
        }
    }

    fn expr(&mut self, pattern: &Expr, node: &'a Expr, parent: AnyNodeRef<'_>) -> bool {
        if let Some((root, rest)) = chain(pattern) {
            match hole(root) {
                Some((name, _)) if rest.is_empty() => return self.capture(name, node, parent),
                Some(_) => {}
                None => return self.same_name(root, &rest, node),
            }
        }
        let inner = AnyNodeRef::from(node);
        match (pattern, node) {
            (Expr::Attribute(pattern), Expr::Attribute(node)) => {
                pattern.attr.as_str() == node.attr.as_str()
                    && pattern.ctx == node.ctx
                    && self.expr(&pattern.value, &node.value, inner)
            }
            (Expr::Call(pattern), Expr::Call(node)) => {
                self.expr(&pattern.func, &node.func, inner)
                    && self.arguments(&pattern.arguments, &node.arguments)
            }
            (Expr::Subscript(pattern), Expr::Subscript(node)) => {
                pattern.ctx == node.ctx
                    && self.expr(&pattern.value, &node.value, inner)
                    && self.expr(&pattern.slice, &node.slice, inner)
            }
            (Expr::Compare(pattern), Expr::Compare(node)) => {
                pattern.ops == node.ops
                    && self.expr(&pattern.left, &node.left, inner)
                    && self.all(&pattern.comparators, &node.comparators, inner)
            }
            (Expr::BinOp(pattern), Expr::BinOp(node)) => {
                pattern.op == node.op
                    && self.expr(&pattern.left, &node.left, inner)
                    && self.expr(&pattern.right, &node.right, inner)
            }
            (Expr::BoolOp(pattern), Expr::BoolOp(node)) => {
                pattern.op == node.op && self.all(&pattern.values, &node.values, inner)
            }
            (Expr::UnaryOp(pattern), Expr::UnaryOp(node)) => {
                pattern.op == node.op && self.expr(&pattern.operand, &node.operand, inner)
            }
            (Expr::Await(pattern), Expr::Await(node)) => {
                self.expr(&pattern.value, &node.value, inner)
            }
            (Expr::Tuple(pattern), Expr::Tuple(node)) => self.all(&pattern.elts, &node.elts, inner),
            (Expr::List(pattern), Expr::List(node)) => self.all(&pattern.elts, &node.elts, inner),
            (Expr::If(pattern), Expr::If(node)) => {
                self.expr(&pattern.body, &node.body, inner)
                    && self.expr(&pattern.test, &node.test, inner)
                    && self.expr(&pattern.orelse, &node.orelse, inner)
            }
            _ => ComparableExpr::from(pattern) == ComparableExpr::from(node),
        }
    }

    fn all(&mut self, patterns: &[Expr], nodes: &'a [Expr], parent: AnyNodeRef<'_>) -> bool {
        patterns.len() == nodes.len()
            && patterns.iter().zip(nodes).all(|(pattern, node)| self.expr(pattern, node, parent))
    }

    /// Both names mean the same.
    fn same_name(&mut self, root: &str, rest: &str, node: &Expr) -> bool {
        if chain(node).is_none() {
            return false;
        }
        let wanted = match rest {
            "" => format!("builtins.{root}"),
            rest => format!("{root}{rest}"),
        };
        let wanted = self.scopes.canonical(&wanted);
        self.scopes.absolute(node).is_some_and(|absolute| absolute == wanted)
    }

    fn capture(&mut self, name: &str, node: &'a Expr, parent: AnyNodeRef<'_>) -> bool {
        if node.is_starred_expr() || node.is_slice_expr() {
            return false;
        }
        if let Some(known) = self.captures.iter().find(|capture| capture.name == name) {
            let [known] = known.values[..] else { return false };
            return ComparableExpr::from(known) == ComparableExpr::from(node);
        }
        let range = self.file.outer_range(ExprRef::from(node), parent);
        self.captures.push(Capture {
            name: name.to_owned(),
            values: vec![node],
            range: Some(range),
        });
        true
    }

    fn arguments(&mut self, pattern: &ast::Arguments, node: &'a ast::Arguments) -> bool {
        let parent = AnyNodeRef::from(node);
        let rest = pattern.args.last().and_then(|last| match last {
            Expr::Name(name) => hole(name.id.as_str()).filter(|(_, many)| *many),
            _ => None,
        });
        let fixed = pattern.args.len() - usize::from(rest.is_some());
        if node.args.len() < fixed || rest.is_none() && node.args.len() > fixed {
            return false;
        }
        let (first, more) = node.args.split_at(fixed);
        if first.iter().any(Expr::is_starred_expr)
            || !self.all(&pattern.args[..fixed], first, parent)
        {
            return false;
        }
        let mut open: Vec<&'a ast::Keyword> = node.keywords.iter().collect();
        for wanted in &pattern.keywords {
            let name = wanted.arg.as_deref();
            let at = open.iter().position(|it| name.is_some() && it.arg.as_deref() == name);
            let Some(at) = at else { return false };
            let keyword = open.remove(at);
            if !self.expr(&wanted.value, &keyword.value, AnyNodeRef::from(keyword)) {
                return false;
            }
        }
        match rest {
            Some((name, _)) => self.rest(name, more, &open, parent),
            None => open.is_empty(),
        }
    }

    /// Everything that is left of the arguments; it must stand together.
    fn rest(
        &mut self,
        name: &str,
        args: &'a [Expr],
        keywords: &[&'a ast::Keyword],
        parent: AnyNodeRef<'_>,
    ) -> bool {
        let of_args = args.iter().map(|it| self.file.outer_range(ExprRef::from(it), parent));
        let of_keywords = keywords.iter().map(|it| {
            let value = self.file.outer_range(ExprRef::from(&it.value), AnyNodeRef::from(*it));
            SourceFile::range(*it).start..value.end.max(SourceFile::range(*it).end)
        });
        let mut ranges: Vec<Range<usize>> = of_args.chain(of_keywords).collect();
        ranges.sort_by_key(|range| range.start);
        let range = ranges.first().zip(ranges.last()).map(|(a, b)| a.start..b.end);
        let others = self.captures.iter().filter_map(|capture| capture.range.clone());
        let mixed = range.as_ref().is_some_and(|range| {
            others.into_iter().any(|other| range.start < other.start && other.end < range.end)
        });
        let values = args.iter().chain(keywords.iter().map(|keyword| &keyword.value));
        let values = values.collect();
        self.captures.push(Capture { name: name.to_owned(), values, range });
        !mixed
    }
}
