//! A language model and where it is reached.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose way of asking a language model speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LlmProvider {
    /// Anthropic, the Messages API.
    Anthropic,
    /// `OpenAI`, and whoever offers its Chat Completions API under another `endpoint`.
    Openai,
    /// Google's Gemini API.
    Gemini,
    /// A model on a machine of one's own, behind Ollama.
    Ollama,
}

/// A language model and where it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LlmConfig {
    /// Whose way of asking it speaks.
    pub provider: LlmProvider,
    /// What the model is called there.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Where it is, when it is not where its provider usually is: `https://llm.example.org/v1/`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The name of the variable of this process that holds the key.
    #[serde(default)]
    pub key_variable: Option<String>,
    /// The file that holds the key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Most exchanges with the model for one question: each is an answer or calls of tools.
    #[serde(default = "steps")]
    #[schemars(range(min = 1, max = 200))]
    pub steps: u32,
    /// Most tokens that it may write in one exchange.
    #[serde(default = "output_tokens")]
    #[schemars(range(min = 64))]
    pub output_tokens: u32,
    /// Longest time of one exchange, in seconds.
    #[serde(default = "patience_seconds")]
    #[schemars(range(min = 1))]
    pub patience_seconds: u64,
    /// What a million tokens that it reads cost, in US cents; counted against the budget.
    #[serde(default)]
    pub input_price: u32,
    /// What a million tokens that it writes cost, in US cents.
    #[serde(default)]
    pub output_price: u32,
}

impl LlmConfig {
    /// What cannot be right, if anything.
    ///
    /// A key leaves this machine through TLS alone; `http` is for a model on this machine.
    pub fn check(&self) -> Result<(), String> {
        if self.name.trim().is_empty() {
            return Err("`name` is empty".to_owned());
        }
        if self.key_variable.is_some() && self.key_file.is_some() {
            return Err("`key-variable` and `key-file` name two keys; leave one out".to_owned());
        }
        let Some(endpoint) = &self.endpoint else { return Ok(()) };
        let is_local = |start: &str| {
            let rest = endpoint.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        };
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if endpoint.contains(['@', '?', '#']) {
            return Err("`endpoint` has a user, a question or a fragment in it".to_owned());
        }
        if !endpoint.starts_with("https://") && !local.into_iter().any(is_local) {
            return Err(
                "`endpoint` has to begin with https://, or with http://127.0.0.1".to_owned()
            );
        }
        Ok(())
    }
}

fn steps() -> u32 {
    24
}

fn output_tokens() -> u32 {
    4096
}

fn patience_seconds() -> u64 {
    120
}

#[cfg(test)]
mod tests {
    use super::{LlmConfig, LlmProvider};

    #[test]
    fn a_key_leaves_through_tls_alone() {
        let check = |endpoint: &str| {
            LlmConfig {
                provider: LlmProvider::Openai,
                name: "small".to_owned(),
                endpoint: Some(endpoint.to_owned()),
                key_variable: None,
                key_file: None,
                steps: 1,
                output_tokens: 64,
                patience_seconds: 1,
                input_price: 0,
                output_price: 0,
            }
            .check()
            .is_ok()
        };
        for endpoint in [
            "https://llm.example.org/v1/",
            "http://127.0.0.1:8080/v1/",
            "http://localhost/",
            "http://[::1]:1/",
        ] {
            assert!(check(endpoint), "{endpoint}");
        }
        for endpoint in [
            "http://llm.example.org/v1/",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            "https://user@llm.example.org/",
            "https://llm.example.org/?key=",
            "ftp://llm.example.org/",
        ] {
            assert!(!check(endpoint), "{endpoint}");
        }
    }
}
