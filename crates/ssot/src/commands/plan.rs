//! `ssot plan`: what a run would do.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;
use ssot_engine::{PackageDiff, ScanOptions};
use ssot_model::{Mode, PackageId, Plan, Schedule};

use crate::cli::Place;
use crate::commands::run::{self, ModeArg};
use crate::exit::{Exit, Usage};
use crate::interrupt::{self, Waited};
use crate::{graph, output, progress, text};

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// A summary for people
    Text,
    /// The file that `ssot run --plan` reads
    Toml,
    /// For programs: the plan with its schedule
    Json,
    /// Mermaid for a Markdown page: the dependencies and a gantt chart
    Mermaid,
    /// Graphviz: the dependencies with their times
    Dot,
    /// A drawing of the lanes over time
    Svg,
    /// One page for a browser
    Html,
}

/// A plan with its schedule.
#[derive(Debug, Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    schedule: &'a Schedule,
}

/// What every package would change.
#[derive(Debug, Serialize)]
struct Preview<'a> {
    #[serde(flatten)]
    planned: Planned<'a>,
    diffs: Vec<PreviewOf<'a>>,
}

/// What one package would change, as `git apply` takes it.
#[derive(Debug, Serialize)]
struct PreviewOf<'a> {
    package: &'a PackageId,
    diff: String,
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
    /// How much has to be proved before something is changed [default: `mode` in `[run]`]
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// Check and show this plan, which somebody may have edited, instead of a new one
    #[arg(long, value_name = "FILE", conflicts_with = "rewrite_imports")]
    plan: Option<PathBuf>,
    /// Workers for which times are told, where there are no teams [default: the processor's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    agents: Option<u16>,
    /// Teams of ssot.toml that work at the same time [default: all of them]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    teams: Option<u32>,
    /// Show every line that would change, and what would be handed on; as text or JSON
    #[arg(long)]
    dry_run: bool,
    /// Write the plan to this file, to be edited and given to `ssot run --plan`
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the plan is printed
    #[arg(long, value_enum, default_value = "text")]
    format: PlanFormat,
}

pub(crate) fn run(args: &PlanArgs) -> anyhow::Result<Exit> {
    let options = ScanOptions::of(args.place.path.clone(), args.config.clone());
    let waiting = progress::Waiting::start(args.place.quiet, "planning by dry run");
    let plan = match &args.plan {
        Some(file) => ssot_engine::given_plan(&options, file)?,
        None => ssot_engine::plan(&options, args.rewrite_imports, args.mode.map(Mode::from))?,
    };
    let Waited::Done(known) = interrupt::wait(ssot_engine::experience(&options.root))? else {
        return Ok(Exit::Interrupted);
    };
    let workers = run::agents(args.agents) as u32;
    let schedule = ssot_engine::forecast(&options, &plan, &known, workers, args.teams)?;
    drop(waiting);
    if let Some(file) = &args.output {
        let rendered = ssot_engine::render_plan(&plan)?;
        ssot_runtime::files::write_atomic(file, rendered.as_bytes())
            .map_err(|error| Usage(format!("`{}` cannot be written: {error}", file.display())))?;
        let said = format!("plan written to {}", file.display());
        output::note(args.place.quiet, &said);
    }
    if args.dry_run {
        return preview(args, &options, &plan, &schedule);
    }
    print(args, &plan, &schedule)?;
    Ok(Exit::Clean)
}

fn print(args: &PlanArgs, plan: &Plan, schedule: &Schedule) -> anyhow::Result<()> {
    match args.format {
        PlanFormat::Text => {
            let (argument, file) = (args.place.argument(), args.output.as_deref());
            let file = file.or(args.plan.as_deref());
            output::result(&text::plan(plan, schedule, &argument, file, output::columns()))
        }
        PlanFormat::Toml => output::result(&ssot_engine::render_plan(plan)?),
        PlanFormat::Json => {
            output::json(&Planned { plan, schedule }).context("the plan cannot be printed")
        }
        PlanFormat::Mermaid => output::result(&graph::plan::mermaid(plan, schedule)),
        PlanFormat::Dot => output::result(&graph::plan::dot(plan, schedule)),
        PlanFormat::Svg => output::result(&ssot_pages::plan::svg(plan, schedule)),
        PlanFormat::Html => {
            output::result(&ssot_pages::plan::page(&args.place.name(), plan, schedule))
        }
    }
}

/// Every line that would change.
fn preview(
    args: &PlanArgs,
    options: &ScanOptions,
    plan: &Plan,
    schedule: &Schedule,
) -> anyhow::Result<Exit> {
    let is_told = matches!(args.format, PlanFormat::Text | PlanFormat::Json);
    if !is_told {
        let said = "a dry run is told with `--format text` or `json`; leave --dry-run or --format";
        return Err(Usage(said.to_owned()).into());
    }
    let diffs = ssot_engine::preview(options, plan, args.mode.map(Mode::from))?;
    if args.format == PlanFormat::Text {
        output::result(&text::preview(plan, &diffs))?;
        return Ok(Exit::Clean);
    }
    let diffs = diffs.iter().map(preview_of).collect();
    output::json(&Preview { planned: Planned { plan, schedule }, diffs })?;
    Ok(Exit::Clean)
}

fn preview_of(diff: &PackageDiff) -> PreviewOf<'_> {
    let PackageDiff { package, files } = diff;
    PreviewOf { package, diff: files.iter().map(text::unified).collect() }
}
