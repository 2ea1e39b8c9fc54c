//! Access to the process environment, in all its forms, becomes the owner's.

use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, Index, Module};
use ssot_model::{Capability, DefinitionKind};
use ssot_rewrite::Substitution;

use super::api::Callee;

/// A form: what is written, what the owner does instead, and how that is called.
const FORMS: [(&str, &str, &str); 22] = [
    ("os.environ[$K] = $V", "set", "{}($K, $V)"),
    ("del os.environ[$K]", "delete", "{}($K)"),
    ("os.environ[$K]", "require", "{}($K)"),
    ("os.environ.get($K)", "get", "{}($K)"),
    ("os.environ.get($K, $D)", "get", "{}($K, $D)"),
    ("os.environ.get($K, default=$D)", "get", "{}($K, $D)"),
    ("os.getenv($K)", "get", "{}($K)"),
    ("os.getenv($K, $D)", "get", "{}($K, $D)"),
    ("os.getenv($K, default=$D)", "get", "{}($K, $D)"),
    ("os.getenv(key=$K)", "get", "{}($K)"),
    ("os.getenv(key=$K, default=$D)", "get", "{}($K, $D)"),
    ("$K in os.environ", "contains", "{}($K)"),
    ("$K not in os.environ", "contains", "not {}($K)"),
    ("os.environ.pop($$$A)", "pop", "{}($$$A)"),
    ("os.environ.setdefault($K, $V)", "setdefault", "{}($K, $V)"),
    ("os.environ.update($$$A)", "update", "{}($$$A)"),
    ("os.putenv($K, $V)", "set", "{}($K, $V)"),
    ("os.unsetenv($K)", "delete", "{}($K)"),
    ("os.environ.copy()", "all", "{}()"),
    ("dict(os.environ)", "all", "{}()"),
    ("os.environ.items()", "all", "{}().items()"),
    ("os.getenv", "get", "{}"),
];

/// Forms in tests; what is not declared stays, for an owner that reads the environment
/// sees what tests put there.
const IN_TESTS: [(&str, &str, &str); 4] = [
    ("unittest.mock.patch.dict(os.environ, $$$A)", "patch", "{}($$$A)"),
    ("unittest.mock.patch.dict(\"os.environ\", $$$A)", "patch", "{}($$$A)"),
    ("$MONKEYPATCH.setenv($$$A)", "setenv", "{}($MONKEYPATCH, $$$A)"),
    ("$MONKEYPATCH.delenv($$$A)", "delenv", "{}($MONKEYPATCH, $$$A)"),
];

/// The substitutions for production code, and where the functions are from.
pub(super) fn substitutions(
    index: &Index,
    capability: &Capability,
) -> Result<(Vec<Substitution>, String), String> {
    let mut api: BTreeMap<&str, &str> =
        capability.api.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect();
    let derived = derived(index, capability);
    let mut why = "the api is declared in ssot.toml".to_owned();
    let mut takes_default = true;
    if let (None, Some((name, default, forwards))) = (api.get("get"), &derived) {
        api.insert("get", name);
        takes_default = *default;
        why = format!("`{name}` does nothing but `{forwards}`");
    }
    if api.is_empty() {
        return Err("no function of the owner is known: declare `api = { get = \"...\" }` in the \
             [[capability]]"
            .to_owned());
    }
    let forms = FORMS.iter().map(|(pattern, key, call)| {
        let lacks_default = pattern.contains("$D") && !takes_default;
        if let Some(name) = api.get(key).filter(|_| !lacks_default) {
            return Callee::parse(index, name)?.takes(pattern, call);
        }
        let reason = format!("the owner's `{key}` is not declared in the capability's api");
        Substitution::refusing(pattern, &reason)
    });
    Ok((forms.collect::<Result<_, String>>()?, why))
}

/// The substitutions for tests; none where nothing is declared for them.
pub(super) fn for_tests(
    index: &Index,
    capability: &Capability,
) -> Result<Vec<Substitution>, String> {
    let declared = IN_TESTS.iter().filter_map(|(pattern, key, call)| {
        let name = capability.api.get(*key)?;
        let made = Callee::parse(index, name).and_then(|callee| callee.takes(pattern, call));
        let is_fixture = pattern.starts_with("$MONKEYPATCH");
        let only = |it: Substitution| it.only("MONKEYPATCH", &["monkeypatch".to_owned()]);
        Some(if is_fixture { made.map(only) } else { made })
    });
    declared.collect()
}

/// A function of the owner that is nothing but the access itself: its dotted name,
/// whether it takes a default, and the access.
fn derived(index: &Index, capability: &Capability) -> Option<(String, bool, String)> {
    let is_owner = |module: &Module| {
        capability.owner.iter().any(|owner| {
            module.name == owner.as_str() || module.path.is_below(owner.trim_end_matches('/'))
        })
    };
    let owners = index.modules().filter(|(_, module)| is_owner(module));
    let found = owners.flat_map(|(id, module)| {
        module.facts.definitions.iter().enumerate().filter_map(move |(at, definition)| {
            let is_plain = definition.kind == DefinitionKind::Function
                && definition.owner.is_none()
                && definition.decorators.is_empty()
                && !definition.flags.asynchronous
                && !definition.name.starts_with('_');
            let access = index.absolute(id, &definition.forwards)?;
            let is_read = access == "os.environ.get" || access == "os.getenv";
            let parameters: Vec<&str> = definition.signature.split(", ").collect();
            let default = match parameters[..] {
                [key] if !key.contains(['=', '*']) => false,
                [key, default] if !key.contains(['=', '*']) && default.ends_with("=None") => true,
                _ => return None,
            };
            let id = DefinitionId { module: id, index: at as u32 };
            (is_plain && is_read).then(|| (index.dotted(id), default, access.to_string()))
        })
    });
    // One that takes a default serves more places.
    found.max_by_key(|(name, default, _)| (*default, std::cmp::Reverse(name.clone())))
}
