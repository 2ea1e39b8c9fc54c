//! `ssot rollback`: undo one package or the whole last run.

use clap::Args;
use ssot_engine::RollbackScope;
use ssot_model::PackageId;

use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{output, text};

/// What is undone.
#[derive(Debug, Args)]
#[group(id = "scope", required = true, multiple = false, args = ["package", "full"])]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    place: Place,
    /// Undo this package, for example `p03-slugify`
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// Undo everything that the last run landed
    #[arg(long)]
    full: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &RollbackArgs) -> anyhow::Result<Exit> {
    let package = args.package.as_deref().map(PackageId::new);
    let scope = match &package {
        Some(package) => RollbackScope::Package(package.clone()),
        None => RollbackScope::Full,
    };
    let waited = interrupt::wait(ssot_engine::rollback(&args.place.path, scope))?;
    let Waited::Done(report) = waited else {
        output::message("interrupted; repeat the command, what was undone stays undone");
        return Ok(Exit::Interrupted);
    };
    match args.format {
        Format::Text => output::result(&text::rollback(&report, package.as_ref()))?,
        Format::Json => output::json(&report)?,
    }
    Ok(Exit::Clean)
}
