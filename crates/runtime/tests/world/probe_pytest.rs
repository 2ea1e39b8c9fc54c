//! Only where pytest is installed: `SSOT_TEST_PYTEST` names the directory of
//! an environment's programs.

use ssot_runtime::runner::{TestOutcome, prove_imports};

use crate::fixture::{config, modules, repository, suite, worktree};

const TESTS: &str = r#"
import pytest
import app

def test_passes():
    assert app.ONE == 1

@pytest.mark.parametrize("n", [1, 2])
def test_numbers(n):
    assert n == 1

@pytest.fixture
def broken():
    yield
    raise RuntimeError("teardown")

def test_teardown_breaks(broken):
    pass

@pytest.mark.skip
def test_skipped():
    pass

@pytest.mark.xfail
def test_known():
    assert False

def test_inner_session(tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_inner(): assert 0")
    assert pytest.main(["-q", "--rootdir", str(tmp_path), str(tmp_path)]) == 1
"#;

#[tokio::test]
async fn outcomes_are_recorded_also_by_workers_and_collection_errors_fail() {
    let Some(programs) = std::env::var_os("SSOT_TEST_PYTEST") else {
        return;
    };
    let (_directory, repository) = repository(&[
        ("src/app.py", "ONE = 1\n"),
        ("tests/test_a.py", TESTS),
        ("tests/test_b.py", "import not_there\n"),
        ("pytest.ini", "[pytest]\nfilterwarnings = error\naddopts = --ff\n"),
    ]);
    let tree = worktree(&repository);
    let modules = modules("src/", &["app"]);
    for command in ["pytest -q", "python -m pytest -q -n 2"] {
        let mut config = config(command);
        config.path = vec![programs.to_string_lossy().into_owned()];
        let run = suite(&repository, &tree, &config, &modules, &["src"]).await;
        let expected = [
            ("tests/test_a.py::test_inner_session", TestOutcome::Passed),
            ("tests/test_a.py::test_known", TestOutcome::Passed),
            ("tests/test_a.py::test_numbers[1]", TestOutcome::Passed),
            ("tests/test_a.py::test_numbers[2]", TestOutcome::Failed),
            ("tests/test_a.py::test_passes", TestOutcome::Passed),
            ("tests/test_a.py::test_skipped", TestOutcome::Skipped),
            ("tests/test_a.py::test_teardown_breaks", TestOutcome::Failed),
            ("tests/test_b.py (collection)", TestOutcome::Failed),
        ];
        let expected = expected.map(|(name, outcome)| (name.to_owned(), outcome));
        // A collection error stops the session unless it is told to go on.
        let failed = run.tests.get("tests/test_b.py (collection)");
        assert_eq!(failed, Some(&TestOutcome::Failed), "{command}: {}", run.tail);
        let mut config = config.clone();
        config.command = format!("{command} --continue-on-collection-errors");
        let run = suite(&repository, &tree, &config, &modules, &["src"]).await;
        assert_eq!(run.tests, expected.into(), "{command}: {}", run.tail);
        assert_eq!(prove_imports(&run, &modules, tree.path()).unwrap(), 1);
        assert_eq!(run.litter, 0);
    }
}
