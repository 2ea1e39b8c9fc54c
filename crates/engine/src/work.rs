//! From the packages of a plan to patches that can be executed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ssot_audit::{Audit, Choice};
use ssot_facts::{DefinitionId, Index};
use ssot_model::{Doer, Finding, Package, PackageId, PackagePlaces, Plan};

use crate::behaviour::{self, Pair};
use crate::execute::{Edits, Work};
use crate::patches::{Change, Patches};
use crate::triage::Survey;
use crate::{EngineError, agents, codemod, fixes};

/// Importers of one package that are loaded as a gate; the first ones tell enough.
const MOST_LOADED: usize = 60;

/// The packages of the plan that are switched on, in the order in which they may start:
/// those of codemods with their patches, those of agents with their briefings.
pub(crate) fn works(
    root: &Path,
    survey: &Survey,
    (findings, audits): (&[Finding], &[Audit]),
    plan: &Plan,
) -> Result<Vec<Work>, EngineError> {
    let changes = Patches::new(root, survey, (findings, audits), plan).all()?;
    let by_codemod = changes.into_iter().map(|change| work(root, survey, findings, change));
    let mut works: BTreeMap<PackageId, Work> =
        by_codemod.map(|work| (work.package.id.clone(), work)).collect();
    let of_agents = |package: &&Package| package.enabled && package.doer == Doer::Agent;
    for package in plan.packages.iter().filter(of_agents) {
        if survey.config.agent.is_none() {
            let why = "it is an agent's, and ssot.toml has no section `agent`";
            return Err(codemod::relied_on(package.id.as_str(), why));
        }
        let work = agents::work(root, survey, (findings, audits), package);
        works.insert(package.id.clone(), work);
    }
    let order = ssot_plan::start_order(plan)?;
    Ok(order.iter().filter_map(|id| works.remove(id)).collect())
}

/// The work of a codemod; the agent of the configuration gets it when a gate refuses it.
fn work(root: &Path, survey: &Survey, findings: &[Finding], change: Change<'_>) -> Work {
    let Change { package, audits, patch, before } = change;
    let choices: Vec<&Choice> = audits.iter().map(|audit| &audit.choice).collect();
    let is_kept = agents::agent_of(survey).is_some_and(|agent| agent.fallback);
    let assignment = is_kept.then(|| {
        let audits = audits.iter().map(|audit| (*audit).clone()).collect();
        agents::assignment(root, survey, findings, audits, package)
    });
    Work {
        message: codemod::message(package),
        touched_modules: touched(survey, package, &choices),
        closes: audits
            .iter()
            .flat_map(|audit| closes(survey, audit))
            .chain(closes_places(findings, package))
            .collect(),
        pairs: choices.iter().flat_map(|choice| pairs(&survey.index, choice)).collect(),
        package: package.clone(),
        edits: Some(Edits { patch, before }),
        assignment,
    }
}

/// What goes and what takes its place, where these are not the same code.
fn pairs(index: &Index, choice: &Choice) -> Vec<Pair> {
    let against = |others: &[DefinitionId], canonical: DefinitionId| -> Vec<Pair> {
        let others = others.iter().filter(|other| **other != canonical);
        others.flat_map(|other| behaviour::between(index, *other, canonical)).collect()
    };
    match choice {
        Choice::Redirect { canonical, copies } => against(copies, *canonical),
        Choice::Extract { source, members, module, .. } => {
            let mut pairs = against(members, *source);
            for pair in &mut pairs {
                pair.right.module.clone_from(module);
            }
            pairs
        }
        Choice::PullUp { source, members, base } => {
            let mut pairs = against(members, *source);
            for pair in &mut pairs {
                let name = &index.definition(*source).name;
                pair.right = behaviour::version(index, *base);
                pair.right.definition = format!("{}.{name}", pair.right.definition);
            }
            pairs
        }
        Choice::NewBase { source, members, base } => {
            let mut pairs = against(members, *source);
            for pair in &mut pairs {
                pair.right.module.clone_from(&base.module);
                let name = &index.definition(*source).name;
                pair.right.definition = format!("{}.{name}", base.name);
            }
            pairs
        }
        // Of those that differ the codemod has laid what stays beside each: it is the same code.
        Choice::Parameterise { .. }
        | Choice::Branch { .. }
        | Choice::Delegate { .. }
        | Choice::Merge { .. }
        | Choice::Delete { .. }
        | Choice::Accept => Vec::new(),
    }
}

