//! What machines ask about the server.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ssot_runtime::clock::Clock;

use super::app::App;
use super::metrics::Request as Labels;

/// The probes and the figures.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        // Nothing is served before everything is open.
        .route("/startupz", get(async || "started\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn ready(State(app): State<App>) -> Response {
    if *app.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server stops\n").into_response();
    }
    if app.store.is_writable().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be written\n").into_response()
    }
}

async fn metrics(State(app): State<App>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([("content-type", kind)], app.metrics.text()).into_response()
}

/// Counts every request by its route.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let watch = Clock::system().stopwatch();
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "none".to_owned(), |it| it.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    app.metrics.requests.get_or_create(&Labels { method, route, status }).inc();
    app.metrics.seconds.observe(watch.millis() as f64 / 1000.0);
    response
}
