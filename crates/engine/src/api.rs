//! What users outside of the repository rely on: the declared public names of a tree and how
//! they are called. Pure.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::{DefinitionId, Hierarchy, Index, ModuleId, Resolution};
use ssot_model::{Config, DefinitionKind};
use ssot_rules::is_public;

/// Every public name of a tree with the parameters with which it can be called; none for
/// what is not called or is not known.
pub(crate) type Surface = BTreeMap<String, Option<String>>;

/// The public names of a tree.
pub(crate) fn surface(index: &Index, config: &Config) -> Surface {
    let mut found = Surface::new();
    if config.api.public.is_empty() {
        return found;
    }
    let hierarchy = Hierarchy::new(index);
    for (id, module) in index.modules() {
        let facts = &module.facts;
        let bound = facts.bindings.iter().map(|it| &it.name);
        let names: BTreeSet<&CompactString> =
            bound.chain(facts.shims.iter().map(|it| &it.name)).collect();
        for name in names {
            let dotted = format!("{}.{name}", module.name);
            if is_public(config, &dotted) {
                let listed = facts.all.iter().flatten().any(|it| it == name);
                let class = note(&mut found, index, (id, name), &dotted, listed);
                if let Some(class) = class {
                    members(&mut found, index, &hierarchy, class, &dotted);
                }
            }
        }
    }
    found
}

/// Notes what a name of a module is; a class is handed back.
fn note(
    found: &mut Surface,
    index: &Index,
    (module, name): (ModuleId, &str),
    dotted: &str,
    listed: bool,
) -> Option<DefinitionId> {
    match &index.resolve(module, name)[..] {
        [Resolution::Definition(id)] => {
            let definition = index.definition(*id);
            let is_function = definition.kind == DefinitionKind::Function;
            let plain = is_function && definition.decorators.is_empty();
            found.insert(dotted.to_owned(), plain.then(|| definition.signature.to_string()));
            (definition.kind == DefinitionKind::Class).then_some(*id)
        }
        // What a module imports for itself is nobody's else.
        [Resolution::Module(_) | Resolution::External(_)] if !listed => None,
        _ => {
            found.insert(dotted.to_owned(), None);
            None
        }
    }
}

/// Notes what can be called of a class, wherever it comes from.
fn members(
    found: &mut Surface,
    index: &Index,
    hierarchy: &Hierarchy,
    class: DefinitionId,
    dotted: &str,
) {
    for (name, providers) in hierarchy.providers(index, class) {
        let is_special = name.starts_with("__") && name != "__init__" && name != "__call__";
        let is_private = name.starts_with('_') && !name.starts_with("__");
        let Some(first) = providers.first().filter(|_| !is_special && !is_private) else {
            continue;
        };
        let facts = &index.module(first.module).facts;
        let method = facts.definitions.iter().find(|it| {
            it.owner == Some(first.index) && it.name == name && it.decorators.is_empty()
        });
        found.insert(format!("{dotted}.{name}"), method.map(|it| it.signature.to_string()));
    }
}

/// What of a surface is broken in another one, but for names that were given up.
pub(crate) fn breaks(before: &Surface, after: &Surface, given_up: &[&str]) -> Vec<String> {
    let is_given_up = |name: &str| {
        let below = |front: &str| name.strip_prefix(front).is_some_and(|it| it.starts_with('.'));
        given_up.iter().any(|front| *front == name || below(front))
    };
    let mut found = Vec::new();
    for (name, signature) in before.iter().filter(|(name, _)| !is_given_up(name)) {
        match (signature, after.get(name)) {
            (_, None) => found.push(format!("`{name}` is gone")),
            (Some(old), Some(Some(new))) => {
                if let Some(why) = refuses(&parameters(old), &parameters(new)) {
                    found.push(format!("`{name}` {why}"));
                }
            }
            _ => {}
        }
    }
    found
}

/// One parameter as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parameter {
    name: String,
    by_position: bool,
    by_name: bool,
    required: bool,
}

