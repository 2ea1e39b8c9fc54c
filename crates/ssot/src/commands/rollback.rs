//! `ssot rollback`: undo a part of the last run, or all of it.

use clap::Args;
use ssot_engine::RollbackScope;
use ssot_model::PackageId;

use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{output, text};

/// What is undone.
#[derive(Debug, Args)]
#[group(id = "scope", required = true, multiple = false, args = ["package", "component", "team", "full"])]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    place: Place,
    /// Undo this package, for example `p03-slugify`
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// Undo what concerns a directory, a file or a definition, and what builds on it
    #[arg(long, value_name = "PATH|NAME")]
    component: Option<String>,
    /// Undo what belongs to a team of ssot.toml, and what builds on it
    #[arg(long, value_name = "TEAM")]
    team: Option<String>,
    /// Undo everything that the last run landed
    #[arg(long)]
    full: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &RollbackArgs) -> anyhow::Result<Exit> {
    let (scope, what) = match (&args.package, &args.component, &args.team) {
        (Some(id), ..) => {
            (RollbackScope::Package(PackageId::new(id)), Some(format!("package {id}")))
        }
        (_, Some(name), _) => (RollbackScope::Component(name.clone()), Some(name.clone())),
        (.., Some(team)) => (RollbackScope::Team(team.clone()), Some(format!("team {team}"))),
        _ => (RollbackScope::Full, None),
    };
    let waited = interrupt::wait(ssot_engine::rollback(&args.place.path, scope))?;
    let Waited::Done(report) = waited else {
        output::message("interrupted; repeat the command, what was undone stays undone");
        return Ok(Exit::Interrupted);
    };
    match args.format {
        Format::Text => output::result(&text::rollback(&report, what.as_deref()))?,
        Format::Json => output::json(&report)?,
    }
    Ok(Exit::Clean)
}
