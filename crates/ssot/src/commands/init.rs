//! `ssot init`: set a repository up.

use std::path::PathBuf;

use clap::Args;

use crate::cli::argument;
use crate::exit::Exit;
use crate::{output, text};

/// What is set up.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The repository, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Write ssot.toml, the baseline and the workflow anew, even if they are there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    let report = ssot_engine::init(&args.path, args.force)?;
    output::result(&text::init(&report, &argument(&args.path)))?;
    Ok(Exit::Clean)
}
