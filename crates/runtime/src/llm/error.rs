//! Why a language model has not answered.

use genai::webc;

use crate::secret::Secret;

/// Longest piece of what a provider says that is told on, in letters.
const TOLD: usize = 400;

/// Why a language model has not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// What is configured cannot be right.
    #[error("the language model is not configured right: {0}")]
    Configuration(String),
    /// It cannot be asked from here at all.
    #[error("no language model can be asked from here: {0}")]
    Unusable(String),
    /// It was not reached, or did not answer in time.
    #[error("the language model was not reached: {0}")]
    Unreachable(String),
    /// Its provider refused the question.
    #[error("the language model's provider answered {status}: {said}")]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// What it said, shortened.
        said: String,
    },
    /// What came cannot be read as an answer.
    #[error("the language model's answer cannot be read: {0}")]
    Unreadable(String),
    /// It used up its exchanges and was not done.
    #[error("the language model was not done after {0} exchanges")]
    Endless(u32),
    /// Nobody waits for the answer any more.
    #[error("nobody waits for the language model any more")]
    Alone,
}

impl LlmError {
    pub(super) fn unusable(error: impl std::fmt::Display) -> Self {
        Self::Unusable(error.to_string())
    }

    /// What went wrong, told without the key and without the question.
    pub(super) fn of(error: &genai::Error, key: Option<&Secret>) -> Self {
        let told = |text: &str| told(text, key);
        match error {
            genai::Error::WebModelCall { webc_error, .. }
            | genai::Error::WebAdapterCall { webc_error, .. } => match webc_error {
                webc::Error::ResponseFailedStatus { status, body, .. } => {
                    Self::Refused { status: status.as_u16(), said: told(body) }
                }
                webc::Error::Reqwest(error) => Self::Unreachable(told(&whole(error))),
                other => Self::Unreadable(told(&other.to_string())),
            },
            genai::Error::ChatResponseGeneration { cause, .. } => Self::Unreadable(told(cause)),
            other => Self::Unreadable(told(&other.to_string())),
        }
    }
}

/// An error with what caused it: the outermost says where it happened alone.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The beginning of a text on one line, without the key.
fn told(text: &str, key: Option<&Secret>) -> String {
    let hidden = key.map_or_else(|| text.to_owned(), |key| text.replace(key.reveal(), "[key]"));
    let line = hidden.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(TOLD).collect()
}
