//! Tests that replace the code that they were meant to run.

use ssot_facts::{Index, ModuleId};
use ssot_model::{Evidence, Finding, Level, MockPolicy};

use crate::doubles::{self, Replacement};
use crate::place::{Place, Remark};
use crate::{Rule, Scene, wildcard};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "mock-policy",
    summary: "A test replaces code in a place where tests use the real thing.",
    page: include_str!("mock_policy.md"),
    level: Level::Warning,
    check,
};

/// Places told of one file.
const PLACES: usize = 20;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let policy = &scene.config.mocks;
    if policy.forbidden.is_empty() {
        return Vec::new();
    }
    let modules = scene.index.modules().filter(|(_, module)| {
        let path = &module.path;
        let is_bound = |it: &String| {
            path.is_below(it.trim_end_matches('/')) || wildcard::fits(it, path.as_str())
        };
        doubles::is_test(module) && policy.forbidden.iter().any(is_bound)
    });
    modules.filter_map(|(id, _)| judge(scene, policy, id)).collect()
}

fn judge(scene: &Scene<'_>, policy: &MockPolicy, id: ModuleId) -> Option<Finding> {
    let module = scene.index.module(id);
    let mut found = doubles::replacements(scene.index, module);
    found.retain(|it| is_forbidden(scene.index, policy, it));
    if found.is_empty() {
        return None;
    }
    let mut replaced: Vec<&str> = found.iter().filter_map(|it| it.replaced.as_deref()).collect();
    replaced.sort_unstable();
    replaced.dedup();
    let evidence = replaced
        .iter()
        .take(PLACES)
        .map(|name| Evidence::supporting("replaced", format!("`{name}` is replaced")));
    let anonymous = found.iter().filter(|it| it.replaced.is_none()).count();
    let stand_ins = (anonymous > 0).then(|| {
        let text = format!("{anonymous} objects stand for something that is not named");
        Evidence::supporting("stand-in", text)
    });
    let places: Vec<Place> = found.iter().take(PLACES).map(|it| place(id, it)).collect();
    let count = found.len();
    let remark = Remark {
        name: module.path.file_name().to_owned(),
        summary: format!(
            "{} replaces code {count} times where tests use the real thing",
            module.path
        ),
        evidence: evidence.chain(stand_ins).collect(),
        places,
        cost: count as u32,
    };
    Some(remark.finding(scene, &RULE))
}

/// What is not written down counts; what is foreign or allowed does not.
fn is_forbidden(index: &Index, policy: &MockPolicy, replacement: &Replacement<'_>) -> bool {
    let Some(name) = &replacement.replaced else {
        return !policy.allowed.iter().any(|it| it == replacement.by);
    };
    let is_allowed = |it: &String| {
        wildcard::fits(it, name)
            || name.strip_prefix(it.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    index.is_internal(name) && !policy.allowed.iter().any(is_allowed)
}

fn place(module: ModuleId, replacement: &Replacement<'_>) -> Place {
    let what = match &replacement.replaced {
        Some(name) => format!("{} {name}", replacement.by),
        None => replacement.by.to_owned(),
    };
    let site = replacement.site;
    Place { module, line: site.line, inside: site.definition(), what }
}
