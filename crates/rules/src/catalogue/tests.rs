use ssot_facts::python;
use ssot_model::{DefinitionKind, RepoPath};

use super::{Catalogue, Place, Scope, Unreadable, Wanted};

const TEXT: &str = r#"
import re


def slugify(text):
    """A name as part of an address."""
    text = text.lower().strip()
    text = re.sub("[^a-z0-9]+", "-", text)
    text = text.strip("-")
    if not text:
        text = "empty"
    return text


def load_user(session, user_id) -> User:
    """Reads one user from the database, retrying with backoff."""
    row = session.fetch(user_id)
    if row is None:
        raise KeyError(user_id)
    return User(row)


class UserSessionManager:
    def open(self, user):
        self.users.append(user)
        return len(self.users)


class UserSessionServiceV2:
    pass


LIMIT = ("rows of one answer", 100, "users", 20)
"#;

const COPY: &str = r#"
def part(value):
    value = value.lower().strip()
    value = re.sub("[^a-z]+", "_", value)
    value = value.strip("_")
    if not value:
        value = "none"
    return value
"#;

fn path(path: &str) -> RepoPath {
    RepoPath::new(path).expect("a path")
}

fn catalogue(files: &[(u32, &str, &str)]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (tree, file, text) in files {
        let place = Place { tree: *tree, path: path(file) };
        catalogue.put(place, "shop.text".into(), &python::extract(text.as_bytes()));
    }
    catalogue
}

const ALL: Scope = Scope { kind: None, everywhere: false, limit: 10 };

/// `NAME likeness` of what is found.
fn found(catalogue: &Catalogue, wanted: Result<Wanted, Unreadable>, scope: Scope) -> Vec<String> {
    let wanted = wanted.expect("it can be read");
    let found = catalogue.find(&wanted, scope);
    found.hits.iter().map(|hit| format!("{} {}", hit.entry.name, hit.likeness)).collect()
}

#[test]
fn names_are_found_by_what_they_mean() {
    let catalogue = catalogue(&[(0, "shop/text.py", TEXT)]);
    for (name, expected) in [
        ("slugify", "slugify 100"),
        ("shop.text.slugify", "slugify 100"),
        ("Slugify()", "slugify 95"),
        ("loadUsers", "load_user 95"),
        ("async_load_user", "load_user 88"),
        ("UserSessionManager.open", "UserSessionManager.open 100"),
        ("UserSessionHandler", "UserSessionManager 88"),
        ("EnhancedUserSessionService", "UserSessionManager 88"),
        ("retry with backoff", ""),
        ("read user from the database", "load_user 72"),
        ("limit", "LIMIT 95"),
        ("brew_coffee", ""),
    ] {
        let hits = found(&catalogue, Wanted::named(name), ALL);
        assert_eq!(hits.first().map_or("", String::as_str), expected, "{name}: {hits:?}");
    }
    let found = found(&catalogue, Wanted::named("user session manager"), ALL);
    assert_eq!(found, ["UserSessionManager 95", "UserSessionServiceV2 88"]);
}

#[test]
fn signatures_are_found_by_name_and_parameters() {
    let catalogue = catalogue(&[(0, "shop/text.py", TEXT)]);
    for (signature, expected) in [
        ("def load_user(session, user_id) -> User", "load_user 100"),
        ("async def load_user(session, user_id):", "load_user 90"),
        ("load_user(user_id)", "load_user 80"),
        ("class UserSessionManager", "UserSessionManager 100"),
        ("def brew(coffee)", ""),
    ] {
        let hits = found(&catalogue, Wanted::with_signature(signature), ALL);
        assert_eq!(hits.first().map_or("", String::as_str), expected, "{signature}: {hits:?}");
    }
}

#[test]
fn code_is_found_whatever_it_is_called() {
    let catalogue = catalogue(&[(0, "shop/text.py", TEXT)]);
    let code = |text: &str| found(&catalogue, Wanted::written(text), ALL);
    assert_eq!(code(&TEXT[12..].replace("slugify", "other"))[0], "slugify 100");
    assert_eq!(code(COPY), ["slugify 96"]);
    // Statements that were taken out of a definition, indented as they stood.
    let part = "    text = text.lower().strip()\n    text = text.strip(\"-\")\n    return text\n";
    assert_eq!(code(part), ["slugify 90"]);
    let new = "def longest(rows):\n    best = rows[0]\n    for row in rows:\n        best = max(best, row)\n    return best\n";
    assert_eq!(code(new), [""; 0]);
}

#[test]
fn what_cannot_be_read_says_why() {
    let said =
        |wanted: Result<Wanted, Unreadable>| wanted.map(|_| ()).expect_err("refused").to_string();
    assert!(said(Wanted::named("--")).contains("has no word"));
    assert!(said(Wanted::with_signature("def (:")).contains("is no signature"));
    assert!(said(Wanted::written("x = (\n")).contains("line"));
    assert!(said(Wanted::written("# nothing\n")).contains("nothing that could be recognised"));
}

#[test]
fn another_tree_tells_what_is_not_here() {
    let mut catalogue = catalogue(&[
        (0, "shop/text.py", TEXT),
        (1, "shop/text.py", &TEXT.replace("load_user", "fetch_user")),
        (0, "tests/test_text.py", TEXT),
    ]);
    assert_eq!(found(&catalogue, Wanted::named("slugify"), ALL), ["slugify 100"]);
    let wanted = Wanted::named("fetch_user").expect("a name");
    let there = catalogue.find(&wanted, ALL);
    assert_eq!(there.hits[0].place.tree, 1);
    let wanted = Wanted::named("slugify").expect("a name");
    assert_eq!(catalogue.find(&wanted, ALL).aside, 1);
    let everywhere = Scope { everywhere: true, ..ALL };
    assert_eq!(catalogue.find(&wanted, everywhere).hits.len(), 2);
    let one = catalogue.find(&wanted, Scope { limit: 1, ..everywhere });
    assert_eq!((one.hits.len(), one.more), (1, 1));
    let classes = Scope { kind: Some(DefinitionKind::Class), ..ALL };
    assert!(catalogue.find(&wanted, classes).hits.is_empty());
    catalogue.remove(&Place { tree: 0, path: path("shop/text.py") });
    assert_eq!(catalogue.find(&wanted, ALL).hits[0].place.tree, 1);
}
