//! What can go wrong, sorted by who must act.

use ssot_plan::PlanError;

/// Who must act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The person who typed the command.
    User,
    /// Whoever maintains `ssot.toml` or the plan file.
    Config,
    /// Whoever maintains ssot or the machine.
    Internal,
}

/// An error with the way out in its text.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    kind: ErrorKind,
    message: String,
}

impl EngineError {
    /// Something the user can change at once.
    pub fn user(message: impl std::fmt::Display) -> Self {
        Self { kind: ErrorKind::User, message: message.to_string() }
    }

    /// Something wrong in a configuration or plan file.
    pub fn config(message: impl std::fmt::Display) -> Self {
        Self { kind: ErrorKind::Config, message: message.to_string() }
    }

    /// Something that should not happen.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self { kind: ErrorKind::Internal, message: message.to_string() }
    }

    /// Who must act.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<PlanError> for EngineError {
    fn from(error: PlanError) -> Self {
        Self::config(error)
    }
}
