//! Audits and dry runs to packages with disjoint write sets in a dependency graph.
//!
//! A write set is never declared: it is what the dry run of the codemod wrote.
//! Groups whose write sets meet become one package, so packages are disjoint by
//! construction and can be worked on in parallel.

mod file;
mod order;

use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;
use ssot_audit::{Audit, Choice};
use ssot_facts::Index;
use ssot_model::{
    CommitId, LeftAlone, Package, PackageGroup, PackageId, Plan, Priority, RepoPath, Strategy,
};

pub use file::{PlanError, parse, render};
pub use order::start_order;

/// An audit with what its dry run touched.
pub struct Draft<'a> {
    /// The audit.
    pub audit: &'a Audit,
    /// Files that the dry run wrote or deleted.
    pub write_set: Vec<RepoPath>,
    /// Files on which the decision rests beyond the write set.
    pub read_set: Vec<RepoPath>,
}

/// Builds the plan.
pub fn build(
    base: CommitId,
    index: &Index,
    drafts: &[Draft<'_>],
    left_alone: Vec<LeftAlone>,
    rewrite_imports: bool,
) -> Plan {
    let write_sets: Vec<&[RepoPath]> = drafts.iter().map(|it| it.write_set.as_slice()).collect();
    let mut packages: Vec<Package> = components(&write_sets)
        .into_iter()
        .map(|together| together.into_iter().map(|at| &drafts[at]).collect::<Vec<_>>())
        .map(|drafts| package(index, &drafts))
        .collect();
    packages.sort_by(|a, b| (a.priority, &a.write_set).cmp(&(b.priority, &b.write_set)));
    for (number, package) in packages.iter_mut().enumerate() {
        let slug = slug(&package.groups[0].name);
        package.id = PackageId::new(format!("p{:02}-{slug}", number + 1));
    }
    Plan { schema: Plan::SCHEMA.to_owned(), base, rewrite_imports, packages, left_alone }
}

/// Positions of write sets that meet, together; directly or through others.
fn components(write_sets: &[&[RepoPath]]) -> Vec<Vec<usize>> {
    let mut sets = UnionFind::<usize>::new(write_sets.len());
    let mut owners: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for (at, write_set) in write_sets.iter().enumerate() {
        for path in *write_set {
            let owner = *owners.entry(path).or_insert(at);
            sets.union(owner, at);
        }
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..write_sets.len() {
        components.entry(sets.find(at)).or_default().push(at);
    }
    components.into_values().collect()
}

fn package(index: &Index, drafts: &[&Draft<'_>]) -> Package {
    let mut write_set: Vec<RepoPath> =
        drafts.iter().flat_map(|draft| draft.write_set.iter().cloned()).collect();
    write_set.sort();
    write_set.dedup();
    let mut read_set: Vec<RepoPath> =
        drafts.iter().flat_map(|draft| draft.read_set.iter().cloned()).collect();
    read_set.sort();
    read_set.dedup();
    read_set.retain(|path| !write_set.contains(path));
    let groups: Vec<PackageGroup> = drafts.iter().map(|draft| group(index, draft.audit)).collect();
    let cost: u32 = drafts.iter().map(|draft| draft.audit.finding.cost).sum();
    Package {
        id: PackageId::new(""),
        title: title(&groups),
        priority: priority(cost),
        enabled: true,
        depends_on: Vec::new(),
        write_set,
        read_set,
        groups,
    }
}

/// Costs from which a package comes first, or at least not last.
const FIRST_COST: u32 = 60;
const NORMAL_COST: u32 = 12;

fn priority(cost: u32) -> Priority {
    match cost {
        FIRST_COST.. => Priority::P0,
        NORMAL_COST.. => Priority::P1,
        _ => Priority::P2,
    }
}

fn group(index: &Index, audit: &Audit) -> PackageGroup {
    let dotted =
        |ids: &[ssot_facts::DefinitionId]| ids.iter().map(|id| index.dotted(*id)).collect();
    let (strategy, canonical, copies) = match &audit.choice {
        Choice::Redirect { canonical, copies } => {
            (Strategy::Redirect, index.dotted(*canonical), dotted(copies))
        }
        Choice::Extract { source, members, module, .. } => {
            let name = &index.definition(*source).name;
            (Strategy::Extract, format!("{module}.{name}"), dotted(members))
        }
        Choice::Delete { module } => {
            let path = index.module(*module).path.to_string();
            (Strategy::Delete, index.module(*module).name.to_string(), vec![path])
        }
        Choice::Accept => (Strategy::Accept, String::new(), Vec::new()),
    };
    PackageGroup {
        group: audit.finding.id.clone(),
        name: audit.finding.name.clone(),
        verdict: audit.verdict,
        strategy,
        canonical,
        copies,
        why: audit.reason.clone(),
    }
}

fn title(groups: &[PackageGroup]) -> String {
    let one = |group: &PackageGroup| match group.strategy {
        Strategy::Redirect => {
            let module = group.canonical.rsplit_once('.').map_or("", |(module, _)| module);
            format!("Take `{}` from {module}", group.name)
        }
        Strategy::Extract => format!("Move `{}` to {}", group.name, group.canonical),
        Strategy::Delete => format!("Delete {}, which cannot be imported", group.copies[0]),
        Strategy::Accept => format!("Keep `{}`", group.name),
    };
    match groups {
        [only] => one(only),
        [first, rest @ ..] => format!("{} and {} more", one(first), rest.len()),
        [] => String::new(),
    }
}

/// A name as part of an identifier: lower case, dashes, short.
fn slug(name: &str) -> String {
    const LONGEST: usize = 32;
    let text: String = name
        .chars()
        .map(
            |letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' },
        )
        .take(LONGEST)
        .collect();
    text.trim_matches('-').to_owned()
}

/// The groups that no package touches, with the reason: verdicts that are no
/// violation, choices to accept, and single members that were refused.
pub fn left_alone(audits: &[Audit]) -> Vec<LeftAlone> {
    let mut left = Vec::new();
    for audit in audits {
        let finding = &audit.finding;
        let entry = |places: Vec<String>, reason: &str| LeftAlone {
            group: finding.id.clone(),
            name: finding.name.clone(),
            verdict: audit.verdict,
            places,
            reason: reason.to_owned(),
        };
        if audit.choice == Choice::Accept {
            let place =
                |member: &ssot_model::Member| format!("{}:{}", member.path, member.span.start);
            let reason = if audit.verdict.is_violation() {
                audit.reason.clone()
            } else {
                let facts: Vec<&str> =
                    finding.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
                facts.first().map_or_else(|| audit.reason.clone(), |fact| (*fact).to_owned())
            };
            left.push(entry(finding.members.iter().map(place).collect(), &reason));
        } else {
            let refusals = audit.refusals.iter();
            left.extend(refusals.map(|it| entry(vec![it.place.clone()], &it.reason)));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use ssot_model::RepoPath;

    use super::components;

    proptest! {
        #[test]
        fn packages_write_disjoint_files_and_lose_no_group(
            sets in prop::collection::vec(prop::collection::vec(0u8..12, 1..4), 0..16)
        ) {
            let path = |number: &u8| RepoPath::new(&format!("f{number}.py")).expect("plain");
            let sets: Vec<Vec<RepoPath>> =
                sets.iter().map(|set| set.iter().map(path).collect()).collect();
            let slices: Vec<&[RepoPath]> = sets.iter().map(Vec::as_slice).collect();
            let found = components(&slices);
            let mut seen = BTreeSet::new();
            let mut groups: Vec<usize> = Vec::new();
            for component in &found {
                let files: BTreeSet<&RepoPath> =
                    component.iter().flat_map(|at| &sets[*at]).collect();
                for file in files {
                    prop_assert!(seen.insert(file), "{} is written twice", file);
                }
                groups.extend(component);
            }
            groups.sort_unstable();
            prop_assert_eq!(groups, (0..sets.len()).collect::<Vec<_>>());
        }
    }
}
