//! `ssot lsp`: what editors ask.

use std::path::{Path, PathBuf};

use clap::Args;
use ssot_engine::{EngineError, ScanOptions, Workshop};
use ssot_server::lsp::{self, LspError};

use crate::cli::Place;
use crate::exit::Exit;

const EXAMPLE: &str = "\
An editor starts it for the folder that it has open and speaks the Language Server Protocol
at standard input and output. It reads the repository, answers, and changes nothing.";

/// Where it looks when the editor does not say.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct LspArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(args: &LspArgs) -> anyhow::Result<Exit> {
    let workshop = |root: &Path| {
        let (root, config) = (root.to_owned(), args.config.clone());
        Workshop::new(ScanOptions::of(root, config))
    };
    match lsp::over_stdio(workshop, &args.place.path) {
        Ok(()) => Ok(Exit::Clean),
        Err(error @ LspError::Editor(_)) => Err(EngineError::user(error).into()),
        Err(error @ LspError::Connection(_)) => Err(EngineError::internal(error).into()),
    }
}
