//! Audits where git does not have everything: less evidence and a note, never an error.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harbor;
use crate::support::{git, ssot};

/// The history of a group, told by an audit that ends well.
fn history(directory: &Path, group: &str) -> Value {
    let document = ssot(directory, &["audit", group, "--format", "json"]).expect(0).json();
    document["audits"][0]["history"].clone()
}

fn notes(history: &Value) -> String {
    history["notes"].to_string()
}

fn count(history: &Value, list: &str) -> usize {
    history[list].as_array().unwrap().len()
}

/// A clone that has less than the repository it comes from.
fn clone(from: &Path, how: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = format!("file://{}", from.display());
    git(folder.path(), &[&["clone", "-q"], how, &[from.as_str(), "."]].concat());
    folder
}

/// Takes an object away that is stored in a file of its own.
fn lose(root: &Path, revision: &str) {
    let id = git(root, &["rev-parse", revision]);
    fs::remove_file(root.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
}

/// The commit of the demonstration with this in its subject.
fn commit(root: &Path, subject: &str) -> String {
    git(root, &["log", "--format=%H", "--fixed-strings", "--grep", subject])
}

#[test]
fn a_shallow_clone_tells_what_is_in_reach() {
    let repo = harbor::repository();
    // The last five of thirteen commits: the fix of `parse_quantity` and not that of `split_amount`.
    let shallow = clone(repo.path(), &["--depth=5"]);
    let told = history(shallow.path(), "parse_quantity");
    assert!(notes(&told).contains("the clone is shallow"), "{told}");
    assert_eq!((&told["commits_read"], count(&told, "missed_fixes")), (&5.into(), 1));
    let told = history(shallow.path(), "split_amount");
    assert!(notes(&told).contains("the clone is shallow"), "{told}");
    assert_eq!(count(&told, "missed_fixes"), 0);
    for copy in told["copies"].as_array().unwrap() {
        assert_eq!(copy["introduced"]["at_the_boundary"], true, "{copy}");
    }
    // All groups, as text and as a page, and the plan.
    for format in ["text", "md", "html"] {
        let said = ssot(shallow.path(), &["audit", "--all", "--format", format]).expect(0).stdout;
        assert!(said.contains("the clone is shallow"), "{format}");
    }
    ssot(shallow.path(), &["plan"]).expect(0);
}

#[test]
fn a_lost_content_hides_the_changes_in_it_alone() {
    let repo = harbor::repository();
    let root = repo.path();
    let fix = commit(root, "Fix split_amount");
    lose(root, &format!("{fix}~1:platform_core/money.py"));
    let told = history(root, "split_amount");
    assert!(notes(&told).contains("1 old contents are missing or too large"), "{told}");
    assert!(count(&told, "copies") == 2 && count(&told, "missed_fixes") == 0, "{told}");
    // What does not need it is told as ever.
    let told = history(root, "parse_quantity");
    assert_eq!((notes(&told).as_str(), count(&told, "missed_fixes")), ("[]", 1));
}

#[test]
fn a_lost_tree_ends_the_log_with_a_note() {
    let repo = harbor::repository();
    let root = repo.path();
    let fix = commit(root, "Fix split_amount");
    lose(root, &format!("{fix}^{{tree}}"));
    let told = history(root, "parse_quantity");
    assert!(notes(&told).contains("the log could be read only in part"), "{told}");
    assert_eq!(count(&told, "missed_fixes"), 1, "{told}");
    assert!(told["commits_read"].as_u64().unwrap() < 13, "{told}");
}

#[test]
fn a_lost_commit_ends_the_log_with_a_note() {
    let repo = harbor::repository();
    let root = repo.path();
    let fix = commit(root, "Fix split_amount");
    lose(root, &fix);
    let told = history(root, "parse_quantity");
    assert!(notes(&told).contains("the log could be read only in part"), "{told}");
    assert_eq!(count(&told, "missed_fixes"), 1, "{told}");
    ssot(root, &["audit", "--all", "--format", "md"]).expect(0);
}

#[test]
fn a_partial_clone_is_asked_for_what_it_has_and_fetches_nothing() {
    let repo = harbor::repository();
    git(repo.path(), &["config", "uploadpack.allowFilter", "true"]);
    for (filter, said) in [
        ("--filter=blob:none", "old contents are missing or too large"),
        ("--filter=tree:0", "the log could be read only in part"),
    ] {
        let partial = clone(repo.path(), &[filter]);
        let objects = || git(partial.path(), &["count-objects", "-v"]);
        let before = objects();
        for group in ["split_amount", "parse_quantity"] {
            let told = history(partial.path(), group);
            assert!(notes(&told).contains(said), "{filter}: {told}");
            assert!(count(&told, "copies") == 2, "{filter}: {told}");
        }
        ssot(partial.path(), &["audit", "--all"]).expect(0);
        ssot(partial.path(), &["plan"]).expect(0);
        assert_eq!(objects(), before, "{filter}");
    }
}
