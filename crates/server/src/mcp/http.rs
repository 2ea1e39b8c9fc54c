//! The protocol over HTTP, for clients of this machine.

use std::sync::Arc;

use axum::Router;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use ssot_engine::Workshop;
use ssot_model::UserId;
use ssot_runtime::net::LocalListener;
use tokio::sync::watch;

use super::McpError;
use super::face::Face;

/// Where the protocol is spoken.
const PATH: &str = "/mcp";

/// A server that listens and answers nobody yet.
pub struct Listening {
    listener: LocalListener,
    workshop: Workshop,
    user: UserId,
}

/// Listens on a port of the loopback interface; zero takes a free one.
pub async fn listen(workshop: Workshop, user: UserId, port: u16) -> Result<Listening, McpError> {
    let listener = LocalListener::bind(port).await?;
    Ok(Listening { listener, workshop, user })
}

impl Listening {
    /// What clients are told.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.listener.address())
    }

    /// Serves until somebody says stop. Each session is a conversation of its own.
    ///
    /// Requests with a foreign `Host`, which a browser sends for a name that was bent to
    /// this machine, and with any `Origin`, which only browsers send, are refused.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) -> Result<(), McpError> {
        let first = Face::new(self.workshop.clone(), self.user.clone())?;
        first.warm_up();
        let (workshop, user) = (self.workshop, self.user);
        let new = move || Face::new(workshop.clone(), user.clone()).map_err(std::io::Error::other);
        let config = StreamableHttpServerConfig::default().enforce_origin_validation();
        let ended = config.cancellation_token.clone();
        let service =
            StreamableHttpService::new(new, Arc::new(LocalSessionManager::default()), config);
        let router = Router::new().nest_service(PATH, service);
        let stopped = async move {
            // A closed channel is a stop as well.
            let _ = stop.wait_for(|stop| *stop).await;
            ended.cancel();
        };
        axum::serve(self.listener.into_inner(), router).with_graceful_shutdown(stopped).await?;
        Ok(())
    }
}
