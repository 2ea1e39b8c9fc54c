use std::path::Path;

use ssot_runtime::git::{BlobId, HistoryLog, Repository};

use crate::fixture::{git, repository, write};

fn commit(directory: &Path, files: &[(&str, &str)], message: &str) {
    write(directory, files);
    git(directory, &["add", "-A"]);
    git(directory, &["commit", "-q", "--cleanup=verbatim", "-m", message]);
}

fn python(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == "py")
}

/// A commit a line: its subject and, for each change, the paths.
fn told(log: &HistoryLog) -> Vec<String> {
    let path = |file: &Option<ssot_runtime::git::FileVersion>| {
        file.as_ref().map_or("-".to_owned(), |file| file.path.clone())
    };
    log.commits
        .iter()
        .map(|commit| {
            let changes = commit.changes.iter();
            let changes = changes.map(|it| format!(" {}>{}", path(&it.old), path(&it.new)));
            let subject = commit.message.lines().next().unwrap_or_default();
            format!("{subject}:{}", changes.collect::<String>())
        })
        .collect()
}

const LONG: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";

#[test]
fn every_commit_is_told_with_its_files_and_renames() {
    let (directory, repository) = repository(&[("a.py", LONG), ("note.txt", "x")]);
    let root = directory.path();
    git(root, &["mv", "a.py", "b ü.py"]);
    commit(root, &[("note.txt", "y")], "move");
    std::fs::remove_file(root.join("b ü.py")).unwrap();
    commit(root, &[], "remove\n\nbody");
    let log = repository.history(python).unwrap();
    assert_eq!(told(&log), ["first: ->a.py", "move: a.py>b ü.py", "remove: b ü.py>-"]);
    assert_eq!(log.commits[1].files, 2);
    assert_eq!(log.notes, [""; 0]);
}

#[test]
fn a_message_cannot_be_taken_for_a_commit() {
    let (directory, repository) = repository(&[("a.py", LONG)]);
    let id = "0123456789012345678901234567890123456789";
    let message = format!("\u{1b}[31m{id}\n\n:100644 100644 {id} {id} M\nb.py");
    commit(directory.path(), &[("a.py", "x = 1\n")], &message);
    let log = repository.history(python).unwrap();
    assert_eq!(log.commits.len(), 2);
    assert_eq!(log.commits[1].changes.len(), 1);
    assert!(log.commits[1].message.trim_end().ends_with("b.py"), "{:?}", log.commits[1].message);
}

#[test]
fn contents_come_in_one_batch_and_what_is_missing_is_none() {
    let large = "x = 1\n".repeat(50_000);
    let files = [("a.py", LONG), ("b.py", &large), ("c.py", "lost = 1\n")];
    let (directory, repository) = repository(&files);
    let log = repository.history(python).unwrap();
    let changes = log.commits[0].changes.iter();
    let mut blobs: Vec<BlobId> = changes.map(|it| it.new.clone().unwrap().blob).collect();
    let lost = blobs[2].as_str();
    let lost = directory.path().join(".git/objects").join(&lost[..2]).join(&lost[2..]);
    std::fs::remove_file(lost).unwrap();
    blobs.push(blobs[0].clone());
    let read = |limit: u64| {
        let mut sizes = Vec::new();
        let each = |_: &BlobId, bytes: Option<Vec<u8>>| sizes.push(bytes.map(|it| it.len()));
        repository.read_blobs(&blobs, limit, each).unwrap();
        sizes
    };
    let (small, big) = (Some(LONG.len()), Some(large.len()));
    assert_eq!(read(1 << 20), [small, big, None, small]);
    assert_eq!(read(1 << 10), [small, None, None, small]);
}

#[test]
fn a_shallow_clone_says_so() {
    let (directory, _) = repository(&[("a.py", LONG)]);
    commit(directory.path(), &[("a.py", "x = 1\n")], "second");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", directory.path().display());
    git(clone.path(), &["clone", "-q", "--depth=1", &from, "."]);
    let log = Repository::open(clone.path()).unwrap().history(python).unwrap();
    assert_eq!(told(&log), ["second: ->a.py"]);
    assert!(log.commits[0].boundary);
    assert!(log.notes[0].contains("shallow"), "{:?}", log.notes);
}

#[test]
fn missing_objects_leave_less_to_tell() {
    let (directory, repository) = repository(&[("a.py", LONG)]);
    let root = directory.path();
    commit(root, &[("a.py", "x = 1\n")], "second");
    commit(root, &[("a.py", "x = 2\n")], "third");
    let lost = git(root, &["rev-parse", "HEAD~1^{tree}"]);
    std::fs::remove_file(root.join(".git/objects").join(&lost[..2]).join(&lost[2..])).unwrap();
    let log = repository.history(python).unwrap();
    assert!(log.commits.len() < 3);
    assert!(log.notes.iter().any(|note| note.contains("missing")), "{:?}", log.notes);
}
