//! `ssot rollback`.

use crate::normal::normal;
use crate::project;

#[test]
fn one_package_and_then_everything_can_be_undone() {
    let repo = project::tested();
    let base = repo.tree("main");
    let report = repo.ssot(&["run", "--quiet", "--format", "json"]).expect(0).json();
    let landed = repo.tree("ssot/consolidate");
    assert_ne!(landed, base);
    let id = report["packages"][0]["id"].as_str().unwrap();

    let one = repo.ssot(&["rollback", "--package", id]).expect(0);
    insta::assert_snapshot!("rollback_package", normal(&one.stdout, repo.path()));
    let tree = repo.tree("ssot/consolidate");
    assert!(tree != base && tree != landed);

    let full = repo.ssot(&["rollback", "--full"]).expect(0);
    insta::assert_snapshot!("rollback_full", normal(&full.stdout, repo.path()));
    assert_eq!(repo.tree("ssot/consolidate"), base);
}

#[test]
fn what_cannot_be_undone_is_refused_with_the_way_out() {
    let repo = project::tested();
    repo.ssot(&["rollback", "--full"]).expect(2).says(&["ssot run"]);
    repo.ssot(&["rollback"]).expect(2).says(&["--full", "--package"]);
    repo.ssot(&["rollback", "--full", "--package", "p01"]).expect(2);
    repo.ssot(&["run", "--quiet"]).expect(0);
    repo.ssot(&["rollback", "--package", "p99-none"]).expect(2).says(&["p99-none", "p01"]);
}

#[test]
fn a_component_goes_alone() {
    let repo = project::tested();
    let base = repo.tree("main");
    repo.ssot(&["run", "--quiet"]).expect(0);
    repo.ssot(&["rollback", "--component", "docs"]).expect(2).says(&["docs", "p01"]);
    repo.ssot(&["rollback", "--team", "nobody"]).expect(2).says(&["nobody", "none"]);
    let landed = |path: &str| repo.git(&["show", &format!("ssot/consolidate:{path}")]);

    for (component, path) in [("shop/export.py", "shop/export.py"), ("total", "shop/billing.py")] {
        assert!(landed(path).contains("from shop."), "{component}");
        let answer = repo.ssot(&["rollback", "--component", component]).expect(0);
        assert!(answer.stdout.contains(component), "{}", answer.stdout);
        assert_eq!(landed(path), repo.git(&["show", &format!("main:{path}")]), "{component}");
        repo.ssot(&["rollback", "--component", component]).expect(2).says(&["target branch"]);
    }
    assert_eq!(repo.tree("ssot/consolidate"), base);
}
