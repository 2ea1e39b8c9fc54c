//! What is read off Java source, one fact a table.

use ssot_facts::{Definition, FileFacts, java};
use ssot_model::DefinitionKind;

fn facts(source: &str) -> FileFacts {
    java::extract(source.as_bytes())
}

/// The first method of a class with this body.
fn method(source: &str) -> Definition {
    let facts = facts(&format!("class A {{ {source} }}"));
    assert!(facts.errors.is_empty(), "{source}: {:?}", facts.errors);
    let mut methods = facts.definitions.into_iter().filter(|it| it.kind == DefinitionKind::Method);
    methods.next().expect("there is one method")
}

#[test]
fn classes_and_methods_are_definitions() {
    let facts = facts(
        "package p;\n@Entity\nclass A<T> {\n  int x = 1;\n  A(int a) { x = a; }\n  enum E { B; }\n  \
         @Override public T get(T b, int a) throws E { return run(new Runnable() { public void \
         run() {} }); }\n}\ninterface I { void f(); }\n",
    );
    let found: Vec<(DefinitionKind, &str, Option<u32>, u32)> = facts
        .definitions
        .iter()
        .map(|it| (it.kind, it.name.as_str(), it.owner, it.span.start))
        .collect();
    let (class, method) = (DefinitionKind::Class, DefinitionKind::Method);
    let expected = [
        (class, "A", None, 2),
        (method, "A", Some(0), 5),
        (class, "E", None, 6),
        (method, "get", Some(0), 7),
        (class, "I", None, 9),
        (method, "f", Some(4), 9),
    ];
    assert_eq!(found, expected);
    assert_eq!(facts.definitions[0].decorators, ["Entity"]);
    let get = &facts.definitions[3];
    assert_eq!((get.decorators[0].as_str(), get.signature.as_str()), ("Override", "(T b, int a)"));
    assert_eq!(get.members, ["a", "b"]);
}

#[test]
fn hashes_see_what_they_should() {
    let body = "int f(int a) { for (int i = 0; i < a; i++) { g(i); } return a; }";
    // The text, whether it is exactly equal, whether it is blindly equal.
    for (other, exact, blind) in [
        ("int other(int a) { for(int i=0;i<a;i++){ g(i); } /* why */ return a; }", true, true),
        ("int f(int n) { for (int k = 5; k < n; k++) { g(k); } return n; }", false, true),
        ("int f(int a) { for (int i = 0; i < a; i++) { h(i); } return a; }", false, false),
        ("int f(int a) { for (int i = 0; i < a; i++) { g(i); return a; } }", false, false),
        ("int f(int a) { for (int i = 0; i > a; i++) { g(i); } return a; }", false, false),
        ("public int f(int a) { for (int i = 0; i < a; i++) { g(i); } return a; }", false, true),
    ] {
        let (one, other_method) = (method(body), method(other));
        assert_eq!(one.hash == other_method.hash, exact, "{other}");
        assert_eq!(one.blind == other_method.blind, blind, "{other}");
    }
}

#[test]
fn a_line_is_a_statement_or_a_head() {
    for (source, statements, lines) in [
        ("void f() { a(); b(); }", 2, 3),
        ("void f() { if (x) a(); else { b(); } }", 3, 5),
        ("void f() { for (int i = 0; i < 3; i++) a(i); }", 2, 3),
        ("void f() { try { a(); } catch (E e) { b(); } finally { c(); } }", 6, 7),
        ("void f() { int[] a = { 1, 2 }; run(() -> { b(); }); }", 3, 5),
    ] {
        let method = method(source);
        assert_eq!((method.statements, method.shape.len()), (statements, lines), "{source}");
        assert_eq!(method.leaves.len(), lines, "{source}");
    }
}

#[test]
fn broken_and_hostile_sources_are_survived() {
    assert!(!facts("class A { void f() { int = ; } }").errors.is_empty());
    let latin = b"class A { void f() { g(\"caf\xe9\"); } }";
    assert_eq!(java::extract(latin).definitions.len(), 2);
    let deep =
        format!("class A {{ int f() {{ return {}1{}; }} }}", "(".repeat(3000), ")".repeat(3000));
    assert_eq!(facts(&deep).definitions.len(), 2);
    let nested = "class A {".repeat(500);
    assert!(facts(&nested).definitions.len() <= 8);
}
