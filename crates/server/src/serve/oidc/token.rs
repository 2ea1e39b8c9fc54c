//! An identity that a provider has signed: who it is, or why it is nobody's. Pure.
//!
//! Two algorithms are known, both with a public key; what a token says about itself chooses
//! nothing but one of these and one of the provider's keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// How far two clocks may differ, in seconds.
const SKEW: i64 = 60;
/// The oldest token that is taken, in seconds: it was made for this sign-in.
const OLDEST: i64 = 600;
/// Letters of a subject at most.
const SUBJECT: usize = 255;

/// The keys of a provider.
#[derive(Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

/// A key; what is not known about one makes it none that fits.
#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Algorithm {
    RS256,
    ES256,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// What every token says; whatever has another form is refused, not left out.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    nonce: String,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// What the provider calls them, for ever.
    pub(super) subject: String,
    /// What people call them.
    pub(super) name: String,
    /// The values of the claim that says what they may do.
    pub(super) values: Vec<String>,
}

/// What a token has to be about.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// The claim whose values are wanted.
    pub(super) claim: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Who a token says somebody is, when a key of the provider has signed it for this sign-in.
pub(super) fn identity(
    token: &str,
    keys: &Keys,
    expected: &Expected<'_>,
) -> Result<Identity, &'static str> {
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("it is no signed token");
    };
    let header: Header = part(head)?;
    let algorithm = match header.alg.as_str() {
        "RS256" => Algorithm::RS256,
        "ES256" => Algorithm::ES256,
        _ => return Err("it is signed in a way that is not taken"),
    };
    if header.crit.is_some() {
        return Err("it demands what is not known");
    }
    let key = keys.find(algorithm, header.kid.as_deref())?;
    let signed = token.get(..head.len() + 1 + body.len()).ok_or("it is no signed token")?;
    key.verify(algorithm, signed.as_bytes(), &bytes(signature)?)?;
    said(&part(body)?, expected)
}

/// What the claims say, when they are about this sign-in.
fn said(claims: &Claims, expected: &Expected<'_>) -> Result<Identity, &'static str> {
    if claims.iss != expected.issuer {
        return Err("somebody else issued it");
    }
    let (is_meant, is_shared) = match &claims.aud {
        Audience::One(one) => (one == expected.client, false),
        Audience::Many(many) => (many.iter().any(|it| it == expected.client), many.len() > 1),
    };
    let party = claims.azp.as_deref();
    if !is_meant || party.is_some_and(|it| it != expected.client) || (is_shared && party.is_none())
    {
        return Err("it is meant for somebody else");
    }
    if claims.exp <= expected.now - SKEW || claims.iat < expected.now - OLDEST {
        return Err("its time is over");
    }
    if claims.iat > expected.now + SKEW || claims.nbf.is_some_and(|it| it > expected.now + SKEW) {
        return Err("its time has not come");
    }
    if claims.nonce.is_empty() || claims.nonce != expected.nonce {
        return Err("it was made for another sign-in");
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT {
        return Err("it names nobody");
    }
    let text = |name: &str| claims.others.get(name).and_then(Value::as_str).unwrap_or_default();
    let names = ["name", "preferred_username", "email"].map(text);
    let name = names.into_iter().find(|it| !it.trim().is_empty()).unwrap_or(&claims.sub);
    let values = match claims.others.get(expected.claim) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    Ok(Identity { subject: claims.sub.clone(), name: name.to_owned(), values })
}

impl Keys {
    /// The key of a name; the only one that fits where no name is said.
    fn find(&self, algorithm: Algorithm, name: Option<&str>) -> Result<&Key, &'static str> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.fits(algorithm) && (name.is_none() || key.kid.as_deref() == name));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            _ => Err("no key of the provider has signed it"),
        }
    }
}

impl Key {
    fn fits(&self, algorithm: Algorithm) -> bool {
        let (kind, name) = match algorithm {
            Algorithm::RS256 => (self.kty == "RSA", "RS256"),
            Algorithm::ES256 => (self.kty == "EC" && self.crv.as_deref() == Some("P-256"), "ES256"),
        };
        kind && self.purpose.as_deref().is_none_or(|it| it == "sig")
            && self.alg.as_deref().is_none_or(|it| it == name)
    }

    fn verify(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), &'static str> {
        let verified = match algorithm {
            Algorithm::RS256 => {
                let (n, e) = (bytes(&self.n)?, bytes(&self.e)?);
                // Zeros before a number are none of it.
                let start = n.iter().position(|byte| *byte != 0).unwrap_or(n.len());
                RsaPublicKeyComponents { n: &n[start..], e: &e }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    signed,
                    signature,
                )
            }
            Algorithm::ES256 => {
                let point = [vec![4], bytes(&self.x)?, bytes(&self.y)?].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
            }
        };
        verified.map_err(|_| "no key of the provider has signed it")
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "it is no signed token")
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, &'static str> {
    serde_json::from_slice(&bytes(text)?).map_err(|_| "it does not say what it has to")
}
