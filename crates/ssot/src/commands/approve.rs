//! `ssot approve`: let a run go on with what it waits for.

use std::path::PathBuf;

use clap::Args;
use ssot_model::{PackageId, RunId};

use crate::cli::{self, Format};
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{output, text};

/// The word for the last run.
pub(super) const LATEST: &str = "latest";

/// What is approved, and by whom.
#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// The run, as `ssot status` names it, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
    /// Only what concerns this package [default: everything that the run waits for]
    #[arg(value_name = "PACKAGE")]
    package: Option<String>,
    /// Who approves; the log of the run records it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The repository, or a folder in it
    #[arg(long, short = 'C', value_name = "PATH", default_value = ".")]
    directory: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &ApproveArgs) -> anyhow::Result<Exit> {
    let run = Some(RunId::new(&args.run)).filter(|_| args.run != LATEST);
    let package = args.package.as_deref().map(PackageId::new);
    let approve = ssot_engine::approve(&args.directory, run.as_ref(), package.as_ref(), &args.by);
    let Waited::Done(approved) = interrupt::wait(approve)? else { return Ok(Exit::Interrupted) };
    match args.format {
        Format::Text => {
            output::result(&text::approved(&approved, &cli::argument(&args.directory)))?;
        }
        Format::Json => output::json(&approved)?,
    }
    Ok(Exit::Clean)
}
