//! `cargo xtask coverage`: what coverage.py writes, in each of its forms, says the same to
//! `ssot audit`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::Run;
use crate::{python, sdist, workspace};

/// A class and a function with everything that makes lines difficult to count.
const SHOP: &str = r#"import functools


def traced(call):
    @functools.wraps(call)
    def inner(*args, **kwargs):
        return call(*args, **kwargs)

    return inner


class Basket:
    """What is bought."""

    limit = 3

    def __init__(self, items):
        self.items = list(
            items
        )
        self.open = True

    @traced
    def add(self, item):
        """Puts one in."""
        if len(self.items) >= self.limit:
            raise ValueError(
                "full"
            )
        else:
            self.items.append(item)
        try:
            return len(self.items)
        finally:
            self.open = True

    @property
    def total(self):
        amount = 0
        for item in self.items:
            amount += item
        return amount


def parse(text):
    """A number."""
    text = text.strip()
    if not text:
        return None
    try:
        value = int(text)
    except ValueError:
        return None
    return value
"#;

const TESTS: &str = r#"import unittest

from shop import a, b


class Baskets(unittest.TestCase):
    def test_add(self):
        basket = a.Basket([1])
        self.assertEqual(basket.add(2), 2)

    def test_full(self):
        with self.assertRaises(ValueError):
            a.Basket([1, 2, 3]).add(4)

    def test_other(self):
        self.assertTrue(b.Basket([1]).items)

    def test_parse(self):
        self.assertEqual(a.parse(" 3 "), 3)
        self.assertIsNone(a.parse("x"))
        self.assertIsNone(b.parse(""))
"#;

/// Executed and all statements of a member, and the tests that reached it.
type Figures = (u64, u64, usize);

/// What each file must say about a group, the members in the order of their files.
const EXPECTED: [(&str, [Figures; 2]); 2] =
    [("Basket", [(7, 11, 2), (2, 11, 1)]), ("parse", [(6, 7, 1), (3, 7, 1)])];

/// Forms in which coverage.py tells what it measured, and whether they tell tests apart.
const FORMS: [(&str, &[&str], bool); 3] = [
    ("coverage.json", &["json", "--show-contexts", "-q", "-o"], true),
    ("lcov.info", &["lcov", "-q", "-o"], false),
    ("cobertura.xml", &["xml", "-q", "-o"], false),
];

/// Measures a small project, with and without branches, and audits it with every form.
pub(crate) fn run(root: &Path) -> Result<()> {
    let working = workspace::working("SSOT_BEDS_DIR", ".beds").join("coverage");
    std::fs::create_dir_all(&working).with_context(|| format!("{}", working.display()))?;
    let packages = install(root, &working)?;
    let project = working.join("project");
    sdist::remove(&project)?;
    for (name, text) in [
        ("shop/__init__.py", String::new()),
        ("shop/a.py", SHOP.to_owned()),
        ("shop/b.py", SHOP.replace(">= self.limit", "> self.limit")),
        ("tests/__init__.py", String::new()),
        ("tests/test_shop.py", TESTS.to_owned()),
        (".coveragerc", "[run]\ndynamic_context = test_function\nsource = shop\n".to_owned()),
    ] {
        let path = project.join(name);
        std::fs::create_dir_all(path.parent().context("it lies in a directory")?)?;
        std::fs::write(path, text)?;
    }
    let coverage = |args: &[&str]| {
        let run = Run::new(python::INTERPRETER).args(["-m", "coverage"]).args(args);
        run.env("PYTHONPATH", &packages).directory(&project).output()
    };
    for branches in [false, true] {
        let data = if branches { "branches.coverage" } else { "lines.coverage" };
        let data_file = format!("--data-file={data}");
        let how: &[&str] = if branches { &["--branch"] } else { &[] };
        let tests = ["-m", "unittest", "-q"];
        coverage(&[&["run", &data_file], how, &tests].concat())?;
        check(&project, data, true)?;
        for (file, how, tells_tests) in FORMS {
            coverage(&[how, &[file, &data_file]].concat())?;
            check(&project, file, tells_tests)?;
        }
    }
    eprintln!("coverage: {} files say the same", 2 * (FORMS.len() + 1));
    Ok(())
}

/// Demands that a file says what was measured.
fn check(project: &Path, file: &str, tells_tests: bool) -> Result<()> {
    for (group, expected) in EXPECTED {
        let run = Run::new(workspace::ssot())
            .args(["audit", group, "--quiet", "--format", "json", "--coverage", file])
            .directory(project);
        let document: serde_json::Value = serde_json::from_str(&run.output()?)?;
        let members = &document["audits"][0]["coverage"]["members"];
        let found = [0, 1].map(|at| {
            let member = &members[at];
            let number = |name: &str| member["measured"][name].as_u64().unwrap_or(0);
            let tests = member["tests"].as_array().map_or(0, Vec::len);
            (number("covered"), number("lines"), tests)
        });
        let expected = expected
            .map(|(covered, lines, tests)| (covered, lines, if tells_tests { tests } else { 0 }));
        if found != expected {
            bail!("{file} says {found:?} about {group}, expected {expected:?}");
        }
    }
    Ok(())
}

/// coverage.py, pinned to the byte: the edition in Python alone, which fits every machine.
fn install(root: &Path, working: &Path) -> Result<PathBuf> {
    let folder = working.join("packages");
    if folder.join("coverage").is_dir() {
        return Ok(folder);
    }
    python::tools(working)?
        .pip(working)
        .args(["install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"])
        .args(["--platform", "any", "--implementation", "py", "--abi", "none"])
        .arg("--target")
        .arg(&folder)
        .arg("--requirement")
        .arg(root.join("xtask/coverage.txt"))
        .output()?;
    Ok(folder)
}
