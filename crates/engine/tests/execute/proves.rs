use ssot_engine::execute::ExecuteError;
use ssot_model::UnitState;

use crate::fixture::{Platform, TARGET, config, ended, good, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_does_not_test_the_tree_is_refused() {
    for (command, why) in [
        ("true", "no Python interpreter reported"),
        ("python3 -I -c pass", "no Python interpreter reported"),
        ("python3 -c pass", "imported none of the repository's modules"),
    ] {
        let mut platform = Platform::new();
        platform.test = Some(config(command));
        let error = platform.run(vec![good("b")]).await.unwrap_err();
        assert!(matches!(&error, ExecuteError::Unproven { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(platform.repository.branch_head(TARGET).unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_path_to_the_original_checkout_does_not_hide_the_change() {
    let mut platform = Platform::new();
    let root = platform.root().display().to_string();
    let test = platform.test.as_mut().unwrap();
    test.env.insert("PYTHONPATH".to_owned(), root.clone());
    test.readable = vec![root];
    let summary = platform.run(vec![work("p-b", "app/b.py", "VALUE = 2\n")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Rejected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_that_go_to_the_original_checkout_are_noticed() {
    let mut platform = Platform::new();
    let root = platform.root().display().to_string();
    let script = format!("import sys; sys.path.insert(0, {root:?}); import app.b");
    let mut test = config(&format!("python3 -c '{script}'"));
    test.readable = vec![root];
    platform.test = Some(test);
    let error = platform.run(vec![good("b")]).await.unwrap_err();
    assert!(error.to_string().contains("`app.b` was imported from"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_does_not_exist_is_named() {
    let mut platform = Platform::new();
    platform.test = Some(config("no-such-runner -q"));
    let error = platform.run(vec![good("b")]).await.unwrap_err();
    assert!(error.to_string().contains("cannot run `no-such-runner`"), "{error}");
}
