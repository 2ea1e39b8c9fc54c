use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ssot_model::{EventKind, UnitState};
use tempfile::TempDir;

use crate::fixture::{Platform, ended, good};

/// A platform whose test `moody` fails in the given executions, counted from 1.
fn moody(failing: &'static [u32]) -> (Platform, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("count");
    let test = format!(
        "import unittest\nclass Moody(unittest.TestCase):\n    def test_moody(self):\n        \
         self.assertNotIn(int(open({:?}).read()), {failing:?})\n",
        file.display().to_string()
    );
    let mut platform = Platform::with(&[("tests/test_moody.py", &test)]);
    platform.test.as_mut().unwrap().readable = vec![directory.path().display().to_string()];
    let executions = AtomicU32::new(0);
    platform.hook = Arc::new(move |_, event| {
        if matches!(event, EventKind::ToolExecuting { tool, .. } if tool == "run-tests") {
            let count = executions.fetch_add(1, Ordering::SeqCst) + 1;
            std::fs::write(&file, count.to_string()).unwrap();
        }
    });
    (platform, directory)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_changes_on_the_untouched_tree_is_named_and_ignored() {
    let (platform, _directory) = moody(&[2, 3]);
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert_eq!(summary.tests_before.unwrap().flaky, ["tests.test_moody.Moody.test_moody"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_passes_when_repeated_is_named_and_no_failure() {
    let (platform, _directory) = moody(&[3, 4]);
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    let evidence = platform.events.evidence("p-b/gate/tests/after");
    assert!(evidence.contains("flaky: tests.test_moody.Moody.test_moody"), "{evidence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_fails_each_time_is_a_failure() {
    let (platform, _directory) = moody(&[3, 4, 5]);
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Rejected);
    assert_eq!(summary.head, platform.base);
}
