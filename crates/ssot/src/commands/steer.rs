//! `ssot pause`, `ssot continue` and `ssot cancel`: what somebody wants of a run at work.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use ssot_engine::Wish;
use ssot_model::RunId;

use super::approve::LATEST;
use crate::cli::Format;
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::output;

/// Which run, and who wants it.
#[derive(Debug, Args)]
pub(crate) struct SteerArgs {
    /// The run, as `ssot status` names it, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
    /// Who wants it; the log of the run records it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The repository, or a folder in it
    #[arg(long, short = 'C', value_name = "PATH", default_value = ".")]
    directory: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &SteerArgs, wish: Wish) -> anyhow::Result<Exit> {
    let run = Some(RunId::new(&args.run)).filter(|_| args.run != LATEST);
    let told = ssot_engine::steer(&args.directory, run.as_ref(), wish, &args.by);
    let Waited::Done(run) = interrupt::wait(told)? else { return Ok(Exit::Interrupted) };
    match args.format {
        Format::Text => output::result(&format!("run {run} is told to {}\n", wish.as_str()))?,
        Format::Json => output::json(&json!({ "run": run, "told": wish.as_str() }))?,
    }
    Ok(Exit::Clean)
}
