//! Packages that are handed to a coding agent.

use ssot_audit::Audit;
use ssot_facts::Index;
use ssot_model::{
    AnsweredAtom, Doer, Finding, Package, PackageGroup, PackageId, PackagePlaces, RepoPath,
    Severity, Strategy, Team,
};

use crate::{priority, teams, title};

/// A group that no codemod can do and an agent can.
#[derive(Debug, Clone)]
pub struct HandedGroup<'a> {
    /// What is known about it.
    pub audit: &'a Audit,
    /// How it is to be consolidated.
    pub strategy: Strategy,
    /// The dotted name of the definition that is to stay.
    pub canonical: String,
    /// The dotted names of those that are to go.
    pub copies: Vec<String>,
    /// Why in this way.
    pub why: String,
    /// Behaviour that may go because somebody has answered for it.
    pub answered: Vec<AnsweredAtom>,
    /// The only files that may be written.
    pub write_set: Vec<RepoPath>,
    /// Dotted names on which the decision rests.
    pub read_symbols: Vec<String>,
}

/// A finding about places that no codemod can do and an agent can.
#[derive(Debug, Clone)]
pub struct HandedPlaces<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The only files that may be written.
    pub write_set: Vec<RepoPath>,
}

/// One package for each of them: what an agent does is judged as a whole.
pub(crate) fn packages(
    index: &Index,
    groups: &[HandedGroup<'_>],
    places: &[HandedPlaces<'_>],
    teams: &[Team],
) -> Vec<Package> {
    let groups = groups.iter().map(|it| of_group(index, it, teams));
    groups.chain(places.iter().map(|it| of_places(it, teams))).collect()
}

fn of_group(index: &Index, it: &HandedGroup<'_>, teams: &[Team]) -> Package {
    let group = PackageGroup {
        group: it.audit.finding.id.clone(),
        name: it.audit.finding.name.clone(),
        verdict: it.audit.verdict,
        strategy: it.strategy,
        canonical: it.canonical.clone(),
        copies: it.copies.clone(),
        why: it.why.clone(),
        shim: None,
        answered: it.answered.clone(),
    };
    let score = priority::score(index, it.audit);
    let name = group.name.as_str();
    let team = teams::team_of(teams, &[name], &it.write_set).map(|team| team.name.clone());
    let groups = vec![group];
    Package {
        title: title(&groups),
        read_symbols: it.read_symbols.clone(),
        groups,
        ..handed(score, team, it.write_set.clone())
    }
}

fn of_places(it: &HandedPlaces<'_>, teams: &[Team]) -> Package {
    let finding = it.finding;
    let place = |member: &ssot_model::Member| format!("{}:{}", member.path, member.span.start);
    let places = PackagePlaces {
        finding: finding.id.clone(),
        rule: finding.rule.clone(),
        name: finding.name.clone(),
        places: finding.members.iter().map(place).collect(),
        why: finding.evidence.first().map_or_else(String::new, |it| it.text.clone()),
    };
    let severity = if finding.severity == Severity::Error { 2 } else { 1 };
    let team = teams::team_of(teams, &[&finding.name], &it.write_set);
    let team = team.map(|team| team.name.clone());
    Package {
        title: format!("Close {} of `{}`", finding.rule, finding.name),
        places: vec![places],
        ..handed(finding.cost.saturating_mul(severity), team, it.write_set.clone())
    }
}

fn handed(score: u32, team: Option<String>, mut write_set: Vec<RepoPath>) -> Package {
    write_set.sort();
    write_set.dedup();
    Package {
        id: PackageId::new(""),
        title: String::new(),
        priority: priority::priority(score),
        score,
        team,
        enabled: true,
        doer: Doer::Agent,
        depends_on: Vec::new(),
        write_set,
        read_set: Vec::new(),
        read_symbols: Vec::new(),
        groups: Vec::new(),
        places: Vec::new(),
    }
}
