//! `ssot resume`: take up a run that was interrupted or killed.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Format, Place};
use crate::commands::run;
use crate::exit::Exit;
use crate::interrupt;
use crate::progress::Progress;

/// Which repository's run is taken up.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &ResumeArgs) -> anyhow::Result<Exit> {
    let observer = Progress::new(args.place.quiet).observer();
    let work = ssot_engine::resume(&args.place.path, args.config.as_deref(), observer);
    let waited = interrupt::wait(work)?;
    run::finish(waited, &args.place, args.format)
}
