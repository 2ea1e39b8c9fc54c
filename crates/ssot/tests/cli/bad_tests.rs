//! Test suites that are missing, red or stuck.

use crate::project;

#[test]
fn no_tests_configured() {
    let repo = project::untested();
    let before = repo.state();
    repo.ssot(&["run"]).expect(2).says(&["no test command", "ssot.toml", "untested"]);
    assert_eq!(repo.state(), before);

    let report = repo.ssot(&["run", "--allow-untested", "--format", "json"]).expect(0).json();
    assert!(report["tests_before"].is_null() && report["tests_after"].is_null());
    assert_eq!(repo.state().of_the_user(), before);
    let text = repo.ssot(&["report"]).expect(0).stdout;
    assert!(text.contains("no tests were run"), "{text}");
}

#[test]
fn tests_that_fail_already() {
    let repo = project::tested();
    let failing = "import unittest\n\n\nclass Known(unittest.TestCase):\n    def test_known(self):\n        self.fail('known')\n";
    repo.commit(&[("tests/test_known.py", failing)]);
    let before = repo.state();
    let report = repo.ssot(&["run", "--format", "json"]).expect(0).json();
    for side in ["tests_before", "tests_after"] {
        let counts = (&report[side]["passed"], &report[side]["failed"]);
        assert_eq!(counts, (&3.into(), &1.into()), "{report}");
    }
    assert_eq!(repo.state().of_the_user(), before);
}

#[test]
fn a_test_command_that_hangs() {
    let repo = project::untested();
    let hanging =
        "[test]\ncommand = \"python3 -c 'import time; time.sleep(600)'\"\ntimeout-seconds = 2\n";
    repo.commit(&[("ssot.toml", hanging)]);
    let before = repo.state();
    repo.ssot(&["run"]).expect(2).says(&["2 s", "timeout-seconds"]);
    assert_eq!(repo.state().of_the_user(), before);
}

#[test]
fn a_test_command_that_does_not_exist() {
    let repo = project::untested();
    repo.commit(&[("ssot.toml", "[test]\ncommand = \"no-such-runner --all\"\n")]);
    let before = repo.state();
    repo.ssot(&["run"]).expect(2).says(&["no-such-runner", "command"]);
    assert_eq!(repo.state().of_the_user(), before);
}

#[test]
fn tests_of_which_none_passes_prove_nothing() {
    let repo = project::untested();
    repo.commit(&[(
        "ssot.toml",
        "[test]\ncommand = \"python3 -c 'import shop; raise SystemExit(1)'\"\n",
    )]);
    let before = repo.state();
    repo.ssot(&["run"]).expect(2).says(&["prove nothing", "not one test passes"]);
    assert_eq!(repo.state().of_the_user(), before);
}
