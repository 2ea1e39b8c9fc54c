//! What a request asks for, and doing it once.

use std::borrow::Cow;

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ssot_runtime::store::{Claim, CommandKey, User};

use super::app::App;
use super::failure::Failure;

/// Largest body, in bytes.
pub(super) const BODY_BYTES: usize = 64 * 1024;
/// Letters of a client's word for a command.
const COMMAND_LETTERS: std::ops::RangeInclusive<usize> = 8..=64;

/// The body of a request: JSON that says all and only what is known.
pub(super) struct Body<T> {
    /// What it says.
    pub(super) value: T,
    bytes: Bytes,
    address: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request<HttpBody>, app: &App) -> Result<Self, Failure> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        // A form of another page can send every kind but this one.
        if kind != Some("application/json") {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Failure::new(status, "not-json", "the body has to be application/json"));
        }
        let address = format!("{} {}", request.method(), request.uri().path());
        let bytes = Bytes::from_request(request, app).await.map_err(|_| {
            let message = format!("the body is larger than {BODY_BYTES} bytes");
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
        })?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("the body cannot be read: {error}");
            if error.is_data() { Failure::invalid(message) } else { Failure::unreadable(message) }
        })?;
        Ok(Self { value, bytes, address })
    }
}

/// A client's word for a command, unique for its user for ever: a command that is sent again
/// with its word is not carried out again.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct CommandId(String);

/// Written out: a schema derived from the conversion is that of any text.
impl JsonSchema for CommandId {
    fn schema_name() -> Cow<'static, str> {
        "CommandId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A client's word for a command, unique for its user for ever: a command \
                            that is sent again with its word is not carried out again.",
            "type": "string",
            "minLength": COMMAND_LETTERS.start(),
            "maxLength": COMMAND_LETTERS.end(),
            "pattern": "^[A-Za-z0-9_-]+$",
        })
    }
}

impl TryFrom<String> for CommandId {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if COMMAND_LETTERS.contains(&word.len()) && word.bytes().all(is_plain) {
            Ok(Self(word))
        } else {
            Err("`command_id` has 8 to 64 letters, digits, `-` or `_`")
        }
    }
}

impl CommandId {
    /// The word.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Carries a command out unless it has been, and answers as the first time.
///
/// The work goes on when the client goes away: what is begun has an outcome that the same
/// word brings back.
pub(super) async fn once<T, A>(
    app: &App,
    user: &User,
    (command, body): (&CommandId, &Body<T>),
    work: impl Future<Output = Result<(StatusCode, A), Failure>> + Send + 'static,
) -> Response
where
    A: Serialize + Send + 'static,
{
    let key = CommandKey::new(&user.user, command.as_str(), &body.address, &body.bytes);
    let told = |code, message| Failure::conflict(code, message).into_response();
    match app.store.claim(&key).await {
        Err(error) => Failure::from(error).into_response(),
        Ok(Claim::Another) => {
            told("command-id-used", "this `command_id` was used for another command")
        }
        Ok(Claim::Unfinished) => {
            told("unfinished", "this command was begun and has not been answered yet")
        }
        Ok(Claim::Done { status, answer }) => answered(status, answer),
        Ok(Claim::New) => {
            let app = app.clone();
            let done = tokio::spawn(async move {
                let (status, answer) = match work.await {
                    Ok((status, answer)) => (status, serde_json::to_string(&answer)),
                    Err(failure) => (failure.status, serde_json::to_string(&failure.body())),
                };
                let answer = answer.unwrap_or_else(|_| "null".to_owned());
                app.store.conclude(&key, status.as_u16(), &answer).await?;
                Ok::<_, Failure>((status.as_u16(), answer))
            });
            match done.await {
                Ok(Ok((status, answer))) => answered(status, answer),
                Ok(Err(failure)) => failure.into_response(),
                Err(error) => {
                    let status = StatusCode::INTERNAL_SERVER_ERROR;
                    Failure::new(status, "broken", error.to_string()).into_response()
                }
            }
        }
    }
}

fn answered(status: u16, answer: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json")], answer).into_response()
}

#[cfg(test)]
mod tests {
    use super::CommandId;

    #[test]
    fn words_for_commands_are_plain() {
        for (word, fine) in [
            ("3f9a77c2-0000-4000-8000-000000000000", true),
            ("short", false),
            ("with space here", false),
            ("line\nbreak-line", false),
            ("ünïcödé-word", false),
        ] {
            assert_eq!(CommandId::try_from(word.to_owned()).is_ok(), fine, "{word}");
        }
        assert!(CommandId::try_from("x".repeat(65)).is_err());
    }
}
