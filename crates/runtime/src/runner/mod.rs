//! Running the repository's own tests, in the sandbox, under one fixed
//! environment, with a probe that says which test had which outcome and which
//! file every imported module came from.

mod agent;
mod behaviour;
mod category;
mod command;
mod environment;
mod load;
mod pytest;
mod records;
mod scratch;
mod services;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ssot_model::{RepoPath, SuiteCount, TestCategory, TestConfig};

use crate::git::{GitError, Worktree};
use crate::process::{self, CommandLine, Ending, Finished, ProcessError};
use crate::sandbox::{self, Job, Launcher, MARK_VARIABLE, Policy};
use crate::usage::Meter;

use environment::Surroundings;
use scratch::Scratch;

pub use agent::{AgentPost, Workplace};
pub use behaviour::{Budget, CallOutcome, Calls, Input, Inputs, Recorded, Subject};
pub use command::CommandRun;
pub use records::{ImportProof, prove_imports};
pub use scratch::clean_leftovers;
pub use services::split_command;

/// The test that stands for a command which reports no single tests.
pub const EXIT_CODE_TEST: &str = "(exit code)";
/// Lines of output that are kept as evidence, from each stream.
const TAIL_LINES: usize = 60;
/// Memory of one process when nothing is configured, in MiB.
const DEFAULT_MEMORY_MIB: u64 = 16 * 1024;

/// What a test came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// It did not run.
    Skipped,
    /// It passed, or failed as it was expected to.
    Passed,
    /// It failed or broke.
    Failed,
}

/// One execution of a test suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteRun {
    /// The tests by name; the worst outcome of each.
    pub tests: BTreeMap<String, TestOutcome>,
    /// Whether the command ended with exit code 0.
    pub success: bool,
    /// How the command ended, in words.
    pub ending: String,
    /// Whether it was killed because its time was up.
    pub timed_out: bool,
    /// Whether at least one Python interpreter ran with the probe.
    pub probed: bool,
    /// Modules with a first name of the repository's, and the files they came from.
    pub imported: BTreeMap<String, Vec<String>>,
    /// The end of what it wrote.
    pub tail: String,
    /// How many files it left changed or new in the tree; they were put back.
    pub litter: u32,
}

impl SuiteRun {
    /// The tests by outcome.
    pub fn count(&self) -> SuiteCount {
        let of = |wanted| self.tests.values().filter(|outcome| **outcome == wanted).count() as u32;
        SuiteCount {
            passed: of(TestOutcome::Passed),
            failed: of(TestOutcome::Failed),
            skipped: of(TestOutcome::Skipped),
        }
    }
}

/// What is known about the tree that is tested.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// Importable modules by dotted name.
    pub modules: &'a BTreeMap<String, RepoPath>,
    /// Directories to put on the module search path, relative to the root.
    pub import_roots: &'a [String],
}

/// The tests could not be run, which says nothing about their outcome.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// There is no command.
    #[error("no test command is configured")]
    NoCommand,
    /// The command cannot be split into words.
    #[error("the command `{command}` is not well formed: {source}")]
    BadCommand {
        /// The command.
        command: String,
        /// Why.
        source: shell_words::ParseError,
    },
    /// There is no interpreter.
    #[error("no `python3` in {0}; set `path` in the section `test` of ssot.toml")]
    NoPython(String),
    /// A private file could not be handled.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The sandbox job cannot be written.
    #[error("the sandbox job cannot be written: {0}")]
    Job(#[from] serde_json::Error),
    /// The process could not be started.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The tree could not be put back.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Something that the tests need did not come up.
    #[error("the service {0}")]
    Service(String),
    /// The launcher refused.
    #[error("the sandbox could not be entered: {0}")]
    Sandbox(String),
    /// Modules could not be loaded at all.
    #[error("modules could not be loaded ({ending}): {tail}")]
    Load {
        /// How the interpreter ended.
        ending: Ending,
        /// What it said.
        tail: String,
    },
}

impl RunnerError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }
}

/// Runs tests and loads modules, the same way each time.
#[derive(Debug, Clone)]
pub struct Runner {
    launcher: Launcher,
    /// None when there is no test command: modules are loaded all the same.
    config: Option<Arc<TestConfig>>,
    words: Arc<[String]>,
    services: Arc<[services::Prepared]>,
    surroundings: Arc<Surroundings>,
    mark: Arc<str>,
    meter: Meter,
}

impl Runner {
    /// A runner for the checkout at `checkout`, to which relative directories
    /// of the configuration refer. `mark` identifies the processes and private
    /// directories of the run, so that [`clean_leftovers`] finds them.
    pub fn new(
        launcher: Launcher,
        config: Option<&TestConfig>,
        checkout: &Path,
        mark: &str,
    ) -> Result<Self, RunnerError> {
        let words = match config {
            Some(config) => shell_words::split(&config.command).map_err(|source| {
                RunnerError::BadCommand { command: config.command.clone(), source }
            })?,
            None => Vec::new(),
        };
        let surroundings = Surroundings::find(config, checkout, words.first());
        Ok(Self {
            launcher,
            config: config.cloned().map(Arc::new),
            words: words.into(),
            services: Arc::new([]),
            surroundings: Arc::new(surroundings),
            mark: mark.into(),
            meter: Meter::default(),
        })
    }

    /// The same runner with a meter of its own, which counts from zero.
    pub fn metered(&self) -> (Self, Meter) {
        let meter = Meter::default();
        (Self { meter: meter.clone(), ..self.clone() }, meter)
    }

