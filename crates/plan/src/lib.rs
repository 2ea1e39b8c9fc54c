//! Audits and dry runs to packages with disjoint write sets in a dependency graph.
//!
//! A write set is never declared: it is what the dry run of the codemod wrote.
//! Groups whose write sets meet become one package, or packages one after the other
//! when they meet in a hub file alone; what may run at once writes disjoint files.

mod bundle;
mod check;
mod estimate;
mod file;
mod handed;
mod left;
mod order;
mod places;
mod priority;
mod schedule;
mod teams;

use std::collections::BTreeSet;

use ssot_audit::{Audit, Choice};
use ssot_facts::Index;
use ssot_model::{
    AnsweredAtom, CommitId, Doer, LeftAlone, Package, PackageGroup, PackageId, Plan, RepoPath,
    Strategy, Team, Unplanned,
};

pub use check::{Problem, problems, unaccounted};
pub use file::{PlanError, parse, render};
pub use handed::{HandedGroup, HandedPlaces};
pub use left::{left_alone, unplanned};
pub use order::{before, start_order};
pub use places::PlacesDraft;
pub use schedule::{Setting, schedule};
pub use teams::keep_teams;

/// An audit with what its dry run touched.
pub struct Draft<'a> {
    /// The audit.
    pub audit: &'a Audit,
    /// Files that the dry run wrote or deleted.
    pub write_set: Vec<RepoPath>,
    /// Files on which the decision rests beyond the write set.
    pub read_set: Vec<RepoPath>,
    /// Dotted names on which the decision rests.
    pub read_symbols: Vec<String>,
    /// Behaviour that goes and that somebody has answered for.
    pub answered: Vec<AnsweredAtom>,
    /// The last day on which the old places answer for what goes; none where they re-export it.
    pub shim: Option<String>,
    /// Why the old places re-export it although a shim is wanted.
    pub no_shim: Option<String>,
}

/// What a plan is made of besides its drafts.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// The commit the plan is made for.
    pub base: CommitId,
    /// Whether importers of a copy are rewritten.
    pub rewrite_imports: bool,
    /// Who works on what.
    pub teams: &'a [Team],
    /// The groups that no package touches.
    pub left_alone: Vec<LeftAlone>,
    /// The findings about places.
    pub unplanned: Vec<Unplanned>,
    /// Files whose edits depend on each other: they are written by one package.
    pub whole: &'a BTreeSet<RepoPath>,
    /// The groups that are handed to an agent.
    pub handed_groups: &'a [HandedGroup<'a>],
    /// The findings about places that are handed to an agent.
    pub handed_places: &'a [HandedPlaces<'a>],
}