/// The identities that must be gone when the package has landed: those of the
/// members that go.
fn closes(survey: &Survey, audit: &Audit) -> Vec<String> {
    let gone: Vec<String> = match &audit.choice {
        Choice::Redirect { copies, .. } => {
            copies.iter().map(|id| survey.index.dotted(*id)).collect()
        }
        Choice::Extract { members, .. }
        | Choice::PullUp { members, .. }
        | Choice::NewBase { members, .. } => {
            members.iter().map(|id| survey.index.dotted(*id)).collect()
        }
        Choice::Parameterise { copies, .. } | Choice::Delegate { copies, .. } => {
            copies.iter().map(|(id, _)| survey.index.dotted(*id)).collect()
        }
        Choice::Merge { copies, .. } => {
            copies.iter().map(|(id, _)| survey.index.dotted(*id)).collect()
        }
        Choice::Branch { copy, .. } => vec![survey.index.dotted(*copy)],
        Choice::Delete { module, .. } => vec![survey.index.module(*module).name.to_string()],
        Choice::Accept => Vec::new(),
    };
    let keys = ssot_rules::member_keys(&audit.finding);
    keys.filter(|key| gone.iter().any(|name| key.ends_with(&format!(" {name}")))).collect()
}

/// The identities of the findings about places that must be gone.
fn closes_places(findings: &[Finding], package: &Package) -> Vec<String> {
    let of = |places: &PackagePlaces| {
        let finding = findings.iter().find(|it| it.id == places.finding);
        finding.map_or_else(Vec::new, |finding| fixes::freed(finding, &places.places))
    };
    package.places.iter().flat_map(of).collect()
}

/// The modules that are written, those they import from now on, and who imports
/// the definitions that go.
fn touched(survey: &Survey, package: &Package, choices: &[&Choice]) -> Vec<String> {
    let index = &survey.index;
    let mut names: BTreeSet<String> = package
        .write_set
        .iter()
        .filter_map(|path| index.module_at(path))
        .map(|id| index.module(id).name.to_string())
        .collect();
    let mut consumers: BTreeSet<String> = BTreeSet::new();
    let mut follow = |ids: &[DefinitionId]| {
        for consumer in ids.iter().flat_map(|id| index.consumers_of(*id)) {
            let module = index.module(consumer.module);
            if module.role == ssot_facts::Role::Production {
                consumers.insert(module.name.to_string());
            }
        }
    };
    for choice in choices {
        match choice {
            Choice::Redirect { canonical, copies } => {
                names.insert(index.module(canonical.module).name.to_string());
                follow(copies);
            }
            Choice::Extract { members, module, .. } => {
                names.insert(module.clone());
                follow(members);
            }
            Choice::PullUp { members, base, .. } => {
                names.insert(index.module(base.module).name.to_string());
                follow(&codemod::owners(index, members).collect::<Vec<_>>());
            }
            Choice::NewBase { members, base, .. } => {
                names.insert(base.module.clone());
                follow(&codemod::owners(index, members).collect::<Vec<_>>());
            }
            Choice::Parameterise { canonical, copies }
            | Choice::Delegate { method: canonical, copies } => {
                names.insert(index.module(canonical.module).name.to_string());
                let copies: Vec<DefinitionId> = copies.iter().map(|(copy, _)| *copy).collect();
                follow(&copies);
            }
            Choice::Merge { canonical, copies, .. } => {
                names.insert(index.module(canonical.module).name.to_string());
                let copies: Vec<DefinitionId> = copies.iter().map(|(copy, _)| *copy).collect();
                follow(&copies);
            }
            Choice::Branch { canonical, copy, .. } => {
                names.insert(index.module(canonical.module).name.to_string());
                follow(&[*copy]);
            }
            Choice::Delete { .. } | Choice::Accept => {}
        }
    }
    names.extend(consumers.into_iter().take(MOST_LOADED));
    names.into_iter().collect()
}
