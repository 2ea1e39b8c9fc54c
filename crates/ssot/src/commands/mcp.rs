//! `ssot mcp`: what coding agents ask.

use std::path::PathBuf;

use clap::Args;
use ssot_engine::{EngineError, ScanOptions, Workshop};
use ssot_model::UserId;
use ssot_runtime::environment::Environment;
use ssot_runtime::signal;
use ssot_server::mcp::{self, McpError};

use crate::cli::Place;
use crate::exit::Exit;
use crate::interrupt::{self, Waited};
use crate::output;

const EXAMPLE: &str = "\
A client starts it, for example with this entry in its list of servers:
  { \"ssot\": { \"command\": \"ssot\", \"args\": [\"mcp\"] } }

It reads the repository, answers, and changes nothing.";

/// Where it listens.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct McpArgs {
    #[command(flatten)]
    place: Place,
    /// Listen on this port of the loopback interface instead of standard input; 0 takes a
    /// free one
    #[arg(long, value_name = "PORT")]
    http: Option<u16>,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(args: &McpArgs) -> anyhow::Result<Exit> {
    let workshop = Workshop::new(ScanOptions::of(args.place.path.clone(), args.config.clone()));
    let user = user(&Environment::of_process());
    let served = interrupt::wait(async {
        match args.http {
            Some(port) => over_http(workshop, user, port, args.place.quiet).await,
            None => mcp::over_stdio(workshop, user, signal::interrupted()).await,
        }
        .map_err(engine_error)
    });
    Ok(match served? {
        Waited::Done(()) => Exit::Clean,
        Waited::Interrupted => Exit::Interrupted,
    })
}

async fn over_http(
    workshop: Workshop,
    user: UserId,
    port: u16,
    quiet: bool,
) -> Result<(), McpError> {
    let listening = mcp::listen(workshop, user, port).await?;
    output::note(quiet, &format!("listening on {}; interrupt to stop", listening.url()));
    listening.serve(signal::interrupted()).await
}

/// Whose session it is, as far as the system says.
fn user(environment: &Environment) -> UserId {
    let name = environment.get("USER").or_else(|| environment.get("LOGNAME"));
    UserId::new(name.filter(|name| !name.is_empty()).unwrap_or("local"))
}

fn engine_error(error: McpError) -> EngineError {
    match error {
        McpError::Engine(error) => error,
        McpError::Client(_) | McpError::Network(_) => EngineError::user(error),
        McpError::Broken(_) => EngineError::internal(error),
    }
}
