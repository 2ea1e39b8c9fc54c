//! Disks that are full or cannot be written.

use std::path::Path;
use std::process::Command;

use crate::project;
use crate::support::Answer;

/// Runs the program where `.ssot` is another file system, mounted for it alone; where the
/// machine forbids that, a limit on the size of files stands for the full disk.
fn run_on(root: &Path, mount: &str, limit_blocks: u32) -> Answer {
    let program = env!("CARGO_BIN_EXE_ssot");
    let mounts =
        Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|it| it.success());
    let script = if mounts {
        format!("mkdir -p .ssot && mount {mount} .ssot && exec {program} run --quiet")
    } else {
        format!("trap '' XFSZ; ulimit -f {limit_blocks}; exec {program} run --quiet")
    };
    let namespace = ["unshare", "-rm"];
    let words: Vec<&str> =
        namespace.into_iter().filter(|_| mounts).chain(["sh", "-c", &script]).collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(root).output().unwrap();
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_full_disk_stops_a_run_and_loses_nothing() {
    let undisturbed = project::tested();
    undisturbed.ssot(&["run", "--quiet"]).expect(0);
    let landed = undisturbed.tree("ssot/consolidate");
    let mut stopped = 0;
    for (kib, blocks) in [(64, 8), (512, 64), (2048, 512)] {
        let repo = project::tested();
        let before = repo.state();
        let answer = run_on(repo.path(), &format!("-t tmpfs -o size={kib}k tmpfs"), blocks);
        if answer.code != Some(0) {
            stopped += 1;
            assert!(matches!(answer.code, Some(1..=3)), "{kib} KiB: {}", answer.stderr);
            assert!(!answer.stderr.is_empty() || !answer.stdout.is_empty(), "{kib} KiB");
        }
        assert_eq!(repo.state().of_the_user(), before, "{kib} KiB");
        // With room again, what comes out is what it would have been.
        if !repo.git(&["for-each-ref", "refs/heads/ssot/consolidate"]).is_empty() {
            repo.git(&["branch", "--quiet", "-D", "ssot/consolidate"]);
        }
        repo.ssot(&["run", "--quiet"]).expect(0);
        assert_eq!(repo.tree("ssot/consolidate"), landed, "{kib} KiB");
        assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1, "{kib} KiB");
    }
    assert!(stopped >= 1, "no disk was small enough");
}

#[test]
fn a_disk_that_cannot_be_written_is_said_so() {
    let repo = project::tested();
    let before = repo.state();
    let answer = run_on(repo.path(), "-t tmpfs -o ro tmpfs", 0);
    assert!(matches!(answer.code, Some(2 | 3)), "{:?} {}", answer.code, answer.stderr);
    answer.says(&[".ssot"]);
    assert_eq!(repo.state().of_the_user(), before);
    repo.ssot(&["run", "--quiet"]).expect(0);
}
