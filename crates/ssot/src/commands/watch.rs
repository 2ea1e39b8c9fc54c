//! `ssot watch`: a run as it goes on, or as it was.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use ssot_model::RunId;
use ssot_runtime::environment::Environment;
use ssot_runtime::files;
use ssot_runtime::secret::Secret;

use crate::cli::Format;
use crate::exit::{Exit, Usage};
use crate::watch::{self, Address, Lines, Source};

/// The environment variable that holds the token of a server.
pub(super) const TOKEN: &str = "SSOT_TOKEN";

/// The largest file that can be one with a token, in bytes.
const TOKEN_BYTES: u64 = 4096;

const EXIT_CODES: &str = "\
Exit codes:
  0    everything has landed, or the run goes on and nobody wants to see more
  1    something did not land, or was stopped
  2    usage, or there has been no run
  3    an internal error
  130  interrupted; the run goes on

On a terminal, `?` lists the keys. Elsewhere each event that matters is a line, until the run ends.";

/// Which run is watched, and how.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct WatchArgs {
    /// The run, as `ssot status` names it [default: the latest one]
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// The repository, or a folder in it
    #[arg(long, short = 'C', value_name = "PATH", default_value = ".")]
    directory: PathBuf,
    /// Who steers with the keys: the log of the run records it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Lines although this is a terminal
    #[arg(long)]
    plain: bool,
    /// A server of `ssot serve`, instead of this machine; a token opens it, in the environment
    /// variable `SSOT_TOKEN` or with --token-file
    #[arg(long, value_name = "URL", conflicts_with_all = ["directory", "by"])]
    server: Option<String>,
    /// The file that holds the token of the server
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// The project of the server, by name or id [default: the only one]
    #[arg(long, value_name = "PROJECT", requires = "server")]
    project: Option<String>,
    /// Say nothing about the connection
    #[arg(long, short)]
    quiet: bool,
    /// What a line is: words, or the event as the log holds it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    let run = args.run.as_deref().filter(|run| *run != super::approve::LATEST).map(RunId::new);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads of the watch cannot be started")?;
    let is_screen = args.format == Format::Text
        && !args.plain
        && std::io::stdout().is_terminal()
        && std::io::stdin().is_terminal();
    let watched = runtime.block_on(async {
        let source = match &args.server {
            Some(server) => Source::remote(address(server, args)?, run).await?,
            None => Source::local(&args.directory, run).await?,
        };
        if is_screen {
            let has_colours = crate::output::has_colours();
            return watch::show(source, has_colours, args.by.as_deref()).await;
        }
        let lines = if args.format == Format::Json { Lines::Json } else { Lines::Text };
        watch::tell(source, lines, args.quiet).await
    });
    // The thread that reads keys cannot be told to leave the terminal alone.
    runtime.shutdown_background();
    watched
}

/// Where the server is and what opens it. The token is in no argument: those are for everybody
/// to see.
fn address(server: &str, args: &WatchArgs) -> anyhow::Result<Address> {
    let token = if let Some(file) = &args.token_file {
        files::read_text(file, TOKEN_BYTES)
            .map_err(|error| Usage(format!("`{}` cannot be read: {error}", file.display())))?
    } else {
        let environment = Environment::of_process();
        let told = environment.get(TOKEN).filter(|token| !token.is_empty());
        told.map(str::to_owned).ok_or_else(|| {
            Usage(format!(
                "--server needs a token, in the environment variable {TOKEN} or with \
                 --token-file; make one on the server's page of settings"
            ))
        })?
    };
    let (server, project) = (server.to_owned(), args.project.clone());
    Ok(Address { server, token: Secret::shown(token.trim()), project })
}
