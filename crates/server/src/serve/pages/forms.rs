//! Forms of pages without scripts: each is the command of the API that it stands for, and
//! leads on to a page.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use ssot_pages::dashboard::NewToken;
use tower::ServiceExt;

use super::super::api;
use super::super::app::App;
use super::super::failure::Failure;
use super::Lost;
use super::server::settings_with;
use super::shell::Guest;

/// Fields that are no part of a command.
const ASIDE: [&str; 2] = ["csrf", "action"];
/// Largest answer of a command that is looked at, in bytes.
const ANSWER_BYTES: usize = 1024 * 1024;

/// What a form said.
struct Form {
    fields: Vec<(String, String)>,
    headers: HeaderMap,
}

/// A command of the API.
struct Command {
    method: Method,
    path: String,
    body: Map<String, Value>,
}

impl Form {
    fn read(headers: HeaderMap, body: &Bytes) -> Result<Self, Failure> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind.and_then(|it| it.split(';').next()) != Some("application/x-www-form-urlencoded") {
            return Err(Failure::unreadable("this page takes what its own forms send"));
        }
        let fields = form_urlencoded::parse(body).into_owned().collect();
        Ok(Self { fields, headers })
    }

    fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The fields of these names as texts; what is empty is left out.
    fn body(&self, names: &[&str]) -> Map<String, Value> {
        let is_meant = |name: &str| name == "command_id" || names.contains(&name);
        self.fields
            .iter()
            .filter(|(name, value)| {
                is_meant(name) && !ASIDE.contains(&name.as_str()) && !value.is_empty()
            })
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect()
    }

    fn command(&self, path: String, names: &[&str]) -> Command {
        Command { method: Method::POST, path, body: self.body(names) }
    }

    /// Carries a command out as if it had been sent to the API, with the headers of the form.
    async fn send(&self, app: &App, command: Command) -> Result<(Value, HeaderMap), Failure> {
        let body = Value::Object(command.body).to_string();
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = command.method;
        *request.uri_mut() = command.path.parse().map_err(|_| Failure::not_found())?;
        *request.headers_mut() = self.headers.clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        let router: Router = api::router().with_state(app.clone());
        let Ok(response) = router.oneshot(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), ANSWER_BYTES).await.unwrap_or_default();
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() { Ok((answer, headers)) } else { Err(refused(status, &answer)) }
    }

    /// The same, and on to a page.
    async fn then(self, app: &App, command: Command, to: &str) -> Result<Response, Lost> {
        let (_, headers) = self.send(app, command).await?;
        let mut response = Redirect::to(to).into_response();
        if let Some(cookie) = headers.get(SET_COOKIE) {
            response.headers_mut().insert(SET_COOKIE, cookie.clone());
        }
        Ok(response)
    }
}

/// The refusal of the API as it stands.
fn refused(status: StatusCode, answer: &Value) -> Failure {
    let told = |name: &str| answer["error"][name].as_str().unwrap_or_default().to_owned();
    let message = told("message");
    let message = if message.is_empty() { "this was not done".to_owned() } else { message };
    Failure::new(status, "refused", message).hinting(told("hint"))
}

fn project(id: &str, rest: &str) -> String {
    format!("/api/v1/projects/{}{rest}", encoded(id))
}

fn page(id: &str, rest: &str) -> String {
    format!("/p/{}{rest}", encoded(id))
}

/// A text as one part of an address.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

pub(super) async fn projects(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let command = form.command("/api/v1/projects".to_owned(), &["name", "path"]);
    form.then(&app, command, "/").await
}

pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let mut command = form.command("/api/v1/sign-in".to_owned(), &["code"]);
    command.body.remove("command_id");
    // Whoever is refused here has to learn why, and is not led here again.
    let told = |Lost(failure): Lost| {
        let status = if failure.status == StatusCode::UNAUTHORIZED {
            StatusCode::FORBIDDEN
        } else {
            failure.status
        };
        let (message, hint) = (failure.message().to_owned(), failure.hint().to_owned());
        Lost(Failure::new(status, "refused", message).hinting(hint))
    };
    form.then(&app, command, "/").await.map_err(told)
}

