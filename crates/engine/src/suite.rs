//! The repository's own tests by category, repeated, outside of any run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ssot_model::{CategoryReport, CommitId, Config, RepoPath, TestCategory, TestReport, TestTally};
use ssot_runtime::clock::Clock;
use ssot_runtime::git::{Repository, Worktree};
use ssot_runtime::ids::IdManager;
use ssot_runtime::runner::{ImportProof, Runner, Sources, SuiteRun, TestOutcome, prove_imports};
use ssot_runtime::sandbox::{self, Launcher};
use ssot_runtime::signal;
use tokio::sync::watch;

use crate::behaviour::sorted;
use crate::triage::Survey;
use crate::{EngineError, SANDBOX_SUBCOMMAND, configuration};

/// What all tests are called when there are no categories.
const ALL: &str = "tests";

/// What is tested, and how often.
#[derive(Debug, Clone, Default)]
pub struct TestOptions {
    /// The repository, or a folder in it.
    pub root: PathBuf,
    /// A configuration file to use instead of `ssot.toml` in the root.
    pub config: Option<PathBuf>,
    /// Only these categories; all of them when empty.
    pub categories: Vec<String>,
    /// How often each category is run, whatever the configuration says.
    pub repeat: Option<u32>,
    /// The revision that is tested; what is checked out when missing.
    pub revision: Option<String>,
}

/// Told after each execution: the category so far, and how often it will be run.
pub type TestProgress<'a> = &'a mut (dyn FnMut(&CategoryReport, u32) + Send);

/// Runs the tests of one commit in a worktree of their own, in the sandbox, with services up.
pub async fn test(
    options: &TestOptions,
    progress: TestProgress<'_>,
) -> Result<TestReport, EngineError> {
    let repository = Repository::open(&options.root).map_err(EngineError::user)?;
    let config = configuration::load(repository.root(), options.config.as_deref())?.config;
    let categories = categories(&config, options)?;
    let commit = commit(&repository, options.revision.as_deref())?;
    let unseen = match options.revision {
        None => repository.dirt().map_err(EngineError::internal)?,
        Some(_) => Vec::new(),
    };
    let name = format!("test-{}", IdManager::system().run());
    let cancel = signal::interrupted();
    let tree = repository.add_worktree(&name, &commit).map_err(EngineError::internal)?;
    let bench = Bench::new(&repository, &config, &name, tree, cancel.clone());
    let tested = match bench {
        Ok(bench) => bench.all(&categories, progress).await,
        Err(error) => Err(error),
    };
    // Also after a failure: nothing of a test stays.
    repository.remove_worktrees(&name).map_err(EngineError::internal)?;
    Ok(TestReport {
        schema: TestReport::SCHEMA.to_owned(),
        tree: repository.tree_of(&commit).map_err(EngineError::internal)?,
        commit,
        unseen: unseen.into_iter().map(|dirt| dirt.path).collect(),
        services: config.services.into_keys().collect(),
        categories: tested?,
        interrupted: *cancel.borrow(),
        missing_sandbox_layers: sandbox::probe_layers().missing(),
    })
}

/// The categories that are asked for, with the repetitions that are asked for.
fn categories(config: &Config, options: &TestOptions) -> Result<Vec<TestCategory>, EngineError> {
    let Some(test) = &config.test else {
        return Err(EngineError::config(
            "no test command is configured: add a section `test` with a `command` to ssot.toml",
        ));
    };
    let mut categories = test.category.clone();
    if categories.is_empty() {
        categories.push(TestCategory { name: ALL.to_owned(), ..TestCategory::default() });
    }
    for wanted in &options.categories {
        if !categories.iter().any(|category| category.name == *wanted) {
            let known: Vec<&str> = categories.iter().map(|it| it.name.as_str()).collect();
            return Err(EngineError::user(format!(
                "there is no category `{wanted}`; ssot.toml has {}",
                known.join(", ")
            )));
        }
    }
    let wanted =
        |it: &TestCategory| options.categories.is_empty() || options.categories.contains(&it.name);
    categories.retain(wanted);
    for category in &mut categories {
        category.repeat = options.repeat.or(category.repeat);
    }
    Ok(categories)
}

