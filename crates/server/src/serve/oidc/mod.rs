//! Signing in with OpenID Connect: the authorisation code with PKCE, state and nonce.
//!
//! What begins a sign-in is kept as digests and is taken once, by the browser that began it.
//! Every address is asked within the limits of `ssot_runtime::net`.

mod discovery;
mod settings;
mod token;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use ssot_pages::dashboard::{self, SignInView};
use ssot_runtime::secret::Secret;
use ssot_runtime::store::{Attempt, SecretKind, User};

pub use settings::{OidcSettings, RoleRule};

use super::app::App;
use super::door::{cookie, too_many};
use super::failure::Failure;
use discovery::Code;
use settings::Rights;
use token::{Expected, Identity};

/// Where the sign-in begins, where it comes back to, and where it is ended.
pub(super) const BEGIN: &str = "/sign-in/provider";
pub(super) const BACK: &str = "/sign-in/back";
pub(super) const OUT: &str = "/sign-in/provider-out";
/// Longest name that is taken over, in letters.
const NAME_LETTERS: usize = 80;

/// What the page of the sign-in says of the provider: its name, and where it begins.
pub(super) fn offered(app: &App) -> Option<(String, String)> {
    app.oidc.as_ref().map(|settings| (settings.label(), BEGIN.to_owned()))
}

/// The page of the sign-in, with why it did not work.
fn refused(app: &App, status: StatusCode, why: &str) -> Response {
    let view = SignInView {
        error: why.to_owned(),
        provider: offered(app),
        provider_out: app.oidc.as_ref().map(|_| OUT.to_owned()),
        ..SignInView::default()
    };
    (status, Html(dashboard::sign_in(&view))).into_response()
}

/// What a browser has to say besides to come back: who did not begin a sign-in does not end it.
fn binding(app: &App, secret: &str, age: u32) -> String {
    let secure = if app.is_secure { "; Secure" } else { "" };
    let name = &app.cookie;
    format!("{name}_begun={secret}; Path=/sign-in; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

fn shown_binding(app: &App, headers: &HeaderMap) -> Option<Secret> {
    let name = format!("{}_begun", app.cookie);
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| Secret::shown(value))
}

/// The address of this server that the browser knows, of those that are its own.
fn origin<'a>(app: &'a App, headers: &HeaderMap) -> Option<&'a str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    app.origins.iter().find(|it| it.split("://").nth(1) == Some(host)).map(String::as_str)
}

fn led_to(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(place) => (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// An address with parameters behind those that it has.
fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{}", query.finish())
}

/// Leads a browser to the provider.
pub(super) async fn begin(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(settings) = app.oidc.clone() else { return Failure::not_found().into_response() };
    if let Err(seconds) = app.sign_ins.take(&()) {
        return too_many(seconds);
    }
    let Some(origin) = origin(&app, &headers) else { return Failure::not_found().into_response() };
    let metadata = match discovery::discover(&settings).await {
        Ok(metadata) => metadata,
        Err(why) => {
            let why = format!("{} cannot be asked: {why}", settings.label());
            return refused(&app, StatusCode::BAD_GATEWAY, &why);
        }
    };
    let minted = ["state", "browser", "nonce", "verifier"].map(Secret::mint);
    let [Ok(state), Ok(browser), Ok(nonce), Ok(verifier)] = minted else {
        let why = "there is no randomness for a sign-in";
        return refused(&app, StatusCode::SERVICE_UNAVAILABLE, why);
    };
    let attempt =
        Attempt { nonce: nonce.reveal().to_owned(), verifier: verifier.reveal().to_owned() };
    if let Err(error) = app.store.begin_sign_in(state.digest(), browser.digest(), &attempt).await {
        return Failure::from(error).into_response();
    }
    let challenge = ring::digest::digest(&ring::digest::SHA256, verifier.reveal().as_bytes());
    let scope = format!("openid {}", settings.scopes.join(" "));
    let address = with_parameters(
        &metadata.authorization_endpoint,
        &[
            ("response_type", "code"),
            ("client_id", &settings.client_id),
            ("redirect_uri", &format!("{origin}{BACK}")),
            ("scope", scope.trim_end()),
            ("state", state.reveal()),
            ("nonce", nonce.reveal()),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ],
    );
    with_cookie(led_to(&address), &binding(&app, browser.reveal(), 600))
}

/// What a provider leads a browser back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    code: String,
    state: String,
    error: String,
    iss: Option<String>,
}

/// Takes a browser in that the provider has led back.
pub(super) async fn back(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let Some(settings) = app.oidc.clone() else { return Failure::not_found().into_response() };
    if let Err(seconds) = app.sign_ins.take(&()) {
        return too_many(seconds);
    }
    let Query(answer) = answer.unwrap_or_default();
    let done = finish(&app, &settings, &headers, &answer).await;
    let response = match done {
        Ok(secret) => with_cookie(welcome(), &cookie(&app, secret.reveal())),
        Err((status, why)) => refused(&app, status, &why),
    };
    with_cookie(response, &binding(&app, "", 0))
}

