//! `ssot run`: the five stages, with live progress, ending in the report.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::RunOptions;
use ssot_model::{Mode, RunOutcome, RunReport};

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
    /// The branch that landings advance [default: one of ssot's own]
    #[arg(long, value_name = "BRANCH")]
    target: Option<String>,
    /// Rewrite importers of a copy to the canonical module
    #[arg(long)]
    rewrite_imports: bool,
    /// How much has to be proved before something is changed [default: `mode` in `[run]`]
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
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

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let options = RunOptions {
        root: args.place.path.clone(),
        config: args.config.clone(),
        agents: agents(args.agents),
        target: args.target.clone(),
        rewrite_imports: args.rewrite_imports,
        mode: args.mode.map(Mode::from),
        plan: args.plan.clone(),
        allow_untested: args.allow_untested,
        dry_run: args.dry_run,
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

/// How many packages are worked on at a time.
pub(crate) fn agents(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(cores, usize::from)
}
