//! A provider of OpenID Connect with keys of its own, which makes the mistake that it is told
//! to make.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use ssot_runtime::clock::Clock;
use ssot_runtime::net::LocalListener;
use ssot_runtime::secret::Secret;
use ssot_runtime::store::Role;

use super::super::{OidcSettings, RoleRule};

/// What the provider does otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    Nothing,
    /// In the token.
    Issuer,
    Audience,
    SharedAudience,
    AuthorisedParty,
    Nonce,
    NoNonce,
    NoSubject,
    Expired,
    ExpiryAsText,
    Old,
    NotYet,
    /// In how it is signed.
    AlgorithmNone,
    AlgorithmOfThePublicKey,
    AnotherKey,
    AnotherName,
    ChangedAfterwards,
    CriticalHeader,
    /// In what it says about itself.
    AnotherIssuer,
    HugeMetadata,
    MetadataElsewhere,
    KeysInTheCloud,
    TokenElsewhere,
    LeadsToScript,
}

/// What a code stands for.
struct Begun {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Shared {
    address: String,
    mistake: Mutex<Mistake>,
    /// The claim `groups`.
    groups: Mutex<Value>,
    begun: Mutex<HashMap<String, Begun>>,
    /// Requests that came to where nobody may be led.
    led_astray: Mutex<u32>,
    key: EcdsaKeyPair,
    other: EcdsaKeyPair,
}

/// A provider at work.
#[derive(Clone)]
pub(super) struct Provider(Arc<Shared>);

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key")
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = LocalListener::bind(0).await.expect("a port");
        let address = listener.address().to_string();
        let provider = Self(Arc::new(Shared {
            address,
            mistake: Mutex::new(Mistake::Nothing),
            groups: Mutex::new(json!(["staff", "shop"])),
            begun: Mutex::new(HashMap::new()),
            led_astray: Mutex::new(0),
            key: key(),
            other: key(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .route("/astray", get(astray).post(astray))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener.into_inner(), router).await });
        provider
    }

    pub(super) fn address(&self) -> &str {
        &self.0.address
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.0.address)
    }

    pub(super) fn makes(&self, mistake: Mistake) {
        *self.0.mistake.lock().expect("a lock") = mistake;
    }

    pub(super) fn says(&self, groups: Value) {
        *self.0.groups.lock().expect("a lock") = groups;
    }

    pub(super) fn led_astray(&self) -> u32 {
        *self.0.led_astray.lock().expect("a lock")
    }

    fn mistake(&self) -> Mistake {
        *self.0.mistake.lock().expect("a lock")
    }

    /// The settings of a server that trusts it.
    pub(super) fn settings(&self) -> OidcSettings {
        let rule = |value: &str, project: Option<&str>, role| RoleRule {
            value: value.to_owned(),
            project: project.map(str::to_owned),
            role,
        };
        OidcSettings {
            name: Some("The Team".to_owned()),
            issuer: self.issuer(),
            client_id: "ssot".to_owned(),
            client_secret: Some(Secret::shown("a secret: of two")),
            client_secret_file: None,
            scopes: vec!["profile".to_owned()],
            claim: "groups".to_owned(),
            role: vec![
                rule("staff", None, Role::Viewer),
                rule("root", None, Role::Admin),
                rule("shop", Some("shop"), Role::Operator),
            ],
            allow_private_addresses: false,
            allow_loopback: true,
        }
    }

    fn signed(&self, claims: &Value) -> String {
        let mistake = self.mistake();
        let mut header = json!({ "alg": "ES256", "kid": "first", "typ": "JWT" });
        match mistake {
            Mistake::AlgorithmNone => header["alg"] = json!("none"),
            Mistake::AlgorithmOfThePublicKey => header["alg"] = json!("HS256"),
            Mistake::AnotherName => header["kid"] = json!("third"),
            Mistake::CriticalHeader => header["crit"] = json!(["b64"]),
            _ => {}
        }
        let text = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let public = self.0.key.public_key().as_ref();
        let signature = match mistake {
            Mistake::AlgorithmNone => Vec::new(),
            Mistake::AlgorithmOfThePublicKey => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public);
                ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let it = &self.0;
                let key = if mistake == Mistake::AnotherKey { &it.other } else { &it.key };
                let signature = key.sign(&SystemRandom::new(), text.as_bytes());
                signature.expect("signed").as_ref().to_vec()
            }
        };
        if mistake == Mistake::ChangedAfterwards {
            let mut claims = claims.clone();
            claims["groups"] = json!(["root"]);
            let head = encoded(header.to_string());
            return format!("{head}.{}.{}", encoded(claims.to_string()), encoded(signature));
        }
        format!("{text}.{}", encoded(signature))
    }

    fn claims(&self, nonce: &str) -> Value {
        let now = Clock::system().now().0 / 1000;
        let mut claims = json!({
            "iss": self.issuer(), "sub": "ada-1815", "aud": "ssot", "exp": now + 300, "iat": now,
            "nonce": nonce, "name": "Ada Lovelace",
            "groups": *self.0.groups.lock().expect("a lock"),
        });
        let (name, value) = match self.mistake() {
            Mistake::Issuer => ("iss", json!("https://id.example.org")),
            Mistake::Audience => ("aud", json!("another")),
            Mistake::SharedAudience => ("aud", json!(["ssot", "another"])),
            Mistake::AuthorisedParty => ("azp", json!("another")),
            Mistake::Nonce => ("nonce", json!("nonce_of_somebody")),
            Mistake::NoNonce => ("nonce", Value::Null),
            Mistake::NoSubject => ("sub", json!("")),
            Mistake::Expired => ("exp", json!(now - 61)),
            Mistake::ExpiryAsText => ("exp", json!("4102444800")),
            Mistake::Old => ("iat", json!(now - 3600)),
            Mistake::NotYet => ("nbf", json!(now + 3600)),
            _ => return claims,
        };
        claims[name] = value;
        claims
    }
}

