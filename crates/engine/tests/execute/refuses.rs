use ssot_engine::execute::ExecuteError;
use ssot_runtime::git::Repository;

use crate::fixture::{Platform, TARGET, git, good};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_is_checked_out_anywhere_is_never_moved() {
    let platform = Platform::new();
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("theirs");
    git(platform.root(), &["worktree", "add", "-q", "-b", TARGET, place.to_str().unwrap()]);
    let error = platform.run(vec![good("b")]).await.unwrap_err();
    assert!(matches!(&error, ExecuteError::TargetCheckedOut { .. }), "{error}");
    assert!(error.to_string().contains("theirs"), "{error}");
    assert_eq!(platform.repository.branch_head(TARGET).unwrap().as_ref(), Some(&platform.base));
    assert!(platform.events.all().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_with_another_history_is_refused() {
    let mut platform = Platform::new();
    git(platform.root(), &["branch", TARGET]);
    std::fs::write(platform.root().join("more.txt"), "").unwrap();
    git(platform.root(), &["add", "-A"]);
    git(platform.root(), &["commit", "-q", "-m", "second"]);
    platform.base = Repository::open(platform.root()).unwrap().head().unwrap();
    let error = platform.run(vec![good("b")]).await.unwrap_err();
    assert!(matches!(&error, ExecuteError::TargetDiverged { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_no_branch_name_is_refused() {
    let platform = Platform::new();
    let mut job = platform.job(vec![good("b")]);
    job.target = "a..b".to_owned();
    let (_stop, cancel) = tokio::sync::watch::channel(false);
    let error = ssot_engine::execute::run(job, cancel).await.unwrap_err();
    assert!(matches!(error, ExecuteError::BadTarget(_)));
}
