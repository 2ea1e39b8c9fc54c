//! `ssot test`.

use crate::support::{Answer, Repo};

const STEADY: &str = "import unittest


class Steady(unittest.TestCase):
    def test_value(self):
        from app import VALUE
        self.assertEqual(VALUE, 1)
";

const BROKEN: &str = "import unittest


class Broken(unittest.TestCase):
    def test_value(self):
        self.assertEqual(1, 2)
";

/// Several, so that chance has no chance.
const MOODY: &str = "import random
import unittest


class Moody(unittest.TestCase):
    def test_one(self):
        self.assertLess(random.random(), 0.5)

    def test_two(self):
        self.assertLess(random.random(), 0.5)

    def test_three(self):
        self.assertLess(random.random(), 0.5)
";

const CONFIG: &str = "[test]
command = 'python3 -m unittest discover -t . -s tests'

[[test.category]]
name = 'steady'
paths = ['tests/steady']
critical = true

[[test.category]]
name = 'moody'
paths = ['tests/moody']
repeat = 12
";

fn repo(config: &str) -> Repo {
    Repo::of(&[
        ("ssot.toml", config),
        ("app.py", "VALUE = 1\n"),
        ("tests/__init__.py", ""),
        ("tests/steady/__init__.py", ""),
        ("tests/steady/test_steady.py", STEADY),
        ("tests/moody/__init__.py", ""),
        ("tests/moody/test_moody.py", MOODY),
    ])
}

fn category<'a>(report: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let categories = report["categories"].as_array().unwrap();
    categories.iter().find(|it| it["name"] == name).unwrap()
}

#[test]
fn categories_are_repeated_and_flaky_tests_named() {
    let repo = repo(CONFIG);
    let before = repo.state();
    let answer = repo.ssot(&["test", "--format", "json"]).expect(0);
    answer.says(&["steady 5 of 5: 1 passed, 0 failed, 0 skipped", "moody 12 of 12"]);
    let report = answer.json();
    let steady = category(&report, "steady");
    assert_eq!((&steady["executions"], &steady["count"]["passed"]), (&5.into(), &1.into()));
    assert_eq!(category(&report, "moody")["executions"], 12);
    assert_eq!(repo.state(), before);

    let text = repo.ssot(&["test", "--strict", "--quiet"]).expect(1).stdout;
    assert!(text.contains("flaky   tests.moody.test_moody.Moody."), "{text}");
    let alone = repo.ssot(&["test", "--category", "steady", "--repeat", "1", "--strict"]).expect(0);
    assert!(alone.stdout.starts_with("1 test, 0 failed, 0 flaky"), "{}", alone.stdout);
    repo.ssot(&["test", "--category", "none"]).expect(2).says(&["steady, moody"]);
}

#[test]
fn a_test_that_fails_each_time_fails_the_command() {
    let repo = repo(CONFIG);
    repo.commit(&[("tests/steady/test_broken.py", BROKEN)]);
    let answer = repo.ssot(&["test", "--category", "steady", "--quiet"]).expect(1);
    let name = "tests.steady.test_broken.Broken.test_value";
    assert!(answer.stdout.contains(&format!("failed  {name}")), "{}", answer.stdout);
    let steady = ["test", "--category", "steady", "--quiet", "--format", "junit"];
    let junit = repo.ssot(&steady).expect(1).stdout;
    let lines = [
        "<testsuites name=\"ssot test\" tests=\"2\" failures=\"1\" skipped=\"0\" errors=\"0\">",
        "<testsuite name=\"steady\" tests=\"2\" failures=\"1\"",
        &format!("name=\"{name}\"><failure message=\"failed in each of 5 executions\"/>"),
    ];
    for line in lines {
        assert!(junit.contains(line), "{line}\n{junit}");
    }
    // What was there before is tested by name.
    repo.ssot(&["test", "--category", "steady", "--revision", "HEAD~1"]).expect(0);
    // What is not committed is not tested, and that is said.
    repo.write("tests/steady/test_broken.py", "");
    let text = repo.ssot(&["test", "--category", "steady", "--repeat", "1"]).expect(1).stdout;
    assert!(text.contains("not committed and therefore not tested: tests/steady"), "{text}");
}

/// A service on a port, and a test that asks it.
fn served(health: &str) -> Answer {
    let port = 20_000 + std::process::id() % 20_000;
    let test = format!(
        "import unittest, urllib.request, app\n\n\nclass Served(unittest.TestCase):\n    def test_page(self):\n        \
         page = urllib.request.urlopen('http://127.0.0.1:{port}/app.py').read()\n        \
         self.assertIn(b'VALUE', page)\n"
    );
    let config = format!(
        "[test]\ncommand = 'python3 -m unittest tests.test_served'\n\n[services.pages]\n\
         start = 'python3 -m http.server {port} --bind 127.0.0.1'\nhealth = {health:?}\n\
         ready-seconds = 20\n"
    );
    let repo = Repo::of(&[
        ("ssot.toml", &config),
        ("app.py", "VALUE = 1\n"),
        ("tests/__init__.py", ""),
        ("tests/test_served.py", &test.replace("{port}", &port.to_string())),
    ]);
    repo.ssot(&["test", "--repeat", "2"])
}

#[test]
fn services_are_up_while_tests_run() {
    let port = 20_000 + std::process::id() % 20_000;
    let ask = format!("import socket; socket.create_connection(('127.0.0.1', {port}), 1)");
    let answer = served(&format!("python3 -c \"{ask}\"")).expect(0);
    assert!(answer.stdout.contains("with pages up"), "{}", answer.stdout);
}

#[test]
fn a_service_that_does_not_come_up_is_named() {
    let repo = repo(
        "[test]\ncommand = 'python3 -m unittest discover -s tests/steady -t .'\n[services.db]\n\
         start = \"python3 -c 'import sys; sys.exit(sys.argv)'\"\nhealth = 'python3 -c 1/0'\n",
    );
    let answer = repo.ssot(&["test"]).expect(2);
    answer.says(&["the service db: its start command ended with exit code 1", "['-c']"]);
}

#[test]
fn without_a_command_there_is_nothing_to_test() {
    Repo::of(&[("app.py", "VALUE = 1\n")]).ssot(&["test"]).expect(2).says(&["`command`"]);
}
