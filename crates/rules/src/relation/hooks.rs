//! Functions that something outside finds in a module by their name.

use ssot_facts::{Definition, DefinitionId};
use ssot_model::{DefinitionKind, Verdict};

use super::Relation;
use crate::Scene;

/// The name, the first parameter, and who looks for it.
const HOOKS: [(&str, &str, &str); 8] = [
    ("__getattr__", "name", "Python"),
    ("__dir__", "", "Python"),
    ("setup", "app", "Sphinx"),
    ("setup", "bot", "discord.py"),
    ("includeme", "config", "Pyramid"),
    ("load_ipython_extension", "ipython", "IPython"),
    ("unload_ipython_extension", "ipython", "IPython"),
    ("load_jupyter_server_extension", "app", "Jupyter"),
];

/// Two modules each have the function that is looked for in every module of their kind.
pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let pair = [left, right];
    let is_pair = a.module != b.module
        && left.name == right.name
        && pair.iter().all(|it| it.kind == DefinitionKind::Function);
    let looks_for = |(name, parameter, _): &&(&str, &str, &str)| {
        let takes = |it: &&Definition| it.members.first().map_or("", |first| first) == *parameter;
        left.name == *name && pair.iter().all(|it| it.members.len() < 2 && takes(it))
    };
    let name = &left.name;
    let known = HOOKS.iter().find(looks_for).map(|(.., who)| *who);
    let who = known.or_else(|| pair.iter().all(|it| is_marked(it)).then_some("pluggy"));
    let who = who.filter(|_| is_pair)?;
    let text = format!("{who} looks for `{name}` in every module that it loads");
    Some(Relation::stated(Verdict::Convention, "hook", text))
}

/// Whether a function says that it implements a hook.
fn is_marked(definition: &Definition) -> bool {
    definition.decorators.iter().any(|it| {
        let name = it.trim_end_matches("()");
        name.rsplit('.').next() == Some("hookimpl")
    })
}
