//! Input that nobody wishes for: a clear message, the right exit code, nothing lost.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::project;
use crate::support::{Repo, ssot};

/// Bytes of a file that is far too large.
const HUGE: u64 = 200 * 1024 * 1024;

/// The issues of a scan that goes on all the same.
#[track_caller]
fn issues(repo: &Repo) -> Vec<(String, u64, String)> {
    let before = repo.state();
    let report = repo.ssot(&["scan", "--format", "json"]).expect(1).json();
    assert_eq!(repo.state(), before);
    // The rest of the project is found as if nothing were wrong.
    let findings = report["findings"].as_array().unwrap().iter();
    let identical = findings.filter(|it| it["verdict"] == "identical").count();
    assert_eq!(identical, 2, "{report}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let issues = report["issues"].as_array().unwrap().iter();
    issues
        .map(|it| (text(&it["path"]), it["line"].as_u64().unwrap(), text(&it["message"])))
        .collect()
}

#[test]
fn not_a_git_repository() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "A = 1\n").unwrap();
    for command in [&["run"][..], &["plan"], &["resume"], &["report"], &["rollback", "--full"]] {
        let answer = ssot(folder.path(), command).expect(2);
        answer.says(&["is not inside a git repository", "git init"]);
    }
    // Looking does no harm and needs no history.
    ssot(folder.path(), &["scan"]).expect(0);
    ssot(folder.path(), &["scan", "nowhere"]).expect(2).says(&["nowhere"]);
    assert!(folder.path().join("a.py").exists() && !folder.path().join(".git").exists());
}

#[test]
fn an_empty_repository() {
    let repo = Repo::empty();
    for command in [&["run"][..], &["plan"], &["resume"], &["report"], &["rollback", "--full"]] {
        repo.ssot(command).expect(2).says(&["has no commit yet", "commit something first"]);
    }
    repo.ssot(&["scan"]).expect(0);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_dirty_checkout() {
    let repo = project::tested();
    repo.write("shop/text.py", format!("{}\nDIRTY = True\n", project::SLUGIFY));
    repo.write("notes.txt", "not added\n");
    let before = repo.state();
    let answer = repo.ssot(&["run"]).expect(2);
    answer.says(&["not committed", "shop/text.py", "notes.txt", "commit or stash"]);
    assert_eq!(repo.state(), before);
}

#[test]
fn files_that_do_not_parse() {
    let repo = project::tested();
    repo.commit(&[("shop/broken.py", "A = 1\n\ndef f(:\n    pass\n")]);
    let issues = issues(&repo);
    let places: Vec<(&str, u64)> = issues.iter().map(|it| (it.0.as_str(), it.1)).collect();
    assert!(places.contains(&("shop/broken.py", 3)), "{issues:?}");
    assert!(places.iter().all(|place| place.0 == "shop/broken.py"), "{issues:?}");
    let text = repo.ssot(&["scan"]).expect(1).stdout;
    assert!(text.contains("1 file could not be read as a whole"), "{text}");
    assert!(text.contains("shop/broken.py:3"), "{text}");
    // It is no reason not to consolidate the rest.
    let before = repo.state();
    let report = repo.ssot(&["run", "--format", "json"]).expect(0).json();
    assert_eq!(report["packages"].as_array().unwrap().len(), 2);
    assert_eq!(repo.state().of_the_user(), before);
}

#[test]
fn undecodable_bytes() {
    let repo = project::tested();
    repo.write("shop/latin.py", b"NAME = 'caf\xe9'\n");
    repo.write("shop/zero.py", b"NAME = '\0'\n\xff\xfe\n");
    repo.commit(&[]);
    let paths: Vec<String> = issues(&repo).into_iter().map(|issue| issue.0).collect();
    assert!(paths.contains(&"shop/latin.py".to_owned()), "{paths:?}");
    repo.ssot(&["run"]).expect(0);
    assert_eq!(fs::read(repo.path().join("shop/latin.py")).unwrap(), b"NAME = 'caf\xe9'\n");
}

#[test]
fn a_symlink_loop() {
    let repo = project::tested();
    symlink(".", repo.path().join("shop/again")).unwrap();
    symlink("loop.py", repo.path().join("shop/loop.py")).unwrap();
    symlink("/", repo.path().join("shop/machine")).unwrap();
    repo.commit(&[]);
    let through = |issue: &(String, u64, String)| issue.0.starts_with("shop/again/");
    assert!(!issues(&repo).iter().any(through));
    let before = repo.state();
    repo.ssot(&["run"]).expect(0);
    assert_eq!(repo.state().of_the_user(), before);
}

#[test]
fn a_huge_file_of_one_line() {
    let repo = project::tested();
    // Sparse: it is as long as it says and takes no place on the disk.
    let file = fs::File::create(repo.path().join("shop/huge.py")).unwrap();
    file.set_len(HUGE).unwrap();
    let issues = issues(&repo);
    assert_eq!(issues.len(), 1, "{issues:?}");
    assert_eq!((issues[0].0.as_str(), issues[0].1), ("shop/huge.py", 0));
    let text = repo.ssot(&["scan"]).expect(1).stdout;
    assert!(text.contains("shop/huge.py  "), "{text}");
}
