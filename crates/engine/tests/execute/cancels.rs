use std::sync::Arc;
use std::time::{Duration, Instant};

use ssot_engine::execute;
use ssot_model::{CompletionStatus, EventKind, UnitState};
use tokio::sync::watch;

use crate::fixture::{GOOD, Platform, ended, good};

/// Cancels at the first execution of the tests for which `when` holds.
async fn cancel_at(when: fn(&str) -> bool) -> (Platform, execute::ExecuteSummary) {
    let mut platform = Platform::with(&[(
        "tests/test_slow.py",
        "import time, unittest\nclass Slow(unittest.TestCase):\n    def test_slow(self): time.sleep(0.5)\n",
    )]);
    let (stop, cancel) = watch::channel(false);
    platform.hook = Arc::new(move |step, event| {
        if matches!(event, EventKind::ToolExecuting { tool, .. } if tool == "run-tests")
            && when(step)
        {
            stop.send_replace(true);
        }
    });
    let begun = Instant::now();
    let summary = execute::run(platform.job(vec![good("b"), good("c")]), cancel).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(summary.cancelled);
    let events = &platform.events;
    assert_eq!(events.count("tool_executing"), events.count("tool_completed"));
    let cancelled = events.all().iter().any(|(_, event)| {
        matches!(event, EventKind::ToolCompleted { status: CompletionStatus::Cancelled, .. })
    });
    assert!(cancelled, "{:#?}", events.steps());
    platform.assert_clean();
    (platform, summary)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_every_unit_and_keeps_its_patch() {
    let (platform, summary) = cancel_at(|step| step.starts_with("p-")).await;
    assert_eq!(ended(&summary, "p-b").0, UnitState::Cancelled);
    assert_eq!(summary.head, platform.base);
    assert_eq!(platform.kept("p-b", "app/b.py"), GOOD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_before_the_first_package_ends_all_of_them() {
    let (_platform, summary) = cancel_at(|step| step.starts_with("base/")).await;
    assert_eq!(ended(&summary, "p-b").0, UnitState::Cancelled);
    assert_eq!(ended(&summary, "p-c").0, UnitState::Cancelled);
}