async fn metadata(State(provider): State<Provider>) -> Response {
    let issuer = provider.issuer();
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/out?from=here"),
    });
    match provider.mistake() {
        Mistake::AnotherIssuer => metadata["issuer"] = json!("https://id.example.org"),
        Mistake::HugeMetadata => metadata["more"] = json!("x".repeat(1024 * 1024)),
        Mistake::MetadataElsewhere => {
            return Redirect::temporary(&format!("{issuer}/astray")).into_response();
        }
        Mistake::KeysInTheCloud => {
            metadata["jwks_uri"] = json!("https://169.254.169.254/latest/meta-data/");
        }
        Mistake::LeadsToScript => {
            metadata["authorization_endpoint"] = json!("javascript:alert(1)");
        }
        _ => {}
    }
    Json(metadata).into_response()
}

async fn authorize(
    State(provider): State<Provider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if of("client_id") != "ssot" || of("code_challenge_method") != "S256" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let code =
        format!("code-{}", of("state").len() + provider.0.begun.lock().expect("a lock").len());
    let begun =
        Begun { nonce: of("nonce"), challenge: of("code_challenge"), redirect: of("redirect_uri") };
    let back = format!("{}?code={code}&state={}", begun.redirect, of("state"));
    provider.0.begun.lock().expect("a lock").insert(code, begun);
    Redirect::to(&back).into_response()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    if provider.mistake() == Mistake::TokenElsewhere {
        let elsewhere = format!("{}/astray", provider.issuer());
        return Redirect::temporary(&elsewhere).into_response();
    }
    let asked: HashMap<String, String> =
        form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let begun = provider.0.begun.lock().expect("a lock").remove(&of("code"));
    let Some(begun) = begun else { return StatusCode::BAD_REQUEST.into_response() };
    let challenge = ring::digest::digest(&ring::digest::SHA256, of("code_verifier").as_bytes());
    let proof = headers.get("authorization").and_then(|it| it.to_str().ok());
    // `ssot:a+secret%3A+of+two`
    let is_client = proof == Some("Basic c3NvdDphK3NlY3JldCUzQStvZit0d28=");
    let is_right = is_client
        && encoded(challenge) == begun.challenge
        && of("redirect_uri") == begun.redirect
        && of("grant_type") == "authorization_code";
    if !is_right {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let token = provider.signed(&provider.claims(&begun.nonce));
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token })).into_response()
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let key = |name: &str, pair: &EcdsaKeyPair| {
        // The point is written as one byte and two numbers of 32.
        let point = pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": name,
            "x": encoded(&point[1..33]), "y": encoded(&point[33..]),
        })
    };
    let (first, second) = (&provider.0.key, &provider.0.other);
    Json(json!({ "keys": [key("first", first), key("second", second)] }))
}

async fn astray(State(provider): State<Provider>) -> StatusCode {
    *provider.0.led_astray.lock().expect("a lock") += 1;
    StatusCode::OK
}
