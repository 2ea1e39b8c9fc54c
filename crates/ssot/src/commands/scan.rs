//! `ssot scan`: find and rank.

use std::path::PathBuf;

use clap::Args;
use ssot_engine::{Asked, ScanOptions};

use crate::cli::{self, Place};
use crate::exit::Exit;
use crate::formats::{self, ScanFormat, Setting};
use crate::{output, progress};

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
    format: ScanFormat,
    /// Write the result to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only this rule; may be given several times
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
    /// Only findings about names that contain this
    #[arg(long, value_name = "NAME")]
    concept: Option<String>,
    /// Only findings that touch files changed since this revision, uncommitted work included
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
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
    let mut report = match &args.changed_since {
        Some(revision) => ssot_engine::scan_since(&options, revision)?,
        None => ssot_engine::scan_at_last(&options)?,
    };
    drop(waiting);
    let narrowed = args.concept.is_some() || !args.rules.is_empty() || args.changed_since.is_some();
    if let Some(concept) = &args.concept {
        report.findings.retain(|finding| finding.is_about(concept));
    }
    let trend = if narrowed { Vec::new() } else { ssot_engine::record_trend(&options, &report) };
    let (argument, prefix) = (args.place.argument(), args.place.prefix());
    let mut setting = Setting {
        argument: &argument,
        name: &args.place.name(),
        root: &args.place.path,
        prefix: &prefix,
        blob: &cli::blob(),
        all: args.all,
        narrowed,
        trend: &trend,
        audits: &[],
        check: None,
    };
    let audits = match args.format {
        ScanFormat::Html => {
            let waiting = progress::Waiting::start(args.place.quiet, "examining the groups");
            let groups = Asked::Groups(formats::audited(&report, &setting));
            let audits = ssot_engine::examine(&options, &groups, &[])?;
            drop(waiting);
            audits
        }
        _ => Vec::new(),
    };
    setting.audits = &audits;
    let told = formats::render(args.format, &report, &setting)?;
    output::deliver(args.output.as_deref(), &told, args.place.quiet)?;
    Ok(Exit::clean_if(report.violations().next().is_none()))
}
