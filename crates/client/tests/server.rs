//! The client against the real server, and against one that says what a real one never should.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use ssot_client::{ClientError, Follower, News, Server};
use ssot_model::{CommitId, EventKind, RepoPath, RunId, TreeId};
use ssot_runtime::clock::Clock;
use ssot_runtime::environment::Environment;
use ssot_runtime::git::{NewCommit, NewRepository};
use ssot_runtime::ids::Randomness;
use ssot_runtime::log::EventLog;
use ssot_runtime::secret::Secret;
use ssot_runtime::store::{SecretKind, Store};
use ssot_server::serve::{ServeError, ServeOptions, listen};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const RUN: &str = "r-20260301-101500-3f9a";
const EVENTS: u64 = 300;

struct World {
    directory: tempfile::TempDir,
    port: u16,
    stop: watch::Sender<bool>,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let repository = NewRepository::create(&directory.path().join("shop")).unwrap();
        repository.write(&RepoPath::new("shop/text.py").unwrap(), b"A = 1\n").unwrap();
        let commit = NewCommit {
            name: "Ada".into(),
            email: "ada@example.org".into(),
            date: "2026-01-01T00:00:00Z".into(),
            message: "Begin".into(),
        };
        repository.commit_all(&commit).unwrap();
        Self::serve(directory, 0).await
    }

    async fn serve(directory: tempfile::TempDir, port: u16) -> Self {
        let options = ServeOptions {
            state: directory.path().to_owned(),
            port,
            roots: vec![directory.path().join("shop")],
            origins: Vec::new(),
            environment: Environment::default(),
            oidc: None,
            llm: None,
            heartbeat: Duration::from_secs(20),
            patience: ssot_server::serve::PATIENCE,
        };
        let listening = listen(options).await.unwrap();
        let port = listening.link().split(['/', ':', '#']).find_map(|it| it.parse().ok()).unwrap();
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(listening.serve(stopping));
        Self { directory, port, stop, serving }
    }

    /// Stops the server and starts it again where it was.
    async fn again(self) -> Self {
        let Self { directory, port, stop, serving } = self;
        stop.send_replace(true);
        serving.await.unwrap().unwrap();
        Self::serve(directory, port).await
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The server, with a token of its owner.
    async fn owner(&self) -> Server {
        let path = self.directory.path().join("server.db");
        let store = Store::open(&path, Clock::system(), Randomness::system()).await.unwrap();
        let owner = store.users().await.unwrap().remove(0);
        let granted = store.grant(&owner.user, SecretKind::Token, "test").await.unwrap();
        Server::new(&self.origin(), granted.secret)
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("shop/.ssot/state.db")
    }
}

async fn project(server: &Server) -> String {
    let projects = server.get("/projects").await.unwrap();
    let project = projects[0]["project"].as_str().unwrap().to_owned();
    // Whoever asks first makes the place of the log.
    server.get(&format!("/projects/{project}/runs")).await.unwrap();
    project
}

/// A log with the beginning of a run.
async fn begun(path: &Path) -> (EventLog, RunId) {
    let log = EventLog::open(path, Clock::system()).await.unwrap();
    let run = RunId::new(RUN);
    let started = EventKind::RunStarted {
        base: CommitId::new("b".repeat(40)),
        tree: TreeId::new("c".repeat(40)),
        target: "ssot/consolidate".to_owned(),
        packages: 0,
        missing_sandbox_layers: Vec::new(),
    };
    log.append(&run, "run/start", started).await.unwrap();
    (log, run)
}

async fn more(log: &EventLog, run: &RunId, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        let kind = EventKind::RunResumed { after_seq: number - 1 };
        log.append(run, &format!("run/resume/{number}"), kind).await.unwrap();
    }
}

