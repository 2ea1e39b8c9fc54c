//! What stands in for production code in tests.

use ssot_facts::{FileFacts, Index, Module, Role, Site, SiteKind};

/// Words that mark a class as a stand-in for another.
const QUALIFIERS: [&str; 11] = [
    "Mock", "Fake", "Stub", "Dummy", "Spy", "Mocked", "InMemory", "Simple", "Test", "Testing",
    "Double",
];

/// Modules whose names replace things.
const MOCKING: [&str; 4] = ["unittest.mock", "mock", "pytest_mock", "asynctest"];

/// Classes that stand for anything.
const STAND_INS: [&str; 6] =
    ["Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock", "create_autospec"];

/// What the name of a test double stands for: `WebSocket` for `MockWebSocket`. None
/// for a name that marks no double.
pub(crate) fn core(name: &str) -> Option<&str> {
    let name = name.trim_start_matches('_');
    let mut core = name;
    while let Some(rest) = QUALIFIERS.iter().find_map(|it| strip(core, it)) {
        core = rest;
    }
    let marked = QUALIFIERS[..6].iter().any(|it| name.starts_with(it) || name.ends_with(it));
    (marked && core.len() > 2 && core != name).then_some(core)
}

/// The name without a qualifier at its front or end, cut between words.
fn strip<'a>(name: &'a str, qualifier: &str) -> Option<&'a str> {
    let is_word = |rest: &str| rest.starts_with(|it: char| it.is_ascii_uppercase());
    let front = name.strip_prefix(qualifier).filter(|rest| is_word(rest));
    front.or_else(|| name.strip_suffix(qualifier).filter(|rest| !rest.is_empty()))
}

/// One replacement in a test.
pub(crate) struct Replacement<'a> {
    /// Where.
    pub(crate) site: &'a Site,
    /// What replaces: `MagicMock`, `patch`, `monkeypatch.setattr`.
    pub(crate) by: &'a str,
    /// The dotted name that is replaced, when it is written down.
    pub(crate) replaced: Option<String>,
}

/// The replacements of a test module.
pub(crate) fn replacements<'a>(index: &Index, module: &'a Module) -> Vec<Replacement<'a>> {
    let facts = &module.facts;
    let calls = facts.sites.iter().filter(|site| site.kind == SiteKind::Call);
    calls
        .filter_map(|site| {
            let by = facts.path_of(site);
            let replaced = || facts.text_of(site).map(|text| text.replace(':', "."));
            if is_stand_in(index, module, by) {
                return Some(Replacement { site, by, replaced: None });
            }
            let patches = is_patch(index, module, by)
                || matches!(by, "monkeypatch.setattr" | "monkeypatch.setitem")
                || matches!(by, "mocker.patch" | "mocker.patch.object" | "mocker.spy");
            patches.then(|| Replacement {
                site,
                by,
                replaced: replaced().or_else(|| patched_object(index, module, site)),
            })
        })
        .collect()
}

fn is_stand_in(index: &Index, module: &Module, path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    STAND_INS.contains(&last) && comes_from_mock(index, module, path)
}

fn is_patch(index: &Index, module: &Module, path: &str) -> bool {
    let patches = ["patch", "patch.object", "patch.dict", "patch.multiple"];
    let at_end = |it: &&str| {
        path.strip_suffix(it).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    patches.iter().any(at_end) && comes_from_mock(index, module, path)
}

fn comes_from_mock(index: &Index, module: &Module, path: &str) -> bool {
    let first = path.split('.').next().unwrap_or(path);
    module.facts.imports.iter().filter(|import| import.bound == first).any(|import| {
        index.import_target(module, import).is_some_and(|target| {
            let whole = import.name.as_ref().map(|name| format!("{target}.{name}"));
            MOCKING.contains(&&*target)
                || whole.is_some_and(|whole| MOCKING.contains(&&*whole))
                || target == "unittest" && path.contains("mock")
        })
    })
}

/// The object of `patch.object(module, "name")`, resolved through the imports.
fn patched_object(index: &Index, module: &Module, site: &Site) -> Option<String> {
    let facts: &FileFacts = &module.facts;
    let write = facts.writes.iter().find(|it| it.line == site.line)?;
    let (first, rest) = match write.object.split_once('.') {
        Some((first, rest)) => (first, format!(".{rest}")),
        None => (write.object.as_str(), String::new()),
    };
    let import = facts.imports.iter().find(|import| import.bound == first)?;
    let target = index.import_target(module, import)?;
    let name = import.name.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
    Some(format!("{target}{name}{rest}.{}", write.name))
}

/// Whether a module holds tests or what supports them.
pub(crate) fn is_test(module: &Module) -> bool {
    module.role == Role::Test
}

#[cfg(test)]
mod tests {
    use super::core;

    #[test]
    fn qualifiers_are_stripped_between_words() {
        for (name, expected) in [
            ("MockWebSocket", Some("WebSocket")),
            ("_FakeMockStore", Some("Store")),
            ("StoreStub", Some("Store")),
            ("MockSimpleStore", Some("Store")),
            ("SimpleStore", None),
            ("TestStore", None),
            ("Mockingbird", None),
            ("Mock", None),
            ("MockA", None),
        ] {
            assert_eq!(core(name), expected, "{name}");
        }
    }
}
