//! Why a request was not done, as its sender is told.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use ssot_engine::{EngineError, ErrorKind};
use ssot_runtime::store::StoreError;

/// A request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(super) status: StatusCode,
    told: Told,
}

/// What the sender is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Told {
    /// A word for programs.
    pub(super) code: &'static str,
    /// A sentence for people.
    pub(super) message: String,
    /// What to do instead; empty when there is nothing to say.
    pub(super) hint: String,
}

/// The body of every answer that is not a success.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ErrorBody {
    error: Told,
}

impl Failure {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, told: Told { code, message: message.into(), hint: String::new() } }
    }

    pub(super) fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.told.hint = hint.into();
        self
    }

    /// It is not there, or it is somebody else's: nobody learns which.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is nothing of this kind here")
    }

    /// Nobody has signed in, or not any more.
    pub(super) fn signed_out() -> Self {
        let message = "nobody has signed in with this request";
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", message)
            .hinting("sign in, or send a token in the header `Authorization: Bearer`")
    }

    /// The role is not enough.
    pub(super) fn forbidden(needed: &str) -> Self {
        let message = format!("this needs the role `{needed}` in the project");
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// The request cannot be read.
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", message)
    }

    /// The request can be read and asks for what cannot be.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    /// Something else is in the way at the moment.
    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// The sentence.
    pub(super) fn message(&self) -> &str {
        &self.told.message
    }

    /// The word for programs.
    pub(super) fn code(&self) -> &'static str {
        self.told.code
    }

    /// What to do instead.
    pub(super) fn hint(&self) -> &str {
        &self.told.hint
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> ErrorBody {
        ErrorBody { error: self.told.clone() }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error.kind() {
            ErrorKind::User | ErrorKind::Config => Self::invalid(error.to_string()),
            ErrorKind::Internal => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self::new(status, "broken", error.to_string())
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(_) => Self::conflict("taken", error.to_string()),
            StoreError::File(_) | StoreError::Failed(_) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "store", error.to_string())
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body())).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use axum::http::StatusCode;
    use ssot_engine::EngineError;

    /// Both clients stop asking for a stream when the server says one of these.
    #[test]
    fn the_clients_know_what_will_not_change_by_asking_again() {
        let client = ssot_pages::asset("client.js").expect("the client");
        let script = String::from_utf8_lossy(client.bytes);
        let line = script.lines().find(|line| line.starts_with("const FINAL = "));
        let line = line.expect("a list of what is final");
        let failures = [
            Failure::not_found(),
            Failure::forbidden("viewer"),
            Failure::signed_out(),
            Failure::unreadable("x"),
        ];
        for failure in failures {
            assert!(line.contains(&format!("\"{}\"", failure.code())), "{line}");
        }
    }

    #[test]
    fn errors_are_sorted_by_who_must_act() {
        let of = |error: EngineError| Failure::from(error).status;
        assert_eq!(of(EngineError::user("x")), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(of(EngineError::config("x")), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(of(EngineError::internal("x")), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
