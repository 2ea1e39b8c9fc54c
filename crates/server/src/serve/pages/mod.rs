//! The pages: each handler fills a view and lets `ssot_pages` draw it.

mod chat;
mod forms;
mod project;
mod runs;
mod server;
mod shell;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use ssot_pages::dashboard::{self, ErrorView, Shell};

use super::app::App;
use super::door::Visitor;
use super::failure::Failure;
use super::oidc;

/// The pages and what they load.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(server::projects).post(forms::projects))
        .route("/sign-in", get(server::sign_in).post(forms::sign_in))
        .route(oidc::BEGIN, get(oidc::begin))
        .route(oidc::BACK, get(oidc::back))
        .route(oidc::OUT, get(oidc::out))
        .route("/settings", get(server::settings).post(forms::settings))
        .route("/assets/{name}", get(asset))
        .route("/p/{project}", get(project::overview).post(forms::overview))
        .route("/p/{project}/findings", get(project::findings).post(forms::findings))
        .route("/p/{project}/concepts/{group}", get(project::concept).post(forms::findings))
        .route("/p/{project}/plan", get(project::plan).post(forms::plan))
        .route("/p/{project}/runs", get(runs::list))
        .route("/p/{project}/runs/{run}", get(runs::run).post(forms::run))
        .route("/p/{project}/chat", get(chat::threads).post(forms::threads))
        .route("/p/{project}/chat/{thread}", get(chat::thread).post(forms::messages))
}

/// A page that could not be shown, told as a page.
#[derive(Debug)]
pub(super) struct Lost(Failure);

impl<F: Into<Failure>> From<F> for Lost {
    fn from(failure: F) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for Lost {
    fn into_response(self) -> Response {
        let Self(failure) = self;
        if failure.status == StatusCode::UNAUTHORIZED {
            return axum::response::Redirect::to("/sign-in").into_response();
        }
        let view = ErrorView {
            shell: Shell::default(),
            status: failure.status.as_u16(),
            message: failure.message().to_owned(),
            hint: failure.hint().to_owned(),
        };
        let mut response = (failure.status, Html(dashboard::error(&view))).into_response();
        // Who looks at it is known to nobody here; `around` draws it again for them.
        response.extensions_mut().insert(view);
        response
    }
}

/// Draws the page of what went wrong for who looks at it: with their name and the way back.
pub(super) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let Some(mut view) = response.extensions_mut().remove::<ErrorView>() else { return response };
    if let Some(visitor) = Visitor::of(&headers, &app).await
        && let Ok(shell) = shell::plain(&app, &shell::Guest(visitor)).await
    {
        // To the letter the same for what is foreign and what is missing; signing out, the one
        // form on it, needs no word of its own.
        view.shell = Shell { unique: String::new(), ..shell };
        let status = response.status();
        return (status, Html(dashboard::error(&view))).into_response();
    }
    response
}

/// What a handler of a page gives.
type Shown = Result<Html<String>, Lost>;

/// A file of ours that a page loads. Browsers keep it and ask whether it has changed.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ssot_pages::asset(&name) else { return Failure::not_found().into_response() };
    let known = headers.get(IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let etag = HeaderValue::from_str(&asset.etag).unwrap_or(HeaderValue::from_static("\"\""));
    let kept = HeaderValue::from_static("no-cache");
    if known == Some(asset.etag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, etag), (CACHE_CONTROL, kept)]).into_response();
    }
    let kind = HeaderValue::from_static(asset.content_type);
    ([(CONTENT_TYPE, kind), (ETAG, etag), (CACHE_CONTROL, kept)], asset.bytes).into_response()
}

/// What stands behind every address that is no page and no operation.
pub(super) async fn nothing(State(app): State<App>, request: Request) -> Response {
    drop(app);
    let wants_page = request
        .headers()
        .get(axum::http::header::ACCEPT)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.contains("text/html"));
    let failure = Failure::not_found();
    if wants_page { Lost(failure).into_response() } else { failure.into_response() }
}
