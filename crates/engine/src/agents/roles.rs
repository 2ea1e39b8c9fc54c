//! Who is handed what: specialists as data.

use ssot_model::{Agent, Package};

/// A specialist: what it is for, and what it is told besides the package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role {
    /// Its name in the log.
    pub(crate) agent: Agent,
    /// Rules whose findings are its matter.
    rules: &'static [&'static str],
    /// Ends of names that are its matter, whatever the rule.
    names: &'static [&'static str],
    /// What it has to know of its trade, in Markdown.
    pub(crate) instructions: &'static str,
}

/// The specialists. The first one that a package is a matter of gets it.
const ROLES: &[Role] = &[
    Role {
        agent: Agent::FactoryUnifier,
        rules: &["duplicate-factory"],
        names: &["Factory"],
        instructions: include_str!("roles/factory_unifier.md"),
    },
    Role {
        agent: Agent::DispatcherUnifier,
        rules: &["pass-through-layer"],
        names: &["Dispatcher"],
        instructions: include_str!("roles/dispatcher_unifier.md"),
    },
    Role {
        agent: Agent::TestValidator,
        rules: &["duplicate-mock", "mock-policy"],
        names: &[],
        instructions: include_str!("roles/test_validator.md"),
    },
    Role {
        agent: Agent::EventGuardian,
        rules: &["event-contract", "stage-order"],
        names: &[],
        instructions: include_str!("roles/event_guardian.md"),
    },
    Role {
        agent: Agent::IdConsolidator,
        rules: &["scattered-id-generation"],
        names: &[],
        instructions: include_str!("roles/id_consolidator.md"),
    },
    Role {
        agent: Agent::IntegrationValidator,
        rules: &["unresolved-import", "missing-attribute", "import-cycle", "mro-conflict"],
        names: &[],
        instructions: include_str!("roles/integration_validator.md"),
    },
];

/// Groups that are nobody else's matter.
const CONSOLIDATOR: Role = Role {
    agent: Agent::Consolidator,
    rules: &[],
    names: &[],
    instructions: include_str!("roles/consolidator.md"),
};

/// Places that are nobody else's matter.
const COMPLIANCE_BUILDER: Role = Role {
    agent: Agent::ComplianceBuilder,
    rules: &[],
    names: &[],
    instructions: include_str!("roles/compliance_builder.md"),
};

/// Whose matter a package is. `rules` are those that found its groups.
pub(crate) fn role(package: &Package, rules: &[&str]) -> Role {
    let names: Vec<&str> = package.groups.iter().map(|group| group.name.as_str()).collect();
    let rules: Vec<&str> =
        rules.iter().copied().chain(package.places.iter().map(|it| it.rule.as_str())).collect();
    let is_matter_of = |role: &&Role| {
        rules.iter().any(|rule| role.rules.contains(rule))
            || names.iter().any(|name| role.names.iter().any(|end| name.ends_with(end)))
    };
    let usual = if package.groups.is_empty() { COMPLIANCE_BUILDER } else { CONSOLIDATOR };
    ROLES.iter().find(is_matter_of).copied().unwrap_or(usual)
}
