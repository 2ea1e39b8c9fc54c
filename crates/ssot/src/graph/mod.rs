//! Maps and plans as graphs for other programs to draw.

mod dot;
mod mermaid;
pub(crate) mod plan;

use std::collections::BTreeMap;

use ssot_model::{MapView, Verdict};

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;

/// Nodes with their labels, and arrows between them.
struct Graph {
    nodes: Vec<String>,
    edges: Vec<Edge>,
}

/// An arrow between two nodes, by their positions.
struct Edge {
    from: usize,
    to: usize,
    label: String,
    /// Drawn so that the eye finds it.
    marked: bool,
}

impl Graph {
    /// The nodes and arrows of a map; none for one that is no graph.
    fn of(view: &MapView) -> Self {
        let mut named: Vec<(String, String, String, bool)> = Vec::new();
        match view {
            MapView::Imports(map) => {
                for edge in &map.edges {
                    let label = edge.modules.to_string();
                    named.push((edge.from.clone(), edge.to.clone(), label, edge.in_cycle));
                }
            }
            MapView::Concepts(entries) => {
                for entry in entries {
                    let verdict = entry.verdict.map_or("declared", Verdict::as_str);
                    let others = entry.others.iter();
                    let to = entry.canonical.as_ref().map_or(&entry.name, |it| &it.name);
                    let marked = entry.verdict.is_some_and(Verdict::is_violation);
                    named.extend(
                        others.map(|it| (it.name.clone(), to.clone(), verdict.to_owned(), marked)),
                    );
                }
            }
            MapView::Literals(_) | MapView::NamedValues(_) | MapView::Capabilities(_) => {}
        }
        let mut positions: BTreeMap<String, usize> = BTreeMap::new();
        let packages = match view {
            MapView::Imports(map) => map.packages.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        };
        let ends = named.iter().flat_map(|(from, to, ..)| [from.clone(), to.clone()]);
        for name in packages.into_iter().chain(ends) {
            let next = positions.len();
            positions.entry(name).or_insert(next);
        }
        let edges = named.into_iter().map(|(from, to, label, marked)| Edge {
            from: positions[&from],
            to: positions[&to],
            label,
            marked,
        });
        let edges = edges.collect();
        let mut nodes = vec![String::new(); positions.len()];
        for (name, at) in positions {
            nodes[at] = name;
        }
        Self { nodes, edges }
    }
}
