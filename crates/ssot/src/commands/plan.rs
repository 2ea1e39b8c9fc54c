//! `ssot plan`: what a run would do.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use ssot_engine::ScanOptions;

use crate::cli::Place;
use crate::exit::{Exit, Usage};
use crate::{output, progress, text};

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// A summary for people
    Text,
    /// The file that `ssot run --plan` reads
    Toml,
    /// For programs
    Json,
}

/// What is planned, and where the plan goes.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Rewrite importers of a copy to the canonical module
    #[arg(long)]
    rewrite_imports: bool,
    /// Write the plan to this file, to be edited and given to `ssot run --plan`
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the plan is printed
    #[arg(long, value_enum, default_value = "text")]
    format: PlanFormat,
}

pub(crate) fn run(args: &PlanArgs) -> anyhow::Result<Exit> {
    let options = ScanOptions {
        root: args.place.path.clone(),
        config: args.config.clone(),
        cache: true,
        rules: Vec::new(),
    };
    let waiting = progress::Waiting::start(args.place.quiet, "planning by dry run");
    let plan = ssot_engine::plan(&options, args.rewrite_imports)?;
    drop(waiting);
    if let Some(file) = &args.output {
        let rendered = ssot_engine::render_plan(&plan)?;
        ssot_runtime::files::write_atomic(file, rendered.as_bytes())
            .map_err(|error| Usage(format!("`{}` cannot be written: {error}", file.display())))?;
        let said = format!("plan written to {}", file.display());
        output::note(args.place.quiet, &said);
    }
    match args.format {
        PlanFormat::Text => {
            let text = text::plan(&plan, &args.place.argument(), args.output.as_deref());
            output::result(&text)?;
        }
        PlanFormat::Toml => output::result(&ssot_engine::render_plan(&plan)?)?,
        PlanFormat::Json => output::json(&plan).context("the plan cannot be printed")?,
    }
    Ok(Exit::Clean)
}
