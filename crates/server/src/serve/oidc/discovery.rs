//! What a provider says about itself, asked within limits.

use std::time::Duration;

use axum::http::Method;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ssot_runtime::net::{Ask, Reach, ask};

use super::settings::OidcSettings;
use super::token::Keys;

/// The largest answer of a provider, in bytes.
const ANSWER_BYTES: usize = 256 * 1024;
/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a provider says about itself.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    pub(super) end_session_endpoint: Option<String>,
}

/// What came of a code.
#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

/// What is asked about a code.
pub(super) struct Code<'a> {
    pub(super) word: &'a str,
    pub(super) verifier: &'a str,
    pub(super) redirect: &'a str,
}

impl Code<'_> {
    fn form(&self, client: &str) -> Vec<u8> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", self.word)
            .append_pair("redirect_uri", self.redirect)
            .append_pair("code_verifier", self.verifier)
            .append_pair("client_id", client);
        form.finish().into_bytes()
    }
}

/// Asks the provider who it is; it has to be who it is said to be.
pub(super) async fn discover(settings: &OidcSettings) -> Result<Metadata, String> {
    let issuer = settings.issuer.trim_end_matches('/');
    let address = format!("{issuer}/.well-known/openid-configuration");
    let metadata: Metadata = answer(get(&address, settings.reach())).await?;
    if metadata.issuer != settings.issuer {
        return Err(format!("the provider calls itself {}", metadata.issuer));
    }
    // A browser is led there, so that it has to be as good an address as the others.
    let led = [Some(&metadata.authorization_endpoint), metadata.end_session_endpoint.as_ref()];
    for address in led.into_iter().flatten() {
        let is_good = address.starts_with("https://")
            || (settings.allow_loopback && address.starts_with("http://"));
        if !is_good {
            return Err(format!("the provider leads browsers to {address}"));
        }
    }
    Ok(metadata)
}

impl Metadata {
    /// The keys with which identities are signed now.
    pub(super) async fn keys(&self, settings: &OidcSettings) -> Result<Keys, String> {
        answer(get(&self.jwks_uri, settings.reach())).await
    }

    /// The identity that a code stands for, signed.
    pub(super) async fn redeem(
        &self,
        settings: &OidcSettings,
        code: &Code<'_>,
    ) -> Result<String, String> {
        let mut headers: Vec<(HeaderName, String)> = vec![
            (ACCEPT, "application/json".to_owned()),
            (CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()),
        ];
        if let Some(secret) = &settings.client_secret {
            // Both are encoded before they are joined, so that neither can hold the colon.
            let encoded =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(&settings.client_id), encoded(secret.reveal()));
            headers.push((AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair))));
        }
        let question = Ask {
            method: Method::POST,
            address: self.token_endpoint.clone(),
            headers,
            body: code.form(&settings.client_id),
            reach: settings.reach(),
            largest: ANSWER_BYTES,
            patience: PATIENCE,
        };
        Ok(answer::<Tokens>(question).await?.id_token)
    }
}

fn get(address: &str, reach: Reach) -> Ask {
    Ask {
        method: Method::GET,
        address: address.to_owned(),
        headers: vec![(ACCEPT, "application/json".to_owned())],
        body: Vec::new(),
        reach,
        largest: ANSWER_BYTES,
        patience: PATIENCE,
    }
}

/// An answer that is a success and JSON of this form. A redirect is no success: it would lead
/// to where nobody looked.
async fn answer<T: DeserializeOwned>(question: Ask) -> Result<T, String> {
    let address = question.address.clone();
    let answer = ask(question).await.map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("{address} answered with status {}", answer.status));
    }
    serde_json::from_slice(&answer.body).map_err(|error| format!("{address} answered {error}"))
}
