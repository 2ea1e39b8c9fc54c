//! What one class has of another, member by member.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr, NodeKind, PySourceType, Stmt};
use ruff_text_size::Ranged;

use super::tree::{self, Node};
use super::walk::Walk;
use super::{Side, excerpt};
use crate::python::depth;

/// What the kept class has of the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    /// Members that only the other class has, in its order.
    pub missing: Vec<Member>,
    /// Members that only the kept class has, in its order.
    pub extra: Vec<Member>,
    /// Members that both have, in the order of the other.
    pub common: Vec<CompactString>,
    /// Whether the fields that both have stand in one order.
    pub in_order: bool,
    /// Names of the module that both read, which have to mean the same.
    pub shared: BTreeSet<CompactString>,
}

/// A statement of a class body that binds a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: CompactString,
    /// Whether it is a method.
    pub is_method: bool,
    /// Where it stands, in bytes from the first line of the class.
    pub range: Range<usize>,
    /// Names of the module that it reads.
    pub reads: BTreeSet<CompactString>,
}

/// Lays two classes side by side. An error says where they contradict each other: in
/// their heads, or in a member of one name.
pub fn cover(kept: Side<'_>, other: Side<'_>) -> Result<Cover, String> {
    let (one, two) = (excerpt(kept)?, excerpt(other)?);
    let parsed = ruff_python_parser::parse_unchecked_source(one, PySourceType::Python);
    let others = ruff_python_parser::parse_unchecked_source(two, PySourceType::Python);
    let compare = || {
        let (left, right) = (class(parsed.suite())?, class(others.suite())?);
        let trees = (
            tree::of_class(one, parsed.tokens(), left),
            tree::of_class(two, others.tokens(), right),
        );
        sides(trees, (left, right), (kept, other), (one, two))
    };
    let deep = depth::stack(parsed.tokens()).into_iter().chain(depth::stack(others.tokens()));
    match deep.max() {
        None => compare(),
        Some(bytes) => stacker::grow(bytes, compare),
    }
}

fn class(suite: &[Stmt]) -> Result<&ast::StmtClassDef, String> {
    match suite {
        [Stmt::ClassDef(def)] => Ok(def),
        _ => Err("only classes at the top level of a module are merged".to_owned()),
    }
}

fn sides(
    (one, two): (Node, Node),
    (left, right): (&ast::StmtClassDef, &ast::StmtClassDef),
    (kept, other): (Side<'_>, Side<'_>),
    texts: (&str, &str),
) -> Result<Cover, String> {
    let starts = (start(left), start(right));
    let extra = BTreeMap::new();
    let mut walk = Walk::new((kept.free, other.free), texts, &extra);
    let heads = |node: &Node, from: usize, own: &str| -> Vec<Node> {
        let head = node.children.iter().filter(|it| it.range.end <= from);
        head.filter(|it| it.name() != Some(own)).cloned().collect()
    };
    let (head, other_head) =
        (heads(&one, starts.0, left.name.as_str()), heads(&two, starts.1, right.name.as_str()));
    let same_head = head.len() == other_head.len()
        && head.iter().zip(&other_head).all(|(a, b)| walk.equal(a, b));
    if !same_head {
        return Err("their bases or decorators differ".to_owned());
    }
    let (members, others) = (members(left, &one)?, members(right, &two)?);
    let mut cover = Cover::default();
    let mut fields: Vec<usize> = Vec::new();
    for member in &others {
        let Some(at) = members.iter().position(|it| it.key == member.key) else {
            cover.missing.push(described(member, other.free));
            continue;
        };
        if !walk.apart(|walk| walk.equal(&members[at].node, &member.node)) {
            return Err(format!("`{}` differs", member.key.0));
        }
        if !member.is_method {
            fields.push(at);
        }
        cover.common.push(member.key.0.clone());
    }
    cover.in_order = fields.is_sorted();
    let only = members.iter().filter(|it| others.iter().all(|other| other.key != it.key));
    cover.extra = only.map(|it| described(it, kept.free)).collect();
    cover.shared = walk.shared;
    Ok(cover)
}

/// Where the body of a class begins.
fn start(def: &ast::StmtClassDef) -> usize {
    def.body.first().map_or(0, |first| first.range().start().to_usize())
}

struct Bound {
    /// The name, and how many members before it have it: a property and its setter.
    key: (CompactString, usize),
    is_method: bool,
    node: Node,
}

/// The members of a class; what describes it is none.
fn members(def: &ast::StmtClassDef, class: &Node) -> Result<Vec<Bound>, String> {
    let mut members: Vec<Bound> = Vec::new();
    for stmt in &def.body {
        let name = match stmt {
            Stmt::FunctionDef(method) => method.name.as_str(),
            Stmt::Assign(assign) => match &*assign.targets {
                [Expr::Name(name)] => name.id.as_str(),
                _ => return Err("a class with several targets in one line".to_owned()),
            },
            Stmt::AnnAssign(assign) => match &*assign.target {
                Expr::Name(name) => name.id.as_str(),
                _ => return Err("a class that annotates something else".to_owned()),
            },
            Stmt::Pass(_) => continue,
            Stmt::Expr(it) if it.value.is_string_literal_expr() => continue,
            Stmt::Expr(it) if it.value.is_ellipsis_literal_expr() => continue,
            _ => return Err("a class that executes something".to_owned()),
        };
        let range = Range::from(stmt.range());
        let node = class.children.iter().find(|it| it.range == range);
        let node = node.cloned().ok_or("a class that was not read as a whole")?;
        let count = members.iter().filter(|it| it.key.0 == name).count();
        let is_method = stmt.is_function_def_stmt();
        members.push(Bound { key: (name.into(), count), is_method, node });
    }
    Ok(members)
}

fn described(member: &Bound, free: &[CompactString]) -> Member {
    let mut reads = BTreeSet::new();
    member.node.walk(&mut |node| {
        if node.kind == NodeKind::ExprName
            && let Some(name) = node.name()
            && free.iter().any(|it| it == name)
        {
            reads.insert(name.into());
        }
    });
    Member {
        name: member.key.0.clone(),
        is_method: member.is_method,
        range: member.node.range.clone(),
        reads,
    }
}