    /// The CPU time of everything that was run, in milliseconds.
    pub fn cpu_millis(&self) -> u64 {
        self.meter.millis()
    }

    /// Everything that the outcome of a suite depends on besides the tree, as
    /// one text: results may be reused while it stays the same.
    pub fn fingerprint(&self) -> String {
        let layers = sandbox::probe_layers();
        format!("{:?}\n{:?}\n{:?}\n{layers:?}", self.config, self.services, self.surroundings)
    }

    /// Runs the suite in a worktree and puts the worktree back afterwards.
    pub async fn run_suite(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
    ) -> Result<SuiteRun, RunnerError> {
        self.run_tests(tree, sources, self.words.to_vec()).await
    }

    /// Runs the tests of one category as [`Self::run_suite`] runs all of them.
    pub async fn run_category(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
        category: &TestCategory,
    ) -> Result<SuiteRun, RunnerError> {
        let config = self.config.as_ref().ok_or(RunnerError::NoCommand)?;
        let directory = tree.path().join(&config.directory);
        let words = category::words(category, &self.words, &directory)?;
        self.run_tests(tree, sources, words).await
    }

    async fn run_tests(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
        command: Vec<String>,
    ) -> Result<SuiteRun, RunnerError> {
        let config = self.config.as_ref().ok_or(RunnerError::NoCommand)?;
        let scratch = Scratch::create(&self.mark)?;
        scratch.write_probe(sources.modules)?;
        let directory = tree.path().join(&config.directory);
        let limit = Duration::from_secs(config.timeout_seconds);
        let words = self.among_services(&scratch, command)?;
        let line = self.line(&scratch, Place::of(tree), sources, &words, (&directory, limit))?;
        let finished = self.execute(&scratch, &line).await;
        let tree = tree.clone();
        let litter = tokio::task::spawn_blocking(move || tree.restore()).await;
        let litter = litter.map_err(|e| RunnerError::Sandbox(e.to_string()))??;
        let finished = finished?;
        self.demand_services(&scratch)?;
        let records = scratch.read_records();
        let success = finished.ending.success();
        let mut tests = records.tests;
        if tests.is_empty() {
            let outcome = if success { TestOutcome::Passed } else { TestOutcome::Failed };
            tests.insert(EXIT_CODE_TEST.to_owned(), outcome);
        }
        Ok(SuiteRun {
            tests,
            success,
            ending: finished.ending.to_string(),
            timed_out: finished.ending == Ending::TimedOut,
            probed: records.probed,
            imported: records.imported,
            tail: tail(&finished),
            litter: litter.len() as u32,
        })
    }

    /// The interpreter that runs scripts of ours.
    fn python(&self) -> Result<&Path, RunnerError> {
        self.surroundings.python.as_deref().ok_or_else(|| {
            let path: Vec<_> = self.surroundings.path.iter().map(|p| p.to_string_lossy()).collect();
            RunnerError::NoPython(path.join(":"))
        })
    }

    /// Runs a command line of this runner and leaves no process behind.
    async fn execute(
        &self,
        scratch: &Scratch,
        line: &CommandLine,
    ) -> Result<Finished, RunnerError> {
        let finished = process::run(line).await;
        scratch.terminate();
        let finished = finished?;
        // The launcher's own words, before any code of the repository ran.
        match finished.stderr.text().split_once(sandbox::REFUSED) {
            Some((_, why)) if !finished.ending.success() && scratch.is_unused() => {
                Err(RunnerError::Sandbox(why.trim().to_owned()))
            }
            _ => Ok(finished),
        }
    }

    fn line(
        &self,
        scratch: &Scratch,
        place: Place<'_>,
        sources: Sources<'_>,
        words: &[String],
        (directory, limit): (&Path, Duration),
    ) -> Result<CommandLine, RunnerError> {
        let (program, args) = words.split_first().ok_or(RunnerError::NoCommand)?;
        let mut env =
            self.surroundings.variables(self.config.as_deref(), scratch, place.root, sources);
        env.insert(MARK_VARIABLE.to_owned(), scratch.mark().to_owned());
        env.extend(place.extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let (mut writable, mut readable) =
            (vec![scratch.path().to_path_buf()], self.surroundings.readable.clone());
        let tree = if place.writable { &mut writable } else { &mut readable };
        tree.push(place.root.to_path_buf());
        readable.extend(place.beside.map(Path::to_path_buf));
        let policy = Policy {
            writable,
            readable,
            memory_mib: self.config.as_ref().map_or(DEFAULT_MEMORY_MIB, |c| c.memory_mib),
            network: false,
        };
        let job = Job { policy, program: program.clone(), args: args.to_vec(), env };
        let line = self.launcher.command_line(&job, directory, limit)?;
        Ok(CommandLine { meter: self.meter.clone(), ..line })
    }
}

/// The tree that repository code runs on.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    root: &'a Path,
    /// Whether the code may change it.
    writable: bool,
    /// Another tree that the code may read.
    beside: Option<&'a Path>,
    /// Variables besides the ordinary ones.
    extra: &'a [(&'a str, String)],
}

impl<'a> Place<'a> {
    /// A worktree of ours, which is put back afterwards.
    fn of(tree: &'a Worktree) -> Self {
        Self { root: tree.path(), writable: true, beside: None, extra: &[] }
    }
}

fn tail(finished: &Finished) -> String {
    let streams = [finished.stdout.last_lines(TAIL_LINES), finished.stderr.last_lines(TAIL_LINES)];
    let streams: Vec<String> = streams.into_iter().filter(|text| !text.is_empty()).collect();
    streams.join("\n")
}
