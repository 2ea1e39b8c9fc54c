use ssot_runtime::git::GitError;

use crate::fixture::{git, repository, worktree, write};

#[test]
fn a_worktree_is_invisible_to_the_checkout_and_goes_without_a_trace() {
    let (directory, repository) = repository(&[("a.py", "a = 1\n")]);
    let tree = worktree(&repository);
    assert!(tree.path().join("a.py").exists());
    assert_eq!(repository.dirt().unwrap(), []);
    tree.remove().unwrap();
    assert!(!repository.worktrees_dir().join("r/base").exists());
    assert_eq!(git(directory.path(), &["worktree", "list"]).lines().count(), 1);
    // The same name is free again, also after a death in the middle.
    let again = worktree(&repository);
    std::fs::remove_dir_all(again.path()).unwrap();
    repository.remove_worktrees("r").unwrap();
    worktree(&repository);
    // And when somebody finished it a moment before.
    worktree(&repository);
}

#[test]
fn nothing_outside_our_directory_is_removed() {
    let (directory, repository) = repository(&[("a.py", "")]);
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("users");
    git(directory.path(), &["worktree", "add", "-q", "--detach", place.to_str().unwrap()]);
    std::fs::create_dir_all(repository.worktrees_dir()).unwrap();
    std::os::unix::fs::symlink(other.path(), repository.worktrees_dir().join("link")).unwrap();
    for name in ["../..", "", "/etc", "link/users", "a/../../.."] {
        assert!(matches!(repository.remove_worktrees(name), Err(GitError::NotOurs(_))), "{name:?}");
    }
    assert!(place.join("a.py").exists());
    assert_eq!(git(directory.path(), &["worktree", "list"]).lines().count(), 2);
}

#[test]
fn restoring_undoes_whatever_was_done_to_the_files() {
    let files =
        [("a.py", "a = 1\n"), ("d/b.py", "b = 1\n"), ("c.py", ""), (".gitignore", "*.log\n")];
    let (_directory, repository) = repository(&files);
    let tree = worktree(&repository);
    let root = tree.path();
    assert_eq!(tree.restore().unwrap(), []);
    write(
        root,
        &[("a.py", "a = 2\n"), ("new/deep/x", ""), ("x.log", ""), ("nested/.git/HEAD", "x")],
    );
    std::fs::remove_file(root.join("c.py")).unwrap();
    std::fs::remove_dir_all(root.join("d")).unwrap();
    std::os::unix::fs::symlink("/etc", root.join("d")).unwrap();
    std::fs::write(root.join(".git"), "gitdir: /tmp/evil\n").unwrap();
    assert!(tree.restore().unwrap().len() >= 5);
    assert_eq!(std::fs::read_to_string(root.join("a.py")).unwrap(), "a = 1\n");
    assert_eq!(std::fs::read_to_string(root.join("d/b.py")).unwrap(), "b = 1\n");
    assert!(
        root.join("c.py").exists() && !root.join("nested").exists() && !root.join("x.log").exists()
    );
    assert_eq!(tree.restore().unwrap(), []);
    assert_eq!(tree.tree().unwrap(), repository.tree_of(&repository.head().unwrap()).unwrap());
}
