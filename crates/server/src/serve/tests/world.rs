//! A server with a small repository, and whoever asks it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use ssot_model::RepoPath;
use ssot_runtime::environment::Environment;
use ssot_runtime::git::{NewCommit, NewRepository};
use ssot_runtime::llm::Llm;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::super::{OidcSettings, ServeError, ServeOptions, listen};

/// Longer than anything takes on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A function and its copy.
const COPY: &str = "def order_key(order, region):\n    parts = [order.id, region.lower()]\n    \
    if order.parent:\n        parts.append(order.parent.id)\n    key = '-'.join(parts)\n    \
    return key.strip()\n";

/// A server, its directory, and its owner.
pub(super) struct World {
    pub(super) address: String,
    pub(super) owner: Asker,
    pub(super) project: String,
    pub(super) root: PathBuf,
    stop: watch::Sender<bool>,
    serving: JoinHandle<Result<(), ServeError>>,
    link: String,
    directory: tempfile::TempDir,
}

/// How a server is set up.
pub(super) struct Setup {
    pub(super) heartbeat: Duration,
    pub(super) patience: Duration,
    pub(super) oidc: Option<OidcSettings>,
    pub(super) llm: Option<Llm>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { heartbeat: Duration::from_secs(20), patience: PATIENCE, oidc: None, llm: None }
    }
}

/// Somebody who asks, with what opens the door.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) address: String,
    /// The header that opens the door.
    pub(super) key: Option<(String, String)>,
    pub(super) user: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A word for a command that nobody has used.
pub(super) fn word() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("command-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(super) async fn with(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("shop");
        lay(&root);
        Self::serve(directory, root, setup).await
    }

    async fn serve(directory: tempfile::TempDir, root: PathBuf, setup: Setup) -> Self {
        let Setup { heartbeat, patience, oidc, llm } = setup;
        let listening = listen(ServeOptions {
            state: directory.path().to_owned(),
            port: 0,
            roots: vec![root.clone()],
            origins: Vec::new(),
            environment: Environment::default(),
            oidc,
            llm,
            heartbeat,
            patience,
        })
        .await
        .expect("a server");
        let link = listening.link().to_owned();
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(listening.serve(stopping));
        let (origin, code) = link.split_once("/sign-in#").expect("a link");
        let address = origin.trim_start_matches("http://").to_owned();
        let nobody = Asker { address: address.clone(), key: None, user: String::new() };
        let owner = nobody.sign_in(code).await;
        let projects = owner.get("/api/v1/projects").await.json();
        let project = projects[0]["project"].as_str().expect("a project").to_owned();
        Self { address, owner, project, root, stop, serving, link, directory }
    }

    /// A file that the server keeps.
    pub(super) fn kept(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Stops the server and starts it again on what it remembers.
    pub(super) async fn again(self) -> Self {
        let Self { root, stop, serving, directory, .. } = self;
        stop.send_replace(true);
        serving.await.expect("it ended").expect("in good order");
        Self::serve(directory, root, Setup::default()).await
    }

    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) fn nobody(&self) -> Asker {
        Asker { address: self.address.clone(), key: None, user: String::new() }
    }

    /// The code of the link, which was used already.
    pub(super) fn used_code(&self) -> &str {
        self.link.split_once('#').expect("a link").1
    }

    pub(super) fn path(&self, rest: &str) -> String {
        format!("/api/v1/projects/{}{rest}", self.project)
    }

    /// A new user who has signed in, with a role in the project when one is given.
    pub(super) async fn user(&self, name: &str, role: Option<&str>) -> Asker {
        let body = json!({ "command_id": word(), "name": name, "role": "member" });
        let added = self.owner.post("/api/v1/users", &body).await;
        assert_eq!(added.status, 201, "{added:?}");
        let user = added.json()["user"].as_str().expect("a user").to_owned();
        if let Some(role) = role {
            let body = json!({ "command_id": word(), "user": user, "role": role });
            let set = self.owner.post(&self.path("/members"), &body).await;
            assert_eq!(set.status, 200, "{set:?}");
        }
        self.nobody().sign_in(&self.code_for(&user).await).await
    }

    /// A fresh one-time code for a user.
    pub(super) async fn code_for(&self, user: &str) -> String {
        let path = format!("/api/v1/users/{user}/code");
        let made = self.owner.post(&path, &json!({ "command_id": word() })).await;
        made.json()["secret"].as_str().expect("a code").to_owned()
    }

    /// A conversation of somebody.
    pub(super) async fn thread(&self, of: &Asker) -> String {
        let body = json!({ "command_id": word(), "title": "about the shop" });
        let made = of.post(&self.path("/threads"), &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["thread"].as_str().expect("a thread").to_owned()
    }

    pub(super) async fn say(&self, by: &Asker, thread: &str, text: &str) -> Answer {
        let body = json!({ "command_id": word(), "text": text });
        by.post(&self.path(&format!("/threads/{thread}/messages")), &body).await
    }
}

