//! What is handed to the coding agent of the configuration, to whom, and with which words.

mod briefing;
mod pairs;
mod roles;

use std::collections::BTreeSet;
use std::path::Path;

use ssot_audit::Audit;
use ssot_facts::Index;
use ssot_model::audit::{Hands, Way};
use ssot_model::{
    AgentConfig, DefinitionKind, Finding, GroupId, Mode, Package, RepoPath, Strategy,
};
use ssot_plan::{HandedGroup, HandedPlaces};
use ssot_rules::RULES;
use ssot_runtime::git::Repository;

use crate::execute::{Assignment, Work};
use crate::survey::{self, ScanOptions};
use crate::triage::Survey;
use crate::{EngineError, codemod, coverage, fixes};

/// Groups that an agent can do, looked into.
pub(crate) struct Handed {
    audits: Vec<Audit>,
}

/// The agent of the configuration; in careful mode it gets nothing.
pub(crate) fn agent_of(survey: &Survey) -> Option<&AgentConfig> {
    survey.config.agent.as_ref().filter(|_| survey.config.run.mode != Mode::Careful)
}

/// Of the groups that no codemod does, those that an agent can; none when the configuration
/// has no agent.
pub(crate) fn hand_over(
    root: &Path,
    survey: &Survey,
    findings: &[Finding],
    left: impl IntoIterator<Item = Audit>,
) -> Handed {
    if agent_of(survey).is_none() {
        return Handed { audits: Vec::new() };
    }
    let sources = codemod::sources(root);
    let examiner = coverage::examiner(survey, &sources, findings);
    let mut audits = Vec::new();
    for mut audit in left {
        let finding = &audit.finding;
        let is_open = finding.is_violation() && finding.accepted.is_none();
        if is_open && finding.kind != DefinitionKind::Method {
            examiner.look_into(&mut audit, &sources);
            audits.extend(strategy(&audit).is_some().then_some(audit));
        }
    }
    Handed { audits }
}

impl Handed {
    /// The groups, by their ids.
    pub(crate) fn groups(&self) -> BTreeSet<&GroupId> {
        self.audits.iter().map(|audit| &audit.finding.id).collect()
    }

    /// The drafts of their packages.
    pub(crate) fn drafts(&self, index: &Index) -> Vec<HandedGroup<'_>> {
        self.audits.iter().filter_map(|audit| draft(index, audit)).collect()
    }
}

/// How an agent would consolidate a group; none when it is not an agent's matter.
fn strategy(audit: &Audit) -> Option<Strategy> {
    let advice = audit.advice.as_ref().filter(|advice| advice.hands == Hands::Agent)?;
    match advice.way {
        Way::Superset => Some(Strategy::Superset),
        Way::Merge => Some(Strategy::Merge),
        Way::Parameterise => Some(Strategy::Parameterise),
        _ => None,
    }
}

fn draft<'a>(index: &Index, audit: &'a Audit) -> Option<HandedGroup<'a>> {
    let stays = audit.candidates.first()?;
    let advice = audit.advice.as_ref()?;
    let members = audit.finding.members.iter();
    let goes: Vec<_> = members
        .clone()
        .zip(&audit.consumers)
        .filter(|(member, _)| member.dotted() != stays.dotted)
        .collect();
    let mut write_set: BTreeSet<RepoPath> = members.map(|member| member.path.clone()).collect();
    let lists = goes.iter().flat_map(|(_, it)| [&it.production, &it.tests, &it.strings]);
    write_set.extend(lists.flatten().filter_map(|place| path_of(place)));
    Some(HandedGroup {
        audit,
        strategy: strategy(audit)?,
        canonical: stays.dotted.clone(),
        copies: goes.iter().map(|(member, _)| member.dotted()).collect(),
        why: advice.why.clone(),
        answered: ssot_audit::answered(&audit.ledger),
        write_set: write_set.into_iter().collect(),
        read_symbols: vec![index.dotted(stays.definition)],
    })
}

/// The file of a place, `path:line`.
fn path_of(place: &str) -> Option<RepoPath> {
    let path = place.rsplit_once(':').map_or(place, |(path, _)| path);
    RepoPath::new(path).ok()
}

/// The findings about places that an agent is handed: those of the rules that the
/// configuration names, where no codemod does it.
pub(crate) fn handed_places<'a>(
    survey: &Survey,
    findings: &'a [Finding],
    planned: &BTreeSet<GroupId>,
) -> Vec<HandedPlaces<'a>> {
    let Some(agent) = agent_of(survey) else { return Vec::new() };
    let is_handed = |finding: &&Finding| {
        finding.verdict.is_none()
            && finding.is_violation()
            && finding.accepted.is_none()
            && agent.rules.contains(&finding.rule)
            && !planned.contains(&finding.id)
    };
    let handed = findings.iter().filter(is_handed);
    let of = |finding: &'a Finding| {
        let write_set = finding.members.iter().map(|member| member.path.clone()).collect();
        HandedPlaces { finding, write_set }
    };
    handed.map(of).collect()
}

