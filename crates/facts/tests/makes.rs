//! What functions make, what constants hold, and aliases of types.

use ssot_facts::{Binding, FileFacts, ValueKind, python};

fn facts(source: &str) -> FileFacts {
    python::extract(source.as_bytes())
}

#[test]
fn functions_tell_what_they_make_and_return() {
    let source = "\
from net import http
def direct(url):
    return http.Client(url, timeout=3)
def by_name(url):
    client = http.Client(url, timeout=3)
    client.open()
    return client
class Maker:
    def make(self):
        return Store()
def outer():
    def inner():
        return Store(1)
    return inner
def other(url):
    return fetch(url)
";
    let facts = facts(source);
    let told: Vec<String> = facts
        .makes
        .iter()
        .map(|it| {
            let maker = &facts.definitions[it.inside as usize].name;
            format!("{maker} {} {} {}", facts.paths[it.class as usize], it.arguments, it.line)
        })
        .collect();
    assert_eq!(told, ["direct http.Client 2 3", "by_name http.Client 2 5", "make Store 0 10"]);
    assert_eq!(facts.makes[0].setup, facts.makes[1].setup);
    assert_ne!(facts.makes[0].setup, facts.makes[2].setup);
}

#[test]
fn constants_tell_how_much_text_they_hold() {
    let source = "\
SIZES = (1000000, 2000000, 3000000, 4000000, 5000000)
WORDS = {'first': 'one thing', 'second': 'another thing'}
";
    let facts = facts(source);
    let told: Vec<u32> = facts.definitions.iter().map(|it| it.string_bytes).collect();
    assert_eq!(told, [0, 33]);
}

#[test]
fn a_type_statement_names_a_type_expression() {
    let facts = facts("type Json = dict[str, int]\nOther = dict[str, int]\ntype G[T] = list[T]\n");
    let binding = |name| &facts.bindings_of(name).next().expect("it is bound").binding;
    assert!(matches!(binding("Json"), Binding::Value(_, ValueKind::TypeExpression, _)));
    assert_eq!(binding("Json"), binding("Other"));
    assert_eq!(*binding("G"), Binding::Other);
}
