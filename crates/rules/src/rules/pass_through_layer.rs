//! Classes that only hand on.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Definition, DefinitionId, Hierarchy, Module, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level};

use crate::suggestion::{counted, listed};
use crate::{Rule, Scene, place};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "pass-through-layer",
    summary: "A class does nothing but hand its calls on to one other object.",
    page: include_str!("pass_through_layer.md"),
    level: Level::Warning,
    check,
};

/// Fewest methods that hand on before a class is a layer of its own.
const METHODS: usize = 3;
/// Methods shown in evidence.
const SHOWN: usize = 6;

/// Words in names of classes that stand in front of another on purpose.
const ON_PURPOSE: [&str; 9] =
    ["adapter", "proxy", "fake", "mock", "stub", "dummy", "null", "shim", "compat"];

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let hierarchy = scene.hierarchy();
    let mut methods: BTreeMap<DefinitionId, Vec<&Definition>> = BTreeMap::new();
    for (id, module, definition) in scene.index.definitions() {
        if module.role == Role::Production
            && let (DefinitionKind::Method, Some(owner)) = (definition.kind, definition.owner)
        {
            let class = DefinitionId { module: id.module, index: owner };
            methods.entry(class).or_default().push(definition);
        }
    }
    let mut findings = Vec::new();
    for (class, methods) in methods {
        let module = scene.index.module(class.module);
        if let Some(layer) = layer(scene, hierarchy, class, module, &methods) {
            findings.push(finding(scene, class, &layer));
        }
    }
    findings
}

/// What a class hands on, and to whom.
struct Layer<'a> {
    to: &'a str,
    methods: Vec<&'a str>,
}

fn layer<'a>(
    scene: &Scene<'_>,
    hierarchy: &Hierarchy,
    id: DefinitionId,
    module: &Module,
    methods: &[&'a Definition],
) -> Option<Layer<'a>> {
    let class = scene.index.definition(id);
    // A base, even an unknown one, is an interface that the class has to offer.
    let is_interface = !class.bases.is_empty() || !hierarchy.subclasses(id).is_empty();
    if is_interface || !class.decorators.is_empty() || is_on_purpose(module, class) {
        return None;
    }
    let mut handed: Vec<(&str, &str)> = Vec::new();
    for method in methods.iter().filter(|method| method.name != "__init__") {
        // Anything private, special or decorated is behaviour of the class itself.
        if method.name.starts_with('_') || !method.decorators.is_empty() {
            return None;
        }
        let (to, name) = method.forwards.rsplit_once('.')?;
        if name != method.name {
            return None;
        }
        handed.push((to, name));
    }
    let (to, _) = *handed.first()?;
    let is_one = handed.iter().all(|(other, _)| *other == to);
    let attribute = to.strip_prefix("self.").unwrap_or_default();
    let is_object = !attribute.is_empty() && !attribute.contains('.')
        || to.starts_with(char::is_uppercase) && !to.contains('.');
    let names: BTreeSet<&str> = handed.iter().map(|(_, name)| *name).collect();
    // More than the one attribute is a state to look after.
    let stateless = class.members.iter().all(|member| {
        member == attribute || member == "__init__" || names.contains(member.as_str())
    });
    let init = methods.iter().find(|method| method.name == "__init__");
    let plain_start = init.is_none_or(|init| init.statements <= 1);
    (handed.len() >= METHODS && is_one && is_object && stateless && plain_start)
        .then(|| Layer { to, methods: handed.iter().map(|(_, name)| *name).collect() })
}

fn is_on_purpose(module: &Module, class: &Definition) -> bool {
    let name = class.name.to_ascii_lowercase();
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["deprecated", "backward", "compatib", "proxy", "adapter"]
            .iter()
            .any(|it| text.contains(it))
    };
    ON_PURPOSE.iter().any(|word| name.contains(word))
        || module.facts.flags.deprecated
        || says(&class.summary)
        || says(&module.facts.summary)
}

fn finding(scene: &Scene<'_>, class: DefinitionId, layer: &Layer<'_>) -> Finding {
    let names: Vec<String> = layer.methods.iter().map(|name| format!("`{name}`")).collect();
    let name = scene.index.qualified_name(class);
    let summary = format!(
        "class `{name}` only hands {} on to `{}`",
        counted(names.len(), "method"),
        layer.to
    );
    let users = scene.index.consumers_of(class).len();
    let evidence = vec![
        Evidence::supporting(
            "forwards",
            format!("{}: same names, same arguments", listed(&names, SHOWN)),
        ),
        Evidence::supporting(
            "nothing-else",
            "no other state, no base, no subclass, no decorator, no error handling; neither its name \
             nor its docstring says that it is a proxy, an adapter or kept for old callers",
        ),
        Evidence::supporting("users", format!("{} in other modules", counted(users, "use"))),
    ];
    place::about(scene, &RULE, &[class], summary, evidence)
}