/// Builds the plan of groups and of places.
pub fn build(
    index: &Index,
    drafts: &[Draft<'_>],
    places: &[PlacesDraft<'_>],
    circumstances: Circumstances<'_>,
) -> Plan {
    let write_sets: Vec<&[RepoPath]> = drafts.iter().map(|it| it.write_set.as_slice()).collect();
    let mut packages: Vec<Package> = bundle::bundles(&write_sets, circumstances.whole)
        .into_iter()
        .map(|together| together.into_iter().map(|at| &drafts[at]).collect::<Vec<_>>())
        .map(|drafts| package(index, &drafts, circumstances.teams))
        .collect();
    packages.extend(places::packages(places, circumstances.teams));
    let (groups, places) = (circumstances.handed_groups, circumstances.handed_places);
    packages.extend(handed::packages(index, groups, places, circumstances.teams));
    // Codemods first: their patches are made for files that nobody else has touched.
    packages.sort_by(|a, b| {
        (a.doer, a.priority, &a.write_set).cmp(&(b.doer, b.priority, &b.write_set))
    });
    for (number, package) in packages.iter_mut().enumerate() {
        let first = package.groups.first().map(|group| &group.name);
        let first = first.or(package.places.first().map(|it| &it.rule));
        let slug = slug(first.map_or("", String::as_str));
        package.id = PackageId::new(format!("p{:02}-{slug}", number + 1));
    }
    let written: Vec<&[RepoPath]> = packages.iter().map(|it| it.write_set.as_slice()).collect();
    for (at, before) in bundle::waits_for(&written).into_iter().enumerate() {
        let before = before.into_iter().map(|it| packages[it].id.clone()).collect();
        packages[at].depends_on = before;
    }
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        base: circumstances.base,
        rewrite_imports: circumstances.rewrite_imports,
        packages,
        left_alone: circumstances.left_alone,
        unplanned: circumstances.unplanned,
        left_out: Vec::new(),
    }
}

fn package(index: &Index, drafts: &[&Draft<'_>], teams: &[Team]) -> Package {
    let mut write_set: Vec<RepoPath> =
        drafts.iter().flat_map(|draft| draft.write_set.iter().cloned()).collect();
    write_set.sort();
    write_set.dedup();
    let mut read_set: Vec<RepoPath> =
        drafts.iter().flat_map(|draft| draft.read_set.iter().cloned()).collect();
    read_set.sort();
    read_set.dedup();
    read_set.retain(|path| !write_set.contains(path));
    let groups: Vec<PackageGroup> = drafts.iter().map(|draft| group(index, draft)).collect();
    let mut read_symbols: Vec<String> =
        drafts.iter().flat_map(|draft| draft.read_symbols.iter().cloned()).collect();
    read_symbols.sort();
    read_symbols.dedup();
    let scores = drafts.iter().map(|draft| priority::score(index, draft.audit));
    let score = scores.fold(0, u32::saturating_add);
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let team = teams::team_of(teams, &names, &write_set).map(|team| team.name.clone());
    Package {
        id: PackageId::new(""),
        title: title(&groups),
        priority: priority::priority(score),
        score,
        team,
        enabled: true,
        doer: Doer::Codemod,
        depends_on: Vec::new(),
        write_set,
        read_set,
        read_symbols,
        groups,
        places: Vec::new(),
    }
}

fn group(index: &Index, draft: &Draft<'_>) -> PackageGroup {
    let audit = draft.audit;
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
        Choice::Parameterise { canonical, copies } => {
            let copies: Vec<_> = copies.iter().map(|(copy, _)| *copy).collect();
            (Strategy::Parameterise, index.dotted(*canonical), dotted(&copies))
        }
        Choice::Branch { canonical, copy, .. } => {
            (Strategy::Parameterise, index.dotted(*canonical), dotted(&[*copy]))
        }
        Choice::Delegate { method, copies } => {
            let copies: Vec<_> = copies.iter().map(|(copy, _)| *copy).collect();
            (Strategy::Delegate, index.dotted(*method), dotted(&copies))
        }
        Choice::Merge { canonical, copies, .. } => {
            let takes = copies.iter().any(|(_, cover)| !cover.missing.is_empty());
            let strategy = if takes { Strategy::Merge } else { Strategy::Superset };
            let copies: Vec<_> = copies.iter().map(|(copy, _)| *copy).collect();
            (strategy, index.dotted(*canonical), dotted(&copies))
        }
        Choice::PullUp { source, members, base } => {
            let name = &index.definition(*source).name;
            (Strategy::PullUp, format!("{}.{name}", index.dotted(*base)), dotted(members))
        }
        Choice::NewBase { source, members, base } => {
            let name = &index.definition(*source).name;
            (Strategy::PullUp, format!("{}.{name}", base.dotted()), dotted(members))
        }
        Choice::Delete { module, .. } => {
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
        why: match &draft.no_shim {
            Some(why) => format!("{}; the old name stays an import: {why}", audit.reason),
            None => audit.reason.clone(),
        },
        shim: draft.shim.clone(),
        answered: draft.answered.clone(),
    }
}

fn title(groups: &[PackageGroup]) -> String {
    let one = |group: &PackageGroup| match group.strategy {
        Strategy::Redirect | Strategy::Superset => {
            let module = group.canonical.rsplit_once('.').map_or("", |(module, _)| module);
            format!("Take `{}` from {module}", group.name)
        }
        Strategy::Extract => format!("Move `{}` to {}", group.name, group.canonical),
        Strategy::PullUp => {
            let class = group.canonical.rsplit_once('.').map_or("", |(class, _)| class);
            format!("Inherit `{}` from {class}", group.name)
        }
        Strategy::Merge => format!("Merge `{}` into {}", group.name, group.canonical),
        Strategy::Parameterise => {
            let count = group.copies.len();
            let copies = if count == 1 { "its copy" } else { "its copies" };
            format!("Let `{}` stand for {copies}", group.canonical)
        }
        Strategy::Delegate => format!("Let `{}` call {}", group.name, group.canonical),
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