/// The parameters of a signature, `*rest` and `**names` among them.
fn parameters(signature: &str) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = Vec::new();
    let mut named_only = false;
    for text in split(signature) {
        let (name, required) = match text.split_once('=') {
            Some((name, _)) => (name.trim(), false),
            None => (text, true),
        };
        match name {
            "" => {}
            "/" => found.iter_mut().for_each(|it| it.by_name = false),
            "*" => named_only = true,
            name => {
                let stars = name.starts_with('*');
                found.push(Parameter {
                    name: name.to_owned(),
                    by_position: !named_only && !stars,
                    by_name: !stars,
                    required: required && !stars,
                });
                named_only |= stars;
            }
        }
    }
    found
}

/// The first parameter without which a function cannot be called, by its signature.
pub(crate) fn required(signature: &str) -> Option<String> {
    parameters(signature).into_iter().find(|it| it.required).map(|it| it.name)
}

/// A list cut at its outermost commas.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut quote) = (0_i32, 0, None);
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Why a call that one list of parameters takes may be refused by another one.
fn refuses(old: &[Parameter], new: &[Parameter]) -> Option<String> {
    let takes_rest = new.iter().any(|it| it.name.starts_with('*') && !it.name.starts_with("**"));
    let takes_names = new.iter().any(|it| it.name.starts_with("**"));
    let places = |all: &[Parameter]| -> Vec<Parameter> {
        all.iter().filter(|it| it.by_position).cloned().collect()
    };
    let theirs = places(new);
    for (at, it) in places(old).iter().enumerate() {
        match theirs.get(at) {
            Some(other) if it.by_name && other.name != it.name => {
                return Some(format!("takes `{}` where it took `{}`", other.name, it.name));
            }
            None if !takes_rest => return Some(format!("takes no `{}` by position", it.name)),
            _ => {}
        }
    }
    for it in old {
        if it.name.starts_with('*') {
            let stars = it.name.chars().take_while(|it| *it == '*').count();
            if !(if stars == 1 { takes_rest } else { takes_names }) {
                return Some(format!("takes no `{}`", it.name));
            }
        } else if it.by_name && !takes_names && !new.iter().any(|p| p.by_name && p.name == it.name)
        {
            return Some(format!("takes no `{}`", it.name));
        }
    }
    let mine = places(old);
    let was_given = |it: &Parameter| {
        let at = theirs.iter().position(|other| other.name == it.name);
        at.and_then(|at| mine.get(at)).is_some_and(|old| old.required)
            || old.iter().any(|old| old.name == it.name && old.required)
    };
    let asks = new.iter().find(|it| it.required && !was_given(it));
    asks.map(|it| format!("requires `{}`", it.name))
}

#[cfg(test)]
mod tests {
    use super::{Surface, breaks, parameters, refuses};

    #[test]
    fn what_was_accepted_must_be_accepted() {
        for (old, new, expected) in [
            ("a, b=1", "a, b=1", None),
            ("a", "a, b=1, *, c=(1, 2)", None),
            ("a", "a, *rest, **names", None),
            ("a, b", "b, a", Some("takes `b` where it took `a`")),
            ("a, b", "a", Some("takes no `b` by position")),
            ("a, /", "x, /", None),
            ("a, *, b=1", "a", Some("takes no `b`")),
            ("a, *rest", "a", Some("takes no `*rest`")),
            ("a", "a, b", Some("requires `b`")),
            ("a, b=1", "a, b", Some("requires `b`")),
            ("a", "a, *, b", Some("requires `b`")),
            ("a, b=','", "a, b=','", None),
        ] {
            let said = refuses(&parameters(old), &parameters(new));
            assert_eq!(said.as_deref(), expected, "{old} {new}");
        }
    }

    #[test]
    fn what_is_gone_is_told_unless_it_was_given_up() {
        let surface = |names: &[&str]| -> Surface {
            names.iter().map(|name| ((*name).to_owned(), None)).collect()
        };
        let before = surface(&["a.B", "a.B.run", "a.c"]);
        assert_eq!(breaks(&before, &before, &[]), Vec::<String>::new());
        assert_eq!(breaks(&before, &surface(&["a.c"]), &["a.B"]), Vec::<String>::new());
        let said = breaks(&before, &surface(&["a.B", "a.c"]), &[]);
        assert_eq!(said, ["`a.B.run` is gone"]);
    }
}
