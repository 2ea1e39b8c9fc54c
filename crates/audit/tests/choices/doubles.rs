//! Doubles of tests, and functions that differ in one place.

use super::{audits, describe};
use ssot_model::Config;

const DOUBLE: &str = "class MockStore:\n    def __init__(self):\n        self.rows = {}\n\n    def \
                      save(self, key, row):\n        self.rows[key] = row\n\n    def load(self, \
                      key):\n        return self.rows[key]\n";

/// What is chosen for the first group of a rule, and why.
fn chosen(repository: &str, rule: &str) -> (String, String) {
    let (index, audits) = audits(repository, &Config::default());
    let audit = audits.iter().find(|it| it.finding.rule == rule).expect("it is found");
    (describe(&index, audit), audit.reason.clone())
}

#[test]
fn equal_doubles_move_where_all_tests_find_them() {
    let of = |files: &[&str]| -> String {
        let file = |path: &&str| ["--- ", path, "\n", DOUBLE, "\n\nprint(MockStore())\n"].concat();
        files.iter().map(file).collect()
    };
    let package = "--- tests/__init__.py\n--- tests/unit/__init__.py\n";
    for (repository, expected) in [
        (
            format!("{package}{}", of(&["tests/test_a.py", "tests/unit/test_b.py"])),
            "extract to tests/mock_store.py",
        ),
        (
            format!(
                "{}--- tests/helper.py\nX = 1\n--- tests/test_c.py\nfrom tests.helper import X\n",
                of(&["tests/test_a.py", "tests/test_b.py"])
            ),
            "extract to tests/mock_store.py",
        ),
        (
            of(&["tests/test_a.py", "tests/test_b.py"]),
            "keep: no test there imports a module beside it, so where their runner looks is not known",
        ),
        (
            format!("{package}{}", of(&["tests/support.py", "tests/test_a.py", "tests/test_b.py"])),
            "redirect tests.test_a.MockStore, tests.test_b.MockStore to tests.support.MockStore",
        ),
    ] {
        let (choice, reason) = chosen(&repository, "duplicate-mock");
        assert_eq!(choice, expected, "{reason}");
    }
}

#[test]
fn doubles_stay_where_no_module_is_everybodys() {
    let (choice, reason) = chosen(
        &format!("--- one/test_a.py\n{DOUBLE}--- two/test_b.py\n{DOUBLE}"),
        "duplicate-mock",
    );
    assert!(choice.starts_with("keep"), "{choice}");
    assert!(reason.contains("no package in common"), "{reason}");
}

#[test]
fn one_place_becomes_a_parameter_that_the_names_tell() {
    let function = |name: &str, more: &str| {
        format!(
            "def {name}(path):\n    with open(path) as file:\n        text = file.read()\n    lines = \
             text.splitlines()\n    lines = [line.strip() for line in lines]\n{more}    rows = \
             [line.split(\",\") for line in lines]\n    rows = sorted(rows)\n    return rows\n"
        )
    };
    let more = "    if not lines:\n        raise ValueError(path)\n";
    for (names, said) in [
        (("load", "load_strict"), "`strict`"),
        (("load_rows", "read_rows"), "nothing in the code names what differs"),
    ] {
        let repository = format!(
            "--- app/__init__.py\n--- app/a.py\n{}--- app/b.py\n{}",
            function(names.0, ""),
            function(names.1, more)
        );
        let (index, audits) = audits(&repository, &Config::default());
        let of = audits.iter().map(|it| format!("{} {}", describe(&index, it), it.reason));
        let all: Vec<String> = of.collect();
        assert!(all.iter().any(|it| it.contains(said)) || names.0 == "load_rows", "{all:?}");
        let is_shared = all.iter().any(|it| it.starts_with("branch"));
        assert_eq!(is_shared, names.0 == "load", "{all:?}");
    }
}
