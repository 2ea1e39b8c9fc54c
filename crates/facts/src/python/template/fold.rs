//! Branches that are never taken while a parameter has its default.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ruff_python_ast::NodeKind;

use super::tree::Node;

/// Takes out of a function what does not happen while the parameters have their
/// defaults, and says which of them decided something. Parameters that are bound again
/// keep everything.
pub(super) fn fold(
    function: &mut Node,
    defaults: &BTreeMap<CompactString, String>,
) -> BTreeSet<CompactString> {
    let mut bound: Vec<String> = Vec::new();
    function.walk(&mut |node| {
        if node.kind == NodeKind::ExprName
            && !node.is_value
            && let Some(name) = node.name()
        {
            bound.push(name.to_owned());
        }
    });
    let decided = RefCell::new(BTreeSet::new());
    let constant = |name: &str| {
        let default = defaults.get(name)?;
        let constant = (!bound.iter().any(|it| it == name)).then_some(default.as_str())?;
        decided.borrow_mut().insert(CompactString::from(name));
        Some(constant)
    };
    branches(function, &constant);
    decided.into_inner()
}

fn branches<'d>(node: &mut Node, constant: &dyn Fn(&str) -> Option<&'d str>) {
    let mut at = 0;
    while at < node.children.len() {
        branches(&mut node.children[at], constant);
        let child = &node.children[at];
        let has_else = child.children.iter().any(|it| it.kind == NodeKind::ElifElseClause);
        let taken = (child.kind == NodeKind::StmtIf && !has_else)
            .then(|| child.children.first().and_then(|test| truth(test, constant)))
            .flatten();
        let Some(taken) = taken else {
            at += 1;
            continue;
        };
        let inside: Vec<Node> =
            if taken { node.children[at].children.drain(1..).collect() } else { Vec::new() };
        let count = inside.len();
        node.children.splice(at..=at, inside);
        for (before, _) in &mut node.own {
            if *before > at {
                *before = *before + count - 1;
            }
        }
        at += count;
    }
}

/// What a condition comes to, when the constants decide it.
fn truth<'d>(test: &Node, constant: &dyn Fn(&str) -> Option<&'d str>) -> Option<bool> {
    let value = |node: &Node| constant(node.name().filter(|_| node.kind == NodeKind::ExprName)?);
    let words: Vec<&str> = test.own.iter().map(|(_, word)| word.as_str()).collect();
    match (test.kind, &*test.children) {
        (NodeKind::ExprName, _) => match value(test)? {
            "None" | "False" => Some(false),
            "True" => Some(true),
            _ => None,
        },
        (NodeKind::ExprUnaryOp, [operand]) if words == ["not"] => {
            truth(operand, constant).map(|it| !it)
        }
        (NodeKind::ExprCompare, [left, right]) if right.kind == NodeKind::ExprNoneLiteral => {
            let is_none = value(left)? == "None";
            match &*words {
                ["is"] => Some(is_none),
                ["is", "not"] => Some(!is_none),
                _ => None,
            }
        }
        _ => None,
    }
}
