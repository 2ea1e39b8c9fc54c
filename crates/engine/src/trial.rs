//! Packages of somebody's own through every gate of a repository, landing nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ssot_model::{RepoPath, RunId};
use ssot_rules::RULES;
use ssot_runtime::clock::Clock;
use ssot_runtime::git::Repository;
use ssot_runtime::sandbox::Launcher;
use tokio::sync::watch;

use crate::execute::{self, Examined, InspectError, Job, Journal, Work};
use crate::triage::Survey;
use crate::work::works;
use crate::{EngineError, Inspection, configuration, coverage, survey, type_checker};

/// The branch that a job has to name and that a trial never makes.
const NOWHERE: &str = "ssot/trial";

/// What is tried, and how.
#[derive(Debug, Clone)]
pub struct Trial {
    /// A repository with a clean checkout.
    pub root: PathBuf,
    /// A configuration file to use instead of `ssot.toml` in the root.
    pub config: Option<PathBuf>,
    /// How the sandbox is entered.
    pub launcher: Launcher,
    /// Packages that are examined at the same time.
    pub agents: usize,
}

/// What the packages of a trial are made from.
#[derive(Debug)]
pub struct Proposed {
    /// The packages of a fresh plan, with their patches.
    pub works: Vec<Work>,
    /// Importable modules by dotted name.
    pub modules: BTreeMap<String, RepoPath>,
}

/// Examines the packages that `make` makes from those of a fresh plan.
pub async fn trial<T>(
    trial: &Trial,
    make: impl FnOnce(&Proposed) -> (Vec<Work>, T),
) -> Result<(Vec<Examined>, T), EngineError> {
    let repository = Repository::open(&trial.root).map_err(EngineError::user)?;
    let base = repository.head().map_err(EngineError::user)?;
    let root = repository.root().to_owned();
    let config = configuration::load(&root, trial.config.as_deref())?.config;
    let proposed = propose(&root, &config, &base)?;
    let (works, made) = make(&proposed);
    let inspected = (root.clone(), config.clone());
    let inspect = move |tree: &Path| {
        let cache = survey::open_cache(&inspected.0);
        Inspection::of_tree(tree, &inspected.1, Some(&cache))
            .map_err(|error| InspectError(error.to_string()))
    };
    let clock = Clock::system();
    let job = Job {
        run: RunId::new("trial"),
        started: clock.now(),
        base,
        target: NOWHERE.to_owned(),
        works,
        crew: execute::Crew::of(trial.agents),
        test: config.test.clone(),
        services: config.services.clone(),
        control: execute::Control::default(),
        gates: type_checker::gates(&root, &config),
        behaviour: config.behaviour.clone(),
        agent: None,
        allow_untested: true,
        launcher: trial.launcher.clone(),
        inspect: Arc::new(inspect),
        journal: Journal {
            append: Arc::new(|_, _| Box::pin(async { Ok(()) })),
            clock: Arc::new(move || clock.now()),
        },
        repository,
    };
    let (_stop, cancel) = watch::channel(false);
    let found = execute::examine(job, cancel).await.map_err(EngineError::internal)?;
    Ok((found, made))
}

fn propose(
    root: &Path,
    config: &ssot_model::Config,
    base: &ssot_model::CommitId,
) -> Result<Proposed, EngineError> {
    let surveyed = Survey::take(root, config.clone(), Some(&survey::open_cache(root)))?
        .on(survey::today())
        .measured(root, &[])?;
    let findings = surveyed.findings(RULES);
    let audits = coverage::examine(&surveyed, root, &findings);
    let known = (findings.as_slice(), audits.as_slice());
    let plan = survey::optimize(root, &surveyed, known, base, false)?;
    let works = works(root, &surveyed, known, &plan)?;
    Ok(Proposed { works, modules: surveyed.index.importable() })
}
