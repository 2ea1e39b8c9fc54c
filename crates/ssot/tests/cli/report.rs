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
}
