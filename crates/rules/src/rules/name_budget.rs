//! How many classes may share a word.

use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, NameBudget};

use crate::suggestion::counted;
use crate::{Rule, Scene, place, wildcard};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "name-budget",
    summary: "More classes carry a word than the budget in `ssot.toml` allows.",
    page: include_str!("name_budget.md"),
    level: Level::Warning,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let budgets = scene.config.name_budget.iter();
    budgets.flat_map(|budget| over(scene, budget)).collect()
}

/// One finding for each boundary that is over a budget.
fn over(scene: &Scene<'_>, budget: &NameBudget) -> Vec<Finding> {
    let mut by_boundary: BTreeMap<Option<&str>, Vec<DefinitionId>> = BTreeMap::new();
    for (id, module, definition) in scene.index.definitions() {
        let counts = definition.kind == DefinitionKind::Class
            && module.role == Role::Production
            && wildcard::fits(&budget.pattern, &definition.name);
        if counts {
            let boundary = scene.territories.boundary(&module.path);
            by_boundary.entry(boundary).or_default().push(id);
        }
    }
    by_boundary
        .into_iter()
        .filter(|(boundary, _)| budget.boundary.as_deref().is_none_or(|it| *boundary == Some(it)))
        .filter(|(_, classes)| classes.len() > budget.at_most as usize)
        .map(|(boundary, classes)| finding(scene, budget, boundary, &classes))
        .collect()
}

fn finding(
    scene: &Scene<'_>,
    budget: &NameBudget,
    boundary: Option<&str>,
    classes: &[DefinitionId],
) -> Finding {
    let place = boundary.map_or_else(String::new, |name| format!(" in {name}"));
    let summary = format!(
        "{} classes are named `{}`{place}; the budget is {}",
        classes.len(),
        budget.pattern,
        budget.at_most
    );
    let mut reach: Vec<(usize, DefinitionId)> =
        classes.iter().map(|id| (scene.index.consumers_of(*id).len(), *id)).collect();
    // Those that the fewest use are the first to fold.
    reach.sort_unstable();
    let evidence = reach.into_iter().map(|(users, id)| {
        let (lines, users) = (scene.index.definition(id).code_lines, counted(users, "use"));
        let text = format!("{}: {users} in other modules, {lines} lines", scene.index.dotted(id));
        Evidence::supporting("reach", text)
    });
    let mut finding = place::about(scene, &RULE, classes, summary, evidence.collect());
    finding.name = match boundary {
        Some(boundary) => format!("{} in {boundary}", budget.pattern),
        None => budget.pattern.clone(),
    };
    finding
}
