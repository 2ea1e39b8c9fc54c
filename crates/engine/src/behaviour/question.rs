//! The behaviour of definitions that somebody names, outside of any run.

use std::collections::BTreeMap;
use std::path::Path;

use ssot_facts::Index;
use ssot_model::Behaviour;
use ssot_runtime::files;
use ssot_runtime::git::Repository;
use ssot_runtime::ids::IdManager;
use ssot_runtime::runner::{Recorded, Runner, RunnerError, Sources};
use ssot_runtime::sandbox::Launcher;

use super::{Pair, Tree, check, to_record};
use crate::triage::Survey;
use crate::{EngineError, SANDBOX_SUBCOMMAND};

/// Where the calls of the repository's tests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// The tests of the commit that is checked out run once, when there are any.
    Recorded,
    /// Nothing is recorded; all inputs are made.
    Made,
}

/// Compares the versions of each pair as they stand in the tree at `root`.
pub(crate) async fn ask(
    root: &Path,
    survey: &Survey,
    pairs: &[Pair],
    calls: Calls,
) -> Result<Vec<Behaviour>, EngineError> {
    let root = files::real(root).map_err(EngineError::user)?;
    let launcher = Launcher::this_executable(SANDBOX_SUBCOMMAND).map_err(EngineError::internal)?;
    let name = IdManager::system().run().to_string();
    let test = survey.config.test.as_ref();
    let mark = format!("{}\ncompare-{name}", root.display());
    let runner = Runner::new(launcher, test, &root, &mark)
        .and_then(|runner| runner.with_services(&survey.config.services))
        .map_err(EngineError::config)?;
    let modules = survey.index.importable();
    let sources = sources(&survey.index, &modules);
    let recorded = match test.filter(|_| calls == Calls::Recorded) {
        Some(_) => record(&root, &name, &runner, sources, pairs).await?,
        None => Recorded::new(),
    };
    let tree = Tree { root: &root, sources };
    let config = &survey.config.behaviour;
    check(&runner, (tree, tree), pairs, &recorded, config).await.map_err(sorted)
}

fn sources<'a>(
    index: &'a Index,
    modules: &'a BTreeMap<String, ssot_model::RepoPath>,
) -> Sources<'a> {
    Sources { modules, import_roots: index.import_roots() }
}

/// Runs the tests of the commit that is checked out, in a worktree of their own.
async fn record(
    root: &Path,
    name: &str,
    runner: &Runner,
    sources: Sources<'_>,
    pairs: &[Pair],
) -> Result<Recorded, EngineError> {
    let repository = Repository::open(root).map_err(EngineError::user)?;
    let head = repository.head().map_err(EngineError::user)?;
    let name = format!("compare-{name}");
    let tree = repository.add_worktree(&name, &head).map_err(EngineError::internal)?;
    let recorded = runner.harvest(&tree, sources, &to_record(pairs)).await;
    repository.remove_worktrees(&name).map_err(EngineError::internal)?;
    recorded.map_err(sorted)
}

/// Sorts the errors of the runner by who must act.
pub(crate) fn sorted(error: RunnerError) -> EngineError {
    match error {
        RunnerError::BadCommand { .. } | RunnerError::NoPython(_) | RunnerError::Service(_) => {
            EngineError::config(error)
        }
        other => EngineError::internal(other),
    }
}