fn lay(root: &std::path::Path) {
    let repository = NewRepository::create(root).expect("a repository");
    for path in ["shop/orders.py", "shop/returns.py"] {
        let path = RepoPath::new(path).expect("a path");
        repository.write(&path, COPY.as_bytes()).expect("written");
    }
    let commit = NewCommit {
        name: "Ada".into(),
        email: "ada@example.org".into(),
        date: "2026-01-01T00:00:00Z".into(),
        message: "Begin".into(),
    };
    repository.commit_all(&commit).expect("a commit");
}

impl Asker {
    /// Signs in with a one-time code.
    pub(super) async fn sign_in(&self, code: &str) -> Self {
        let answer = self.post("/api/v1/sign-in", &json!({ "code": code })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").expect("a cookie");
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        let user = answer.json()["user"].as_str().expect("a user").to_owned();
        Self { address: self.address.clone(), key: Some(("Cookie".into(), cookie)), user }
    }

    /// The same with a token in the place of the session.
    pub(super) async fn with_token(&self) -> Self {
        let body = json!({ "command_id": word(), "name": "test" });
        let made = self.post("/api/v1/tokens", &body).await;
        let secret = made.json()["secret"].as_str().expect("a secret").to_owned();
        let key = Some(("Authorization".into(), format!("Bearer {secret}")));
        Self { key, ..self.clone() }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body).await
    }

    /// As a page of the server would.
    pub(super) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let origin = self.origin();
        let headers = [("Origin", origin.as_str()), ("Content-Type", "application/json")];
        self.ask(method, path, &headers, body.to_string().as_bytes()).await
    }

    /// One request on a connection of its own.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut lines = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            _ = write!(lines, "Host: {}\r\n", self.address);
        }
        let own = self.key.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.iter().copied().chain(own) {
            _ = write!(lines, "{name}: {value}\r\n");
        }
        _ = write!(lines, "Content-Length: {}\r\n\r\n", body.len());
        let exchange = async {
            let mut stream = TcpStream::connect(&self.address).await.expect("connected");
            stream.write_all(lines.as_bytes()).await.expect("sent");
            // A server that refuses early may have closed already.
            _ = stream.write_all(body).await;
            let mut answer = Vec::new();
            _ = stream.read_to_end(&mut answer).await;
            answer
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time");
        read(&answer)
    }

    /// The handshake of a socket, as a page of the server would make it.
    pub(super) fn handshake(&self) -> Request {
        let url = format!("ws://{}/api/v1/stream", self.address);
        let mut request = url.into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("Origin", self.origin().parse().expect("a header"));
        headers.insert("Sec-WebSocket-Protocol", "ssot.v1".parse().expect("a header"));
        if let Some((name, value)) = &self.key {
            let name: axum::http::HeaderName = name.parse().expect("a name");
            headers.insert(name, value.parse().expect("a header"));
        }
        request
    }

    pub(super) async fn socket(&self) -> Socket {
        Socket::open(&self.address, self.handshake()).await.expect("a socket")
    }
}

fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(answer.len());
    let headers = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = headers.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    let body = answer.get(end + 4..).unwrap_or_default();
    let chunked = headers.to_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunked(body) } else { body.to_vec() };
    Answer { status, headers, body }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|it| it == b"\r\n") {
        let size = std::str::from_utf8(&body[..end]).ok();
        let Some(size @ 1..) = size.and_then(|it| usize::from_str_radix(it, 16).ok()) else {
            break;
        };
        let Some(chunk) = body.get(end + 2..end + 2 + size) else { break };
        whole.extend_from_slice(chunk);
        body = body.get(end + 4 + size..).unwrap_or_default();
    }
    whole
}

/// The other end of a socket.
pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens one, or the status with which it was refused.
    pub(super) async fn open(address: &str, request: Request) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.expect("connected");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    pub(super) async fn send_raw(&mut self, message: Message) {
        // The server may have closed already: what it says then is what counts.
        _ = self.0.send(message).await;
    }

    pub(super) async fn subscribe(&mut self, project: &str, stream: &str, after: u64) {
        let message = json!({
            "type": "subscribe", "project": project, "stream": stream, "after_seq": after,
        });
        self.send(&message).await;
    }

    /// The next message; none when the server has closed, with its code.
    pub(super) async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// The numbers and kinds of the events until everything stored was told.
    pub(super) async fn stored(&mut self) -> Vec<(u64, String)> {
        let mut events = Vec::new();
        loop {
            let message = self.next().await.expect("a message");
            match message["type"].as_str() {
                Some("events") => events.extend(told(&message)),
                Some("caught_up") => return events,
                _ => panic!("{message}"),
            }
        }
    }
}

/// The numbers and kinds of a message of events.
pub(super) fn told(message: &Value) -> Vec<(u64, String)> {
    let events = message["events"].as_array().expect("events");
    let of = |event: &Value| {
        let seq = event["seq"].as_u64().expect("a number");
        (seq, event["kind"].as_str().expect("a kind").to_owned())
    };
    events.iter().map(of).collect()
}
