//! What ties a single definition to the place where it stands.

use std::collections::BTreeSet;

use ssot_facts::{Definition, DefinitionId, Index, Resolution};
use ssot_model::DefinitionKind;

use super::Patches;
use super::comparison::is_mutated;

/// Modules whose decorators only wrap what they decorate. Any other decorator may
/// register the definition under its name or module.
const HARMLESS_DECORATORS: [&str; 9] = [
    "functools",
    "contextlib",
    "dataclasses",
    "typing",
    "typing_extensions",
    "abc",
    "enum",
    "warnings",
    "types",
];

/// Decorators of well-known libraries that only wrap, too; their modules have others.
const HARMLESS_WRAPPERS: [&str; 10] = [
    "attr.s",
    "attrs.define",
    "attrs.frozen",
    "backoff.on_exception",
    "cachetools.cached",
    "deprecated.deprecated",
    "numba.jit",
    "numba.njit",
    "tenacity.retry",
    "twisted.internet.defer.inlineCallbacks",
];

/// Longest chain of bases that is followed.
const LONGEST_LINEAGE: u32 = 12;

/// The reason why a definition cannot be replaced by an import, nor serve as one,
/// whatever its counterpart looks like.
pub fn obstacle(index: &Index, patches: &Patches, id: DefinitionId) -> Option<String> {
    let definition = index.definition(id);
    let module = index.module(id.module);
    let name = &definition.name;
    if definition.flags.conditional {
        return Some(format!("`{name}` is defined only on some paths of {}", module.name));
    }
    if module.facts.bindings_of(name).count() > 1 {
        return Some(format!("{} binds `{name}` more than once", module.name));
    }
    if definition.flags.reflective {
        return Some(format!(
            "`{name}` looks at the module it stands in (`__name__`, `globals` or a frame)"
        ));
    }
    if definition.flags.writes_globals {
        return Some(format!("`{name}` writes a module-level name of {}", module.name));
    }
    registering_decorator(index, id, definition)
        .or_else(|| class_obstacle(index, patches, id, definition))
        .or_else(|| constant_obstacle(index, id, definition))
}

fn registering_decorator(
    index: &Index,
    id: DefinitionId,
    definition: &Definition,
) -> Option<String> {
    let harmless = |decorator: &str| {
        let dotted = decorator.trim_end_matches("()");
        let (root, rest) = dotted.split_at(dotted.find('.').unwrap_or(dotted.len()));
        index.resolve(id.module, root).iter().all(|meaning| match meaning {
            Resolution::External(name) => {
                let top = name.split('.').next().unwrap_or(name);
                let whole = format!("{name}{rest}");
                HARMLESS_DECORATORS.contains(&top) || HARMLESS_WRAPPERS.contains(&whole.as_str())
            }
            Resolution::Builtin(_) => true,
            _ => false,
        })
    };
    let decorator = definition.decorators.iter().find(|decorator| !harmless(decorator))?;
    Some(format!("the decorator `@{decorator}` may register `{}`", definition.name))
}

fn constant_obstacle(index: &Index, id: DefinitionId, definition: &Definition) -> Option<String> {
    let shared_state = definition.kind == DefinitionKind::Constant
        && !definition.flags.immutable
        && is_mutated(index, id.module, &definition.name);
    shared_state
        .then(|| format!("`{}` is written to in {}", definition.name, index.module(id.module).name))
}

fn class_obstacle(
    index: &Index,
    patches: &Patches,
    id: DefinitionId,
    definition: &Definition,
) -> Option<String> {
    if definition.kind != DefinitionKind::Class {
        return None;
    }
    if let Some(place) = patches.of_attributes(id) {
        return Some(format!("{place} writes attributes of class `{}`", definition.name));
    }
    if definition.flags.hooks_subclassing {
        return Some(format!("class `{}` hooks into its subclasses", definition.name));
    }
    registry(index, id, LONGEST_LINEAGE)
}

/// A base that keeps a list of its subclasses would see one class less.
fn registry(index: &Index, id: DefinitionId, left: u32) -> Option<String> {
    let definition = index.definition(id);
    let bases = definition.bases.iter().filter(|base| !base.contains('='));
    for base in bases {
        let root = base.split('.').next().unwrap_or(base);
        for meaning in index.resolve(id.module, root) {
            match meaning {
                Resolution::Value { .. } | Resolution::Unknown(_) => {
                    return Some(format!(
                        "`{base}`, a base of `{}`, is computed and may keep a list of its subclasses",
                        definition.name
                    ));
                }
                Resolution::Definition(base_id) if left > 0 && base_id != id => {
                    let class = index.definition(base_id);
                    let is_enumerated = index.modules().any(|(_, module)| {
                        module
                            .facts
                            .enumerated
                            .iter()
                            .any(|name| name.rsplit('.').next() == Some(class.name.as_str()))
                    });
                    if class.flags.hooks_subclassing || is_enumerated {
                        return Some(format!("`{}` keeps a list of its subclasses", class.name));
                    }
                    let further = registry(index, base_id, left - 1);
                    if further.is_some() {
                        return further;
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// Bases from the standard library read neither docstrings nor annotations, but for
/// enumerations, whose docstrings others publish.
fn has_foreign_base(
    index: &Index,
    id: DefinitionId,
    definition: &Definition,
    count_enums: bool,
) -> bool {
    let mut bases = definition.bases.iter().filter(|base| !base.contains('='));
    bases.any(|base| {
        let root = base.split('.').next().unwrap_or(base);
        index.resolve(id.module, root).iter().any(|meaning| match meaning {
            Resolution::Builtin(_) => false,
            Resolution::External(name) => {
                let top = name.split('.').next().unwrap_or(name);
                count_enums && top == "enum" || !ssot_facts::is_standard_library(top)
            }
            _ => true,
        })
    })
}

/// A class shows its name to callers; and names that share most of their words, each
/// with one of its own, tell two things apart on purpose.
fn named_apart(left: &str, right: &str, kind: DefinitionKind) -> Option<String> {
    if kind == DefinitionKind::Class {
        return Some(format!("an alias would show callers of `{right}` the class name `{left}`"));
    }
    let words = |name: &str| -> BTreeSet<String> {
        name.split('_').filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (one, two) = (words(left), words(right));
    let common = one.intersection(&two).count();
    let own = |set: &BTreeSet<String>| set.len() > common;
    let mostly_common = 2 * common >= one.len().max(two.len());
    (mostly_common && own(&one) && own(&two)).then(|| {
        format!(
            "`{left}` and `{right}` are named as variants of each other; they may agree by chance"
        )
    })
}

/// Why two definitions of equal structure are still told apart by somebody.
pub fn visible_difference(index: &Index, a: DefinitionId, b: DefinitionId) -> Option<String> {
    let (left, right) = (index.definition(a), index.definition(b));
    if left.name != right.name {
        return named_apart(&left.name, &right.name, left.kind);
    }
    if left.kind != DefinitionKind::Class || left.bases.is_empty() {
        return None;
    }
    if left.doc_hash != right.doc_hash && has_foreign_base(index, a, left, true) {
        return Some(format!(
            "the docstrings differ, and a base of `{}` may publish them",
            left.name
        ));
    }
    if !has_foreign_base(index, a, left, false) {
        return None;
    }
    let future = |id: DefinitionId| index.module(id.module).facts.flags.future_annotations;
    (future(a) != future(b)).then(|| {
        "one module evaluates annotations and the other does not, and a base may read them"
            .to_owned()
    })
}
