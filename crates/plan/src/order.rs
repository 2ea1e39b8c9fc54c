//! The order in which packages may start.

use std::collections::BTreeMap;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use ssot_model::{PackageId, Plan};

use crate::PlanError;

/// Packages by id in an order in which each comes after what it depends on;
/// otherwise the order of the plan.
pub fn start_order(plan: &Plan) -> Result<Vec<PackageId>, PlanError> {
    let mut graph: DiGraph<&PackageId, ()> = DiGraph::new();
    let nodes: BTreeMap<&PackageId, NodeIndex> = plan
        .packages
        .iter()
        .rev()
        .map(|package| (&package.id, graph.add_node(&package.id)))
        .collect();
    for package in &plan.packages {
        for dependency in &package.depends_on {
            if let Some(before) = nodes.get(dependency) {
                graph.add_edge(*before, nodes[&package.id], ());
            }
        }
    }
    let order =
        toposort(&graph, None).map_err(|cycle| PlanError::Cycle(graph[cycle.node_id()].clone()))?;
    Ok(order.into_iter().map(|node| graph[node].clone()).collect())
}
