use ssot_model::UnitState;

use crate::fixture::{Platform, ended, good};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suite_that_fails_all_the_time_still_proves() {
    let platform = Platform::with(&[(
        "tests/test_known.py",
        "import unittest\nclass Known(unittest.TestCase):\n    def test_fails(self): self.fail('known')\n",
    )]);
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    let before = summary.tests_before.unwrap();
    assert_eq!((before.count.passed, before.count.failed), (4, 1));
    let evidence = platform.events.evidence("p-b/gate/tests/after");
    assert!(
        evidence.starts_with("Passed: no test is worse: 4 passed, 1 failed as before"),
        "{evidence}"
    );
}
