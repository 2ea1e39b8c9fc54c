//! `ssot scan`: find and rank.

use std::path::PathBuf;

use clap::Args;
use ssot_engine::ScanOptions;

use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::{output, progress, text};

/// What is scanned, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Only this rule; may be given several times
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
    /// Show every group, also those that are no violation
    #[arg(long)]
    all: bool,
    /// Read every file anew
    #[arg(long)]
    no_cache: bool,
}

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    let options = ScanOptions {
        root: args.place.path.clone(),
        config: args.config.clone(),
        cache: !args.no_cache,
        rules: args.rules.clone(),
    };
    let waiting = progress::Waiting::start(args.place.quiet, "reading the repository");
    let report = ssot_engine::scan(&options)?;
    drop(waiting);
    match args.format {
        Format::Text => output::result(&text::scan(&report, &args.place.argument(), args.all))?,
        Format::Json => output::json(&report)?,
    }
    Ok(Exit::clean_if(report.violations().next().is_none()))
}
