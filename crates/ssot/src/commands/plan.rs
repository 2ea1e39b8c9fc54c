//! `ssot plan`: what a run would do.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;
use ssot_engine::ScanOptions;
use ssot_model::{Plan, Schedule};

use crate::cli::Place;
use crate::commands::run;
use crate::exit::{Exit, Usage};
use crate::interrupt::{self, Waited};
use crate::{output, progress, text};

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// A summary for people
    Text,
    /// The file that `ssot run --plan` reads
    Toml,
    /// For programs: the plan with its schedule
    Json,
}

/// A plan with its schedule.
#[derive(Debug, Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    schedule: &'a Schedule,
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
    /// Check and show this plan, which somebody may have edited, instead of a new one
    #[arg(long, value_name = "FILE", conflicts_with = "rewrite_imports")]
    plan: Option<PathBuf>,
    /// Workers for which times are told, where there are no teams [default: the processor's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    agents: Option<u16>,
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
    let plan = match &args.plan {
        Some(file) => ssot_engine::given_plan(&options, file)?,
        None => ssot_engine::plan(&options, args.rewrite_imports)?,
    };
    let Waited::Done(known) = interrupt::wait(ssot_engine::experience(&options.root))? else {
        return Ok(Exit::Interrupted);
    };
    let workers = run::agents(args.agents) as u32;
    let schedule = ssot_engine::forecast(&options, &plan, &known, workers)?;
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
            let (argument, file) = (args.place.argument(), args.output.as_deref());
            let file = file.or(args.plan.as_deref());
            let text = text::plan(&plan, &schedule, &argument, file, output::columns());
            output::result(&text)?;
        }
        PlanFormat::Toml => output::result(&ssot_engine::render_plan(&plan)?)?,
        PlanFormat::Json => {
            let planned = Planned { plan: &plan, schedule: &schedule };
            output::json(&planned).context("the plan cannot be printed")?;
        }
    }
    Ok(Exit::Clean)
}
