use ssot_model::UnitState;

use crate::fixture::{Platform, ended, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_that_only_together_break_a_test_are_taken_back_newest_first() {
    let platform = Platform::with(&[(
        "tests/test_pair.py",
        "import unittest\nfrom app import b, c\nclass Pair(unittest.TestCase):\n    def test_pair(self):\n        \
         self.assertFalse(hasattr(b, 'NEW') and hasattr(c, 'NEW'))\n",
    )]);
    let text = "from app.a import VALUE\nNEW = 1\n";
    let works = vec![work("p-b", "app/b.py", text), work("p-c", "app/c.py", text)];
    let summary = platform.run(works).await.unwrap();
    let states = [ended(&summary, "p-b"), ended(&summary, "p-c")];
    let done = states.iter().filter(|(state, _)| *state == UnitState::Done).count();
    let undone = states.iter().find(|(state, _)| *state == UnitState::Rejected).unwrap();
    assert_eq!(done, 1);
    assert!(undone.1.contains("rolled back") && undone.1.contains("test_pair"), "{}", undone.1);
    assert_eq!(platform.events.count("package_rolled_back"), 1);
    assert_eq!(summary.violations_after, Some(2));
    assert_eq!(summary.tests_after.unwrap().count.failed, 0);
    platform.assert_clean();
}
