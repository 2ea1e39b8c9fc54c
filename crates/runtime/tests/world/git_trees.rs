use ssot_model::{PackageId, RunId, Timestamp};
use ssot_runtime::git::{Entries, Entry, Repository, UpdateRefError};

use crate::fixture::{git, path, repository};

fn put(
    repository: &Repository,
    base: &str,
    name: &str,
    text: &str,
) -> (ssot_model::RepoPath, Option<Entry>) {
    let old = repository.entry_at(base, &path(name)).unwrap();
    let blob = repository.hash_object(&path(name), text.as_bytes()).unwrap();
    (path(name), Some(Entry::replacing(old.as_ref(), blob)))
}

#[test]
fn a_tree_is_built_without_any_checkout_and_modes_are_kept() {
    let (directory, repository) = repository(&[("run.sh", "#!\n"), ("gone.py", ""), ("d/x", "")]);
    git(directory.path(), &["update-index", "--chmod=+x", "run.sh"]);
    git(directory.path(), &["commit", "-q", "-m", "mode"]);
    let base = repository.head().unwrap();
    let dirt = repository.dirt().unwrap();
    let mut entries: Entries = [
        put(&repository, base.as_str(), "run.sh", "#! new\n"),
        put(&repository, base.as_str(), "sub/ü new.py", "x = 1\n"),
        // A directory where a file was.
        put(&repository, base.as_str(), "gone.py/inner.py", ""),
    ]
    .into();
    entries.insert(path("gone.py"), None);
    let tree = repository.build_tree(base.as_str(), &entries).unwrap();
    let listed =
        git(directory.path(), &["-c", "core.quotePath=false", "ls-tree", "-r", tree.as_str()]);
    let shown: Vec<_> = listed.lines().map(|l| (&l[..6], l.split('\t').nth(1).unwrap())).collect();
    let expected = [
        ("100644", "d/x"),
        ("100644", "gone.py/inner.py"),
        ("100755", "run.sh"),
        ("100644", "sub/ü new.py"),
    ];
    assert_eq!(shown, expected);
    let before = repository.entries_at(base.as_str(), entries.keys()).unwrap();
    let back = repository.build_tree(tree.as_str(), &before).unwrap();
    assert_eq!(back, repository.tree_of(&base).unwrap());
    assert_eq!(repository.dirt().unwrap(), dirt);
}

#[test]
fn commits_carry_their_package_and_the_time_they_are_given() {
    let (_directory, repository) = repository(&[("a.py", "")]);
    let base = repository.head().unwrap();
    let tree = repository.tree_of(&base).unwrap();
    let (run, package) = (RunId::new("r-1"), PackageId::new("p01-x"));
    // Words in the body that look like trailers mean nothing.
    let message = "Title\n\nSsot-Package: forged\n\nBody";
    let commit = |undone| {
        let what = (&run, &package, undone);
        repository
            .commit_package(&tree, &base, message, what, Timestamp(1_700_000_000_123))
            .unwrap()
    };
    let landed = commit(false);
    assert_eq!(landed, commit(false));
    let log = repository.log(&base, &landed).unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(
        (&log[0].run, &log[0].package, &log[0].undone),
        (&Some(run.clone()), &Some(package.clone()), &None)
    );
    assert_eq!((&log[0].tree, &log[0].parent), (&tree, &Some(base.clone())));
    let undone = commit(true);
    assert_eq!(repository.log(&base, &undone).unwrap()[0].undone, Some(package.clone()));
}

#[test]
fn a_branch_moves_only_from_where_it_was_seen() {
    let (_directory, repository) = repository(&[("a.py", "")]);
    let base = repository.head().unwrap();
    let tree = repository.tree_of(&base).unwrap();
    let (run, package) = (RunId::new("r"), PackageId::new("p"));
    let next = repository
        .commit_package(&tree, &base, "m", (&run, &package, false), Timestamp(0))
        .unwrap();
    repository.move_branch("ssot/t", None, &base).unwrap();
    let again = repository.move_branch("ssot/t", None, &next);
    assert!(matches!(again, Err(UpdateRefError::Moved { actual: Some(actual) }) if actual == base));
    repository.move_branch("ssot/t", Some(&base), &next).unwrap();
    let late = repository.move_branch("ssot/t", Some(&base), &next);
    assert!(matches!(late, Err(UpdateRefError::Moved { actual: Some(actual) }) if actual == next));
    let missing = repository.move_branch("other", Some(&base), &next);
    assert!(matches!(missing, Err(UpdateRefError::Moved { actual: None })));
    assert!(repository.is_branch_name("ssot/x").unwrap());
    assert!(!repository.is_branch_name("a..b").unwrap());
}