/// A page of ours that leads on: a session is not shown to an address to which another server
/// has led.
fn welcome() -> Response {
    const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
        <meta http-equiv=\"refresh\" content=\"0;url=/\"><title>Signed in</title>\
        <p>You are signed in: <a href=\"/\">go on</a>.</p></html>";
    Html(PAGE).into_response()
}

type Refusal = (StatusCode, String);

fn no(why: impl Into<String>) -> Refusal {
    (StatusCode::FORBIDDEN, why.into())
}

/// The session of whom the answer is about.
async fn finish(
    app: &App,
    settings: &OidcSettings,
    headers: &HeaderMap,
    answer: &Answer,
) -> Result<Secret, Refusal> {
    let broken = |error: ssot_runtime::store::StoreError| {
        (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    };
    let unknown = || no("this sign-in was not begun here, is over, or was used; begin it again");
    let browser = shown_binding(app, headers).ok_or_else(unknown)?;
    let state = Secret::shown(&answer.state);
    let attempt = app.store.take_sign_in(state.digest(), browser.digest()).await.map_err(broken)?;
    let attempt = attempt.ok_or_else(unknown)?;
    if !answer.error.is_empty() {
        return Err(no(format!("{} says: {}", settings.label(), answer.error)));
    }
    if answer.iss.as_ref().is_some_and(|iss| *iss != settings.issuer) {
        return Err(no("somebody else than the provider has answered"));
    }
    let origin = origin(app, headers).ok_or_else(unknown)?;
    let identity = asked(app, settings, &attempt, (&answer.code, origin)).await?;
    let values = &identity.values;
    let rights = settings::rights(&settings.role, values).ok_or_else(|| {
        let claim = &settings.claim;
        no(format!("nothing is open to you here: `{claim}` holds no value that opens anything"))
    })?;
    let user = admitted(app, settings, &identity, &rights).await.map_err(broken)?;
    if user.is_closed {
        return Err(no("nothing is open to you here any more"));
    }
    let grant = app.store.grant(&user.user, SecretKind::Session, "browser").await;
    app.store.note(&user.user, None, "signed-in", &settings.label()).await.map_err(broken)?;
    Ok(grant.map_err(broken)?.secret)
}

/// Who the code stands for, as the provider has signed it.
async fn asked(
    app: &App,
    settings: &OidcSettings,
    attempt: &Attempt,
    (code, origin): (&str, &str),
) -> Result<Identity, Refusal> {
    let failed = |why: String| {
        (StatusCode::BAD_GATEWAY, format!("{} cannot be asked: {why}", settings.label()))
    };
    let metadata = discovery::discover(settings).await.map_err(failed)?;
    let redirect = format!("{origin}{BACK}");
    let code = Code { word: code, verifier: &attempt.verifier, redirect: &redirect };
    let token = metadata.redeem(settings, &code).await.map_err(failed)?;
    let keys = metadata.keys(settings).await.map_err(failed)?;
    let expected = Expected {
        issuer: &settings.issuer,
        client: &settings.client_id,
        nonce: &attempt.nonce,
        claim: &settings.claim,
        now: app.clock.now().0 / 1000,
    };
    token::identity(&token, &keys, &expected)
        .map_err(|why| no(format!("what {} says cannot be taken: {why}", settings.label())))
}

/// The user of an identity, with the rights that it has now. What the settings say nothing
/// about stays as somebody here has set it.
async fn admitted(
    app: &App,
    settings: &OidcSettings,
    identity: &Identity,
    rights: &Rights,
) -> Result<User, ssot_runtime::store::StoreError> {
    let name: String =
        identity.name.chars().filter(|it| !it.is_control()).take(NAME_LETTERS).collect();
    let known = format!("{}\n{}", settings.issuer, identity.subject);
    let user = app.store.user_of_identity(&known, name.trim(), rights.is_admin).await?;
    for project in app.store.projects().await? {
        let rule = rights
            .projects
            .iter()
            .find(|(of, _)| *of == project.name || of == project.project.as_str());
        match rule {
            Some((_, Some(role))) => {
                app.store.set_member(&project.project, &user.user, *role).await?;
            }
            Some((_, None)) => {
                app.store.remove_member(&project.project, &user.user).await?;
            }
            None => {}
        }
    }
    Ok(user)
}

/// Leads a browser to where the provider ends its own session, when it says where.
pub(super) async fn out(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(settings) = app.oidc.clone() else { return Failure::not_found().into_response() };
    if let Err(seconds) = app.sign_ins.take(&()) {
        return too_many(seconds);
    }
    let metadata = discovery::discover(&settings).await;
    let end = metadata.ok().and_then(|it| it.end_session_endpoint);
    let (Some(end), Some(origin)) = (end, origin(&app, &headers)) else {
        let why = format!("{} does not say where its own session is ended", settings.label());
        return refused(&app, StatusCode::NOT_FOUND, &why);
    };
    let after = format!("{origin}/sign-in");
    let parameters =
        [("client_id", settings.client_id.as_str()), ("post_logout_redirect_uri", after.as_str())];
    led_to(&with_parameters(&end, &parameters))
}
