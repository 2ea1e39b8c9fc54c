//! What the command line looks like.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// What a run would do; changes nothing
    Plan(commands::plan::PlanArgs),
    /// Consolidate in parallel worktrees and land what passes every gate
    Run(commands::run::RunArgs),
    /// Take up a run that was interrupted or killed
    Resume(commands::resume::ResumeArgs),
    /// Undo one package or the whole last run
    Rollback(commands::rollback::RollbackArgs),
    /// The report of a run, rebuilt from its log
    Report(commands::report::ReportArgs),
    /// What a rule finds, why it costs, how it is remediated, when it stays silent
    Explain(commands::explain::ExplainArgs),
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
}

/// A path as a word of a proposed command, with the space before it.
pub(crate) fn argument(path: &std::path::Path) -> String {
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

    use super::{Cli, argument};

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
