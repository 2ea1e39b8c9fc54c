//! Imports that begin with dots.

use ssot_facts::Role;
use ssot_model::{Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::suggestion::counted;
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "relative-import",
    summary: "A module imports from its own package by dots instead of by name.",
    page: include_str!("relative_import.md"),
    level: Level::Off,
    check,
};

/// Absolute forms shown for one file.
const SHOWN: usize = 8;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, module) in scene.index.modules() {
        if !matches!(module.role, Role::Production | Role::Test | Role::Script) {
            continue;
        }
        let mut places: Vec<Place> = Vec::new();
        let mut forms: Vec<String> = Vec::new();
        for import in module.facts.imports.iter().filter(|import| import.level > 0) {
            let Some(target) = scene.index.import_target(module, import) else { continue };
            let dots = ".".repeat(import.level as usize);
            let written = format!("from {dots}{} import", import.module);
            let form =
                format!("line {}: `{written} ...` is `from {target} import ...`", import.line);
            if !forms.contains(&form) {
                forms.push(form);
            }
            let name = import.name.as_deref().unwrap_or_default();
            let what = format!("{written} {name}");
            if places.last().is_none_or(|last| last.line != import.line) {
                places.push(Place { module: id, line: import.line, inside: None, what });
            }
        }
        if places.is_empty() {
            continue;
        }
        let count = places.len();
        let summary = format!("{} has {}", module.path, counted(count, "relative import"));
        forms.truncate(SHOWN);
        let evidence =
            forms.into_iter().map(|form| Evidence::supporting("absolute", form)).collect();
        let name = module.name.to_string();
        let remark = Remark { name, summary, evidence, places, cost: count as u32 };
        findings.push(remark.finding(scene, &RULE));
    }
    findings
}
