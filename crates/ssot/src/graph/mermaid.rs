//! Mermaid, as pages of GitHub and GitLab draw it.

use std::fmt::Write;

use ssot_model::MapView;

use super::Graph;

/// The map as a flowchart; what is part of a cycle or a violation is red.
pub(crate) fn mermaid(view: &MapView) -> String {
    let graph = Graph::of(view);
    let mut text = "flowchart LR\n".to_owned();
    for (at, name) in graph.nodes.iter().enumerate() {
        let label = name.replace('"', "#quot;");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  n{at}[\"{label}\"]");
    }
    let mut marked: Vec<String> = Vec::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let _ = writeln!(text, "  n{} -->|{}| n{}", edge.from, edge.label, edge.to);
        if edge.marked {
            marked.push(at.to_string());
        }
    }
    if !marked.is_empty() {
        let _ = writeln!(text, "  linkStyle {} stroke:red", marked.join(","));
    }
    text
}
