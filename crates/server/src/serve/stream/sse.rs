//! The same streams for clients that have no WebSocket: one stream on one request.

use std::convert::Infallible;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::app::App;
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::follower::Follower;
use super::{Source, stopped};

/// Where to go on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct After {
    /// The number of the last event that is known.
    #[serde(default)]
    pub(in super::super) after_seq: u64,
}

/// The events of a stream after a position, and those that come.
pub(in super::super) async fn events(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, stream)): Path<(String, String)>,
    after: Result<Query<After>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Query(After { after_seq }) =
        after.map_err(|_| Failure::unreadable("`after_seq` is a number"))?;
    // A browser that reconnects by itself says where it was.
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()?.parse().ok());
    let found = Source::find(&app, &visitor.user, &project, &stream).await?;
    let follower = Follower::new(app.hub.clone(), found, last.unwrap_or(after_seq)).await?;
    let heartbeat = app.heartbeat;
    let state = Some((app, visitor, follower));
    let events = stream::unfold(state, |state| async move {
        let (app, visitor, mut follower) = state?;
        let mut stopping = app.stopping.clone();
        loop {
            tokio::select! {
                delivery = follower.next() => {
                    let delivery = delivery.ok()?;
                    let event = Event::default()
                        .event(delivery.name)
                        .id(delivery.seq.to_string())
                        .data(delivery.text.as_str());
                    return Some((Ok::<_, Infallible>(event), Some((app, visitor, follower))));
                }
                () = stopped(&mut stopping) => return None,
                () = tokio::time::sleep(app.heartbeat) => {
                    if !visitor.is_still_welcome(&app).await {
                        return None;
                    }
                }
            }
        }
    });
    let kept = Sse::new(events).keep_alive(KeepAlive::new().interval(heartbeat));
    Ok(kept.into_response())
}
