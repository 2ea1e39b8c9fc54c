//! Questions and commands.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde_json::{Map, Value};
use ssot_runtime::clock::Clock;
use ssot_runtime::ids::{IdManager, Randomness};
use ssot_runtime::net::{Answer, Ask, NetError, Reach, ask};
use ssot_runtime::secret::Secret;

use super::ClientError;
use super::follower::Follower;

/// The largest answer, in bytes.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a command is sent whose answer did not come.
const TRIES: u32 = 3;
/// What a token may lead to: a server of the own network is no surprise, but nothing goes
/// through a network without TLS.
pub(crate) const REACH: Reach = Reach { private: true, loopback: true };

/// A server, with the token that opens it. Clones share it.
#[derive(Debug, Clone)]
pub struct Server(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Without a slash at its end.
    origin: String,
    token: Secret,
    randomness: Randomness,
    ids: IdManager,
}

impl Server {
    /// The server at an address, `https://ssot.example.org`.
    pub fn new(origin: &str, token: Secret) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        let randomness = Randomness::system();
        let ids = IdManager::new(Clock::system(), randomness.clone());
        Self(Arc::new(Shared { origin, token, randomness, ids }))
    }

    /// Asks for something below `/api/v1`.
    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        value(&self.ask(Method::GET, path, Vec::new()).await?)
    }

    /// Gives a command below `/api/v1`, with a word of its own: when the answer does not come it
    /// is sent again, and done once all the same.
    pub async fn command(
        &self,
        path: &str,
        mut body: Map<String, Value>,
    ) -> Result<Value, ClientError> {
        body.entry("command_id").or_insert_with(|| Value::String(self.0.ids.command()));
        let body = Value::Object(body).to_string().into_bytes();
        let mut tries = 1;
        loop {
            match self.ask(Method::POST, path, body.clone()).await {
                Err(ClientError::Net(NetError::Unreachable(..) | NetError::Late(_)))
                    if tries < TRIES =>
                {
                    tries += 1;
                    let drawn = self.draw() % 250;
                    tokio::time::sleep(Duration::from_millis(250 + drawn)).await;
                }
                answer => return value(&answer?),
            }
        }
    }

    /// A cursor over a stream of a project, after a position.
    pub fn follow(&self, project: &str, stream: &str, after_seq: u64) -> Follower {
        Follower::start(self.clone(), project.to_owned(), stream.to_owned(), after_seq)
    }

    async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Answer, ClientError> {
        let json = || "application/json".to_owned();
        let (header, bearer) = self.bearer();
        let question = Ask {
            method,
            address: format!("{}/api/v1{path}", self.0.origin),
            headers: vec![(header, bearer), (ACCEPT, json()), (CONTENT_TYPE, json())],
            body,
            reach: REACH,
            largest: ANSWER_BYTES,
            patience: PATIENCE,
        };
        Ok(ask(question).await?)
    }

    pub(crate) fn bearer(&self) -> (HeaderName, String) {
        (AUTHORIZATION, format!("Bearer {}", self.0.token.reveal()))
    }

    /// Where its streams are.
    pub(crate) fn sockets(&self) -> String {
        let origin = match self.0.origin.split_once("://") {
            Some(("https", rest)) => format!("wss://{rest}"),
            Some(("http", rest)) => format!("ws://{rest}"),
            _ => self.0.origin.clone(),
        };
        format!("{origin}/api/v1/stream")
    }

    pub(crate) fn draw(&self) -> u64 {
        self.0.randomness.draw()
    }
}

/// The value of an answer, or the refusal.
fn value(answer: &Answer) -> Result<Value, ClientError> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if (200..300).contains(&answer.status) {
        let is_empty = answer.body.is_empty();
        return value.or_else(|| is_empty.then_some(Value::Null)).ok_or_else(|| {
            ClientError::Unknown(format!("an answer that is no JSON but {}", answer.kind))
        });
    }
    let told = |name: &str| {
        let text = value.as_ref().and_then(|it| it["error"][name].as_str());
        text.unwrap_or_default().to_owned()
    };
    let message = match told("message") {
        none if none.is_empty() => format!("the server answered with status {}", answer.status),
        message => message,
    };
    let (status, code, hint) = (answer.status, told("code"), told("hint"));
    Err(ClientError::Refused { status, code, message, hint })
}