pub(super) async fn settings(
    State(app): State<App>,
    guest: Guest,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let (mut command, to) = match form.value("action") {
        "token" => (form.command("/api/v1/tokens".to_owned(), &["name"]), "/settings"),
        "revoke" => {
            let path = format!("/api/v1/tokens/{}", encoded(form.value("id")));
            (Command { method: Method::DELETE, ..form.command(path, &[]) }, "/settings")
        }
        "user" => (form.command("/api/v1/users".to_owned(), &["name", "role"]), "/settings"),
        "role" => {
            let path = format!("/api/v1/users/{}", encoded(form.value("id")));
            (Command { method: Method::PATCH, ..form.command(path, &["role"]) }, "/settings")
        }
        "member" => {
            let path = project(form.value("project"), "/members");
            (form.command(path, &["user", "role"]), "/settings")
        }
        "unmember" => {
            let rest = format!("/members/{}", encoded(form.value("id")));
            let path = project(form.value("project"), &rest);
            (Command { method: Method::DELETE, ..form.command(path, &[]) }, "/settings")
        }
        _ => (form.command("/api/v1/sign-out".to_owned(), &[]), "/sign-in"),
    };
    if command.path.ends_with("/sign-out") {
        command.body.clear();
    }
    if matches!(form.value("action"), "token" | "user") {
        let (made, _) = form.send(&app, command).await?;
        let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
        let made = NewToken { name: text("name"), secret: text("secret") };
        return Ok(settings_with(&app, &guest, Some(made)).await?.into_response());
    }
    form.then(&app, command, to).await
}

pub(super) async fn overview(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let command = form.command(project(&id, "/scan"), &[]);
    form.then(&app, command, &page(&id, "")).await
}

pub(super) async fn findings(
    State(app): State<App>,
    Path(address): Path<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let id = address.first().map_or("", |(_, id)| id.as_str());
    let (verb, fields): (_, &[&str]) = match form.value("action") {
        "canonical" => ("canonical", &["definition", "reason"]),
        _ => ("accept", &["reason", "owner", "expires"]),
    };
    let rest = format!("/findings/{}/{verb}", encoded(form.value("group")));
    let command = form.command(project(id, &rest), fields);
    form.then(&app, command, &page(id, "/findings")).await
}

pub(super) async fn plan(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let fields = ["mode", "landing", "target", "importers"];
    let mut command = form.command(project(&id, "/runs"), &fields);
    if let Ok(agents) = form.value("agents").parse::<u16>() {
        command.body.insert("agents".to_owned(), agents.into());
    }
    let teams: Vec<&str> = form
        .fields
        .iter()
        .filter_map(|(name, value)| (name == "teams").then_some(value.as_str()))
        .collect();
    command.body.insert("teams".to_owned(), teams.into());
    // A form sends the switches that are on.
    let on =
        |id: &str| form.fields.iter().any(|(name, _)| name.strip_prefix("enabled.") == Some(id));
    let (planned, _) = form
        .send(&app, Command { method: Method::GET, path: project(&id, "/plan"), body: Map::new() })
        .await?;
    let packages = planned["plan"]["package"].as_array().cloned().unwrap_or_default();
    let off = packages.iter().filter_map(|it| it["id"].as_str()).filter(|id| !on(id));
    command.body.insert("without".to_owned(), off.collect());
    let (started, _) = form.send(&app, command).await?;
    let run = encoded(started["run"].as_str().unwrap_or_default());
    Ok(Redirect::to(&page(&id, &format!("/runs/{run}"))).into_response())
}

pub(super) async fn run(
    State(app): State<App>,
    Path((id, run)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let (action, names): (_, &[&str]) = match form.value("action") {
        "cancel" => ("cancel", &[]),
        "pause" => ("pause", &[]),
        "continue" => ("continue", &[]),
        "resume" => ("resume", &[]),
        "approve" => ("approve", &["package"]),
        "rollback" => ("rollback", &["scope", "package"]),
        _ => return Err(Failure::unreadable("the form does not say what is to be done").into()),
    };
    let rest = format!("/runs/{}", encoded(&run));
    let command = form.command(project(&id, &format!("{rest}/{action}")), names);
    form.then(&app, command, &page(&id, &rest)).await
}

pub(super) async fn threads(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let command = form.command(project(&id, "/threads"), &["title"]);
    let (made, _) = form.send(&app, command).await?;
    let thread = encoded(made["thread"].as_str().unwrap_or_default());
    let text = form.value("text");
    if !text.is_empty() {
        let mut first =
            form.command(project(&id, &format!("/threads/{thread}/messages")), &["text"]);
        let word = format!("{}-first", form.value("command_id"));
        first.body.insert("command_id".to_owned(), word.into());
        form.send(&app, first).await?;
    }
    Ok(Redirect::to(&page(&id, &format!("/chat/{thread}"))).into_response())
}

pub(super) async fn messages(
    State(app): State<App>,
    Path((id, thread)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Lost> {
    let form = Form::read(headers, &body)?;
    let rest = encoded(&thread);
    let command = form.command(project(&id, &format!("/threads/{rest}/messages")), &["text"]);
    form.then(&app, command, &page(&id, &format!("/chat/{rest}"))).await
}
