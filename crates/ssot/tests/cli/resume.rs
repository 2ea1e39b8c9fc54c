//! `ssot resume`: a run that is killed at any moment ends as if nothing had been.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::project;
use crate::support::{State, command, git, ssot};

/// Kills in one test and tests: twenty together.
const KILLS: u64 = 4;
const PARTS: u64 = 5;
/// Lines of progress of which each kill takes one, early to late.
const LINES: u64 = 36;
/// Longest wait after the line, in milliseconds.
const LATEST: u64 = 1_200;

/// Numbers that are the same in each execution: the steps of `SplitMix64`.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// The demo's repository as it is before its run: what landed is taken away.
fn harbor(root: &Path) -> String {
    let name = root.to_str().unwrap();
    let answer =
        ssot(Path::new("/"), &["demo", "--quiet", "--directory", name, "--format", "json"]);
    let tree = answer.expect(0).json()["tree"].as_str().unwrap().to_owned();
    git(root, &["branch", "--quiet", "-D", "ssot/consolidate"]);
    std::fs::remove_dir_all(root.join(".ssot")).unwrap();
    git(root, &["worktree", "prune"]);
    tree
}

/// Starts a run and kills it some time after a line of its progress.
fn kill(root: &Path, line: u64, after: Duration) -> bool {
    let mut child =
        command(root, &["run"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    for _ in 0..line {
        if lines.next().is_none() {
            break;
        }
    }
    let until = Instant::now() + after;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

/// Kills runs of the demo and demands the tree of the undisturbed one.
fn killed_runs_end_the_same(part: u64) {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    let tree = harbor(&undisturbed);
    let mut numbers = Numbers(part);
    let mut alive = 0;
    for number in 0..KILLS {
        let root = folder.path().join(format!("killed-{number}"));
        git(folder.path(), &["clone", "--quiet", "undisturbed", root.to_str().unwrap()]);
        let before = State::of(&root);
        // The kills of all parts together are spread over the whole run.
        let line = (number * PARTS + part) * LINES / (PARTS * KILLS);
        let after = Duration::from_millis(numbers.below(LATEST));
        alive += u32::from(kill(&root, line, after));

        let report = ssot(&root, &["resume", "--format", "json"]).expect(0).json();
        let moment = format!("killed {} ms after line {line}", after.as_millis());
        assert_eq!(report["tree"], tree.as_str(), "{moment}");
        assert_eq!(report["outcome"], "complete", "{moment}");
        let target = git(&root, &["rev-parse", "ssot/consolidate^{tree}"]);
        assert_eq!(target, tree, "{moment}");
        assert_eq!(State::of(&root).of_the_user(), before, "{moment}");
        ssot(&root, &["report", "--verify"]).expect(0);
        std::fs::remove_dir_all(&root).unwrap();
    }
    assert!(alive >= 3, "only {alive} runs were killed before they had ended");
}

#[test]
fn killed_at_four_moments_1() {
    killed_runs_end_the_same(0);
}

#[test]
fn killed_at_four_moments_2() {
    killed_runs_end_the_same(1);
}

#[test]
fn killed_at_four_moments_3() {
    killed_runs_end_the_same(2);
}

#[test]
fn killed_at_four_moments_4() {
    killed_runs_end_the_same(3);
}

#[test]
fn killed_at_four_moments_5() {
    killed_runs_end_the_same(4);
}

#[test]
fn a_run_that_ended_is_reported_again() {
    let repo = project::tested();
    repo.ssot(&["resume"]).expect(2).says(&["ssot run"]);
    repo.ssot(&["run", "--quiet"]).expect(0);
    let tree = repo.tree("ssot/consolidate");
    repo.ssot(&["resume", "--quiet"]).expect(0);
    assert_eq!(repo.tree("ssot/consolidate"), tree);
}

#[test]
fn a_run_that_was_asked_to_stop_goes_on_when_resumed() {
    let repo = project::tested();
    let before = repo.state();
    let mut child = command(repo.path(), &["run"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // The plan is made and nothing has landed yet.
    assert!(lines.any(|line| line.unwrap().starts_with("optimize")));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:#?}");
    assert_eq!(repo.state().of_the_user(), before);

    repo.ssot(&["resume", "--quiet"]).expect(0);
    let undisturbed = project::tested();
    undisturbed.ssot(&["run", "--quiet"]).expect(0);
    assert_eq!(repo.tree("ssot/consolidate"), undisturbed.tree("ssot/consolidate"));
}
