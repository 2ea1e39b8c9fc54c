//! What must hold of a plan, however it was made.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use ssot_model::{Doer, Finding, GroupId, Package, PackageId, Plan, RepoPath};

/// Why a plan cannot be executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two packages that may run at once would write one file.
    #[error(
        "packages {0} and {1} both write {2}: let {1} wait with `depends_on = [\"{0}\"]`, or give \
         one of them `enabled = false`"
    )]
    Overlap(PackageId, PackageId, RepoPath),
    /// A dependency names no package.
    #[error(
        "package {0} depends on {1}, which is not in the plan: a package that is not wanted gets \
         `enabled = false` and stays in the file"
    )]
    UnknownDependency(PackageId, PackageId),
    /// A dependency is switched off.
    #[error(
        "package {0} depends on {1}, which is switched off and will never land: switch {0} off \
         too, or take {1} out of its `depends_on`"
    )]
    OffDependency(PackageId, PackageId),
    /// Packages wait for each other.
    #[error("package {0} depends on itself, directly or through others: {1}")]
    Cycle(PackageId, String),
    /// Two packages have one name.
    #[error("two packages are called {0}; each needs a name of its own")]
    Duplicate(PackageId),
    /// Two packages consolidate one group.
    #[error("packages {0} and {1} both consolidate group {2}; leave it to one of them")]
    SameGroup(PackageId, PackageId, GroupId),
    /// A package consolidates what somebody has left out.
    #[error(
        "package {0} consolidates group {1}, which is left out: take one of the two away, or give \
         the package `enabled = false`"
    )]
    PlannedAndLeftOut(PackageId, GroupId),
    /// A codemod would change what an agent has changed before it.
    #[error(
        "package {1} is a codemod's and waits for {0}, which an agent does and which writes {2} \
         too: its patch is made before anybody knows what the agent writes; let {0} wait for {1}"
    )]
    CodemodAfterAgent(PackageId, PackageId, RepoPath),
    /// A shim lasts until something that is no day.
    #[error("package {0}: `{1}` is no day on which a shim ends; write \"2027-12-31\"")]
    NoDay(PackageId, String),
    /// Something is left out without a reason.
    #[error("group {0} is left out without a reason: say why it stays as it is")]
    NoReason(GroupId),
}

impl Problem {
    /// The package that has to be changed; none when it is something else.
    pub fn package(&self) -> Option<&PackageId> {
        match self {
            Self::NoReason(_) => None,
            Self::Overlap(_, package, _)
            | Self::CodemodAfterAgent(_, package, _)
            | Self::UnknownDependency(package, _)
            | Self::OffDependency(package, _)
            | Self::NoDay(package, _)
            | Self::Cycle(package, _)
            | Self::Duplicate(package)
            | Self::PlannedAndLeftOut(package, _)
            | Self::SameGroup(_, package, _) => Some(package),
        }
    }
}

/// Everything that keeps a plan from being executed. Write sets are compared pair by
/// pair, whatever made them.
pub fn problems(plan: &Plan) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut places: BTreeMap<&PackageId, usize> = BTreeMap::new();
    for (at, package) in plan.packages.iter().enumerate() {
        if places.insert(&package.id, at).is_some() {
            found.push(Problem::Duplicate(package.id.clone()));
        }
    }
    for package in &plan.packages {
        for before in &package.depends_on {
            match places.get(before) {
                None => found.push(Problem::UnknownDependency(package.id.clone(), before.clone())),
                Some(at) if package.enabled && !plan.packages[*at].enabled => {
                    found.push(Problem::OffDependency(package.id.clone(), before.clone()));
                }
                Some(_) => {}
            }
        }
    }
    found.extend(cycles(plan, &places));
    if found.iter().all(|problem| matches!(problem, Problem::OffDependency(..))) {
        found.extend(overlaps(plan, &ancestors(plan)));
    }
    for package in &plan.packages {
        let days = package.groups.iter().filter_map(|group| group.shim.as_ref());
        let wrong = days.filter(|day| !ssot_model::is_day(day));
        found.extend(wrong.map(|day| Problem::NoDay(package.id.clone(), day.clone())));
    }
    found.extend(shared_groups(plan));
    found.extend(left_out(plan));
    found
}

/// The packages that each package waits for, directly or through others, by position.
/// The plan must be free of cycles and unknown names.
pub(crate) fn ancestors(plan: &Plan) -> Vec<BTreeSet<usize>> {
    let places: BTreeMap<&PackageId, usize> =
        plan.packages.iter().enumerate().map(|(at, package)| (&package.id, at)).collect();
    let mut found: Vec<Option<BTreeSet<usize>>> = vec![None; plan.packages.len()];
    for start in 0..plan.packages.len() {
        let mut open = vec![start];
        while let Some(at) = open.last().copied() {
            let before: Vec<usize> = plan.packages[at]
                .depends_on
                .iter()
                .filter_map(|id| places.get(id).copied())
                .collect();
            let unknown: Vec<usize> =
                before.iter().copied().filter(|it| found[*it].is_none()).collect();
            if unknown.is_empty() || found[at].is_some() {
                let mut all: BTreeSet<usize> = before.iter().copied().collect();
                all.extend(before.iter().filter_map(|it| found[*it].as_ref()).flatten());
                found[at] = Some(all);
                open.pop();
            } else {
                open.extend(unknown);
            }
        }
    }
    found.into_iter().map(Option::unwrap_or_default).collect()
}

