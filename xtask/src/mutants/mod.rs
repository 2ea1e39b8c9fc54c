//! Deliberately wrong consolidations, put into the packages that ssot plans, through every
//! gate: how many are stopped, by which gate, and how many the repository's tests alone
//! would have stopped. Seeded: the same repository, count and seed give the same mutants.

mod breaks;
mod choose;
mod lines;
mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use ssot_engine::execute::{Examined, Verdict, Work};
use ssot_engine::{Trial, trial};
use ssot_model::{GateName, GateOutcome, RepoPath};
use ssot_runtime::sandbox::Launcher;

use crate::workspace;

/// Which repositories, and how many mutants of each.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Git repositories with a clean checkout; `DIR=FILE` uses FILE as configuration
    #[arg(required = true)]
    repositories: Vec<String>,
    /// Mutants of each repository
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Another seed chooses other mutants
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Packages examined at a time
    #[arg(long, default_value_t = 2)]
    agents: usize,
    /// The program that enters the sandbox [default: the release build of this workspace]
    #[arg(long)]
    ssot: Option<PathBuf>,
    /// Write the table into docs/gates.md
    #[arg(long)]
    record: bool,
}

/// One wrong consolidation.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// What is wrong, as the table names it.
    pub(crate) kind: &'static str,
    /// Where, and what became of it.
    pub(crate) what: String,
    /// Whether the package says that the versions differ and leaves them to the calls.
    pub(crate) declared: bool,
    /// The package.
    pub(crate) work: Work,
}

/// What became of one mutant.
#[derive(Debug)]
pub(crate) struct Fate {
    pub(crate) kind: &'static str,
    pub(crate) declared: bool,
    /// The first gate that stopped it.
    pub(crate) stopped: Option<GateName>,
    /// Whether the repository's tests stop it.
    pub(crate) by_tests: bool,
}

/// The mutants of one repository.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) packages: usize,
    pub(crate) fates: Vec<Fate>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut outcomes = Vec::new();
    for repository in &options.repositories {
        outcomes.push(runtime.block_on(examine(repository, options))?);
    }
    let page = page::table(&outcomes, options.seed)?;
    println!("{page}");
    if options.record {
        crate::markers::write(&root.join("docs/gates.md"), "mutants", &page)?;
    }
    Ok(())
}

async fn examine(repository: &str, options: &Options) -> Result<Outcome> {
    let (directory, config) = match repository.split_once('=') {
        Some((directory, config)) => (directory, Some(PathBuf::from(config))),
        None => (repository, None),
    };
    let directory = std::fs::canonicalize(directory).with_context(|| directory.to_owned())?;
    let program = options.ssot.clone().unwrap_or_else(workspace::ssot);
    let launcher = Launcher { program, args: vec!["sandbox-exec".to_owned()] };
    let what = Trial { root: directory.clone(), config, launcher, agents: options.agents };
    let mut packages = 0;
    let (found, mutants) = trial(&what, |proposed| {
        packages = proposed.works.len();
        let text = |path: &RepoPath| std::fs::read_to_string(directory.join(path.as_str())).ok();
        let mutants = choose::choose(proposed, &text, (options.count, options.seed));
        // The untouched packages go along: a gate that stops these proves nothing.
        let untouched = proposed.works.iter().filter(|work| work.edits_alone().is_some()).cloned();
        let works = untouched.chain(mutants.iter().map(|it| it.work.clone())).collect();
        (works, mutants)
    })
    .await?;
    let (untouched, found) = found.split_at(found.len() - mutants.len());
    let refused: Vec<String> = untouched.iter().filter_map(complaint).collect();
    if !refused.is_empty() {
        bail!("packages as they are planned are stopped:\n{}", refused.join("\n"));
    }
    let name = directory.file_name().map_or_else(String::new, |it| it.display().to_string());
    let mut fates = Vec::new();
    for (mutant, examined) in mutants.iter().zip(found) {
        let verdicts = match &examined.verdicts {
            Ok(verdicts) => verdicts,
            Err(why) => bail!("{}: {} cannot be examined: {why}", mutant.kind, mutant.what),
        };
        let fate = fate(mutant, verdicts);
        report(mutant, &fate, verdicts);
        fates.push(fate);
    }
    Ok(Outcome { name, packages, fates })
}

/// Why an untouched package would not land.
fn complaint(examined: &Examined) -> Option<String> {
    let said = match &examined.verdicts {
        Err(why) => why.clone(),
        Ok(verdicts) => {
            let failed = verdicts.iter().find(|it| it.outcome == GateOutcome::Failed)?;
            format!("{}: {}", failed.gate.as_str(), failed.evidence)
        }
    };
    Some(format!("{}: {said}", examined.package))
}

fn fate(mutant: &Mutant, verdicts: &[Verdict]) -> Fate {
    let failed: BTreeMap<&str, &Verdict> = verdicts
        .iter()
        .filter(|it| it.outcome == GateOutcome::Failed)
        .map(|it| (it.gate.as_str(), it))
        .collect();
    let stopped = verdicts.iter().find(|it| it.outcome == GateOutcome::Failed).map(|it| it.gate);
    let by_tests = failed.contains_key(GateName::Tests.as_str());
    Fate { kind: mutant.kind, declared: mutant.declared, stopped, by_tests }
}

fn report(mutant: &Mutant, fate: &Fate, verdicts: &[Verdict]) {
    let gate = fate.stopped.map_or("NOBODY", GateName::as_str);
    let declared = if mutant.declared { " (declared)" } else { "" };
    let evidence = verdicts.iter().find(|it| Some(it.gate) == fate.stopped);
    let evidence = evidence.and_then(|it| it.evidence.lines().next()).unwrap_or_default();
    let tests = if fate.by_tests { "tests too" } else { "tests do not" };
    eprintln!(
        "{} | {}{declared} | {} | stopped by {gate} | {tests} | {evidence}",
        mutant.work.package.id, mutant.kind, mutant.what
    );
}
