//! `ssot test`: the repository's own tests, by category, repeated, with services up.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::TestOptions;
use ssot_model::CategoryReport;

use crate::cli::Place;
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::{formats, output, text};

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people at a terminal
    Text,
    /// For programs
    Json,
    /// JUnit XML, a suite a category
    Junit,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    no test failed each time it ran; with --strict also: none is flaky
  1    tests fail, hang or test something else; with --strict also: tests are flaky
  2    usage or configuration; a service that did not come up
  3    an internal error
  130  interrupted";

/// What is tested, and how often.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    place: Place,
    /// Only this category of ssot.toml; may be given several times
    #[arg(long, value_name = "NAME")]
    category: Vec<String>,
    /// How often each category runs [default: 3, critical ones 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: Option<u32>,
    /// The revision that is tested [default: what is checked out]
    #[arg(long, value_name = "REV")]
    revision: Option<String>,
    /// Fail on flaky tests too
    #[arg(long)]
    strict: bool,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: TestFormat,
}

pub(crate) fn run(args: &TestArgs) -> anyhow::Result<Exit> {
    let options = TestOptions {
        root: args.place.path.clone(),
        config: args.config.clone(),
        categories: args.category.clone(),
        repeat: args.repeat,
        revision: args.revision.clone(),
    };
    let quiet = args.place.quiet;
    let mut progress = |category: &CategoryReport, of: u32| {
        output::note(quiet, &text::execution(category, of));
    };
    let waited = interrupt::wait(ssot_engine::test(&options, &mut progress))?;
    let Waited::Done(report) = waited else { return Ok(Exit::Interrupted) };
    match args.format {
        TestFormat::Text => output::result(&text::test(&report))?,
        TestFormat::Json => output::json(&report)?,
        TestFormat::Junit => output::result(&formats::tests(&report))?,
    }
    if report.interrupted {
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::clean_if(report.is_sound(args.strict)))
}
