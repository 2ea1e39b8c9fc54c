use ssot_engine::execute::ExecuteError;
use ssot_model::UnitState;

use crate::fixture::{Platform, ended, good, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tests_nothing_lands_unless_that_is_allowed() {
    let mut platform = Platform::new();
    platform.test = None;
    let error = platform.run(vec![good("b")]).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Untested));
    platform.allow_untested = true;
    let broken = work("p-c", "app/c.py", "from app.a import NOTHING as VALUE\n");
    let summary = platform.run(vec![good("b"), broken]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    // The other gates hold all the same.
    let (state, reason) = ended(&summary, "p-c");
    assert!(state == UnitState::Rejected && reason.starts_with("load:"), "{reason}");
    let evidence = platform.events.evidence("p-b/gate/tests/after");
    assert_eq!(evidence, "Skipped: no test command is configured");
    assert_eq!(summary.tests_after, None);
}
