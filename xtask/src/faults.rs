//! Kills runs and rollbacks of the demo at moments drawn from a seed, and demands that they
//! end as if nothing had been.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::shell::Run;
use crate::workspace;

/// The branch that landings advance.
const TARGET: &str = "ssot/consolidate";
/// Every so many kills a rollback of everything is killed too.
const ROLLBACK_EVERY: u64 = 4;
/// How often a rollback is asked for again.
const ROLLBACKS: u32 = 5;

/// How often, and from which seed.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Runs that are killed
    #[arg(long, default_value_t = 20)]
    kills: u64,
    /// Where the moments come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program [default: the release build of this workspace]
    #[arg(long)]
    ssot: Option<PathBuf>,
}

/// Numbers that are the same in each execution: the steps of `SplitMix64`.
pub(crate) struct Numbers(u64);

impl From<u64> for Numbers {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

impl Numbers {
    /// The next one, below an end.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

/// The demo, and what an undisturbed run makes of it.
struct Course {
    ssot: PathBuf,
    folder: tempfile::TempDir,
    tree: String,
    base: String,
    run: Duration,
    rollback: Duration,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let course = Course::new(program(root, options)?)?;
    let mut numbers = Numbers(options.seed);
    let (mut alive, mut moments) = (0, BTreeMap::<String, u32>::new());
    let (mut rollbacks, mut rollbacks_alive) = (0, 0);
    for number in 0..options.kills {
        let repository = course.clone(&format!("killed-{number}"))?;
        let after = moment(&mut numbers, course.run);
        let said =
            || format!("kill {number} of seed {} after {} ms", options.seed, after.as_millis());
        if course.kill(&repository, &["run"], after)? {
            alive += 1;
            *moments.entry(course.doing(&repository)).or_insert(0) += 1;
        }
        course.finish(&repository).with_context(said)?;
        if number % ROLLBACK_EVERY == 0 {
            rollbacks += 1;
            let after = moment(&mut numbers, course.rollback);
            rollbacks_alive += u32::from(course.roll_back(&repository, after).with_context(said)?);
        }
        std::fs::remove_dir_all(&repository)?;
        eprintln!("{}: the same tree", said());
    }
    println!("{} kills of seed {}: {alive} before the run had ended", options.kills, options.seed);
    for (doing, count) in &moments {
        println!("  {count:>4} while {doing}");
    }
    println!("  each time the tree {}, no worktree left, the log unbroken", course.tree);
    println!(
        "{rollbacks} rollbacks killed, {rollbacks_alive} before they had ended: the base's tree each time"
    );
    Ok(())
}

/// A moment within a time and a little later.
fn moment(numbers: &mut Numbers, within: Duration) -> Duration {
    let most = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(numbers.below(most + most / 20))
}

fn program(root: &Path, options: &Options) -> Result<PathBuf> {
    if let Some(ssot) = &options.ssot {
        return Ok(ssot.canonicalize()?);
    }
    Run::cargo().args(["build", "--release", "--quiet", "-p", "ssot"]).directory(root).check()?;
    Ok(workspace::ssot())
}

impl Course {
    fn new(ssot: PathBuf) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let origin = folder.path().join("origin");
        let name = origin.to_string_lossy().into_owned();
        let demo = ["demo", "--quiet", "--format", "json", "--directory", &name];
        let report: Value = serde_json::from_str(&Run::new(&ssot).args(demo).output()?)?;
        let tree = report["tree"].as_str().context("the demo has no tree")?.to_owned();
        git(&origin, &["branch", "--quiet", "-D", TARGET])?;
        std::fs::remove_dir_all(origin.join(".ssot"))?;
        git(&origin, &["worktree", "prune"])?;
        let base = git(&origin, &["rev-parse", "HEAD^{tree}"])?;
        let nothing = Duration::ZERO;
        let mut course = Self { ssot, folder, tree, base, run: nothing, rollback: nothing };
        let undisturbed = course.clone("undisturbed")?;
        let begun = Instant::now();
        course.ssot(&undisturbed, &["run", "--quiet"])?;
        course.run = begun.elapsed();
        Self::check(&undisturbed, &course.tree)?;
        let begun = Instant::now();
        course.ssot(&undisturbed, &["rollback", "--full"])?;
        course.rollback = begun.elapsed();
        Self::check(&undisturbed, &course.base)?;
        Ok(course)
    }

    fn clone(&self, name: &str) -> Result<PathBuf> {
        git(self.folder.path(), &["clone", "--quiet", "origin", name])?;
        Ok(self.folder.path().join(name))
    }

    fn ssot(&self, repository: &Path, args: &[&str]) -> Result<String> {
        Run::new(&self.ssot).args(args).directory(repository).output()
    }

    /// Starts the program and kills it after a time; whether it was still running.
    fn kill(&self, repository: &Path, args: &[&str], after: Duration) -> Result<bool> {
        let mut command = Command::new(&self.ssot);
        command.args(args).current_dir(repository).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(after);
        let alive = child.try_wait()?.is_none();
        // One that has ended meanwhile cannot be killed, which is fine.
        let _ = child.kill();
        child.wait()?;
        Ok(alive)
    }

    /// What a killed run was doing, as its log tells it.
    fn doing(&self, repository: &Path) -> String {
        let said = self.ssot(repository, &["status", "--format", "json"]).unwrap_or_default();
        let status: Value = serde_json::from_str(&said).unwrap_or_default();
        let working = status["working"].as_array().cloned().unwrap_or_default();
        let mut states: Vec<&str> = working.iter().filter_map(|it| it["state"].as_str()).collect();
        states.sort_unstable();
        states.dedup();
        match (status["stage"].as_str(), states.is_empty()) {
            (None, _) => "beginning".to_owned(),
            (Some(stage), true) => stage.to_owned(),
            (Some(stage), false) => format!("{stage}: {}", states.join(" and ")),
        }
    }

    /// Takes a killed run up again, or begins it when it never was, and looks at the end.
    fn finish(&self, repository: &Path) -> Result<()> {
        // Killed before its first event there is nothing to take up.
        if self.ssot(repository, &["status"]).is_err() {
            self.ssot(repository, &["run", "--quiet"])?;
        } else {
            self.ssot(repository, &["resume", "--quiet"])?;
        }
        Self::check(repository, &self.tree)?;
        self.ssot(repository, &["report", "--verify"]).map(drop)
    }

    /// Kills a rollback of everything and asks for it again until it is done.
    fn roll_back(&self, repository: &Path, after: Duration) -> Result<bool> {
        let alive = self.kill(repository, &["rollback", "--full"], after)?;
        for _ in 0..ROLLBACKS {
            if self.ssot(repository, &["rollback", "--full"]).is_ok() {
                break;
            }
        }
        Self::check(repository, &self.base)?;
        self.ssot(repository, &["report", "--verify"])?;
        Ok(alive)
    }

    /// The target branch has a tree and nothing of ours is left.
    fn check(repository: &Path, tree: &str) -> Result<()> {
        let found = git(repository, &["rev-parse", &format!("{TARGET}^{{tree}}")])?;
        ensure!(found == tree, "the tree is {found} instead of {tree}");
        let worktrees = git(repository, &["worktree", "list"])?;
        ensure!(worktrees.lines().count() == 1, "worktrees are left:\n{worktrees}");
        let status = git(repository, &["status", "--porcelain"])?;
        ensure!(status.is_empty(), "the checkout was touched:\n{status}");
        Ok(())
    }
}

fn git(directory: &Path, args: &[&str]) -> Result<String> {
    let said = Run::new("git").args(args).directory(directory).output()?;
    Ok(said.trim().to_owned())
}
