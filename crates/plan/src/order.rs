//! The order in which packages may start.

use std::collections::BTreeMap;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use ssot_model::{Package, PackageId, Plan};

use crate::check::ancestors;
use crate::{PlanError, Problem};

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
    let order = toposort(&graph, None).map_err(|cycle| {
        let id = graph[cycle.node_id()].clone();
        PlanError::Unfit(Problem::Cycle(id, "take one of them out".to_owned()))
    })?;
    Ok(order.into_iter().map(|node| graph[node].clone()).collect())
}

/// The packages that a package waits for, directly or through others, and that are
/// switched on; in the order of the plan. The plan must be free of cycles.
pub fn before<'a>(plan: &'a Plan, package: &Package) -> Vec<&'a Package> {
    let Some(at) = plan.packages.iter().position(|it| it.id == package.id) else {
        return Vec::new();
    };
    let earlier = ancestors(plan).swap_remove(at);
    earlier.into_iter().map(|at| &plan.packages[at]).filter(|it| it.enabled).collect()
}
