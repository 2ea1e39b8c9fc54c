//! `ssot run`: the five stages, with live progress, ending in the report.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::{RunOptions, Teams};
use ssot_model::{BudgetLimits, LandingMode, Mode, RunId, RunOutcome, RunReport};
use ssot_runtime::environment::Environment;
use ssot_runtime::ids::parse_run_id;

use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::progress::Progress;
use crate::{output, text};

/// What is run, and how.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A plan written by `ssot plan --output`, instead of a new one
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Packages worked on at a time [default: the processor's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    agents: Option<u16>,
    /// The teams of ssot.toml that take part, by name with a comma between, or how many of them
    /// work at the same time [default: all of them]
    #[arg(long, value_name = "N|NAMES", value_parser = teams)]
    teams: Option<Teams>,
    /// The branch that landings advance [default: one of ssot's own]
    #[arg(long, value_name = "BRANCH")]
    target: Option<String>,
    /// Rewrite importers of a copy to the canonical module
    #[arg(long)]
    rewrite_imports: bool,
    /// How much has to be proved before something is changed [default: `mode` in `[run]`]
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// How what has landed is handed over [default: `mode` in `[landing]`]
    #[arg(long, value_enum)]
    landing: Option<LandingArg>,
    /// Wall time after which the run is stopped, in seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_seconds: Option<u64>,
    /// CPU time of the repository's commands after which the run is stopped, in seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_cpu_seconds: Option<u64>,
    /// Disk space of worktrees at which the run is stopped, in MiB
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_disk_mib: Option<u64>,
    /// Calls of tools by coding agents at which the run is stopped
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_steps: Option<u64>,
    /// Tokens of coding agents at which the run is stopped, in thousands
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_kilotokens: Option<u64>,
    /// Money for coding agents at which the run is stopped, in US cents
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    budget_cents: Option<u64>,
    /// Land in steps: look at the health after so many landings, and after the last
    #[arg(long, value_name = "N,M,..", value_delimiter = ',')]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    canary: Vec<u32>,
    /// The identity of the run, for a program that starts it
    #[arg(long, value_name = "ID", hide = true, value_parser = run_id)]
    run_id: Option<RunId>,
    /// Run although no test command is configured
    #[arg(long)]
    allow_untested: bool,
    /// Do everything but land
    #[arg(long)]
    dry_run: bool,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How much has to be proved before something is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// Only equal text
    Careful,
    /// What is proved to do the same
    Standard,
    /// Also what could not be proved, marked so
    Aggressive,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Careful => Self::Careful,
            ModeArg::Standard => Self::Standard,
            ModeArg::Aggressive => Self::Aggressive,
        }
    }
}

/// How what has landed is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LandingArg {
    /// The target branch alone
    Branch,
    /// Also a branch for each package, each on top of the one before
    Stack,
    /// Also a branch and the text of a pull request for each owner of CODEOWNERS
    PullRequests,
}

impl From<LandingArg> for LandingMode {
    fn from(mode: LandingArg) -> Self {
        match mode {
            LandingArg::Branch => Self::Branch,
            LandingArg::Stack => Self::Stack,
            LandingArg::PullRequests => Self::PullRequests,
        }
    }
}

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let options = RunOptions {
        root: args.place.path.clone(),
        id: args.run_id.clone(),
        config: args.config.clone(),
        agents: agents(args.agents),
        teams: args.teams.clone().unwrap_or_default(),
        target: args.target.clone(),
        rewrite_imports: args.rewrite_imports,
        mode: args.mode.map(Mode::from),
        plan: args.plan.clone(),
        allow_untested: args.allow_untested,
        budget: BudgetLimits {
            seconds: args.budget_seconds,
            cpu_seconds: args.budget_cpu_seconds,
            disk_mib: args.budget_disk_mib,
            steps: args.budget_steps,
            kilotokens: args.budget_kilotokens,
            cents: args.budget_cents,
        },
        landing: args.landing.map(LandingMode::from),
        canary: args.canary.clone(),
        dry_run: args.dry_run,
        environment: Environment::of_process(),
    };
    let observer = Progress::new(args.place.quiet).observer();
    let waited = interrupt::wait(ssot_engine::run(&options, observer))?;
    finish(waited, &args.place, args.format)
}

/// Prints the report of a run that ended, or how to go on with one that did not.
pub(crate) fn finish(
    waited: Waited<RunReport>,
    place: &Place,
    format: Format,
) -> anyhow::Result<Exit> {
    let argument = place.argument();
    let Waited::Done(report) = waited else {
        output::message(&format!(
            "interrupted; `ssot resume{argument}` takes the run up where it was"
        ));
        return Ok(Exit::Interrupted);
    };
    match format {
        Format::Text => output::result(&text::report(&report, &text::Where::at(&argument)))?,
        Format::Json => output::json(&report)?,
    }
    Ok(exit(&report))
}

/// Clean when everything that was planned landed.
pub(crate) fn exit(report: &RunReport) -> Exit {
    match report.outcome {
        // A dry run has no target and nothing that could have gone wrong.
        None if report.target.is_empty() => Exit::Clean,
        Some(RunOutcome::Cancelled) => Exit::Interrupted,
        outcome => Exit::clean_if(outcome == Some(RunOutcome::Complete)),
    }
}

/// `r-20260301-101500-3f9a`.
fn run_id(text: &str) -> Result<RunId, String> {
    parse_run_id(text).ok_or_else(|| "it is no identity of a run".to_owned())
}

/// `3`, or `billing,core`.
pub(crate) fn teams(text: &str) -> Result<Teams, String> {
    if let Ok(number) = text.parse::<u32>() {
        return match number {
            0 => Err("at least one team has to work".to_owned()),
            number => Ok(Teams::AtOnce(number)),
        };
    }
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err("a name is missing between the commas".to_owned());
    }
    Ok(Teams::Named(names))
}

/// How many packages are worked on at a time.
pub(crate) fn agents(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(cores, usize::from)
}
