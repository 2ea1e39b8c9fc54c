//! Packages of places: what one rule found about one owner, by team or directory.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::{Doer, Finding, Package, PackageId, PackagePlaces, RepoPath, Severity, Team};

use crate::{priority, teams};

/// Files of a package of places; more make another package.
const MOST_FILES: usize = 40;
/// Directories of a path that tell packages apart.
const DEPTH: usize = 2;

/// A finding about places with what its dry run touched.
pub struct PlacesDraft<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// What the changed places rely on, for example the owner's module.
    pub owner: &'a str,
    /// The places that change, `path:line`.
    pub places: Vec<String>,
    /// Why they change in this way.
    pub why: &'a str,
    /// Files that the dry run wrote.
    pub write_set: Vec<RepoPath>,
    /// Files on which the change rests beyond those.
    pub read_set: Vec<RepoPath>,
}

/// The packages, by rule, owner, and team or directory. No two of one rule and owner
/// write one file.
pub(crate) fn packages(drafts: &[PlacesDraft<'_>], teams: &[Team]) -> Vec<Package> {
    let mut bundles: BTreeMap<(&str, &str, String), Vec<&PlacesDraft<'_>>> = BTreeMap::new();
    for draft in drafts {
        let names = [draft.finding.name.as_str()];
        let place = match teams::team_of(teams, &names, &draft.write_set) {
            Some(team) => team.name.clone(),
            None => directory(draft.write_set.first()),
        };
        bundles.entry((&draft.finding.rule, draft.owner, place)).or_default().push(draft);
    }
    let mut packages = Vec::new();
    for ((rule, _, place), drafts) in bundles {
        for part in parts(&drafts) {
            packages.push(package(rule, &place, &part, teams));
        }
    }
    packages
}

/// Drafts that write a common file stay together; no part has many more files than a
/// person reads.
fn parts<'d, 'a>(drafts: &[&'d PlacesDraft<'a>]) -> Vec<Vec<&'d PlacesDraft<'a>>> {
    let mut parts: Vec<(BTreeSet<&RepoPath>, Vec<&PlacesDraft<'_>>)> = Vec::new();
    for draft in drafts {
        let shares =
            |files: &BTreeSet<&RepoPath>| draft.write_set.iter().any(|it| files.contains(it));
        let mut files: BTreeSet<&RepoPath> = draft.write_set.iter().collect();
        let mut together = Vec::new();
        let (meeting, others): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|(files, _)| shares(files));
        parts = others;
        for (more, drafts) in meeting {
            files.extend(more);
            together.extend(drafts);
        }
        together.push(*draft);
        let room = parts.iter_mut().find(|(other, _)| other.len() + files.len() <= MOST_FILES);
        match room {
            Some((other, drafts)) => {
                other.extend(files);
                drafts.extend(together);
            }
            None => parts.push((files, together)),
        }
    }
    parts.into_iter().map(|(_, drafts)| drafts).collect()
}

fn package(rule: &str, place: &str, drafts: &[&PlacesDraft<'_>], teams: &[Team]) -> Package {
    let sorted = |paths: BTreeSet<&RepoPath>| paths.into_iter().cloned().collect::<Vec<_>>();
    let write_set = sorted(drafts.iter().flat_map(|draft| &draft.write_set).collect());
    let mut read_set = sorted(drafts.iter().flat_map(|draft| &draft.read_set).collect());
    read_set.retain(|path| !write_set.contains(path));
    let of = |draft: &&PlacesDraft<'_>| PackagePlaces {
        finding: draft.finding.id.clone(),
        rule: draft.finding.rule.clone(),
        name: draft.finding.name.clone(),
        places: draft.places.clone(),
        why: draft.why.to_owned(),
    };
    let places: Vec<PackagePlaces> = drafts.iter().map(of).collect();
    let count: usize = places.iter().map(|it| it.places.len()).sum();
    let score = |draft: &&PlacesDraft<'_>| {
        let severity = if draft.finding.severity == Severity::Error { 2 } else { 1 };
        draft.finding.cost.saturating_mul(severity)
    };
    let score = drafts.iter().map(score).fold(0, u32::saturating_add);
    let names: Vec<&str> = places.iter().map(|it| it.name.as_str()).collect();
    let noun = if count == 1 { "place" } else { "places" };
    let below = if place.is_empty() { String::new() } else { format!(" of {place}") };
    Package {
        id: PackageId::new(""),
        title: format!("Close {rule} at {count} {noun}{below}"),
        priority: priority::priority(score),
        score,
        team: teams::team_of(teams, &names, &write_set).map(|team| team.name.clone()),
        enabled: true,
        doer: Doer::Codemod,
        depends_on: Vec::new(),
        write_set,
        read_set,
        read_symbols: Vec::new(),
        groups: Vec::new(),
        places,
    }
}

fn directory(path: Option<&RepoPath>) -> String {
    let directory = path.map_or("", |path| path.directory());
    directory.split('/').take(DEPTH).collect::<Vec<_>>().join("/")
}
