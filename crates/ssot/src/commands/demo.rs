//! `ssot demo`: the whole pipeline on a repository written for it.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use ssot_engine::{RunOptions, ScanOptions};
use ssot_model::RepoPath;
use ssot_runtime::environment::Environment;
use ssot_runtime::git::{NewCommit, NewRepository};

use crate::cli::{self, Format};
use crate::commands::run;
use crate::exit::{Exit, Usage};
use crate::interrupt::{self, Waited};
use crate::progress::Progress;
use crate::{output, text};

/// The files of each commit, one folder a commit.
static STEPS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../demo/steps");
/// The commits in their order.
const HISTORY: &str = include_str!("../../../../demo/history.toml");

/// Where the demonstration takes place.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Leave the repository and say where it is
    #[arg(long)]
    keep: bool,
    /// Create the repository in this new folder, and leave it
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Packages worked on at a time [default: the processor's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    agents: Option<u16>,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Say nothing but the result
    #[arg(long, short)]
    quiet: bool,
}

/// `demo/history.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    commit: Vec<Commit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    step: String,
    author: String,
    date: String,
    message: String,
    #[serde(default)]
    delete: Vec<RepoPath>,
}

pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let repository = match &args.directory {
        Some(directory) => {
            NewRepository::create(directory).map_err(|error| Usage(error.to_string()))?
        }
        None => NewRepository::create_temporary("ssot-demo")?,
    };
    let root = repository.root().to_owned();
    let result = show(args, &repository);
    let keep = args.keep || args.directory.is_some();
    // What went wrong can be looked at where it happened.
    let done = matches!(result, Ok(Exit::Clean | Exit::Findings));
    if keep || !done {
        let said = format!("the demo's repository is at {}", root.display());
        output::note(args.quiet, &said);
    } else {
        repository.delete()?;
    }
    result
}

/// Writes the repository, scans it and runs all five stages on it.
fn show(args: &DemoArgs, repository: &NewRepository) -> anyhow::Result<Exit> {
    let commits = write(repository)?;
    let root = repository.root();
    let said = format!("a repository with {} commits in {}", commits, root.display());
    output::note(args.quiet, &said);
    let scan = ssot_engine::scan(&ScanOptions::of(root.to_owned(), None))?;
    output::note(args.quiet, &text::headline(&scan));
    let options = RunOptions {
        id: None,
        root: root.to_owned(),
        config: None,
        agents: run::agents(args.agents),
        teams: ssot_engine::Teams::All,
        target: None,
        rewrite_imports: false,
        mode: None,
        plan: None,
        allow_untested: false,
        budget: ssot_model::BudgetLimits::default(),
        landing: None,
        canary: Vec::new(),
        dry_run: false,
        environment: Environment::of_process(),
    };
    let observer = Progress::new(args.quiet).observer();
    let Waited::Done(report) = interrupt::wait(ssot_engine::run(&options, observer))? else {
        let argument = cli::argument(root);
        output::message(&format!("interrupted; `ssot resume{argument}` goes on with it"));
        return Ok(Exit::Interrupted);
    };
    let ended = run::exit(&report);
    let kept = args.keep || args.directory.is_some() || ended == Exit::Interrupted;
    match args.format {
        Format::Json => output::json(&report)?,
        Format::Text if kept => {
            let place = text::Where::at(&cli::argument(root));
            output::result(&text::report(&report, &place))?;
        }
        Format::Text => {
            let said = "\nThe repository was a temporary one. `ssot demo --keep` leaves it, to be \
                        read,\nmerged (`git merge --ff-only`) or rolled back (`ssot rollback PATH --full`).\n";
            let report = text::report(&report, &text::Where::gone());
            output::result(&format!("{report}{said}"))?;
        }
    }
    let landed = report.landed().count();
    Ok(match ended {
        Exit::Interrupted => ended,
        _ => Exit::clean_if(landed > 0 && landed == report.packages.len()),
    })
}

/// Writes the history; gives the number of its commits.
fn write(repository: &NewRepository) -> anyhow::Result<usize> {
    let history: History = toml::from_str(HISTORY).context("demo/history.toml")?;
    for commit in &history.commit {
        let step = STEPS
            .get_dir(&commit.step)
            .with_context(|| format!("demo/steps/{} is missing", commit.step))?;
        for path in &commit.delete {
            repository.remove(path)?;
        }
        for (path, bytes) in files(step, &commit.step)? {
            repository.write(&path, bytes)?;
        }
        repository.commit_all(&commit.identity()?)?;
    }
    Ok(history.commit.len())
}

/// Every file of a step with its path in the repository.
fn files<'a>(folder: &'a Dir<'a>, step: &str) -> anyhow::Result<Vec<(RepoPath, &'a [u8])>> {
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().strip_prefix(step).context("a file of another step")?;
            found.push((RepoPath::new(&path.to_string_lossy())?, file.contents()));
        }
    }
    Ok(found)
}

impl Commit {
    fn identity(&self) -> anyhow::Result<NewCommit> {
        let (name, rest) = self.author.split_once(" <").context("an author without an address")?;
        Ok(NewCommit {
            name: name.to_owned(),
            email: rest.trim_end_matches('>').to_owned(),
            date: self.date.clone(),
            message: self.message.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{HISTORY, History, STEPS, files};

    #[test]
    fn every_step_is_a_commit_and_every_commit_a_step() {
        let history: History = toml::from_str(HISTORY).expect("a history");
        let mut commits: Vec<&str> = history.commit.iter().map(|it| it.step.as_str()).collect();
        let mut steps: Vec<String> =
            STEPS.dirs().map(|it| it.path().to_string_lossy().into_owned()).collect();
        commits.sort_unstable();
        steps.sort();
        assert_eq!(commits, steps);
        for commit in &history.commit {
            let step = STEPS.get_dir(&commit.step).expect("a step");
            assert!(!files(step, &commit.step).expect("plain paths").is_empty());
            commit.identity().expect("a name and an address");
        }
    }
}
