//! Definitions that still have the name which somebody decided to change.

use ssot_facts::DefinitionId;
use ssot_model::{Evidence, Finding, Level, Rename};

use crate::place::{Place, Remark};
use crate::suggestion::counted;
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "declared-rename",
    summary: "A definition still has the name that it was decided to give up.",
    page: include_str!("declared_rename.md"),
    level: Level::Warning,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let renames = scene.config.rename.iter();
    let there = renames.filter_map(|it| Some((it, scene.index.definition_named(&it.definition)?)));
    there.map(|(rename, id)| finding(scene, rename, id)).collect()
}

fn finding(scene: &Scene<'_>, rename: &Rename, id: DefinitionId) -> Finding {
    let index = scene.index;
    let Rename { definition, to, reason } = rename;
    let name = &index.definition(id).name;
    let mut evidence = vec![Evidence::supporting("reason", reason)];
    let others = index
        .definitions()
        .filter(|(other, _, it)| *other != id && it.owner.is_none() && it.name == *name);
    if let Some((other, ..)) = others.into_iter().next() {
        let member = index.member(other);
        let text = format!("{}:{} has the name too", member.path, member.span.start);
        evidence.push(Evidence::supporting("namesake", text));
    }
    let users = index.consumers_of(id).len();
    let line = index.member(id).span.start;
    let remark = Remark {
        name: format!("{definition} -> {to}"),
        summary: format!(
            "`{definition}` is to be called `{to}`; {} it",
            match users {
                1 => "1 use names".to_owned(),
                _ => format!("{} name", counted(users, "use")),
            }
        ),
        evidence,
        places: vec![Place {
            module: id.module,
            line,
            inside: Some(id.index),
            what: format!("rename {to}"),
        }],
        cost: 1 + users as u32,
    };
    remark.finding(scene, &RULE)
}
