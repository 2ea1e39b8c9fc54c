//! Coming in and going out.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_model::UserId;
use ssot_runtime::secret::Secret;
use ssot_runtime::store::{SecretKind, User};

use super::super::app::App;
use super::super::body::{Body, CommandId};
use super::super::door::{Visitor, cookie, too_many};
use super::super::failure::Failure;
use super::Operation;

/// A one-time code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    code: String,
    /// Whatever clients send with every command; a code works once anyway.
    #[serde(default, rename = "command_id")]
    _command_id: Option<CommandId>,
}

/// Who somebody is.
#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    user: UserId,
    name: String,
    is_admin: bool,
}

impl From<&User> for Me {
    fn from(user: &User) -> Self {
        Self { user: user.user.clone(), name: user.name.clone(), is_admin: user.is_admin }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::POST,
            "/sign-in",
            ("Signs a browser in with a one-time code", "whoever has a code"),
            sign_in,
        )
        .takes::<SignIn>()
        .answers::<Me>(200),
        Operation::new(
            Method::POST,
            "/sign-out",
            ("Ends the session", "everybody who has signed in"),
            sign_out,
        )
        .answers::<Me>(200),
        Operation::new(
            Method::GET,
            "/me",
            ("Who you are", "everybody who has signed in"),
            async |visitor: Visitor| Json(Me::from(&visitor.user)),
        )
        .answers::<Me>(200),
    ]
}

async fn sign_in(State(app): State<App>, body: Result<Body<SignIn>, Failure>) -> Response {
    if let Err(seconds) = app.sign_ins.take(&()) {
        return too_many(seconds);
    }
    let done = async {
        let code = Secret::shown(body?.value.code.trim());
        let user = app.store.spend(code.digest()).await?.ok_or_else(|| {
            let message = "this code is unknown, was used, or has run out";
            Failure::new(StatusCode::UNAUTHORIZED, "bad-code", message)
                .hinting("restart the server, or ask an admin, for a new one")
        })?;
        let grant = app.store.grant(&user.user, SecretKind::Session, "browser").await?;
        app.store.note(&user.user, None, "signed-in", "").await?;
        Ok::<_, Failure>((user, grant))
    };
    match done.await {
        Ok((user, grant)) => {
            with_cookie(Json(Me::from(&user)), &cookie(&app, grant.secret.reveal()))
        }
        Err(failure) => failure.into_response(),
    }
}

async fn sign_out(State(app): State<App>, visitor: Visitor) -> Response {
    if let Err(error) = app.store.revoke(visitor.digest()).await {
        return Failure::from(error).into_response();
    }
    with_cookie(Json(Me::from(&visitor.user)), &cookie(&app, ""))
}

fn with_cookie(answer: impl IntoResponse, cookie: &str) -> Response {
    let mut response = answer.into_response();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}