fn commit(repository: &Repository, revision: Option<&str>) -> Result<CommitId, EngineError> {
    let Some(revision) = revision else { return repository.head().map_err(EngineError::user) };
    let found = repository.resolve(revision).map_err(EngineError::internal)?;
    found.ok_or_else(|| EngineError::user(format!("there is no revision `{revision}` here")))
}

/// Where tests run: one tree and everything that is known about it.
struct Bench {
    runner: Runner,
    tree: Worktree,
    modules: BTreeMap<String, RepoPath>,
    import_roots: Vec<String>,
    clock: Clock,
    cancel: watch::Receiver<bool>,
}

impl Bench {
    fn new(
        repository: &Repository,
        config: &Config,
        name: &str,
        tree: Worktree,
        cancel: watch::Receiver<bool>,
    ) -> Result<Self, EngineError> {
        let launcher =
            Launcher::this_executable(SANDBOX_SUBCOMMAND).map_err(EngineError::internal)?;
        let root: &Path = repository.root();
        let mark = format!("{}\n{name}", root.display());
        let runner = Runner::new(launcher, config.test.as_ref(), root, &mark)
            .and_then(|runner| runner.with_services(&config.services))
            .map_err(EngineError::config)?;
        let survey = Survey::take(tree.path(), config.clone(), None)?;
        let (modules, import_roots) =
            (survey.index.importable(), survey.index.import_roots().to_vec());
        Ok(Self { runner, tree, modules, import_roots, clock: Clock::system(), cancel })
    }

    async fn all(
        &self,
        categories: &[TestCategory],
        progress: TestProgress<'_>,
    ) -> Result<Vec<CategoryReport>, EngineError> {
        let mut reports = Vec::new();
        for category in categories.iter().take_while(|_| !*self.cancel.borrow()) {
            reports.push(self.one(category, &mut *progress).await?);
        }
        Ok(reports)
    }

    /// Runs one category as often as it asks for, or until an execution cannot be believed.
    async fn one(
        &self,
        category: &TestCategory,
        progress: TestProgress<'_>,
    ) -> Result<CategoryReport, EngineError> {
        let begun = self.clock.now();
        let mut report = CategoryReport {
            name: category.name.clone(),
            critical: category.critical,
            executions: 0,
            count: ssot_model::SuiteCount::default(),
            tests: BTreeMap::new(),
            obstacle: None,
            tail: None,
            millis: 0,
        };
        let mut tail = String::new();
        while report.executions < category.repeats() && report.obstacle.is_none() {
            let Some(run) = self.execute(category).await? else { break };
            report.executions += 1;
            report.count = run.count();
            report.obstacle = self.obstacle(&run);
            for (name, outcome) in &run.tests {
                tally(report.tests.entry(name.clone()).or_default(), *outcome);
            }
            progress(&report, category.repeats());
            tail = run.tail;
        }
        report.tail = (!report.is_sound()).then_some(tail);
        let millis = self.clock.now().0.saturating_sub(begun.0);
        report.millis = u64::try_from(millis).unwrap_or(0);
        Ok(report)
    }

    /// One execution; none when it was stopped.
    async fn execute(&self, category: &TestCategory) -> Result<Option<SuiteRun>, EngineError> {
        let sources = Sources { modules: &self.modules, import_roots: &self.import_roots };
        let mut cancel = self.cancel.clone();
        tokio::select! {
            biased;
            // Nobody left to cancel is not a cancellation.
            Ok(_) = cancel.wait_for(|cancelled| *cancelled) => Ok(None),
            run = self.runner.run_category(&self.tree, sources, category) => {
                run.map(Some).map_err(sorted)
            }
        }
    }

    /// Why an execution says nothing about this tree.
    fn obstacle(&self, run: &SuiteRun) -> Option<String> {
        if run.timed_out {
            return Some(format!("the command hangs ({})", run.ending));
        }
        match prove_imports(run, &self.modules, self.tree.path()) {
            Err(error @ ImportProof::Elsewhere(_)) => Some(error.to_string()),
            // Tests from outside, of a running service say, import nothing.
            _ => None,
        }
    }
}

fn tally(tally: &mut TestTally, outcome: TestOutcome) {
    *match outcome {
        TestOutcome::Passed => &mut tally.passed,
        TestOutcome::Failed => &mut tally.failed,
        TestOutcome::Skipped => &mut tally.skipped,
    } += 1;
}
