//! Which packages of a run somebody means.

use std::collections::BTreeSet;

use ssot_model::{Package, PackageId, Plan};

use crate::EngineError;
use crate::execute::Which;
use crate::pipeline::RollbackScope;

/// The packages of a plan that a scope names, or what could have been named.
pub(crate) fn which(plan: &Plan, scope: &RollbackScope) -> Result<Which, EngineError> {
    let matches: Box<dyn Fn(&Package) -> bool> = match scope {
        RollbackScope::Full => return Ok(Which::Full),
        RollbackScope::Package(id) => Box::new(move |package| package.id == *id),
        RollbackScope::Component(name) => Box::new(move |package| concerns(package, name)),
        RollbackScope::Team(team) => {
            Box::new(move |package| package.team.as_deref() == Some(team.as_str()))
        }
    };
    let meant = plan.packages.iter().filter(|package| matches(package));
    let ids: BTreeSet<PackageId> = meant.map(|package| package.id.clone()).collect();
    if ids.is_empty() { Err(unknown(plan, scope)) } else { Ok(Which::Packages(ids)) }
}

/// Whether a package writes below a path or consolidates a definition of that name.
fn concerns(package: &Package, name: &str) -> bool {
    let directory = name.trim_end_matches('/');
    let is_below = |path: &str| {
        path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_in = |dotted: &str| {
        dotted.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    package.write_set.iter().any(|path| is_below(path.as_str()))
        || package.groups.iter().any(|group| {
            group.name == name || is_in(&group.canonical) || group.copies.iter().any(|it| is_in(it))
        })
}

fn unknown(plan: &Plan, scope: &RollbackScope) -> EngineError {
    let list = |names: BTreeSet<&str>| {
        let names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let packages = || list(plan.packages.iter().map(|package| package.id.as_str()).collect());
    EngineError::user(match scope {
        RollbackScope::Team(team) => {
            let teams = plan.packages.iter().filter_map(|package| package.team.as_deref());
            format!(
                "no package of the run belongs to team `{team}`; it has {}",
                list(teams.collect())
            )
        }
        RollbackScope::Component(name) => format!(
            "no package of the run writes below `{name}` or consolidates a definition of that \
             name; it has {}",
            packages()
        ),
        RollbackScope::Package(id) => {
            format!("the run has no package `{id}`; it has {}", packages())
        }
        RollbackScope::Full => "the run has no package".to_owned(),
    })
}
