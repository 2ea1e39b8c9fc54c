//! What others do to a repository while a run goes on.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ssot_model::{EventKind, UnitState};

use crate::fixture::{GOOD, Platform, TARGET, ended, git, good};

/// Something happens at the first event of a step.
fn at(platform: &mut Platform, step: &'static str, what: impl Fn() + Send + Sync + 'static) {
    let done = AtomicBool::new(false);
    platform.hook = Arc::new(move |found: &str, event: &EventKind| {
        let begins =
            matches!(event, EventKind::ToolExecuting { .. } | EventKind::GateStarted { .. });
        if begins && found.starts_with(step) && !done.swap(true, Ordering::SeqCst) {
            what();
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worktree_that_somebody_deletes_costs_its_package_alone() {
    for step in ["p-b/gate/load", "p-b/tests", "p-b/apply-edit"] {
        let mut platform = Platform::new();
        let place = platform.state("worktrees/r-1/packages/p-b");
        at(&mut platform, step, move || std::fs::remove_dir_all(&place).unwrap());
        let summary = platform.run(vec![good("b"), good("c")]).await.unwrap();
        let (state, reason) = ended(&summary, "p-b");
        assert!(matches!(state, UnitState::Failed | UnitState::Rejected), "{step}: {state:?}");
        assert!(!reason.is_empty(), "{step}");
        assert_eq!(ended(&summary, "p-c").0, UnitState::Done, "{step}");
        assert_eq!(platform.kept("p-b", "app/b.py"), GOOD, "{step}");
        platform.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_is_checked_out_meanwhile_is_not_moved() {
    let mut platform = Platform::new();
    let other = tempfile::tempdir().unwrap();
    let (root, place) = (platform.root().to_owned(), other.path().join("theirs"));
    let theirs = place.clone();
    at(&mut platform, "p-b/land@", move || {
        git(&root, &["worktree", "add", "-q", theirs.to_str().unwrap(), TARGET]);
    });
    let summary = platform.run(vec![good("b")]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert!(state == UnitState::Failed && reason.contains("checked out at"), "{reason}");
    assert_eq!(platform.kept("p-b", "app/b.py"), GOOD);
    assert_eq!(git(&place, &["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_of_the_repository_do_not_run() {
    let platform = Platform::new();
    let hooks = platform.root().join(".git/hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    let marker = platform.root().join(".git/hook-ran");
    let hook = format!("#!/bin/sh\necho $0 >> {}\nexit 1\n", marker.display());
    for name in [
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "reference-transaction",
        "post-index-change",
        "pre-push",
        "post-rewrite",
    ] {
        let path: PathBuf = hooks.join(name);
        std::fs::write(&path, &hook).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert!(!marker.exists(), "{}", std::fs::read_to_string(&marker).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_somebody_has_locked_does_not_matter() {
    let platform = Platform::new();
    let lock = platform.root().join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert!(lock.exists());
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_whose_reference_is_locked_is_not_landed_on() {
    let mut platform = Platform::new();
    let lock = platform.root().join(format!(".git/refs/heads/{TARGET}.lock"));
    let place = lock.clone();
    at(&mut platform, "p-b/land@", move || std::fs::write(&place, "").unwrap());
    let summary = platform.run(vec![good("b")]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert!(state == UnitState::Failed && reason.contains("lock"), "{reason}");
    assert_eq!(platform.kept("p-b", "app/b.py"), GOOD);
    std::fs::remove_file(&lock).unwrap();
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worktrees_of_a_state_directory_that_is_gone_are_forgotten() {
    let platform = Platform::new();
    platform.repository.add_worktree("r-0/base", &platform.base).unwrap();
    std::fs::remove_dir_all(platform.repository.state_dir()).unwrap();
    assert_eq!(git(platform.root(), &["worktree", "list"]).lines().count(), 2);
    platform.run(vec![good("b")]).await.unwrap();
    platform.assert_clean();
}
