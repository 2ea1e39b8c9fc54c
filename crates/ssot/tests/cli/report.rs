//! `ssot report`.

use crate::normal::normal;
use crate::project;

#[test]
fn the_log_tells_what_the_run_told() {
    let repo = project::tested();
    let run = repo.ssot(&["run", "--quiet"]).expect(0).stdout;
    let told = repo.ssot(&["report"]).expect(0).stdout;
    assert_eq!(told, run);
    let page = repo.ssot(&["report", "--format", "md"]).expect(0).stdout;
    insta::assert_snapshot!("report_page", normal(&page, repo.path()));

    let report = repo.ssot(&["report", "--format", "json"]).expect(0).json();
    let id = report["run"].as_str().unwrap();
    assert_eq!(repo.ssot(&["report", "--run", id]).expect(0).stdout, run);
    let line = repo.ssot(&["report", "--verify"]).expect(0).stdout;
    assert!(line.contains(id) && line.lines().count() == 1, "{line}");
}

#[test]
fn a_run_that_never_was_is_refused() {
    let repo = project::tested();
    repo.ssot(&["report"]).expect(2).says(&["ssot run"]);
    repo.ssot(&["report", "--run", "r-none"]).expect(2).says(&["r-none"]);
    // An id of another system says what it names, wherever it is handed in.
    let old = "thread_shop_run_7_run_1700000000000_0123abcd";
    let says = ["of the thread `shop_run_7`", "2023-11-14T22:13:20Z", "ssot status"];
    for command in [
        &["report", "--run", old][..],
        &["report", "--verify", "--run", old],
        &["status", "--run", old],
        &["watch", old],
        &["approve", old, "--by", "ada"],
        &["cancel", old, "--by", "ada"],
    ] {
        repo.ssot(command).expect(2).says(&says);
    }
    repo.ssot(&["report", "--verify", "--run", "r-none"]).expect(2).says(&["r-none"]);
}
