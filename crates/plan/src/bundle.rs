//! Which drafts become one package, and which packages wait for each other.
//!
//! Drafts that write a common file belong together: their edits are made as one. A
//! *hub*, a file that many drafts write, would make one giant package of everything
//! that meets in it. When a package is larger than [`LARGEST`] and falls apart without
//! its hub, its parts stay packages of their own; those that write the hub come one
//! after the other.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;
use ssot_model::RepoPath;

/// Files of a package up to which nothing is taken apart.
const LARGEST: usize = 8;
/// Files beside the hub from which a part is a package of its own; smaller parts
/// become one.
const SMALLEST: usize = 4;
/// Drafts that must meet in a file before it is a hub.
const MEETING: usize = 2;

/// Drafts that are one package, by their positions.
pub(crate) type Bundle = Vec<usize>;

/// Takes drafts together so that no two bundles write a common file, unless that file
/// is a hub. Files in `whole` are never hubs.
pub(crate) fn bundles(write_sets: &[&[RepoPath]], whole: &BTreeSet<RepoPath>) -> Vec<Bundle> {
    let all: Vec<usize> = (0..write_sets.len()).collect();
    let mut found = Vec::new();
    let mut open = components(write_sets, &all, &BTreeSet::new());
    let mut hubs: BTreeSet<&RepoPath> = BTreeSet::new();
    while let Some(together) = open.pop() {
        match split(write_sets, &together, whole, &mut hubs) {
            Some(parts) => open.extend(parts),
            None => found.push(together),
        }
    }
    found.sort();
    found
}

/// The parts of a large component without its hub; none when it has to stay whole.
fn split<'a>(
    write_sets: &[&'a [RepoPath]],
    together: &[usize],
    whole: &BTreeSet<RepoPath>,
    hubs: &mut BTreeSet<&'a RepoPath>,
) -> Option<Vec<Bundle>> {
    let mut writers: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for path in together.iter().flat_map(|at| write_sets[*at]) {
        *writers.entry(path).or_default() += 1;
    }
    if writers.len() <= LARGEST {
        return None;
    }
    let hub = writers
        .iter()
        .filter(|(path, count)| {
            **count >= MEETING && !whole.contains(**path) && !hubs.contains(**path)
        })
        .max_by_key(|(path, count)| (**count, std::cmp::Reverse(**path)));
    let hub = *hub?.0;
    let mut without = hubs.clone();
    without.insert(hub);
    let files = |part: &Bundle| -> usize {
        let paths = part.iter().flat_map(|at| write_sets[*at]);
        paths.filter(|path| !without.contains(path)).collect::<BTreeSet<_>>().len()
    };
    let (mut parts, small): (Vec<Bundle>, Vec<Bundle>) = components(write_sets, together, &without)
        .into_iter()
        .partition(|part| files(part) >= SMALLEST);
    // What is small has the hub as its main file: one owner for all of it.
    let mut owner: Bundle = small.into_iter().flatten().collect();
    owner.sort_unstable();
    if !owner.is_empty() {
        parts.push(owner);
    }
    if parts.len() < 2 {
        return None;
    }
    hubs.insert(hub);
    Some(parts)
}

/// Those of the drafts that write a common file, together; directly or through others.
/// Files in `without` do not count.
fn components(
    write_sets: &[&[RepoPath]],
    drafts: &[usize],
    without: &BTreeSet<&RepoPath>,
) -> Vec<Bundle> {
    let mut sets = UnionFind::<usize>::new(drafts.len());
    let mut owners: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for path in write_sets[*draft].iter().filter(|path| !without.contains(path)) {
            let owner = *owners.entry(path).or_insert(at);
            sets.union(owner, at);
        }
    }
    let mut components: BTreeMap<usize, Bundle> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        components.entry(sets.find(at)).or_default().push(*draft);
    }
    components.into_values().collect()
}

