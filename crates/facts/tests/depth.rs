//! Sources that nest deeper than a stack.

use ssot_facts::python;

#[test]
fn no_depth_ends_the_process() {
    const DEEP: usize = 20_000;
    for (open, middle, close) in [
        ("[", "", "]"),
        ("f(", "", ")"),
        ("lambda: ", "1", ""),
        ("1 if 1 else ", "1", ""),
        ("(y := ", "1", ")"),
        ("[x for y in ", "z", "]"),
        ("(*", "1", ",)"),
        ("{1: ", "1", "}"),
        ("not ", "1", ""),
        ("1 + ", "1", ""),
        ("a.", "b", ""),
        ("f()[0].g(", "1", ")"),
    ] {
        let (open, close) = (open.repeat(DEEP), close.repeat(DEEP));
        let source = format!("def first():\n    return 1\n\n\nX = {open}{middle}{close}\n");
        let facts = python::extract(source.as_bytes());
        assert_eq!(facts.definitions[0].name, "first", "{}", &open[..8]);
    }
}
