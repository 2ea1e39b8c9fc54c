//! Users and their tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ssot_model::UserId;
use ssot_runtime::store::{SecretKind, User};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::Operation;

/// Longest name or label, in letters.
const NAME_LETTERS: usize = 80;
/// Deeds that are told.
const DEEDS: u32 = 200;

/// A token to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    command_id: CommandId,
    /// What it is for.
    #[schemars(length(min = 1, max = 80))]
    name: String,
}

/// What somebody is in the server as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ServerRole {
    /// What is open is open by project.
    Member,
    /// Everything is open.
    Admin,
}

/// A secret that is told this once.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Granted {
    /// Whose it is.
    user: UserId,
    /// What it is called, so that it can be taken away.
    id: String,
    /// What it is for.
    name: String,
    /// The secret.
    secret: String,
    /// Until when it holds, in milliseconds since 1970.
    expires: i64,
}

/// A user to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    command_id: CommandId,
    #[schemars(length(min = 1, max = 80))]
    name: String,
    role: ServerRole,
}

/// What is to become of a user.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    command_id: CommandId,
    /// Whether nothing is open to the user any more.
    #[serde(default)]
    is_closed: Option<bool>,
    #[serde(default)]
    role: Option<ServerRole>,
}

/// A command without anything else to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bare {
    pub(super) command_id: CommandId,
}

pub(super) fn operations() -> Vec<Operation> {
    const ALL: &str = "everybody who has signed in";
    const ADMIN: &str = "admins of the server";
    vec![
        Operation::new(Method::GET, "/tokens", ("Your tokens", ALL), tokens)
            .answers::<Vec<Value>>(200),
        Operation::new(Method::POST, "/tokens", ("Makes a token for a program", ALL), add_token)
            .takes::<NewToken>()
            .answers::<Granted>(201),
        Operation::new(Method::DELETE, "/tokens/{token}", ("Takes a token away", ALL), drop_token)
            .answers::<Value>(200),
        Operation::new(Method::GET, "/users", ("Everybody", ADMIN), users)
            .answers::<Vec<Value>>(200),
        Operation::new(
            Method::POST,
            "/users",
            ("Adds a user, with a one-time code", ADMIN),
            add_user,
        )
        .takes::<NewUser>()
        .answers::<Granted>(201),
        Operation::new(
            Method::POST,
            "/users/{user}/code",
            ("A one-time code with which the user signs in", ADMIN),
            code,
        )
        .takes::<Bare>()
        .answers::<Granted>(201),
        Operation::new(
            Method::PATCH,
            "/users/{user}",
            ("Closes or opens everything to a user", ADMIN),
            change_user,
        )
        .takes::<UserChange>()
        .answers::<Value>(200),
        Operation::new(Method::GET, "/deeds", ("Who did what, the latest first", ADMIN), deeds)
            .answers::<Vec<Value>>(200),
    ]
}

fn admin(visitor: &Visitor) -> Result<(), Failure> {
    if visitor.user.is_admin { Ok(()) } else { Err(Failure::forbidden("admin")) }
}

