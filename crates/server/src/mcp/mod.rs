//! The Model Context Protocol: what a coding agent asks before it writes.

mod face;
mod http;
mod pages;
mod prompts;

use rmcp::ServiceExt;
use rmcp::transport::stdio;
use ssot_engine::{EngineError, Workshop};
use ssot_model::UserId;
use tokio::sync::watch;

pub use http::{Listening, listen};

use face::Face;

/// Why a server ended that was not told to.
#[derive(Debug, thiserror::Error)]
pub enum McpError {
    /// The tools cannot be offered.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The other side does not speak the protocol.
    #[error("the client does not speak the Model Context Protocol: {0}")]
    Client(String),
    /// The port is taken, or the connection broke.
    #[error("{0}")]
    Network(#[from] std::io::Error),
    /// A part of the server broke.
    #[error("the server broke: {0}")]
    Broken(String),
}

/// Serves the one client at standard input and output until it goes away or somebody says
/// stop.
pub async fn over_stdio(
    workshop: Workshop,
    user: UserId,
    mut stop: watch::Receiver<bool>,
) -> Result<(), McpError> {
    let face = Face::new(workshop, user)?;
    face.warm_up();
    let running = match face.serve(stdio()).await {
        Ok(running) => running,
        // Whoever leaves without a word had nothing to ask.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(McpError::Client(error.to_string())),
    };
    let ended = running.cancellation_token();
    let broken = |error: tokio::task::JoinError| McpError::Broken(error.to_string());
    tokio::select! {
        // A closed channel is a stop as well.
        _ = stop.wait_for(|stop| *stop) => ended.cancel(),
        why = running.waiting() => drop(why.map_err(broken)?),
    }
    Ok(())
}
