use ssot_runtime::runner::{TestOutcome, prove_imports};

use crate::fixture::{config, modules, repository, suite, worktree};

const TESTS: &str = r#"
import subprocess, sys, unittest
from app import core

class Kinds(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(core.ONE, 1)
    def test_fails(self):
        self.fail("no")
    def test_breaks(self):
        raise RuntimeError("no")
    @unittest.skip("later")
    def test_skipped(self):
        pass
    @unittest.expectedFailure
    def test_expected_failure(self):
        self.fail("as known")
    @unittest.expectedFailure
    def test_unexpected_success(self):
        pass
    def test_one_subtest_fails(self):
        for number in range(3):
            with self.subTest(number=number, object=object()):
                self.assertNotEqual(number, 1)
    def test_all_subtests_pass(self):
        for number in range(3):
            with self.subTest(number=number):
                pass
    def test_a_runner_in_a_test_is_no_test_of_ours(self):
        code = "import unittest\nclass T(unittest.TestCase):\n def test_x(self): self.fail()\nunittest.main()"
        subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
"#;

#[tokio::test]
async fn every_kind_of_outcome_is_recorded_by_name() {
    let (_directory, repository) = repository(&[
        ("app/__init__.py", ""),
        ("app/core.py", "ONE = 1\n"),
        ("tests/__init__.py", ""),
        ("tests/test_kinds.py", TESTS),
        ("tests/test_broken.py", "import not_there\n"),
    ]);
    let tree = worktree(&repository);
    let modules = modules("", &["app.core", "app", "tests.test_kinds"]);
    let run = suite(&repository, &tree, &config("python3 -m unittest -q"), &modules, &[""]).await;
    let outcome = |name: &str| {
        let end = format!("Kinds.test_{name}");
        run.tests.iter().find(|(test, _)| test.ends_with(&end)).map(|(_, outcome)| *outcome)
    };
    for (name, expected) in [
        ("passes", TestOutcome::Passed),
        ("fails", TestOutcome::Failed),
        ("breaks", TestOutcome::Failed),
        ("skipped", TestOutcome::Skipped),
        ("expected_failure", TestOutcome::Passed),
        ("unexpected_success", TestOutcome::Failed),
        ("one_subtest_fails", TestOutcome::Failed),
        ("all_subtests_pass", TestOutcome::Passed),
        ("a_runner_in_a_test_is_no_test_of_ours", TestOutcome::Passed),
    ] {
        assert_eq!(outcome(name), Some(expected), "{name} in {:#?}", run.tests);
    }
    assert_eq!(run.tests.len(), 10, "{:#?}", run.tests);
    assert!(run.tests.iter().any(|(t, o)| t.contains("test_broken") && *o == TestOutcome::Failed));
    assert!(!run.success && !run.timed_out);
    assert_eq!(prove_imports(&run, &modules, tree.path()).unwrap(), 3);
}

#[tokio::test]
async fn a_command_without_tests_is_one_test() {
    let (_directory, repository) = repository(&[("a.py", "")]);
    let tree = worktree(&repository);
    for (command, expected) in [("true", TestOutcome::Passed), ("false", TestOutcome::Failed)] {
        let run = suite(&repository, &tree, &config(command), &modules("", &["a"]), &[""]).await;
        assert_eq!(run.tests, [("(exit code)".to_owned(), expected)].into());
        let why = prove_imports(&run, &modules("", &["a"]), tree.path()).unwrap_err();
        assert!(why.to_string().contains("python3 -m unittest"), "{why}");
    }
}
