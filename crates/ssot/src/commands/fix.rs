//! `ssot fix`: codemods of places, in the files as they are.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::ScanOptions;

use crate::exit::Exit;
use crate::{output, progress, text};

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FixFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// The differences alone, as `git apply` takes them
    Diff,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing is left to fix
  1    places stay, with the reason; in a dry run also: files would change;
       with --learn: no codemod was learned
  2    usage or configuration
  3    an internal error";

/// What is fixed.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct FixArgs {
    /// Only findings of these rules; all rules that are switched on and have a codemod
    #[arg(value_name = "RULE")]
    rules: Vec<String>,
    /// The repository, or a folder in it
    #[arg(long, short = 'C', value_name = "PATH", default_value = ".")]
    directory: PathBuf,
    /// Show every line that would change and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing; offer what was fixed by hand as a codemod for the other places: in the
    /// working tree, or in commits, `--learn=A..B`
    #[arg(long, value_name = "COMMITS", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = ["rules", "dry_run"])]
    learn: Option<String>,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: FixFormat,
    /// Say nothing but the result
    #[arg(long, short)]
    quiet: bool,
    /// Read every file anew
    #[arg(long)]
    no_cache: bool,
}

pub(crate) fn run(args: &FixArgs) -> anyhow::Result<Exit> {
    let options = ScanOptions {
        root: args.directory.clone(),
        config: args.config.clone(),
        cache: !args.no_cache,
        rules: args.rules.clone(),
    };
    if let Some(range) = &args.learn {
        return learn(args, &options, Some(range.as_str()).filter(|it| !it.is_empty()));
    }
    let waiting = progress::Waiting::start(args.quiet, "reading the repository");
    let report = ssot_engine::fix(&options, args.dry_run)?;
    drop(waiting);
    match args.format {
        FixFormat::Text => output::result(&text::fix(&report, args.dry_run))?,
        FixFormat::Json => output::json(&report)?,
        FixFormat::Diff => {
            output::result(&report.files.iter().map(text::unified).collect::<String>())?;
        }
    }
    let would_change = args.dry_run && !report.files.is_empty();
    Ok(Exit::clean_if(report.left.is_empty() && !would_change))
}

fn learn(args: &FixArgs, options: &ScanOptions, range: Option<&str>) -> anyhow::Result<Exit> {
    let waiting = progress::Waiting::start(args.quiet, "reading the repository");
    let report = ssot_engine::learn(options, range)?;
    drop(waiting);
    match args.format {
        FixFormat::Text => output::result(&text::learn(&report))?,
        FixFormat::Json => output::json(&report)?,
        FixFormat::Diff => {
            let files = report.codemods.iter().flat_map(|it| &it.files);
            output::result(&files.map(text::unified).collect::<String>())?;
        }
    }
    Ok(Exit::clean_if(!report.codemods.is_empty()))
}