/// For each of the write sets, in the order of the plan, the nearest one before it with
/// which it shares a file, for each file. What goes before has a lower position, so
/// there can be no cycle.
pub(crate) fn waits_for(write_sets: &[&[RepoPath]]) -> Vec<BTreeSet<usize>> {
    let mut last: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    let mut waits = Vec::with_capacity(write_sets.len());
    for (at, write_set) in write_sets.iter().enumerate() {
        waits.push(write_set.iter().filter_map(|path| last.insert(path, at)).collect());
    }
    waits
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use ssot_model::RepoPath;

    use super::{LARGEST, bundles, waits_for};

    fn path(number: usize) -> RepoPath {
        RepoPath::new(&format!("f{number}.py")).expect("plain")
    }

    fn paths(sets: &[Vec<usize>]) -> Vec<Vec<RepoPath>> {
        sets.iter().map(|set| set.iter().map(|it| path(*it)).collect()).collect()
    }

    /// The write sets of the bundles of drafts.
    fn written(sets: &[Vec<RepoPath>], found: &[Vec<usize>]) -> Vec<Vec<RepoPath>> {
        let files = |bundle: &Vec<usize>| -> BTreeSet<RepoPath> {
            bundle.iter().flat_map(|at| sets[*at].iter().cloned()).collect()
        };
        found.iter().map(|bundle| files(bundle).into_iter().collect()).collect()
    }

    fn slices(sets: &[Vec<RepoPath>]) -> Vec<&[RepoPath]> {
        sets.iter().map(Vec::as_slice).collect()
    }

    /// Whether `to` waits for `from`, directly or through others.
    fn reaches(waits: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
        waits[to].iter().any(|at| *at == from || reaches(waits, from, *at))
    }

    proptest! {
        #[test]
        fn bundles_lose_no_draft_and_parallel_ones_are_disjoint(
            sets in prop::collection::vec(prop::collection::vec(0usize..24, 1..6), 0..24)
        ) {
            let sets = paths(&sets);
            let found = bundles(&slices(&sets), &BTreeSet::new());
            let mut drafts: Vec<usize> = found.iter().flatten().copied().collect();
            drafts.sort_unstable();
            prop_assert_eq!(drafts, (0..sets.len()).collect::<Vec<_>>());
            let written = written(&sets, &found);
            let waits = waits_for(&slices(&written));
            for (b, of_b) in written.iter().enumerate() {
                // Only what comes earlier is waited for: the graph has no cycle.
                prop_assert!(waits[b].iter().all(|at| *at < b));
                for (a, of_a) in written.iter().enumerate().take(b) {
                    let shared = of_a.iter().any(|path| of_b.contains(path));
                    prop_assert!(!shared || reaches(&waits, a, b), "{} and {} run at once", a, b);
                }
            }
        }

        #[test]
        fn without_hubs_all_bundles_are_disjoint(
            sets in prop::collection::vec(prop::collection::vec(0usize..24, 1..6), 0..24)
        ) {
            let sets = paths(&sets);
            let whole: BTreeSet<RepoPath> = sets.iter().flatten().cloned().collect();
            let written = written(&sets, &bundles(&slices(&sets), &whole));
            let mut seen = BTreeSet::new();
            prop_assert!(written.iter().flatten().all(|path| seen.insert(path)));
        }
    }

    #[test]
    fn a_hub_orders_large_parts_and_gives_small_ones_one_owner() {
        let large =
            |from: usize| -> Vec<usize> { std::iter::once(0).chain(from..from + 5).collect() };
        let sets = paths(&[large(10), vec![0, 1], large(20), vec![0, 2], vec![3]]);
        let found = bundles(&slices(&sets), &BTreeSet::new());
        assert_eq!(found, [vec![0], vec![1, 3], vec![2], vec![4]]);
        let written = written(&sets, &found);
        let waits = waits_for(&slices(&written));
        assert_eq!(waits, [[].into(), [0].into(), [1].into(), [].into()]);
        // Where the hub must not be shared, everything that meets in it is one package.
        let whole = bundles(&slices(&sets), &[path(0)].into());
        assert_eq!(whole, [vec![0, 1, 2, 3], vec![4]]);
        assert!(written.iter().all(|files| files.len() <= LARGEST));
    }
}
