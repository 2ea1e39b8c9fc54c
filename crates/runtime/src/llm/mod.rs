//! Language models: one way of asking, whoever offers them.
//!
//! A model is given tools by name and schema and never anything else: it has no files, no
//! network and no memory but the dialogue that it is in.

mod dialogue;
mod error;
mod pursuit;

use std::sync::Arc;
use std::time::Duration;

use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use ssot_model::{LlmConfig, LlmProvider};

use crate::environment::Environment;
use crate::files;
use crate::net;
use crate::secret::Secret;

pub use dialogue::{Call, Dialogue, Reply};
pub use error::LlmError;
pub use pursuit::pursue;

/// The largest file that holds a key, in bytes.
const LARGEST_KEY: u64 = 16 * 1024;
/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_secs(15);

/// A language model that can be asked. Clones share its connections.
#[derive(Clone)]
pub struct Llm {
    client: Client,
    target: ServiceTarget,
    config: Arc<LlmConfig>,
    key: Option<Secret>,
}

/// Neither the key nor what holds it.
impl std::fmt::Debug for Llm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Llm").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Llm {
    /// The model of a configuration, with the key that it names. Nothing is asked yet.
    pub fn open(config: &LlmConfig, environment: &Environment) -> Result<Self, LlmError> {
        config.check().map_err(LlmError::Configuration)?;
        let key = key(config, environment)?;
        // Redirects and proxies would lead the key to where nobody sent it.
        let asking = reqwest::Client::builder()
            .tls_backend_preconfigured(net::trust().map_err(LlmError::unusable)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(Duration::from_secs(config.patience_seconds))
            .build()
            .map_err(LlmError::unusable)?;
        let client = Client::builder().with_reqwest(asking).build().map_err(LlmError::unusable)?;
        let target = target(config, key.as_ref());
        Ok(Self { client, target, config: Arc::new(config.clone()), key })
    }

    /// How it is configured.
    pub fn config(&self) -> &LlmConfig {
        &self.config
    }
}

fn key(config: &LlmConfig, environment: &Environment) -> Result<Option<Secret>, LlmError> {
    let missing = |what: String| Err(LlmError::Configuration(what));
    let word = match (&config.key_variable, &config.key_file) {
        (Some(name), _) => match environment.get(name) {
            Some(word) => word.to_owned(),
            None => return missing(format!("the variable `{name}` with the key is not set")),
        },
        (None, Some(path)) => match files::read_text(path, LARGEST_KEY) {
            Ok(word) => word,
            Err(error) => {
                return missing(format!("the key `{}` cannot be read: {error}", path.display()));
            }
        },
        (None, None) => return Ok(None),
    };
    match word.trim() {
        "" => missing("the key is empty".to_owned()),
        word => Ok(Some(Secret::shown(word))),
    }
}

fn target(config: &LlmConfig, key: Option<&Secret>) -> ServiceTarget {
    let (adapter, usual) = match config.provider {
        LlmProvider::Anthropic => (AdapterKind::Anthropic, "https://api.anthropic.com/v1/"),
        LlmProvider::Openai => (AdapterKind::OpenAI, "https://api.openai.com/v1/"),
        LlmProvider::Gemini => {
            (AdapterKind::Gemini, "https://generativelanguage.googleapis.com/v1beta/")
        }
        LlmProvider::Ollama => (AdapterKind::Ollama, "http://localhost:11434/"),
    };
    let base = config.endpoint.as_deref().unwrap_or(usual).trim_end_matches('/');
    ServiceTarget {
        endpoint: Endpoint::from_owned(format!("{base}/")),
        // A model of one's own needs no key, and some servers want any.
        auth: AuthData::from_single(key.map_or("none", Secret::reveal)),
        model: ModelIden::new(adapter, config.name.as_str()),
    }
}
