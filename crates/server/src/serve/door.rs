//! Who comes in, and from where.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, ORIGIN, REFERRER_POLICY,
    RETRY_AFTER, UPGRADE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ssot_runtime::secret::{Digest, Secret};
use ssot_runtime::store::{SecretKind, User};

use super::app::App;
use super::failure::Failure;

/// Pages load nothing from elsewhere and run nothing that is not a file of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// Addresses that tell nothing and are asked by machines without a name for this one.
const PROBES: [&str; 3] = ["/livez", "/readyz", "/startupz"];

/// Somebody who has signed in.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// Who.
    pub(super) user: User,
    /// By what: it is looked at again while a stream is open.
    digest: Digest,
    kind: SecretKind,
}

impl Visitor {
    /// Whether what opened the door still does.
    pub(super) async fn is_still_welcome(&self, app: &App) -> bool {
        let holder = app.store.holder(self.digest, self.kind).await;
        holder.is_ok_and(|holder| holder.is_some_and(|it| it.user == self.user.user))
    }

    /// Whoever the headers show, when it is somebody: for the page of what went wrong.
    pub(super) async fn of(headers: &HeaderMap, app: &App) -> Option<Self> {
        Self::find(headers, app).await.ok()
    }

    /// The secret that the request was made with.
    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    async fn find(headers: &HeaderMap, app: &App) -> Result<Self, Failure> {
        let (secret, kind) = shown(headers, &app.cookie).ok_or_else(Failure::signed_out)?;
        let digest = secret.digest();
        let user = app.store.holder(digest, kind).await?.ok_or_else(Failure::signed_out)?;
        Ok(Self { user, digest, kind })
    }
}

/// What a request shows to be let in.
fn shown(headers: &HeaderMap, cookie: &str) -> Option<(Secret, SecretKind)> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        return Some((Secret::shown(token.trim()), SecretKind::Token));
    }
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|it| it.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == cookie)?;
    Some((Secret::shown(value), SecretKind::Session))
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visitor = Self::find(&parts.headers, app).await.map_err(Failure::into_response)?;
        match app.by_user.take(&visitor.user.user) {
            Ok(()) => Ok(visitor),
            Err(seconds) => Err(too_many(seconds)),
        }
    }
}

/// Somebody who may have signed in.
pub(super) struct Anybody(pub(super) Option<Visitor>);

impl FromRequestParts<App> for Anybody {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Visitor::find(&parts.headers, app).await {
            Ok(visitor) => Ok(Self(Some(visitor))),
            Err(failure) if failure.status == StatusCode::UNAUTHORIZED => Ok(Self(None)),
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// The answer to who asks too often.
pub(super) fn too_many(seconds: u64) -> Response {
    let message = format!("too many requests; the next one in {seconds} s");
    let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many", message);
    let mut response = failure.into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Lets in what names this server and, where something may change, comes from its own pages;
/// and sends nothing without the headers that protect a browser.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match admitted(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn admitted(app: &App, request: &Request) -> Result<(), Failure> {
    if PROBES.contains(&request.uri().path()) {
        return Ok(());
    }
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let is_ours = |host: &str| app.origins.iter().any(|it| it.split("://").nth(1) == Some(host));
    if !host.is_some_and(is_ours) {
        let message = "this server is not called so";
        let failure = Failure::new(StatusCode::MISDIRECTED_REQUEST, "foreign-host", message);
        return Err(failure.hinting("name further origins with --origin"));
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let changes = !is_safe || headers.contains_key(UPGRADE);
    // A browser adds a token to nothing by itself.
    if !changes || headers.contains_key(AUTHORIZATION) {
        return Ok(());
    }
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    if origin.is_some_and(|origin| app.origins.iter().any(|it| it == origin)) {
        return Ok(());
    }
    let message = "this request does not come from a page of this server";
    Err(Failure::new(StatusCode::FORBIDDEN, "foreign-origin", message))
}

/// The cookie that opens the door from now on; an empty secret takes it away.
pub(super) fn cookie(app: &App, secret: &str) -> String {
    let age = if secret.is_empty() { 0 } else { SecretKind::Session.lifetime() / 1000 };
    let secure = if app.is_secure { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}", app.cookie)
}
