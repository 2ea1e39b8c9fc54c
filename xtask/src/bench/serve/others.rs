//! What others use to send events to many sockets, each as its own documentation does it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::client::Socket;
use super::fanout::{Carried, cpu, memory, open, receive};
use crate::python::{self, Venv};
use crate::shell::Run;

const NPM_FILES: [&str; 4] = ["package.json", "package-lock.json", "ws.mjs", "socketio.mjs"];
/// What is sent by socket.io to a namespace that a client asks for.
const CONNECT: &str = "40";

/// A server of somebody else.
pub(super) struct Other {
    pub(super) name: &'static str,
    command: (PathBuf, PathBuf),
    path: &'static str,
    /// Whether its clients speak Engine.IO.
    is_engine: bool,
}

/// Puts them in place, pinned and by their hashes.
pub(super) fn install(root: &Path, directory: &Path) -> Result<Vec<Other>> {
    let scripts = root.join("xtask/bench/serve");
    for name in NPM_FILES {
        std::fs::copy(scripts.join(name), directory.join(name))?;
    }
    let npm = Run::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]);
    npm.directory(directory).check().context("npm is needed: it comes with Node 20 or newer")?;
    let venv = Venv::ensure(&directory.join("venv"))?;
    let pip = venv.pip(directory).args(["install", "--quiet", "--require-hashes", "--requirement"]);
    pip.arg(scripts.join("fastapi.txt")).check()?;
    let node = |name, script: &str, path, is_engine| Other {
        name,
        command: ("node".into(), directory.join(script)),
        path,
        is_engine,
    };
    Ok(vec![
        node("ws 8.18.3 (Node)", "ws.mjs", "/", false),
        node(
            "socket.io 4.8.1 (Node)",
            "socketio.mjs",
            "/socket.io/?EIO=4&transport=websocket",
            true,
        ),
        Other {
            name: "FastAPI 0.115.12 (uvicorn, websockets)",
            command: (venv.program(python::INTERPRETER), scripts.join("fastapi_server.py")),
            path: "/",
            is_engine: false,
        },
    ])
}

/// One of them at work.
struct Running {
    process: Child,
    input: ChildStdin,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Other {
    fn start(&self) -> Result<Running> {
        let (program, script) = &self.command;
        let mut process = Command::new(program)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{}", program.display()))?;
        let input = process.stdin.take().context("no input")?;
        let mut port = String::new();
        let output = process.stdout.take().context("no output")?;
        BufReader::new(output).read_line(&mut port)?;
        let address = format!("127.0.0.1:{}", port.trim());
        Ok(Running { process, input, address })
    }

    /// Carries events to so many sockets.
    pub(super) async fn carry(&self, sockets: usize, events: u64) -> Result<Carried> {
        let mut running = self.start()?;
        let id = running.process.id();
        let (address, path, is_engine) = (running.address.clone(), self.path, self.is_engine);
        let before = memory(id)?;
        let watching = open(sockets, |_| connect(address.clone(), path, is_engine)).await?;
        let kib_each = (memory(id)? - before) / sockets as f64;
        let begun = cpu(id)?;
        let reading = tokio::spawn(receive(watching, events));
        for seq in 1..=events {
            writeln!(running.input, "{}", event(seq))?;
        }
        running.input.flush()?;
        let (_, wrong) = reading.await??;
        let spent = cpu(id)? - begun;
        let deliveries = events * sockets as u64;
        Ok(Carried { deliveries, cpu: spent, kib_each, storm: None, wrong })
    }
}

async fn connect(address: String, path: &'static str, is_engine: bool) -> Result<Socket> {
    let mut socket = Socket::open(&address, path, None).await?;
    if is_engine {
        if !socket.next().await?.starts_with('0') {
            bail!("the server does not speak Engine.IO");
        }
        socket.send(CONNECT.to_owned()).await?;
        if !socket.next().await?.starts_with(CONNECT) {
            bail!("the server does not speak Socket.IO");
        }
    }
    Ok(socket)
}

/// An event of the size and form that ours have.
fn event(seq: u64) -> String {
    format!(
        "{{\"v\":1,\"epoch\":1,\"run\":\"r-20260101-000000-0001\",\"seq\":{seq},\
         \"at\":1796043288035,\"step\":\"step/{seq}\",\"kind\":\"agent_thinking\",\
         \"agent\":\"data\",\"thought\":\"{seq} groups of definitions were held against each other\"}}"
    )
}
