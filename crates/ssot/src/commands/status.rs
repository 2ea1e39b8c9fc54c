//! `ssot status`: the last run at a glance.

use clap::Args;
use ssot_model::RunId;

use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{output, text};

const EXIT_CODES: &str = "\
Exit codes:
  0    everything has landed, or the run goes on
  1    something did not land, was stopped, or waits for an approval
  2    usage, or there has been no run
  3    an internal error";

/// Which run is looked at.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    place: Place,
    /// The run [default: the last one]
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &StatusArgs) -> anyhow::Result<Exit> {
    let id = args.run.as_deref().map(RunId::new);
    let waited = interrupt::wait(ssot_engine::status(&args.place.path, id.as_ref()))?;
    let Waited::Done(status) = waited else { return Ok(Exit::Interrupted) };
    match args.format {
        Format::Text => output::result(&text::status(&status, &args.place.argument()))?,
        Format::Json => output::json(&status)?,
    }
    Ok(Exit::clean_if(status.is_fine()))
}
