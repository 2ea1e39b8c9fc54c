//! `ssot serve`: the dashboard and its API.
//!
//! A handler reads the request, asks whether the user may, calls one function of the engine
//! and tells what came of it. Runs are processes of their own: the server dies and comes back
//! without them noticing, and what it shows of them is what their log says.

mod api;
mod app;
mod body;
mod connections;
mod door;
mod failure;
mod health;
mod limits;
mod metrics;
mod oidc;
mod pages;
mod project;
mod stream;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use ssot_engine::chat::Conversation;
use ssot_engine::{EngineError, repository_root};
use ssot_runtime::child::Starter;
use ssot_runtime::clock::Clock;
use ssot_runtime::environment::Environment;
use ssot_runtime::ids::Randomness;
use ssot_runtime::llm::Llm;
use ssot_runtime::net::LocalListener;
use ssot_runtime::store::{SecretKind, Store, StoreError};
use tokio::sync::watch;

pub use oidc::{OidcSettings, RoleRule};

use app::{App, Parts};
use failure::Failure;

/// What a server is asked to do.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where it keeps its own; the directory exists.
    pub state: PathBuf,
    /// The port of the loopback interface; zero takes a free one.
    pub port: u16,
    /// Repositories that are served besides those that are known.
    pub roots: Vec<PathBuf>,
    /// Further addresses under which browsers reach it, `https://ssot.example.org`, for a
    /// proxy that stands before it.
    pub origins: Vec<String>,
    /// What runs inherit.
    pub environment: Environment,
    /// Who signs a team in; none where one-time codes are enough.
    pub oidc: Option<OidcSettings>,
    /// Who answers what no intent of the chat covers; none where nobody does.
    pub llm: Option<Llm>,
    /// How often a sign of life is asked of sockets, and access is looked at again.
    pub heartbeat: Duration,
    /// How long a client may take for the head of a request, and rest between two.
    pub patience: Duration,
}

/// The patience of a server to which nobody says another.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The heartbeat of a server to which nobody says another.
pub const HEARTBEAT: Duration = Duration::from_secs(20);

/// Why a server did not begin, or ended that was not told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A repository cannot be served, or a log cannot be opened.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Its memory cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The port is taken, or the network broke.
    #[error("{0}")]
    Network(#[from] std::io::Error),
    /// The settings of the provider cannot be right.
    #[error("the settings of OpenID Connect are not right: {0}")]
    Oidc(String),
    /// An origin is not one.
    #[error("`{0}` is no origin; it looks like `https://ssot.example.org`")]
    Origin(String),
}

/// A server that listens and answers nobody yet.
pub struct Listening {
    listener: LocalListener,
    app: App,
    link: String,
    patience: Duration,
    stop: watch::Sender<bool>,
}

/// What the first user is called.
const OWNER: &str = "owner";

/// Opens the memory, takes the port, and makes a one-time link for the owner.
pub async fn listen(options: ServeOptions) -> Result<Listening, ServeError> {
    if let Some(oidc) = &options.oidc {
        oidc.check().map_err(ServeError::Oidc)?;
    }
    let origins = options.origins.iter().map(|it| origin(it)).collect::<Result<Vec<_>, _>>()?;
    let path = options.state.join("server.db");
    let store = Store::open(&path, Clock::system(), Randomness::system()).await?;
    let conversation = Conversation::open(&options.state.join("chat.db")).await?;
    let owner = match store.users().await?.into_iter().find(|it| it.is_admin && !it.is_closed) {
        Some(owner) => owner,
        None => store.add_user(OWNER, true).await?,
    };
    for root in &options.roots {
        let root = repository_root(root)?;
        let name = root.file_name().map_or("project".into(), |name| name.to_string_lossy());
        match store.add_project(&name, &root).await {
            Ok(_) | Err(StoreError::Taken(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let code = store.grant(&owner.user, SecretKind::Code, "at start").await?;
    let listener = LocalListener::bind(options.port).await?;
    let port = listener.address().port();
    let mut own = vec![format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")];
    let first = origins.first().unwrap_or(&own[0]).clone();
    let is_secure = is_secure(&origins);
    own.extend(origins);
    // The code stands after the `#`: browsers send that to nobody.
    let link = format!("{first}/sign-in#{}", code.secret.reveal());
    let (stop, stopping) = watch::channel(false);
    let starter = Starter::this_executable(options.environment)?;
    let app = App::new(Parts {
        store,
        conversation,
        starter,
        state: options.state,
        origins: own,
        is_secure,
        port,
        oidc: options.oidc,
        llm: options.llm,
        heartbeat: options.heartbeat,
        stopping,
    });
    Ok(Listening { listener, app, link, patience: options.patience, stop })
}

/// An address without a path.
fn origin(text: &str) -> Result<String, ServeError> {
    let wrong = || ServeError::Origin(text.to_owned());
    let text = text.trim_end_matches('/');
    let (scheme, host) = text.split_once("://").ok_or_else(wrong)?;
    let is_host = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']);
    if !matches!(scheme, "http" | "https") || !is_host {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

/// Whether browsers come by TLS alone. The server's own two addresses are for who sits at this
/// machine; a team comes by those that were named.
fn is_secure(named: &[String]) -> bool {
    !named.is_empty() && named.iter().all(|origin| origin.starts_with("https://"))
}

impl Listening {
    /// The link with which the owner signs in, once.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Serves until somebody says stop. Then sockets are told when to come back, and runs are
    /// asked to end in good order.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) -> Result<(), ServeError> {
        let Self { listener, app, patience, stop: told, .. } = self;
        let router = router(app.clone());
        let leaving = app.clone();
        let stopped = async move {
            // A closed channel is a stop as well.
            _ = stop.wait_for(|stop| *stop).await;
            told.send_replace(true);
            leaving.wind_up().await;
        };
        connections::serve(listener, router, patience, stopped).await;
        Ok(())
    }
}

/// Everything that is served.
fn router(app: App) -> Router {
    Router::new()
        .merge(api::router())
        .merge(pages::router())
        .merge(health::router())
        .fallback(pages::nothing)
        .method_not_allowed_fallback(async || {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            Failure::new(status, "method", "this address does not do that")
        })
        .layer(from_fn_with_state(app.clone(), pages::around))
        .layer(DefaultBodyLimit::max(body::BODY_BYTES))
        .layer(from_fn_with_state(app.clone(), health::count))
        .layer(from_fn_with_state(app.clone(), door::guard))
        .with_state(app)
}