/// The work on a package that is an agent's from the beginning.
pub(crate) fn work(
    root: &Path,
    survey: &Survey,
    (findings, audits): (&[Finding], &[Audit]),
    package: &Package,
) -> Work {
    let index = &survey.index;
    let of_package: Vec<Audit> =
        audits.iter().filter(|it| is_of(package, &it.finding.id)).cloned().collect();
    let copies: Vec<&String> = package.groups.iter().flat_map(|group| &group.copies).collect();
    let gone = |key: &String| copies.iter().any(|name| key.ends_with(&format!(" {name}")));
    let keys = of_package.iter().flat_map(|audit| ssot_rules::member_keys(&audit.finding));
    let places = package.places.iter().flat_map(|places| {
        let finding = findings.iter().find(|it| it.id == places.finding);
        finding.map_or_else(Vec::new, |finding| fixes::freed(finding, &places.places))
    });
    let modules = package.write_set.iter().filter_map(|path| index.module_at(path));
    Work {
        message: codemod::message(package),
        touched_modules: modules.map(|id| index.module(id).name.to_string()).collect(),
        closes: keys.filter(gone).chain(places).collect(),
        pairs: Vec::new(),
        assignment: Some(assignment(root, survey, findings, of_package, package)),
        edits: None,
        package: package.clone(),
    }
}

fn is_of(package: &Package, group: &GroupId) -> bool {
    package.groups.iter().any(|it| it.group == *group)
}

/// What an agent is told about a package, whoever worked on it before.
pub(crate) fn assignment(
    root: &Path,
    survey: &Survey,
    findings: &[Finding],
    mut audits: Vec<Audit>,
    package: &Package,
) -> Assignment {
    let sources = codemod::sources(root);
    let examiner = coverage::examiner(survey, &sources, findings);
    for audit in &mut audits {
        examiner.look_into(audit, &sources);
    }
    let rules: Vec<&str> = audits.iter().map(|audit| audit.finding.rule.as_str()).collect();
    let role = roles::role(package, &rules);
    let briefing = briefing::write(&briefing::Brief {
        package,
        audits: &audits,
        findings,
        sources: &sources,
        config: &survey.config,
        instructions: role.instructions,
    });
    let index = &survey.index;
    let groups = package.groups.iter();
    let stays = groups.clone().flat_map(|group| pairs::itself(index, &group.canonical)).collect();
    let replaced = groups.flat_map(|group| pairs::replaced(index, group)).collect();
    Assignment { agent: role.agent, briefing, stays, replaced }
}

/// What an agent, or a person, is told who is to carry out the package of a group: asked for
/// by the id or name of the group, or by the id of the package in a fresh plan. It does not
/// matter whether the configuration has an agent.
pub fn brief(options: &ScanOptions, asked: &str) -> Result<String, EngineError> {
    let repository = Repository::open(&options.root).map_err(EngineError::user)?;
    let base = repository.head().map_err(EngineError::internal)?;
    let root = repository.root().to_owned();
    let mut survey = survey::take(&ScanOptions { root: root.clone(), ..options.clone() })?
        .measured(&root, &[])?;
    survey.config.agent.get_or_insert_with(anybody);
    let findings = survey.findings(RULES);
    let audits = coverage::examine(&survey, &root, &findings);
    let plan = survey::optimize(&root, &survey, (&findings, &audits), &base, false)?;
    let groups = findings.iter().filter(|finding| survey::is_called(finding, asked));
    let groups: BTreeSet<&GroupId> = groups.map(|finding| &finding.id).collect();
    let is_meant = |package: &&Package| {
        package.id.as_str() == asked
            || package.groups.iter().any(|group| groups.contains(&group.group))
            || package.places.iter().any(|places| groups.contains(&places.finding))
    };
    let Some(package) = plan.packages.iter().find(is_meant) else {
        let left = plan.left_alone.iter().find(|left| groups.contains(&left.group));
        return Err(EngineError::user(match left {
            Some(left) => format!("`{asked}` is in no package: {}", left.reason),
            None => format!(
                "no group and no package is called `{asked}`; `ssot plan` lists the packages and \
                 `ssot scan --all` the groups"
            ),
        }));
    };
    let of_package = audits.iter().filter(|it| is_of(package, &it.finding.id)).cloned().collect();
    Ok(assignment(&root, &survey, &findings, of_package, package).briefing)
}

/// Stands for whoever reads a briefing.
fn anybody() -> AgentConfig {
    toml::from_str("dialect = \"plain\"\ncommand = \"anybody\"").expect("the rest has defaults")
}
