//! Functions that a program outside finds in a module by their name.

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Verdict};

use super::Relation;
use crate::Scene;

/// The name, the first parameter, and who looks for it.
const HOOKS: [(&str, &str, &str); 6] = [
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
    let looks_for = |(name, parameter, _): &&(&str, &str, &str)| {
        [left, right].into_iter().all(|it| {
            it.kind == DefinitionKind::Function && it.name == *name && it.members == [*parameter]
        })
    };
    let (name, _, who) = HOOKS.iter().find(looks_for).filter(|_| a.module != b.module)?;
    let text = format!("{who} looks for `{name}` in every module that it loads");
    Some(Relation::stated(Verdict::Convention, "hook", text))
}