/// A text that people read: not empty, not long, without control characters.
pub(super) fn plain(what: &str, text: &str, letters: usize) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > letters {
        return Err(Failure::invalid(format!("`{what}` has 1 to {letters} letters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Failure::invalid(format!("`{what}` has control characters")));
    }
    Ok(text.to_owned())
}

async fn tokens(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    Ok(Json(app.store.tokens(&visitor.user.user).await?).into_response())
}

async fn add_token(
    State(app): State<App>,
    visitor: Visitor,
    body: Body<NewToken>,
) -> Result<Response, Failure> {
    let label = plain("name", &body.value.name, NAME_LETTERS)?;
    let (work, user) = (app.clone(), visitor.user.clone());
    let done = async move { grant(&work, &user, &user.user, SecretKind::Token, &label).await };
    Ok(secret_once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn drop_token(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Json<Value>, Failure> {
    if !app.store.revoke_token(&visitor.user.user, &token).await? {
        return Err(Failure::not_found());
    }
    app.store.note(&visitor.user.user, None, "token-dropped", &token).await?;
    Ok(Json(Value::Null))
}

async fn users(State(app): State<App>, visitor: Visitor) -> Result<Json<Vec<User>>, Failure> {
    admin(&visitor)?;
    Ok(Json(app.store.users().await?))
}

async fn add_user(
    State(app): State<App>,
    visitor: Visitor,
    body: Body<NewUser>,
) -> Result<Response, Failure> {
    admin(&visitor)?;
    let name = plain("name", &body.value.name, NAME_LETTERS)?;
    let (work, by) = (app.clone(), visitor.user.clone());
    let is_admin = body.value.role == ServerRole::Admin;
    let done = async move {
        let user = work.store.add_user(&name, is_admin).await?;
        work.store.note(&by.user, None, "user-added", user.user.as_str()).await?;
        grant(&work, &by, &user.user, SecretKind::Code, "one-time code").await
    };
    Ok(secret_once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn code(
    State(app): State<App>,
    visitor: Visitor,
    Path(user): Path<String>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    admin(&visitor)?;
    let user = app.store.user(&UserId::new(user)).await?.ok_or_else(Failure::not_found)?;
    let (work, by) = (app.clone(), visitor.user.clone());
    let done =
        async move { grant(&work, &by, &user.user, SecretKind::Code, "one-time code").await };
    Ok(secret_once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn grant(
    app: &App,
    by: &User,
    user: &UserId,
    kind: SecretKind,
    label: &str,
) -> Result<Granted, Failure> {
    let granted = app.store.grant(user, kind, label).await?;
    app.store.note(&by.user, None, "secret-made", &granted.name).await?;
    let secret = granted.secret.reveal().to_owned();
    let (user, name) = (user.clone(), label.to_owned());
    Ok(Granted { user, id: granted.name, name, secret, expires: granted.expires.0 })
}

/// Like [`once`], but what is kept of the answer has no secret: it is told this once.
async fn secret_once<T>(
    app: &App,
    by: &User,
    command: (&CommandId, &Body<T>),
    work: impl Future<Output = Result<Granted, Failure>> + Send + 'static,
) -> Response {
    let (tell, told) = tokio::sync::oneshot::channel();
    let kept = async move {
        let granted = work.await?;
        let kept = Granted { secret: String::new(), ..granted.clone() };
        _ = tell.send(granted);
        Ok((StatusCode::CREATED, kept))
    };
    let response = once(app, by, command, kept).await;
    match told.await {
        Ok(granted) => (StatusCode::CREATED, Json(granted)).into_response(),
        // It was refused, or made before: then nobody is told again what it is.
        Err(_) => response,
    }
}

async fn change_user(
    State(app): State<App>,
    visitor: Visitor,
    Path(user): Path<String>,
    body: Body<UserChange>,
) -> Result<Response, Failure> {
    admin(&visitor)?;
    let user = UserId::new(user);
    let (is_closed, role) = (body.value.is_closed, body.value.role);
    let is_less = is_closed == Some(true) || role == Some(ServerRole::Member);
    if is_less && user == visitor.user.user {
        return Err(Failure::invalid("nobody closes the door to themselves"));
    }
    let (work, by) = (app.clone(), visitor.user.user.clone());
    let done = async move {
        let is_admin = role.map(|role| role == ServerRole::Admin);
        if !work.store.change_user(&user, is_admin, is_closed).await? {
            return Err(Failure::not_found());
        }
        let detail = format!("{user} {role:?} {is_closed:?}");
        work.store.note(&by, None, "user-changed", &detail).await?;
        Ok((StatusCode::OK, Value::Null))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn deeds(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    admin(&visitor)?;
    Ok(Json(app.store.deeds(DEEDS).await?).into_response())
}
