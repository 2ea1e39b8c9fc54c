//! `ssot report`: a run as its log tells it.

use clap::Args;
use ssot_model::RunId;

use crate::cli::{PageFormat, Place};
use crate::commands::run;
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{markdown, output, text};

/// Which run, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    place: Place,
    /// The run [default: the last one]
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Check that the log is whole and the branch is what it says
    #[arg(long)]
    verify: bool,
    /// Print the texts of the pull requests instead
    #[arg(long, conflicts_with = "verify")]
    pull_requests: bool,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: PageFormat,
}

pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    let (root, id) = (&args.place.path, args.run.as_deref().map(RunId::new));
    if args.verify {
        let Waited::Done(line) = interrupt::wait(ssot_engine::verify(root, id.as_ref()))? else {
            return Ok(Exit::Interrupted);
        };
        output::result(&format!("{line}\n"))?;
        return Ok(Exit::Clean);
    }
    let Waited::Done(report) = interrupt::wait(ssot_engine::report(root, id.as_ref()))? else {
        return Ok(Exit::Interrupted);
    };
    if args.pull_requests {
        let owned = report.branches.iter().filter(|branch| branch.owner.is_some());
        let texts: Vec<String> =
            owned.map(|branch| ssot_engine::pull_request(&report, branch)).collect();
        output::result(&texts.join("\n"))?;
        return Ok(run::exit(&report));
    }
    let argument = args.place.argument();
    match args.format {
        PageFormat::Text => output::result(&text::report(&report, &text::Where::at(&argument)))?,
        PageFormat::Json => output::json(&report)?,
        PageFormat::Md => output::result(&markdown::report(&report, &argument))?,
    }
    Ok(run::exit(&report))
}
