use ssot_model::{FileChange, RepoPath, UnitState};

use crate::fixture::{Platform, ended, good, patch, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gate_keeps_what_it_forbids_off_the_branch() {
    for (text, gate) in [
        ("# broken\nVALUE = 1\n", "parse: 1 new"),
        ("# lost nobody\nVALUE = 1\n", "imports: 1 new"),
        ("# dup b\nVALUE = 1 + 0\n", "findings: 1 findings are still there"),
        ("# dup other\nVALUE = 1\n", "findings: 1 definitions newly in violations"),
        (
            "VALUE = 1\nraise RuntimeError('no')\n",
            "load: 1 modules no longer load: app.b: RuntimeError: no",
        ),
        (
            "VALUE = 2\n",
            "tests: 1 tests are worse in each of 3 executions: tests.test_values.Values.test_b fails",
        ),
    ] {
        let platform = Platform::new();
        let summary = platform.run(vec![work("p-b", "app/b.py", text), good("c")]).await.unwrap();
        let (state, reason) = ended(&summary, "p-b");
        assert_eq!(state, UnitState::Rejected, "{gate}: {reason}");
        assert!(reason.starts_with(gate), "{gate}: {reason}");
        assert_eq!(ended(&summary, "p-c").0, UnitState::Done);
        assert_eq!(platform.landed("app/b.py").unwrap(), "# dup b\nVALUE = 1\n");
        assert_eq!(platform.kept("p-b", "app/b.py"), text);
        platform.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patch_outside_its_write_set_or_without_effect_is_rejected() {
    let platform = Platform::new();
    let mut outside = good("b");
    let other = RepoPath::new("app/d.py").unwrap();
    patch(&mut outside).files.insert(other, FileChange::Delete);
    let nothing = work("p-c", "app/c.py", "# dup c\nVALUE = 1\n");
    let summary = platform.run(vec![outside, nothing]).await.unwrap();
    assert!(ended(&summary, "p-b").1.contains("outside its write set"));
    assert!(ended(&summary, "p-c").1.contains("changes nothing"));
    assert_eq!(summary.head, platform.base);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_disappears_is_a_failure() {
    let platform = Platform::with(&[
        (
            "tests/test_more.py",
            "import unittest\nfrom app import b\nif hasattr(b, 'EXTRA'):\n    class More(unittest.TestCase):\n        def test_x(self): pass\n",
        ),
        ("app/b.py", "# dup b\nVALUE = 1\nEXTRA = 1\n"),
    ]);
    let summary = platform.run(vec![good("b")]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert_eq!(state, UnitState::Rejected);
    assert!(reason.contains("More.test_x is gone"), "{reason}");
}
