//! `ssot check`: the ratchet.

use std::path::PathBuf;

use clap::Args;
use ssot_engine::{Accepting, ScanOptions, Strictness};

use crate::cli::{self, Place};
use crate::exit::{Exit, Usage};
use crate::formats::{self, ScanFormat, Setting};
use crate::{output, progress};

/// What is checked, and how strictly.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
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
    /// Fail on any finding, whatever the baseline says
    #[arg(long, conflicts_with_all = ["changed_since", "accept"])]
    strict: bool,
    /// Only findings that touch files changed since this revision, uncommitted work included
    #[arg(long, value_name = "REV", conflicts_with = "accept")]
    changed_since: Option<String>,
    /// Let every finding that there is stay: write the baseline anew; needs --reason
    #[arg(long)]
    accept: bool,
    /// Why the findings that are new may stay
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
    /// Who says so
    #[arg(long, value_name = "NAME", requires = "accept")]
    by: Option<String>,
    /// Read every file anew
    #[arg(long)]
    no_cache: bool,
}

impl CheckArgs {
    fn strictness(&self) -> Strictness {
        match &self.changed_since {
            _ if self.strict => Strictness::Any,
            Some(revision) => Strictness::Since(revision.clone()),
            None => Strictness::New,
        }
    }

    /// The update that is asked for; one without a reason is a mistake.
    fn accepting(&self) -> anyhow::Result<Option<Accepting>> {
        if !self.accept {
            return Ok(None);
        }
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let Some(reason) = reason else {
            let message =
                "--accept needs a reason: ssot check --accept --reason \"why it may stay\"";
            return Err(Usage(message.to_owned()).into());
        };
        Ok(Some(Accepting { reason: reason.to_owned(), by: self.by.clone() }))
    }
}

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let accepting = args.accepting()?;
    let options = ScanOptions {
        root: args.place.path.clone(),
        config: args.config.clone(),
        cache: !args.no_cache,
        rules: Vec::new(),
    };
    let waiting = progress::Waiting::start(args.place.quiet, "reading the repository");
    let report = match &accepting {
        Some(accepting) => ssot_engine::accept(&options, accepting)?,
        None => ssot_engine::check(&options, &args.strictness())?,
    };
    drop(waiting);
    let is_whole = args.changed_since.is_none();
    let trend =
        if is_whole { ssot_engine::record_trend(&options, &report.scan) } else { Vec::new() };
    let (argument, prefix) = (args.place.argument(), args.place.prefix());
    let setting = Setting {
        argument: &argument,
        name: &args.place.name(),
        root: &args.place.path,
        prefix: &prefix,
        blob: &cli::blob(),
        all: false,
        narrowed: false,
        trend: &trend,
        audits: &[],
        check: Some(&report),
    };
    let told = formats::render_check(args.format, &report, &setting)?;
    output::deliver(args.output.as_deref(), &told, args.place.quiet)?;
    Ok(Exit::clean_if(report.written || report.new.is_empty()))
}
