use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ssot_model::{EventKind, UnitState};

use crate::fixture::{GOOD, Platform, ended, good};

/// Somebody else commits `text` to `path` at the first event of a kind.
fn meanwhile(
    platform: &mut Platform,
    when: fn(&EventKind) -> bool,
    path: &'static str,
    text: &'static str,
) {
    let (root, done) = (platform.root().to_path_buf(), AtomicBool::new(false));
    platform.hook = Arc::new(move |_, event| {
        if when(event) && !done.swap(true, Ordering::SeqCst) {
            Platform::somebody_commits(&root, path, text);
        }
    });
}

fn landing(event: &EventKind) -> bool {
    matches!(event, EventKind::ToolExecuting { tool, .. } if tool == "land")
}

fn editing(event: &EventKind) -> bool {
    matches!(event, EventKind::ToolExecuting { tool, .. } if tool == "apply-edit")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_moves_during_the_landing_is_landed_on_anew() {
    let mut platform = Platform::new();
    meanwhile(&mut platform, landing, "notes.txt", "by somebody else\n");
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert_eq!(platform.landed("notes.txt").unwrap(), "by somebody else\n");
    assert_eq!(platform.landed("app/b.py").unwrap(), GOOD);
    let steps = platform.events.steps();
    let again =
        |gate: &str| steps.iter().any(|s| s.starts_with(&format!("p-b/gate/{gate}/landing@")));
    assert!(again("parse") && again("load") && again("rollback"), "{steps:#?}");
    // Nothing that the package rests on was touched.
    assert!(!again("tests"), "{steps:#?}");
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tests_run_again_when_something_it_rests_on_has_changed() {
    let mut platform = Platform::new();
    meanwhile(&mut platform, editing, "app/a.py", "VALUE = 2 - 1\n");
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    let steps = platform.events.steps();
    assert!(steps.iter().any(|step| step.starts_with("p-b/gate/tests/landing@")), "{steps:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_somebody_else_changed_is_a_conflict() {
    let mut platform = Platform::new();
    meanwhile(&mut platform, editing, "app/b.py", "VALUE = 1  # mine\n");
    let summary = platform.run(vec![good("b"), good("c")]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert_eq!(state, UnitState::Rejected);
    assert!(reason.starts_with("conflict: `app/b.py`"), "{reason}");
    assert_eq!(platform.landed("app/b.py").unwrap(), "VALUE = 1  # mine\n");
    assert_eq!(platform.landed("app/c.py").unwrap(), GOOD);
    assert_eq!(platform.kept("p-b", "app/b.py"), GOOD);
}
