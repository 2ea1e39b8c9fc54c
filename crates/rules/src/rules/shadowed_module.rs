//! A module that a package of the same name hides.

use ssot_facts::{Index, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity, Verdict};

use crate::identity::{fingerprint, module_member};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "shadowed-module",
    summary: "A module cannot be imported because a package of the same name takes its place.",
    page: include_str!("shadowed_module.md"),
    level: Level::Error,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    scene
        .index
        .shadowed()
        .iter()
        .map(|(file, package)| finding(scene.index, *file, *package))
        .collect()
}

fn finding(index: &Index, file: ModuleId, package: ModuleId) -> Finding {
    let (hidden, taker) = (index.module(file), index.module(package));
    let fingerprint = fingerprint(
        RULE.name,
        DefinitionKind::Module,
        [hidden.path.as_str(), taker.path.as_str()].into_iter(),
    );
    let text = format!("`import {}` gives {}, never {}", hidden.name, taker.path, hidden.path);
    Finding {
        id: fingerprint.group_id(),
        fingerprint,
        rule: RULE.name.to_owned(),
        severity: Severity::Error,
        verdict: Some(Verdict::Shadowed),
        confidence: 99,
        name: hidden.name.to_string(),
        kind: DefinitionKind::Module,
        summary: format!(
            "module `{}` cannot be reached: {} takes its place",
            hidden.path, taker.path
        ),
        evidence: vec![Evidence::supporting("import-order", text)],
        members: vec![module_member(hidden), module_member(taker)],
        cost: hidden.facts.lines,
        question: None,
        accepted: None,
    }
}
