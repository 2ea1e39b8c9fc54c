//! `ssot map`.

use crate::project;
use crate::support::Repo;

fn layered() -> Repo {
    Repo::of(&[
        ("shop/__init__.py", ""),
        ("shop/web/__init__.py", ""),
        ("shop/web/page.py", "from shop.data import rows\n\nTOPIC = \"orders.received\"\n"),
        ("shop/data/__init__.py", ""),
        (
            "shop/data/rows.py",
            "import shop.web.page\n\n\ndef read(bus):\n    return bus.get(\"orders.received\")\n",
        ),
        ("shop/job/__init__.py", ""),
        (
            "shop/job/run.py",
            "import os\n\nimport shop.data.rows\n\n\ndef run(bus):\n    os.environ[\"A\"]\n    bus.send(\"orders-received\")\n",
        ),
        (
            "ssot.toml",
            "[[named-value]]\nname = \"topics\"\nvalues = [\"orders.received\"]\n\n\
             [[capability]]\nname = \"clock\"\nowner = [\"shop.job\"]\n",
        ),
    ])
}

#[test]
fn concepts_name_their_source_of_truth() {
    let repo = project::tested();
    let text = repo.ssot(&["map"]).expect(0).stdout;
    assert!(text.contains("slugify  function identical"), "{text}");
    assert!(text.contains("canonical shop.text.slugify"), "{text}");
    let map = repo.ssot(&["map", "--format", "json"]).expect(0).json();
    assert_eq!((&map["schema"], &map["what"]), (&"ssot.map/1".into(), &"concepts".into()));
    let dot = repo.ssot(&["map", "--format", "dot"]).expect(0).stdout;
    assert!(dot.starts_with("digraph map {") && dot.contains("identical"), "{dot}");
}

#[test]
fn imports_are_drawn_with_their_cycles() {
    let repo = layered();
    let drawn = repo.ssot(&["map", "--what", "imports", "--format", "mermaid"]).expect(0).stdout;
    insta::assert_snapshot!("map_imports", drawn);
    let map = repo.ssot(&["map", "--what", "imports", "--format", "json"]).expect(0).json();
    assert_eq!(map["entries"]["cycles"][0].as_array().unwrap().len(), 2);
    let whole = repo.ssot(&["map", "--what", "imports", "--depth", "1"]).expect(0).stdout;
    assert!(whole.starts_with("1 package, 0 cycles"), "{whole}");
}

#[test]
fn texts_are_listed_with_their_constant_and_what_is_nearly_them() {
    let repo = layered();
    let texts = repo.ssot(&["map", "--what", "literals", "--format", "md"]).expect(0).stdout;
    insta::assert_snapshot!("map_literals", texts);
    let named = repo.ssot(&["map", "--what", "named-values"]).expect(0).stdout;
    insta::assert_snapshot!("map_named_values", named);
}

#[test]
fn capabilities_name_their_owner() {
    let text = layered().ssot(&["map", "--what", "capabilities"]).expect(0).stdout;
    assert!(text.contains("clock  owner: shop.job"), "{text}");
    assert!(text.contains("environment  owner: nobody\n  besides  shop/job/run.py:7"), "{text}");
}

#[test]
fn a_list_is_no_graph() {
    let answer = layered().ssot(&["map", "--what", "literals", "--format", "dot"]).expect(2);
    answer.says(&["--what imports", "--format text"]);
}
