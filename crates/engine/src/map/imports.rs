//! Which package imports which, and who imports each other.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Index, Role};
use ssot_model::{ImportEdge, ImportMap};

/// The imports of production code between packages whose names have so many parts.
pub(super) fn imports(index: &Index, depth: u32) -> ImportMap {
    let mut packages: BTreeMap<&str, u32> = BTreeMap::new();
    let mut edges: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (id, module) in index.modules().filter(|(_, it)| it.role == Role::Production) {
        let from = package(&module.name, depth);
        *packages.entry(from).or_default() += 1;
        let imported: BTreeSet<&str> = index
            .imported_modules(id)
            .filter(|id| index.module(*id).role == Role::Production)
            .map(|id| package(&index.module(id).name, depth))
            .filter(|to| *to != from)
            .collect();
        for to in imported {
            *edges.entry((from, to)).or_default() += 1;
        }
    }
    let cycles = cycles(&edges);
    let together =
        |a: &str, b: &str| cycles.iter().any(|cycle| cycle.contains(&a) && cycle.contains(&b));
    let edge = |((from, to), modules): (&(&str, &str), &u32)| ImportEdge {
        from: (*from).to_owned(),
        to: (*to).to_owned(),
        modules: *modules,
        in_cycle: together(from, to),
    };
    ImportMap {
        depth,
        packages: packages.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        edges: edges.iter().map(edge).collect(),
        cycles: cycles
            .iter()
            .map(|cycle| cycle.iter().map(|name| (*name).to_owned()).collect())
            .collect(),
    }
}

/// The first parts of a dotted name.
fn package(name: &str, depth: u32) -> &str {
    let mut dots = name.match_indices('.').map(|(at, _)| at);
    let end = dots.nth((depth.max(1) - 1) as usize);
    end.map_or(name, |end| &name[..end])
}

/// Sets of packages of which each reaches each, by the two walks of Kosaraju.
fn cycles<'a>(edges: &BTreeMap<(&'a str, &'a str), u32>) -> Vec<BTreeSet<&'a str>> {
    let mut forward: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut backward: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        forward.entry(from).or_default().push(to);
        backward.entry(to).or_default().push(from);
    }
    let mut left: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for start in forward.keys() {
        leave(start, &forward, &mut seen, &mut left);
    }
    seen.clear();
    let mut cycles = Vec::new();
    while let Some(start) = left.pop() {
        let mut reached = Vec::new();
        leave(start, &backward, &mut seen, &mut reached);
        if reached.len() > 1 {
            cycles.push(reached.into_iter().collect());
        }
    }
    cycles.sort();
    cycles
}

/// Walks along the edges and lists what it leaves for good, the deepest first.
fn leave<'a>(
    start: &'a str,
    edges: &BTreeMap<&'a str, Vec<&'a str>>,
    seen: &mut BTreeSet<&'a str>,
    left: &mut Vec<&'a str>,
) {
    if !seen.insert(start) {
        return;
    }
    let next = |node: &str| edges.get(node).map_or(&[][..], Vec::as_slice);
    let mut open = vec![(start, next(start).iter())];
    while let Some((node, rest)) = open.last_mut() {
        match rest.next() {
            Some(to) if seen.insert(to) => open.push((to, next(to).iter())),
            Some(_) => {}
            None => {
                left.push(node);
                open.pop();
            }
        }
    }
}
