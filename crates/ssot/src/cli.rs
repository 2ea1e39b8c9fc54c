//! What the command line looks like.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use ssot_runtime::environment::Environment;
use ssot_runtime::files;

use crate::commands;

const EXIT_CODES: &str = "\
Exit codes:
  0    clean: nothing found, or everything that was planned landed
  1    findings, or a package that did not land
  2    usage or configuration: the message says what to change
  3    an internal error
  130  interrupted; `ssot resume` takes a run up where it was

The result goes to standard output, progress and messages to standard error.
NO_COLOR is honoured.";

/// Finds every concept with more than one source of truth and consolidates it, with proof.
#[derive(Debug, Parser)]
#[command(name = "ssot", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// One verb per job.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set a repository up: configuration, baseline, hook, workflow
    Init(commands::init::InitArgs),
    /// Find and rank concepts with more than one source of truth
    Scan(commands::scan::ScanArgs),
    /// Fail on findings that the baseline does not know
    Check(commands::check::CheckArgs),
    /// Everything known about one group: comparison, consumers, canonical choice
    Audit(commands::audit::AuditArgs),
    /// Concepts, texts, imports and capabilities at a glance
    Map(commands::map::MapArgs),
    /// Change the places that rules found where a codemod can prove how
    Fix(commands::fix::FixArgs),
    /// What a run would do; changes nothing
    Plan(commands::plan::PlanArgs),
    /// The briefing of a package, for a coding agent or a person
    Brief(commands::brief::BriefArgs),
    /// Consolidate in parallel worktrees and land what passes every gate
    Run(commands::run::RunArgs),
    /// Take up a run that was interrupted or killed
    Resume(commands::resume::ResumeArgs),
    /// The last run at a glance
    Status(commands::status::StatusArgs),
    /// Let a run go on with what it waits for
    Approve(commands::approve::ApproveArgs),
    /// A run as it goes on, or as it was: swimlane, agents, gates, what waits
    Watch(commands::watch::WatchArgs),
    /// Let a run start and land nothing more until it is told to continue
    Pause(commands::steer::SteerArgs),
    /// Let a paused run go on
    Continue(commands::steer::SteerArgs),
    /// Tell a run at work to stop in good order
    Cancel(commands::steer::SteerArgs),
    /// Undo one package or the whole last run
    Rollback(commands::rollback::RollbackArgs),
    /// Run the repository's own tests by category, several times, with services up
    Test(commands::test::TestArgs),
    /// The report of a run, rebuilt from its log
    Report(commands::report::ReportArgs),
    /// Whether something exists already, by name, signature or code
    Find(commands::find::FindArgs),
    /// Serve an editor over the Language Server Protocol
    Lsp(commands::lsp::LspArgs),
    /// Serve coding agents over the Model Context Protocol
    Mcp(commands::mcp::McpArgs),
    /// Serve the dashboard: look, ask, plan, run and approve in a browser
    Serve(commands::serve::ServeArgs),
    /// What some definitions are to each other: duplicates, namesakes, layers
    Compare(commands::compare::CompareArgs),
    /// What a rule finds, why it costs, how it is remediated, when it stays silent
    Explain(commands::explain::ExplainArgs),
    /// Every setting, its value, and where the value comes from
    Config(commands::config::ConfigArgs),
    /// Show the whole pipeline on a repository written for it
    Demo(commands::demo::DemoArgs),
    /// Print the completions of a shell
    Completions(commands::completions::CompletionsArgs),
    /// Print the manual page
    Man,
    /// Give up rights and become the command of the sandbox job
    #[command(hide = true)]
    SandboxExec,
}

/// Which repository, and how much is said about it.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The repository, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Say nothing but the result
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl Place {
    /// The path as an argument of the commands that are proposed next; empty for
    /// the current folder.
    pub(crate) fn argument(&self) -> String {
        argument(&self.path)
    }

    /// What the repository is called: its folder.
    pub(crate) fn name(&self) -> String {
        files::name(&self.path).unwrap_or_else(|| self.path.display().to_string())
    }

    /// What leads from the folder where the command was typed to the repository: empty,
    /// or a path that ends in a slash. Services expect paths from there.
    pub(crate) fn prefix(&self) -> String {
        let below = files::below(Path::new("."), &self.path).unwrap_or_default();
        match below.to_str() {
            Some("") | None => String::new(),
            Some(path) => format!("{path}/"),
        }
    }
}

/// The address at which the service that runs this job shows a file of the commit,
/// ending in a slash; empty anywhere else.
pub(crate) fn blob() -> String {
    blob_of(&Environment::of_process())
}

fn blob_of(environment: &Environment) -> String {
    let get = |name| environment.get(name).filter(|value| !value.is_empty());
    let github = || {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/blob/{}/", get("GITHUB_SHA")?))
    };
    let gitlab = || Some(format!("{}/-/blob/{}/", get("CI_PROJECT_URL")?, get("CI_COMMIT_SHA")?));
    github().or_else(gitlab).unwrap_or_default()
}

/// A path as a word of a proposed command, with the space before it.
pub(crate) fn argument(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+@:".contains(letter);
    match text.as_ref() {
        "." => String::new(),
        text if text.chars().all(plain) => format!(" {text}"),
        text => format!(" '{}'", text.replace('\'', r"'\''")),
    }
}

/// Forms of a result that every program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people at a terminal
    Text,
    /// For programs
    Json,
}

/// Forms of a result that is also read in reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// For people at a terminal
    Text,
    /// For programs
    Json,
    /// For reviews and issues
    Md,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::{Cli, argument, blob_of};

    #[test]
    fn a_job_knows_where_its_files_are_shown() {
        let github = [
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_REPOSITORY", "ada/shop"),
            ("GITHUB_SHA", "c0ffee"),
        ];
        let gitlab =
            [("CI_PROJECT_URL", "https://gitlab.example/ada/shop"), ("CI_COMMIT_SHA", "c0ffee")];
        for (variables, blob) in [
            (&github[..], "https://github.example/ada/shop/blob/c0ffee/"),
            (&github[..2], ""),
            (&gitlab[..], "https://gitlab.example/ada/shop/-/blob/c0ffee/"),
            (&[], ""),
        ] {
            assert_eq!(blob_of(&variables.iter().copied().collect()), blob);
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_path_is_proposed_as_one_word() {
        for (path, word) in [
            (".", ""),
            ("/tmp/a-b", " /tmp/a-b"),
            ("my project", " 'my project'"),
            ("it's", r" 'it'\''s'"),
        ] {
            assert_eq!(argument(Path::new(path)), word);
        }
    }
}