fn overlaps(plan: &Plan, ancestors: &[BTreeSet<usize>]) -> Vec<Problem> {
    let mut writers: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
    for (at, package) in plan.packages.iter().enumerate().filter(|(_, it)| it.enabled) {
        for path in package.write_set.iter().collect::<BTreeSet<_>>() {
            writers.entry(path).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (path, writers) in writers {
        for (nth, b) in writers.iter().enumerate() {
            for a in &writers[..nth] {
                let id = |at: usize| plan.packages[at].id.clone();
                let (first, second) = match (ancestors[*b].contains(a), ancestors[*a].contains(b)) {
                    (true, _) => (*a, *b),
                    (_, true) => (*b, *a),
                    (false, false) => {
                        // One file tells enough about a pair.
                        if told.insert((*a, *b)) {
                            found.push(Problem::Overlap(id(*a), id(*b), path.clone()));
                        }
                        continue;
                    }
                };
                let doer = |at: usize| plan.packages[at].doer;
                let is_late = doer(first) == Doer::Agent && doer(second) == Doer::Codemod;
                if is_late && told.insert((*a, *b)) {
                    found.push(Problem::CodemodAfterAgent(id(first), id(second), path.clone()));
                }
            }
        }
    }
    found
}

fn cycles(plan: &Plan, places: &BTreeMap<&PackageId, usize>) -> Vec<Problem> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..plan.packages.len()).map(|at| graph.add_node(at)).collect();
    for (at, package) in plan.packages.iter().enumerate() {
        for before in package.depends_on.iter().filter_map(|id| places.get(id)) {
            graph.add_edge(nodes[*before], nodes[at], ());
        }
    }
    let circle = |nodes: Vec<NodeIndex>| {
        let mut members: Vec<usize> = nodes.iter().map(|node| graph[*node]).collect();
        members.sort_unstable();
        let ids: Vec<&str> = members.iter().map(|at| plan.packages[*at].id.as_str()).collect();
        let first = &plan.packages[members[0]].id;
        Problem::Cycle(
            first.clone(),
            format!("take one of {} out of a `depends_on`", ids.join(", ")),
        )
    };
    tarjan_scc(&graph)
        .into_iter()
        .filter(|nodes| nodes.len() > 1 || graph.contains_edge(nodes[0], nodes[0]))
        .map(circle)
        .collect()
}

fn shared_groups(plan: &Plan) -> Vec<Problem> {
    let mut owners: BTreeMap<&GroupId, &PackageId> = BTreeMap::new();
    let mut found = Vec::new();
    for package in plan.packages.iter().filter(|package| package.enabled) {
        for group in groups(package) {
            if let Some(owner) = owners.insert(group, &package.id) {
                let (a, b) = (owner.clone(), package.id.clone());
                found.push(Problem::SameGroup(a, b, group.clone()));
            }
        }
    }
    found
}

/// What somebody left out without a reason, or left in as well.
fn left_out(plan: &Plan) -> Vec<Problem> {
    let mut found = Vec::new();
    for left in &plan.left_out {
        if left.reason.trim().is_empty() {
            found.push(Problem::NoReason(left.group.clone()));
        }
        let holds = |package: &&Package| {
            package.enabled && groups(package).any(|group| *group == left.group)
        };
        let holders = plan.packages.iter().filter(holds);
        found.extend(
            holders.map(|it| Problem::PlannedAndLeftOut(it.id.clone(), left.group.clone())),
        );
    }
    found
}

/// The groups and findings that a package closes.
fn groups(package: &Package) -> impl Iterator<Item = &GroupId> {
    let groups = package.groups.iter().map(|it| &it.group);
    groups.chain(package.places.iter().map(|it| &it.finding))
}

/// The findings that have to change and of which the plan says nothing: neither a package
/// nor a list of what is left has them.
pub fn unaccounted<'a>(plan: &Plan, findings: &'a [Finding]) -> Vec<&'a Finding> {
    let told: BTreeSet<&GroupId> = plan
        .packages
        .iter()
        .flat_map(groups)
        .chain(plan.left_alone.iter().map(|it| &it.group))
        .chain(plan.unplanned.iter().flat_map(|it| &it.findings))
        .chain(plan.left_out.iter().map(|it| &it.group))
        .collect();
    findings.iter().filter(|it| it.is_violation() && !told.contains(&it.id)).collect()
}
