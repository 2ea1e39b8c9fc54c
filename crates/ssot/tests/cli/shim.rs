//! Old names that answer for a while, and the public API that needs them.

use std::process::Command;

use crate::project;
use crate::support::{Repo, git};

const SHIM: &str = "\n[api]\npublic = [\"shop.*\"]\n\n[shim]\nremove-after = \"90 days\"\n";

fn with(config: &str) -> Repo {
    let repo = project::tested();
    let text = repo.git(&["show", "HEAD:ssot.toml"]) + config;
    repo.commit(&[("ssot.toml", &text)]);
    repo
}

/// What Python says when a user outside of the repository imports a name.
fn imported(tree: &std::path::Path, code: &str) -> String {
    let output = Command::new("python3")
        .args(["-W", "always", "-c", code])
        .current_dir(tree)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn scanned(tree: &std::path::Path, args: &[&str]) -> String {
    crate::support::ssot(tree, args).stdout
}

/// A worktree of the branch on which a run has landed.
fn landed(repo: &Repo) -> tempfile::TempDir {
    let report = repo.ssot(&["run", "--format", "json"]).expect(0).json();
    for package in report["packages"].as_array().unwrap() {
        assert_eq!(package["state"], "done", "{report}");
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    let target = report["target"].as_str().unwrap();
    git(repo.path(), &["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap(), target]);
    folder
}

#[test]
fn a_public_name_answers_with_a_warning_until_its_last_day() {
    let repo = with(SHIM);
    let plan = repo.ssot(&["plan", "--format", "json"]).expect(0).json();
    let groups = plan["package"].as_array().unwrap().iter();
    let shims = groups.flat_map(|it| it["groups"].as_array().unwrap().clone());
    let days: Vec<String> = shims.filter_map(|it| it["shim"].as_str().map(str::to_owned)).collect();
    assert!(!days.is_empty(), "{plan}");
    let folder = landed(&repo);
    let tree = folder.path().join("tree");
    let said = imported(&tree, "import shop.export; print(shop.export.slugify(' A  b! '))");
    assert!(said.contains("DeprecationWarning") && said.contains(&days[0]), "{said}");
    assert!(said.contains("shop.export.slugify is shop.text.slugify now"), "{said}");
    assert!(said.ends_with("a-b\n"), "{said}");
    // The repository itself is not warned.
    let said = imported(&tree, "import shop.orders; print(shop.orders.order_key('A b', 7))");
    assert_eq!(said, "a-b-7\n");

    // What answers is no duplicate; when its day has passed it is a finding, and goes.
    let scan = scanned(&tree, &["scan", "--format", "json"]);
    assert!(!scan.contains("__getattr__"), "{scan}");
    let path = tree.join("shop/export.py");
    let text = std::fs::read_to_string(&path).unwrap().replace(&days[0], "2020-01-31");
    std::fs::write(&path, text).unwrap();
    let scan = scanned(&tree, &["scan", "--rule", "expired-shim", "--format", "json"]);
    assert!(scan.contains("shop.export.slugify") && scan.contains("2020-01-31"), "{scan}");
    crate::support::ssot(&tree, &["fix", "expired-shim"]).expect(0);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("__getattr__"), "{text}");
}

#[test]
fn without_an_end_the_old_place_is_an_import() {
    let repo = with("\n[api]\npublic = [\"shop.*\"]\n");
    let folder = landed(&repo);
    let tree = folder.path().join("tree");
    let said = imported(&tree, "import shop.export; print(shop.export.slugify(' A  b! '))");
    assert_eq!(said, "a-b\n");
}

#[test]
fn a_plan_may_ask_for_a_shim_and_must_say_a_day() {
    let repo = project::tested();
    repo.ssot(&["plan", "--rewrite-imports", "--output", "plan.toml"]).expect(0);
    let plan = std::fs::read_to_string(repo.path().join("plan.toml")).unwrap();
    let canonical = "canonical = \"shop.text.slugify\"\n";
    assert!(plan.contains(canonical), "{plan}");
    let with = |day: &str| plan.replace(canonical, &format!("{canonical}shim = \"{day}\"\n"));
    repo.write("plan.toml", with("soon"));
    repo.ssot(&["plan", "--plan", "plan.toml"]).expect(2).says(&["`soon` is no day"]);
    repo.write("plan.toml", with("2031-01-31"));
    let diff = repo.ssot(&["plan", "--plan", "plan.toml", "--dry-run"]);
    assert!(diff.stdout.contains("goes away after 2031-01-31"), "{}", diff.stdout);
}

#[test]
fn a_homonym_gets_its_new_name_everywhere() {
    let rename = "\n[[rename]]\ndefinition = \"shop.orders.Session\"\nto = \"Visit\"\nreason = \"a visit\"\n";
    let repo = with(rename);
    repo.commit(&[(
        "README.md",
        "`shop.orders.Session` is a visit; `shop.gateway.Session` is a connection.\n",
    )]);
    let folder = landed(&repo);
    let tree = folder.path().join("tree");
    let text = std::fs::read_to_string(tree.join("shop/orders.py")).unwrap();
    assert!(text.contains("class Visit:") && !text.contains("Session"), "{text}");
    let text = std::fs::read_to_string(tree.join("README.md")).unwrap();
    assert_eq!(text, "`shop.orders.Visit` is a visit; `shop.gateway.Session` is a connection.\n");
    // A public name is not given up without a way back for those who import it.
    let repo = with(&format!("{rename}\n[api]\npublic = [\"shop.orders.*\"]\n"));
    let fixed = repo.ssot(&["fix", "declared-rename", "--dry-run"]).expect(1);
    assert!(fixed.stdout.contains("`shop.orders.Session` is public API"), "{}", fixed.stdout);
    let repo = with(&format!("{rename}{SHIM}"));
    let folder = landed(&repo);
    let tree = folder.path().join("tree");
    let said = imported(&tree, "from shop.orders import Session; print(Session.__name__)");
    assert!(said.contains("shop.orders.Session is shop.orders.Visit now"), "{said}");
    assert!(said.ends_with("Visit\n"), "{said}");
}
