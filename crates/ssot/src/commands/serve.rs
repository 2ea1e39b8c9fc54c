//! `ssot serve`: the dashboard, for one user or a team.

use std::path::{Path, PathBuf};

use clap::Args;
use ssot_engine::EngineError;
use ssot_model::LlmConfig;
use ssot_runtime::environment::Environment;
use ssot_runtime::llm::Llm;
use ssot_runtime::secret::Secret;
use ssot_runtime::{files, signal};
use ssot_server::serve::{self, OidcSettings, ServeError, ServeOptions};

use crate::exit::{Exit, Usage};
use crate::interrupt::{self, Waited};
use crate::output;

const EXAMPLE: &str = "\
Examples:
  ssot serve                        the repository here, for you alone
  ssot serve ~/src/api ~/src/web    two of them
  ssot serve --port 8080 --origin https://ssot.example.org
                                    for a team, behind a proxy that speaks TLS

The link that is printed signs you in once, within 15 minutes. Further users, their roles and
tokens are added on the page of settings. It listens on the loopback interface alone.";

/// The largest file of settings, in bytes.
const SETTINGS_BYTES: u64 = 64 * 1024;

/// The environment variable that holds the directory in which programs keep their own.
pub(super) const STATE_HOME: &str = "XDG_STATE_HOME";

/// What is served, and where.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct ServeArgs {
    /// Repositories to serve, besides those that are known from before [default: the current
    /// folder, when nothing is known]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The port of the loopback interface; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 7768)]
    port: u16,
    /// An address under which browsers reach it through a proxy; may be given several times
    #[arg(long, value_name = "URL")]
    origin: Vec<String>,
    /// Where users, conversations and the record of deeds are kept [default: ssot in
    /// `$XDG_STATE_HOME` or `~/.local/state`]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The settings of the OpenID Connect provider that signs a team in, a TOML file
    #[arg(long, value_name = "FILE")]
    oidc: Option<PathBuf>,
    /// The language model that answers free questions in the chat, a TOML file
    #[arg(long, value_name = "FILE")]
    llm: Option<PathBuf>,
    /// Print nothing but the link
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<Exit> {
    let environment = Environment::of_process();
    let state = state(args.state.as_deref(), &environment)?;
    files::prepare_private_dir(&state)
        .map_err(|error| Usage(format!("`{}` cannot be used: {error}", state.display())))?;
    let is_first = !files::exists(&state.join("server.db"));
    let roots = match args.paths.as_slice() {
        [] if is_first => vec![PathBuf::from(".")],
        paths => paths.to_vec(),
    };
    let options = ServeOptions {
        state,
        port: args.port,
        roots,
        origins: args.origin.clone(),
        oidc: args.oidc.as_deref().map(oidc).transpose()?,
        llm: args.llm.as_deref().map(|path| llm(path, &environment)).transpose()?,
        environment,
        heartbeat: serve::HEARTBEAT,
        patience: serve::PATIENCE,
    };
    let served = interrupt::wait(async {
        let listening = serve::listen(options).await.map_err(engine_error)?;
        output::result(&format!("{}\n", listening.link())).map_err(EngineError::internal)?;
        output::note(args.quiet, "open the link to sign in; interrupt to stop");
        listening.serve(signal::interrupted()).await.map_err(engine_error)
    });
    Ok(match served? {
        Waited::Done(()) => Exit::Clean,
        Waited::Interrupted => Exit::Interrupted,
    })
}

/// The settings of a provider, with the secret that they name.
fn oidc(path: &Path) -> anyhow::Result<OidcSettings> {
    let mut settings: OidcSettings = settings(path)?;
    if let Some(file) = &settings.client_secret_file {
        let secret = files::read_text(file, SETTINGS_BYTES).map_err(|error| wrong(file, &error))?;
        settings.client_secret = Some(Secret::shown(secret.trim()));
    }
    settings.check().map_err(|error| wrong(path, &error))?;
    Ok(settings)
}

/// The language model of a file.
fn llm(path: &Path, environment: &Environment) -> anyhow::Result<Llm> {
    let config: LlmConfig = settings(path)?;
    Ok(Llm::open(&config, environment).map_err(|error| wrong(path, &error))?)
}

/// A file of settings.
fn settings<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = files::read_text(path, SETTINGS_BYTES).map_err(|error| wrong(path, &error))?;
    Ok(toml::from_str(&text).map_err(|error| wrong(path, &error))?)
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Usage {
    Usage(format!("`{}` cannot be used: {error}", path.display()))
}

/// Where the server keeps its own.
fn state(asked: Option<&Path>, environment: &Environment) -> anyhow::Result<PathBuf> {
    if let Some(asked) = asked {
        return Ok(asked.to_owned());
    }
    let absolute = |path: &Path| path.is_absolute();
    let given = environment.get_os(STATE_HOME).map(Path::new).filter(|it| absolute(it));
    let home = || environment.home().map(|home| home.join(".local/state"));
    let base = given.map(Path::to_owned).or_else(home);
    let message = "there is no home directory to keep anything in; name one with --state";
    Ok(base.ok_or_else(|| Usage(message.to_owned()))?.join("ssot"))
}

fn engine_error(error: ServeError) -> EngineError {
    match error {
        ServeError::Engine(error) => error,
        ServeError::Store(_)
        | ServeError::Network(_)
        | ServeError::Oidc(_)
        | ServeError::Origin(_) => EngineError::user(error),
    }
}
