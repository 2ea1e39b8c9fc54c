//! `ssot serve`, asked to carry the events of a run that another process writes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::json;
use ssot_model::{Agent, EventKind, RunId};
use ssot_runtime::clock::Clock;
use ssot_runtime::ids::Randomness;
use ssot_runtime::log::EventLog;
use ssot_runtime::store::{Role, SecretKind, Store};

use super::client::Socket;
use super::fanout::{Carried, cpu, memory, open, receive, receive_after};
use crate::shell::Run;
use crate::{sdist, workspace};

/// Sockets of one user: a user may not ask too often.
const BY_USER: usize = 100;
/// Events that are written at a time, as a run at work writes them.
const BURST: u64 = 10;

/// A server at work, and its users.
pub(super) struct Server {
    process: Child,
    pub(super) address: String,
    pub(super) project: String,
    /// What opens the door to each user.
    pub(super) tokens: Vec<String>,
    pub(super) root: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Lays a repository and so many users, and starts the server.
    pub(super) async fn start(directory: &Path, users: usize) -> Result<Self> {
        let (state, root) = (directory.join("state"), directory.join("repository"));
        sdist::remove(&state)?;
        sdist::remove(&root)?;
        std::fs::create_dir_all(&state)?;
        std::fs::create_dir_all(root.join("shop"))?;
        for name in ["orders", "returns"] {
            let text = "def key(order):\n    parts = [order.id, order.region.lower()]\n    \
                text = '-'.join(parts)\n    return text.strip()\n";
            std::fs::write(root.join(format!("shop/{name}.py")), text)?;
        }
        let git = |args: &[&str]| Run::new("git").args(args).directory(&root).output();
        git(&["init", "--quiet"])?;
        git(&["add", "--all"])?;
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        git(&[&who[..], &["commit", "--quiet", "--message", "Begin"]].concat())?;
        let root = root.canonicalize()?;
        let store = state.join("server.db");
        let store = Store::open(&store, Clock::system(), Randomness::system()).await?;
        let project = store.add_project("repository", &root).await?.project;
        let mut tokens = Vec::with_capacity(users);
        for number in 0..users {
            let user = store.add_user(&format!("user {number}"), number == 0).await?.user;
            store.set_member(&project, &user, Role::Viewer).await?;
            let granted = store.grant(&user, SecretKind::Token, "bench").await?;
            tokens.push(granted.secret.reveal().to_owned());
        }
        drop(store);
        let mut process = Command::new(workspace::ssot())
            .args(["serve", "--quiet", "--port", "0", "--state"])
            .arg(&state)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut link = String::new();
        let out = process.stdout.take().context("the server says nothing")?;
        BufReader::new(out).read_line(&mut link)?;
        let address = link.strip_prefix("http://").and_then(|it| it.split('/').next());
        let address = address.context("the server printed no link")?.to_owned();
        Ok(Self { process, address, project: project.to_string(), tokens, root })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// A socket that watches a stream from a position on.
    async fn watch(
        (address, token): (String, String),
        (project, stream): (String, String),
        after: u64,
    ) -> Result<Socket> {
        let mut socket = Socket::open(&address, "/api/v1/stream", Some(&token)).await?;
        let subscribe = json!({
            "type": "subscribe", "project": project, "stream": stream, "after_seq": after,
        });
        socket.send(subscribe.to_string()).await?;
        Ok(socket)
    }

    async fn sockets(&self, count: usize, run: &RunId) -> Result<Vec<Socket>> {
        open(count, |number| {
            let token = self.tokens[number / BY_USER].clone();
            let stream = (self.project.clone(), run.to_string());
            Self::watch((self.address.clone(), token), stream, 0)
        })
        .await
    }
}

/// Carries events to sockets that watch, and again to all of them when they come back at once.
pub(super) async fn carry(directory: &Path, sockets: usize, events: u64) -> Result<Carried> {
    let server = Server::start(directory, sockets.div_ceil(BY_USER)).await?;
    let run = RunId::new("r-20260101-000000-0001");
    std::fs::create_dir_all(server.root.join(".ssot"))?;
    let path = server.root.join(".ssot/state.db");
    let log = EventLog::open(&path, Clock::system()).await?;
    write(&log, &run, 0..1).await?;
    // One socket alone first: what the server holds for nobody is no socket's.
    let first = server.sockets(1, &run).await?;
    let (first, _) = receive(first, 1).await?;
    drop(first);
    let before = memory(server.id())?;
    let watching = server.sockets(sockets, &run).await?;
    let (watching, mut wrong) = receive(watching, 1).await?;
    let kib_each = (memory(server.id())? - before) / sockets as f64;
    let begun = cpu(server.id())?;
    let reading = tokio::spawn(receive_after(watching, 1, events + 1));
    write(&log, &run, 1..events + 1).await?;
    let (watching, more) = reading.await??;
    wrong += more;
    let spent = cpu(server.id())? - begun;
    drop(watching);
    let begun = cpu(server.id())?;
    let back = server.sockets(sockets, &run).await?;
    let (_, more) = receive(back, events + 1).await?;
    let storm = Some(cpu(server.id())? - begun);
    let deliveries = events * sockets as u64;
    Ok(Carried { deliveries, cpu: spent, kib_each, storm, wrong: wrong + more })
}

async fn write(log: &EventLog, run: &RunId, numbers: std::ops::Range<u64>) -> Result<()> {
    let mut waiting = tokio::task::JoinSet::new();
    for number in numbers {
        let (log, run) = (log.clone(), run.clone());
        waiting.spawn(async move {
            let thought = format!("{number} groups of definitions were held against each other");
            let kind = EventKind::AgentThinking { agent: Agent::Data, package: None, thought };
            log.append(&run, &format!("step/{number}"), kind).await
        });
        if waiting.len() as u64 >= BURST {
            while let Some(appended) = waiting.join_next().await {
                appended??;
            }
        }
    }
    while let Some(appended) = waiting.join_next().await {
        appended??;
    }
    Ok(())
}
