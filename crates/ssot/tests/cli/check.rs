//! `ssot check`.

use crate::normal::normal;
use crate::project::{self, SLUGIFY};
use crate::support::Repo;

/// A project whose findings were accepted and committed.
fn accepted() -> Repo {
    let repo = project::tested();
    repo.ssot(&["check", "--accept", "--reason", "as it was", "--by", "Ines"]).expect(0);
    repo.commit(&[]);
    repo
}

#[test]
fn without_a_baseline_every_finding_fails() {
    let repo = project::tested();
    let answer = repo.ssot(&["check"]).expect(1);
    insta::assert_snapshot!("check_no_baseline", normal(&answer.stdout, repo.path()));
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn accepting_needs_a_reason_and_writes_one_line_an_entry() {
    let repo = project::tested();
    repo.ssot(&["check", "--accept"]).expect(2).says(&["--reason"]);
    repo.ssot(&["check", "--accept", "--reason", "  "]).expect(2).says(&["needs a reason"]);
    repo.ssot(&["check", "--reason", "x"]).expect(2).says(&["--accept"]);
    let answer =
        repo.ssot(&["check", "--accept", "--reason", "as it was", "--by", "Ines"]).expect(0);
    insta::assert_snapshot!("check_accept", normal(&answer.stdout, repo.path()));
    let text = std::fs::read_to_string(repo.path().join("ssot-baseline.json")).unwrap();
    let entries = text.lines().filter(|line| line.starts_with("{\"rule\""));
    assert_eq!(entries.count(), 3, "{text}");
    assert!(text.contains("\"by\":\"Ines\""), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "ssot.baseline/1");
    let answer = repo.ssot(&["check"]).expect(0);
    insta::assert_snapshot!("check_clean", normal(&answer.stdout, repo.path()));
    repo.ssot(&["check", "--strict"]).expect(1);
    // Writing it again changes nothing: known entries keep their reasons.
    repo.ssot(&["check", "--accept", "--reason", "another"]).expect(0);
    assert_eq!(std::fs::read_to_string(repo.path().join("ssot-baseline.json")).unwrap(), text);
}

#[test]
fn a_third_copy_fails_with_the_way_out() {
    let repo = accepted();
    repo.write("shop/tax.py", SLUGIFY);
    let answer = repo.ssot(&["check"]).expect(1);
    insta::assert_snapshot!("check_third_copy", normal(&answer.stdout, repo.path()));
    let report = repo.ssot(&["check", "--format", "json"]).expect(1).json();
    assert_eq!(report["schema"], "ssot.check/1");
    assert_eq!(report["new"][0]["members"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn moves_renames_and_layout_pass() {
    let repo = accepted();
    std::fs::create_dir(repo.path().join("shop/deep")).unwrap();
    repo.write("shop/deep/__init__.py", "");
    repo.git(&["mv", "shop/money.py", "shop/deep/cash.py"]);
    let text = SLUGIFY.replace("def slugify", "# Why.\ndef slug");
    repo.write(
        "shop/text.py",
        text.replace("text.lower().strip()", "(\n        text.lower()\n        .strip()\n    )"),
    );
    for (path, old, new) in [
        ("shop/orders.py", "import slugify", "import slug as slugify"),
        (
            "tests/test_shop.py",
            "money, orders, text",
            "orders, text\nfrom shop.deep import cash as money",
        ),
    ] {
        let text = std::fs::read_to_string(repo.path().join(path)).unwrap();
        assert!(text.contains(old), "{text}");
        repo.write(path, text.replace(old, new));
    }
    let answer = repo.ssot(&["check"]).expect(0);
    assert!(answer.stdout.starts_with("Nothing is new"), "{}", answer.stdout);
}

#[test]
fn what_is_fixed_is_said_and_may_not_return() {
    let repo = accepted();
    let export = std::fs::read_to_string(repo.path().join("shop/export.py")).unwrap();
    let split = &export[export.find("def split").unwrap()..];
    repo.write("shop/export.py", format!("from shop.text import slugify\n\n\n{split}"));
    let answer = repo.ssot(&["check"]).expect(0);
    insta::assert_snapshot!("check_fixed", normal(&answer.stdout, repo.path()));
    repo.ssot(&["check", "--accept", "--reason", "cleaned up"]).expect(0);
    repo.ssot(&["check"]).expect(0);
    repo.write("shop/export.py", export.replace("\"empty\"", "\"void\""));
    let answer = repo.ssot(&["check"]).expect(1);
    insta::assert_snapshot!("check_returned", normal(&answer.stdout, repo.path()));
    repo.ssot(&["check", "--accept", "--reason", "needed after all"]).expect(0);
    repo.ssot(&["check"]).expect(0);
}

#[test]
fn what_a_run_removed_may_not_return() {
    let repo = accepted();
    repo.ssot(&["run", "--quiet"]).expect(0);
    let files = repo.git(&["ls-tree", "-r", "--name-only", "ssot/consolidate", "ssot-tombstones"]);
    let files: Vec<&str> = files.lines().collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.contains(&"ssot-tombstones/shop.export.slugify.json"), "{files:?}");
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    let answer = repo.ssot(&["check"]).expect(0);
    assert!(answer.stdout.contains("2 fixed"), "{}", answer.stdout);
    let returns = || {
        let before = std::fs::read_to_string(repo.path().join("shop/export.py")).unwrap();
        repo.write("shop/export.py", format!("{before}\n\ndef slugify(text):\n    return text\n"));
        let answer = repo.ssot(&["check"]).expect(1);
        let words = "function `shop.export.slugify` was removed and is there again; use `shop.text.slugify`";
        assert!(answer.stdout.contains(words), "{}", answer.stdout);
        repo.write("shop/export.py", before);
    };
    returns();
    // Accepting folds what the run left into the baseline.
    repo.ssot(&["check", "--accept", "--reason", "a run"]).expect(0);
    assert!(!repo.path().join("ssot-tombstones").exists());
    returns();
    // Undoing the run takes its tombstones back.
    repo.git(&["checkout", "--quiet", "--force", "main"]);
    repo.ssot(&["rollback", "--full"]).expect(0);
    let left = repo.git(&["ls-tree", "-r", "--name-only", "ssot/consolidate", "ssot-tombstones"]);
    assert_eq!(left, "");
}

#[test]
fn only_what_changed_since_a_revision_counts() {
    let repo = project::tested();
    // Without a baseline the scan of the revision takes its place.
    let answer = repo.ssot(&["check", "--changed-since", "HEAD"]).expect(0);
    assert!(answer.stdout.starts_with("Nothing is new"), "{}", answer.stdout);
    repo.write("shop/tax.py", SLUGIFY);
    let answer = repo.ssot(&["check", "--changed-since", "HEAD"]).expect(1);
    assert!(answer.stdout.starts_with("1 finding is new since HEAD"), "{}", answer.stdout);
    repo.commit(&[]);
    repo.ssot(&["check", "--changed-since", "HEAD"]).expect(0);
    repo.ssot(&["check", "--changed-since", "HEAD~1"]).expect(1);
    repo.ssot(&["check", "--changed-since", "nowhere"]).expect(2).says(&["nowhere", "fetch"]);
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_baseline_that_a_merge_broke_is_named_with_its_place() {
    let repo = accepted();
    let path = repo.path().join("ssot-baseline.json");
    let text = std::fs::read_to_string(&path).unwrap();
    repo.write("ssot-baseline.json", text.replacen("\"entries\"", "<<<<<<< ours\n\"entries\"", 1));
    repo.ssot(&["check"]).expect(2).says(&["ssot-baseline.json:3:1", "both sides"]);
    repo.write("ssot-baseline.json", text.replace("ssot.baseline/1", "ssot.baseline/9"));
    repo.ssot(&["check"]).expect(2).says(&["ssot.baseline/9"]);
}
