//! Graphviz.

use std::fmt::Write;

use ssot_model::MapView;

use super::Graph;

/// The map as a directed graph; what is part of a cycle or a violation is red.
pub(crate) fn dot(view: &MapView) -> String {
    let graph = Graph::of(view);
    let mut text = "digraph map {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (at, name) in graph.nodes.iter().enumerate() {
        let label = name.replace('\\', "\\\\").replace('"', "\\\"");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  n{at} [label=\"{label}\"];");
    }
    for edge in &graph.edges {
        let mark = if edge.marked { ", color=red" } else { "" };
        let (from, to, label) = (edge.from, edge.to, &edge.label);
        let _ = writeln!(text, "  n{from} -> n{to} [label=\"{label}\"{mark}];");
    }
    text.push_str("}\n");
    text
}
