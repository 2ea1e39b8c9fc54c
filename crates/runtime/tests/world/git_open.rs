use std::os::unix::fs::PermissionsExt;

use ssot_runtime::git::{OpenError, Repository};

use crate::fixture::{git, repository, write};

#[test]
fn each_reason_has_its_own_error() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Repository::open(directory.path());
    assert!(matches!(open(), Err(OpenError::NotARepository(_))));
    git(directory.path(), &["init", "-q"]);
    assert!(matches!(open(), Err(OpenError::NoCommits(_))));
    let bare = tempfile::tempdir().unwrap();
    git(bare.path(), &["init", "-q", "--bare"]);
    assert!(matches!(Repository::open(bare.path()), Err(OpenError::Bare(_))));
}

#[test]
fn a_subdirectory_leads_to_the_root() {
    let (directory, repository) = repository(&[("a/b.py", "")]);
    let inner = Repository::open(&directory.path().join("a")).unwrap();
    assert_eq!(inner.root(), repository.root());
    assert_eq!(inner.current_branch().unwrap().as_deref(), Some("main"));
    assert_eq!(inner.checked_out().unwrap()[0].branch, "main");
}

#[test]
fn our_own_files_are_no_dirt_and_untracked_files_are() {
    let (directory, repository) = repository(&[("a.py", "a = 1\n"), (".gitignore", "*.log\n")]);
    repository.prepare_state_dir().unwrap();
    assert_eq!(repository.dirt().unwrap(), []);
    write(directory.path(), &[("a.py", "a = 2\n"), ("new ü.py", ""), ("x.log", "")]);
    let found: Vec<_> =
        repository.dirt().unwrap().into_iter().map(|dirt| (dirt.status, dirt.path)).collect();
    let expected = [(" M", "a.py"), ("??", "new ü.py")];
    assert_eq!(found, expected.map(|(s, p)| (s.to_owned(), p.to_owned())));
}

#[test]
fn nothing_that_the_repository_configures_is_executed() {
    let (directory, repository) =
        repository(&[("a.bin", "x\n"), (".gitattributes", "*.bin filter=evil diff=evil\n")]);
    let proof = directory.path().join("executed");
    let evil = format!("touch {}; cat", proof.display());
    for key in [
        "filter.evil.clean",
        "filter.evil.smudge",
        "core.fsmonitor",
        "diff.evil.textconv",
        "diff.external",
    ] {
        git(directory.path(), &["config", key, &evil]);
    }
    for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
        let file = directory.path().join(".git/hooks").join(hook);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("#!/bin/sh\n{evil} </dev/null\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let opened = Repository::open(repository.root()).unwrap();
    let head = opened.head().unwrap();
    write(directory.path(), &[("a.bin", "y\n")]);
    opened.dirt().unwrap();
    let tree = opened.add_worktree("r/x", &head).unwrap();
    write(tree.path(), &[("a.bin", "z\n")]);
    tree.restore().unwrap();
    opened.hash_object(&crate::fixture::path("b.bin"), b"q").unwrap();
    opened.move_branch("other", None, &head).unwrap();
    opened.log(&head, &head).unwrap();
    assert!(!proof.exists());
}