/// The numbers of what comes, until a number has come.
async fn until(follower: &mut Follower, last: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let news = tokio::time::timeout(PATIENCE, follower.next()).await.unwrap();
        if let News::Events(events) = news.unwrap().unwrap() {
            seen.extend(events.iter().map(|event| event.seq));
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_away_and_comes_back_leaves_no_gap_and_doubles_nothing() {
    let mut world = World::new().await;
    let server = world.owner().await;
    let project = project(&server).await;
    let (log, run) = begun(&world.log()).await;
    let mut follower = server.follow(&project, RUN, 0);
    let mut seen = until(&mut follower, 1).await;
    let third = EVENTS / 3;
    for part in 0..3 {
        // While it is away the run goes on; half of it happens while nobody serves.
        let (from, to) = (part * third + 2, (part + 1) * third);
        more(&log, &run, from..=from + third / 3).await;
        world = world.again().await;
        more(&log, &run, from + third / 3 + 1..=to).await;
        seen.extend(until(&mut follower, to).await);
        more(&log, &run, to + 1..=to + 1).await;
        seen.extend(until(&mut follower, to + 1).await);
    }
    assert_eq!(seen, (1..=EVENTS + 1).collect::<Vec<_>>());
    // One that begins later is at the same place.
    let mut late = server.follow(&project, RUN, EVENTS - 1);
    assert_eq!(until(&mut late, EVENTS + 1).await, [EVENTS, EVENTS + 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_is_done_once_and_a_refusal_is_told_as_such() {
    let world = World::new().await;
    let server = world.owner().await;
    let project = project(&server).await;
    let path = format!("/projects/{project}/threads");
    let body = |title: &str| Map::from_iter([("title".to_owned(), json!(title))]);
    let made = server.command(&path, body("once")).await.unwrap();
    assert!(made["thread"].is_string(), "{made}");
    let mut said = body("twice");
    said.insert("command_id".to_owned(), json!("a-word-of-its-own"));
    let first = server.command(&path, said.clone()).await.unwrap();
    assert_eq!(server.command(&path, said.clone()).await.unwrap(), first);
    said.insert("title".to_owned(), json!("another"));
    let refused = server.command(&path, said).await.unwrap_err();
    assert!(refused.to_string().contains("command_id"), "{refused}");
    assert!(matches!(refused, ClientError::Refused { status: 409, .. }) && refused.is_final());
    assert_eq!(server.get(&path).await.unwrap().as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_will_not_change_ends_the_stream() {
    let world = World::new().await;
    let server = world.owner().await;
    let project = project(&server).await;
    let ends = async |server: &Server, project: &str, expected: u16| {
        let mut follower = server.follow(project, RUN, 0);
        let error = loop {
            let news = tokio::time::timeout(PATIENCE, follower.next()).await.unwrap();
            if let Err(error) = news.unwrap() {
                break error;
            }
        };
        assert!(error.is_final(), "{error}");
        let status = match error {
            ClientError::Refused { status, .. } => status,
            other => panic!("{other}"),
        };
        assert_eq!(status, expected);
        assert!(follower.next().await.is_none());
    };
    // A run that is not there is told on the stream, a token that opens nothing before it.
    ends(&server, &project, 0).await;
    ends(&server, "p-somebody-elses", 0).await;
    ends(&Server::new(&world.origin(), Secret::shown("ssot_token_guessed")), &project, 401).await;
}

#[tokio::test]
async fn a_token_goes_through_no_network_without_tls() {
    for origin in ["http://192.0.2.1:7768", "http://10.0.0.7", "ftp://127.0.0.1", "127.0.0.1:7768"]
    {
        let server = Server::new(origin, Secret::shown("ssot_token_x"));
        let refused = server.get("/me").await.unwrap_err();
        assert!(matches!(refused, ClientError::Net(_)) && refused.is_final(), "{refused}");
        let mut follower = server.follow("p", RUN, 0);
        let told = loop {
            match follower.next().await {
                Some(Ok(_)) => {}
                other => break other,
            }
        };
        assert!(matches!(told, Some(Err(ref error)) if error.is_final()), "{origin}");
    }
}

/// What one connection of a server that makes mistakes says, and after which event it was asked.
#[expect(clippy::result_large_err, reason = "the form that the library asks for")]
async fn misbehave(listener: &TcpListener, say: Vec<Value>) -> Vec<u64> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut socket = tokio_tungstenite::accept_hdr_async(
        stream,
        |_: &_, mut answer: tokio_tungstenite::tungstenite::handshake::server::Response| {
            answer.headers_mut().insert("sec-websocket-protocol", "ssot.v1".parse().unwrap());
            Ok(answer)
        },
    )
    .await
    .unwrap();
    let mut asked = Vec::new();
    for message in say {
        if message == "asked" {
            let request = socket.next().await.unwrap().unwrap();
            let request: Value = serde_json::from_str(request.to_text().unwrap()).unwrap();
            asked.push(request["after_seq"].as_u64().unwrap());
        } else {
            socket.send(Message::text(message.to_string())).await.unwrap();
        }
    }
    asked
}

fn delivery(numbers: &[u64]) -> Value {
    let event = |seq: &u64| {
        json!({
            "v": 1, "epoch": 1, "run": RUN, "seq": seq, "at": 0, "step": format!("s/{seq}"),
            "kind": "run_resumed", "after_seq": 0,
        })
    };
    json!({ "type": "events", "stream": RUN, "events": numbers.iter().map(event).collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubled_missing_and_disordered_events_are_put_right() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let caught_up = |seq: u64| json!({ "type": "caught_up", "stream": RUN, "seq": seq });
    let asked = || json!("asked");
    let server = Server::new(&origin, Secret::shown("ssot_token_x"));
    let mut follower = server.follow("p", RUN, 0);
    let peer = tokio::spawn(async move {
        // Doubled, then a gap: asked again after 2. Another stream is nobody's business.
        let first = vec![
            asked(),
            delivery(&[1, 2]),
            delivery(&[1, 2]),
            json!({ "type": "events", "stream": "t-other", "events": [] }),
            delivery(&[4, 5]),
            asked(),
            delivery(&[5, 3]),
            delivery(&[3, 4]),
            // It claims more than it has sent.
            caught_up(6),
            asked(),
            json!({ "type": "retry", "after_ms": 1 }),
        ];
        let first = misbehave(&listener, first).await;
        let second = misbehave(&listener, vec![asked(), delivery(&[4, 5, 6]), caught_up(6)]).await;
        (first, second)
    });
    let seen = until(&mut follower, 6).await;
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
    assert_eq!(peer.await.unwrap(), (vec![0, 2, 4], vec![4]));
}
