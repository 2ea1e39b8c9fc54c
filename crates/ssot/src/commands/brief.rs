//! `ssot brief`: what whoever carries out a package has to know.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use ssot_engine::ScanOptions;

use crate::cli::Place;
use crate::exit::Exit;
use crate::{output, progress};

/// Forms of a briefing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BriefFormat {
    /// Markdown, as agents are told it
    Md,
    /// For programs
    Json,
}

/// A briefing for programs.
#[derive(Debug, Serialize)]
struct Brief<'a> {
    about: &'a str,
    briefing: &'a str,
}

/// Which package.
#[derive(Debug, Args)]
pub(crate) struct BriefArgs {
    /// The id or name of a group, the dotted name of a member, or the id of a package
    #[arg(value_name = "GROUP")]
    group: String,
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "md")]
    format: BriefFormat,
}

pub(crate) fn run(args: &BriefArgs) -> anyhow::Result<Exit> {
    let options = ScanOptions::of(args.place.path.clone(), args.config.clone());
    let waiting = progress::Waiting::start(args.place.quiet, "planning by dry run");
    let briefing = ssot_engine::brief(&options, &args.group)?;
    drop(waiting);
    match args.format {
        BriefFormat::Md => output::result(&briefing)?,
        BriefFormat::Json => output::json(&Brief { about: &args.group, briefing: &briefing })?,
    }
    Ok(Exit::Clean)
}
