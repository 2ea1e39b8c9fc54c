//! One type under an alias in several modules.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::{Binding, Index, Module, ModuleId, NameBinding, Resolution, ValueKind};
use ssot_model::{DefinitionKind, Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::uses::{first_name, ground, is_shipped, last_name};
use crate::{Rule, Scene, evidence, peers};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-type-alias",
    summary: "Several modules give the same type a name of its own.",
    page: include_str!("duplicate_type_alias.md"),
    level: Level::Warning,
    check,
};

/// Types and literals in an expression that is worth one name: with a type of the
/// project or of a library among them, without one, and under two names.
const PARTS: (usize, usize, usize) = (2, 3, 4);

/// Words of aliases' names that do not say what they are about.
const DULL: [&str; 10] =
    ["type", "types", "dict", "list", "map", "mapping", "callback", "handler", "func", "callable"];

/// One alias.
struct Alias<'a> {
    module: ModuleId,
    name: &'a CompactString,
    free: &'a [CompactString],
    line: u32,
    /// Types and literals that it is made of.
    parts: usize,
    /// Whether a type is among them that is neither built in nor machinery of typing.
    tells: bool,
    /// Whether another rule knows it as a constant.
    is_constant: bool,
}

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut types: BTreeMap<(&str, u128), Vec<Alias<'_>>> = BTreeMap::new();
    for (id, module) in scene.index.modules().filter(|(_, module)| is_shipped(module)) {
        if !module.facts.errors.is_empty() || evidence::reason_of_module(scene, module).is_some() {
            continue;
        }
        for bound in module.facts.bindings.iter().filter(|it| !it.conditional) {
            if let Binding::Value(hash, kind, free) = &bound.binding
                && let Some(alias) = alias(scene.index, id, module, bound, kind, free)
            {
                types.entry((ground(scene, module), *hash)).or_default().push(alias);
            }
        }
    }
    types.into_values().flat_map(|aliases| families(scene, aliases)).collect()
}

/// The alias that a binding makes; none for other values, and for types that are too
/// short to be a concept.
fn alias<'a>(
    index: &Index,
    id: ModuleId,
    module: &Module,
    bound: &'a NameBinding,
    kind: &ValueKind,
    free: &'a [CompactString],
) -> Option<Alias<'a>> {
    let (parts, tells) = match kind {
        ValueKind::Call(callee) if last_name(callee) == "NewType" => (PARTS.0, true),
        ValueKind::TypeExpression => parts(index, id, module, bound, free)?,
        _ => return None,
    };
    let is_once = module.facts.bindings_of(&bound.name).count() == 1;
    let enough = if tells { PARTS.0 } else { PARTS.1 };
    let is_constant = module
        .facts
        .definitions
        .iter()
        .any(|it| it.kind == DefinitionKind::Constant && it.name == bound.name);
    let (name, line) = (&bound.name, bound.line);
    (is_once && parts >= enough).then_some(Alias {
        module: id,
        name,
        free,
        line,
        parts,
        tells,
        is_constant,
    })
}

/// How many types and literals an expression is made of, and whether one of them is
/// neither built in nor machinery. None for what is no type at all.
fn parts(
    index: &Index,
    id: ModuleId,
    module: &Module,
    bound: &NameBinding,
    free: &[CompactString],
) -> Option<(usize, bool)> {
    const JOINTS: [&str; 5] = ["Optional", "Union", "Annotated", "ClassVar", "Final"];
    let is_class_name = |name: &str| {
        let name = last_name(name).trim_start_matches('_');
        name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
    };
    let (mut parts, mut tells, mut is_literal) = (0, false, false);
    for name in free {
        let meaning = index.resolve(id, name).into_iter().next()?;
        let is_own = match &meaning {
            Resolution::Builtin(_) => false,
            Resolution::External(dotted) => {
                let top = first_name(dotted);
                !matches!(top, "typing" | "typing_extensions" | "collections" | "types")
            }
            Resolution::Definition(id) if index.definition(*id).kind != DefinitionKind::Class => {
                return None;
            }
            Resolution::Unknown(_) => return None,
            _ => true,
        };
        // `np` in `np.ndarray`, `Flag` in `Flag.A | Flag.B`: only the alias tells.
        if is_own && !is_class_name(&bound.name) {
            return None;
        }
        tells |= is_own;
        is_literal |= name == "Literal";
        parts += usize::from(!JOINTS.contains(&name.as_str()));
    }
    if is_literal {
        let literals = module.facts.literals.iter().filter(|it| it.inside == 0);
        let texts = literals.filter(|it| it.line == bound.line).count();
        parts += texts;
        tells |= texts > 1;
    }
    Some((parts, tells))
}

/// Aliases of one expression: those of one name, and those of several names that say
/// the same.
fn families(scene: &Scene<'_>, mut rest: Vec<Alias<'_>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    while !rest.is_empty() {
        let first = rest.remove(0);
        let (same, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|other| are_one(scene, &first, other));
        rest = others;
        let family: Vec<Alias<'_>> = std::iter::once(first).chain(same).collect();
        let one_name = family.iter().all(|it| it.name == family[0].name);
        // One name for equal constants is what `duplicate-definition` reports.
        let is_told = one_name && family.iter().all(|it| it.is_constant);
        if family.len() > 1 && !is_told {
            findings.push(finding(scene, &family, one_name));
        }
    }
    findings
}

fn are_one(scene: &Scene<'_>, one: &Alias<'_>, other: &Alias<'_>) -> bool {
    let named = one.name == other.name
        || one.parts >= PARTS.2 && one.tells && peers::share_a_word(one.name, other.name, &DULL);
    let mut free = one.free.iter();
    one.module != other.module
        && named
        && free.all(|name| peers::means_the_same(scene, one.module, other.module, name))
}

fn finding(scene: &Scene<'_>, family: &[Alias<'_>], one_name: bool) -> Finding {
    let first = &family[0];
    let mut names: Vec<&str> = family.iter().map(|it| it.name.as_str()).collect();
    names.dedup();
    let summary = if one_name {
        format!("the type `{}` is defined {} times", first.name, family.len())
    } else {
        format!("one type has several names: {}", names.join(", "))
    };
    let parts = first.free.iter().map(CompactString::as_str);
    let text = format!("the same expression of {}", peers::listed(parts));
    let places = family.iter().map(|alias| Place {
        module: alias.module,
        line: alias.line,
        inside: None,
        what: alias.name.to_string(),
    });
    let remark = Remark {
        name: first.name.to_string(),
        summary,
        evidence: vec![Evidence::supporting("same-type", text)],
        places: places.collect(),
        cost: family.len() as u32,
    };
    remark.finding(scene, &RULE)
}
