//! Names that have moved and are still answered for after their last day.

use ssot_facts::{Module, ModuleId, Shim};
use ssot_model::{DefinitionKind, Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::{Rule, Scene, policy};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "expired-shim",
    summary: "A name that has moved is still answered for although its last day has passed.",
    page: include_str!("expired_shim.md"),
    level: Level::Warning,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let modules = scene.index.modules();
    modules
        .flat_map(|(id, module)| {
            let shims = module.facts.shims.iter();
            let passed = |shim: &&Shim| policy::has_passed(scene, day(shim));
            shims.filter(passed).map(move |shim| finding(scene, id, module, shim))
        })
        .collect()
}

fn day(shim: &Shim) -> Option<&str> {
    Some(shim.until.as_str()).filter(|day| !day.is_empty())
}

fn finding(scene: &Scene<'_>, id: ModuleId, module: &Module, shim: &Shim) -> Finding {
    let (name, until) = (&shim.name, &shim.until);
    let around = module.facts.definitions.iter().position(|it| {
        it.kind == DefinitionKind::Function
            && (it.span.start..=it.span.end).contains(&shim.line)
            && it.owner.is_none()
    });
    let import = &module.facts.imports[shim.import as usize];
    let target = scene.index.import_target(module, import).unwrap_or_default();
    let new = format!("{target}.{}", import.name.as_deref().unwrap_or_default());
    let users = scene.index.consumers(id, name).len();
    let said = match users {
        0 => "nothing in this repository asks for it here any more".to_owned(),
        1 => "one module of this repository still asks for it here".to_owned(),
        users => format!("{users} modules of this repository still ask for it here"),
    };
    let remark = Remark {
        name: format!("{}.{name}", module.name),
        summary: format!("`{}.{name}` is {new} now and was to go after {until}", module.name),
        evidence: vec![Evidence::supporting("users", said)],
        places: vec![Place {
            module: id,
            line: shim.line,
            inside: around.map(|at| at as u32),
            what: format!("shim {name}"),
        }],
        cost: 1 + users as u32,
    };
    remark.finding(scene, &RULE)
}
