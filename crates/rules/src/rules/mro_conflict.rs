//! Classes whose bases contradict each other, and lineages that are hard to follow.

use ssot_facts::{ClassRef, Conflict, DefinitionId, Hierarchy, Role, SiteKind};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity};

use crate::suggestion::listed;
use crate::{Rule, Scene, place};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "mro-conflict",
    summary: "The bases of a class cannot be put into one order: creating the class raises TypeError.",
    page: include_str!("mro_conflict.md"),
    level: Level::Error,
    check,
};

/// Names shown in one piece of evidence.
const SHOWN: usize = 6;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let hierarchy = scene.hierarchy();
    let mut findings = Vec::new();
    for (id, module, definition) in scene.index.definitions() {
        let counts = definition.kind == DefinitionKind::Class
            && matches!(module.role, Role::Production | Role::Test | Role::Script)
            && module.facts.errors.is_empty();
        if !counts {
            continue;
        }
        match hierarchy.linearisation(id) {
            // A class below one that cannot be created is never reached.
            Err(conflict) if conflict.class == id && !definition.flags.conditional => {
                findings.push(contradiction(scene, hierarchy, &conflict));
            }
            Ok(_) if module.role == Role::Production => {
                findings.extend(depth(scene, hierarchy, id));
                findings.extend(diamond(scene, hierarchy, id));
            }
            _ => {}
        }
    }
    findings
}

fn contradiction(scene: &Scene<'_>, hierarchy: &Hierarchy, conflict: &Conflict) -> Finding {
    let index = scene.index;
    let name = index.qualified_name(conflict.class);
    let between: Vec<String> =
        conflict.between.iter().map(|class| format!("`{}`", class.dotted(index))).collect();
    let (summary, reason) = if conflict.repeated {
        let text = format!("{} stands twice among its bases", between.join(", "));
        (format!("class `{name}` cannot be created: {text}"), text)
    } else {
        let text = format!("no order of {} suits all of its bases", between.join(", "));
        (format!("class `{name}` cannot be created: its bases contradict each other"), text)
    };
    let mut evidence = vec![Evidence::supporting("contradiction", reason)];
    for base in hierarchy.bases(conflict.class) {
        let Some(id) = base.internal() else { continue };
        if let Ok(order) = hierarchy.linearisation(id) {
            let order: Vec<String> = order.iter().map(|it| short(scene, it)).collect();
            let text = format!("`{}` asks for {}", short(scene, base), listed(&order, SHOWN));
            evidence.push(Evidence::supporting("order", text));
        }
    }
    place::about(scene, &RULE, &[conflict.class], summary, evidence)
}

fn short(scene: &Scene<'_>, class: &ClassRef) -> String {
    match class {
        ClassRef::Internal(id) => scene.index.qualified_name(*id),
        ClassRef::External(name) => name.to_string(),
    }
}

/// A lineage that is longer than the limit. Only the class at which it becomes so.
fn depth(scene: &Scene<'_>, hierarchy: &Hierarchy, id: DefinitionId) -> Option<Finding> {
    let limit = scene.config.limits.inheritance_depth;
    let depth = hierarchy.depth(id);
    if limit == 0 || depth != limit + 1 {
        return None;
    }
    let name = scene.index.qualified_name(id);
    let summary =
        format!("class `{name}` has {depth} classes above each other; the limit is {limit}");
    let order = hierarchy.linearisation(id).ok()?;
    let order: Vec<String> = order.iter().map(|it| short(scene, it)).collect();
    let below = hierarchy.descendants(id).len();
    let mut evidence = vec![Evidence::supporting("lineage", order.join(", "))];
    if below > 0 {
        let text = format!("{below} more classes lie below it");
        evidence.push(Evidence::supporting("below", text));
    }
    Some(quiet(place::about(scene, &RULE, &[id], summary, evidence)))
}

/// A method of one base that another base on the way hides, although both override
/// the same method of a class above and one would have to hand on to the other.
fn diamond(scene: &Scene<'_>, hierarchy: &Hierarchy, id: DefinitionId) -> Option<Finding> {
    let tops = hierarchy.diamonds(id);
    if tops.is_empty() {
        return None;
    }
    let index = scene.index;
    let mut evidence = Vec::new();
    for (method, providers) in hierarchy.providers(index, id) {
        let Some((first, rest)) = providers.split_first() else { continue };
        // The class itself decides, or there is nothing to decide.
        if *first == id || is_special(method) && method != "__init__" {
            continue;
        }
        let top = rest.iter().find(|it| tops.contains(it));
        let hidden =
            rest.iter().find(|it| !tops.contains(it) && !is_above(hierarchy, *first, **it));
        let (Some(top), Some(hidden)) = (top, hidden) else { continue };
        let (Some(winner), Some(_)) = (body(scene, *first, method), body(scene, *hidden, method))
        else {
            continue;
        };
        if !hands_on(scene, winner, method) {
            let text = format!(
                "`{}` runs {}, which never hands on: {} stays unrun, and both override {}",
                method,
                index.qualified_name(winner),
                index.dotted(*hidden),
                index.dotted(*top)
            );
            evidence.push(Evidence::supporting("hidden-override", text));
        }
    }
    if evidence.is_empty() {
        return None;
    }
    let summary = format!(
        "class `{}` inherits one class twice and loses an override on the way",
        index.qualified_name(id)
    );
    Some(quiet(place::about(scene, &RULE, &[id], summary, evidence)))
}

fn is_special(method: &str) -> bool {
    method.starts_with("__") && method.ends_with("__")
}

fn is_above(hierarchy: &Hierarchy, class: DefinitionId, other: DefinitionId) -> bool {
    hierarchy.linearisation(class).is_ok_and(|order| order.contains(&ClassRef::Internal(other)))
}

/// The method of a class, when it has a body of its own.
fn body(scene: &Scene<'_>, class: DefinitionId, method: &str) -> Option<DefinitionId> {
    let definitions = &scene.index.module(class.module).facts.definitions;
    let at = definitions
        .iter()
        .position(|it| it.owner == Some(class.index) && it.name == method && !it.flags.stub)?;
    Some(DefinitionId { module: class.module, index: at as u32 })
}

fn hands_on(scene: &Scene<'_>, id: DefinitionId, method: &str) -> bool {
    let facts = &scene.index.module(id.module).facts;
    facts.sites.iter().any(|site| {
        let path = facts.path_of(site);
        site.definition() == Some(id.index)
            && site.kind == SiteKind::Call
            && path.strip_suffix(method).is_some_and(|rest| rest.ends_with('.') && rest != "self.")
    })
}

/// Worth knowing when one looks at the class, not worth failing for.
fn quiet(finding: Finding) -> Finding {
    Finding { severity: Severity::Note, ..finding }
}
