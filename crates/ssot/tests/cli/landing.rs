//! `[landing]`: what has landed as a stack of branches or as pull requests.

use crate::project;
use crate::support::Repo;

fn branches(repo: &Repo, below: &str) -> Vec<String> {
    let pattern = format!("refs/heads/{below}/");
    let names = repo.git(&["for-each-ref", "--format=%(refname:short)", &pattern]);
    names.lines().map(str::to_owned).collect()
}

#[test]
fn a_stack_has_a_branch_for_each_package() {
    let repo = project::tested();
    let run = ["run", "--quiet", "--landing", "stack", "--agents", "1", "--format", "json"];
    let report = repo.ssot(&run).expect(0).json();
    let stack = branches(&repo, "ssot/stack");
    assert_eq!(stack.len(), report["packages"].as_array().unwrap().len());
    assert_eq!(report["branches"].as_array().unwrap().len(), stack.len());
    // Nobody else has landed, so the last one is the target branch, to the commit.
    let head = repo.git(&["rev-parse", "ssot/consolidate"]);
    let heads: Vec<String> = stack.iter().map(|name| repo.git(&["rev-parse", name])).collect();
    assert!(heads.contains(&head), "{heads:?}");
    for (at, name) in stack.iter().enumerate() {
        let commits = repo.git(&["rev-list", "--count", &format!("main..{name}")]);
        assert_eq!(commits, (at + 1).to_string(), "{name}");
    }
    // After a rollback of the first the second stands on the base.
    let first = report["packages"][0]["id"].as_str().unwrap();
    repo.ssot(&["rollback", "--package", first]).expect(0);
    let left = branches(&repo, "ssot/stack");
    assert_eq!(left, stack[1..]);
    assert_eq!(repo.git(&["rev-list", "--count", &format!("main..{}", left[0])]), "1");
    repo.ssot(&["rollback", "--full"]).expect(0);
    assert!(branches(&repo, "ssot/stack").is_empty());
}

#[test]
fn owners_get_a_branch_and_a_text() {
    let repo = project::tested();
    let owners = "* @all\nshop/export.py @shop/exports\nshop/billing.py @money\n";
    repo.commit(&[(".github/CODEOWNERS", owners)]);
    let run = ["run", "--quiet", "--landing", "pull-requests", "--format", "json"];
    let report = repo.ssot(&run).expect(0).json();
    let names = branches(&repo, "ssot/pull-request");
    let last: Vec<&str> = names.iter().map(|it| it.rsplit('/').next().unwrap()).collect();
    assert_eq!(last, ["money", "shop-exports"]);
    // Each is about its own files alone.
    for (name, file) in names.iter().zip(["shop/billing.py", "shop/export.py"]) {
        let changed = repo.git(&["diff", "--name-only", "main", name]);
        assert!(changed.lines().any(|it| it == file), "{changed}");
    }
    let texts = repo.ssot(&["report", "--pull-requests"]).expect(0).stdout;
    for said in ["For @money. Branch `ssot/pull-request/", "For @shop/exports.", "tests before: "] {
        assert!(texts.contains(said), "{said}\n{texts}");
    }
    let folder = repo.path().join(".ssot/runs").join(report["run"].as_str().unwrap());
    let file = std::fs::read_to_string(folder.join("pull-requests/money.md")).unwrap();
    assert!(texts.contains(&file), "{file}");
}
