//! `ssot run`.

use crate::normal::normal;
use crate::project;

#[test]
fn what_can_be_proved_lands_on_a_branch_of_its_own() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["run"]).expect(0);
    insta::assert_snapshot!("run", normal(&answer.stdout, repo.path()));
    answer.says(&["triage", "data", "optimize", "actions", "report", "✓ p01"]);

    let after = repo.state();
    assert_ne!(after.refs, before.refs);
    assert_eq!(after.of_the_user(), before);
    let copy = repo.git(&["show", "ssot/consolidate:shop/export.py"]);
    assert!(copy.contains("from shop.text import slugify"), "{copy}");

    // A fast-forward takes it over, and a second run finds nothing to do.
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    let again = repo.ssot(&["run", "--quiet"]).expect(0);
    assert_eq!(again.stderr, "");
    assert!(again.stdout.starts_with("Nothing to consolidate"), "{}", again.stdout);
}

#[test]
fn importers_are_rewritten_when_asked() {
    let repo = project::tested();
    let args =
        ["run", "--rewrite-imports", "--agents", "1", "--target", "side", "--format", "json"];
    let report = repo.ssot(&args).expect(0).json();
    assert_eq!((&report["schema"], &report["target"]), (&"ssot.report/1".into(), &"side".into()));
    assert_eq!(report["outcome"], "complete");
    assert_eq!(report["tests_before"]["passed"], report["tests_after"]["passed"]);
}

#[test]
fn a_dry_run_lands_nothing() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["run", "--dry-run"]);
    assert!(answer.stdout.contains("nothing was run"), "{}", answer.stdout);
    answer.expect(0);
    assert_eq!(repo.state(), before);
}

#[test]
fn a_branch_under_somebodys_feet_is_never_moved() {
    let repo = project::tested();
    let before = repo.state();
    repo.ssot(&["run", "--target", "main"]).expect(2).says(&["main", "--target"]);
    repo.ssot(&["run", "--target", "a..b"]).expect(2).says(&["a..b"]);
    assert_eq!(repo.state(), before);
}
