//! `ssot resume`: take up a run that was interrupted or killed.

use std::path::PathBuf;

use clap::Args;
use ssot_runtime::environment::Environment;

use crate::cli::{Format, Place};
use crate::commands::run;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::{interrupt, output};

/// Which repository's run is taken up.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    place: Place,
    /// Taken as by every command, and without effect: a run keeps the configuration that it
    /// began with
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &ResumeArgs) -> anyhow::Result<Exit> {
    if args.config.is_some() {
        output::note(args.place.quiet, "the run keeps the configuration that it began with");
    }
    let observer = Progress::new(args.place.quiet).observer();
    let work = ssot_engine::resume(&args.place.path, Environment::of_process(), observer);
    let waited = interrupt::wait(work)?;
    run::finish(waited, &args.place, args.format)
}
