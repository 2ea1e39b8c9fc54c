//! Kills the server of the dashboard under load at moments drawn from a seed, and demands that
//! every client sees every event once and in order.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use ssot_client::{Follower, News, Server};
use ssot_model::{Agent, EventKind, RunId};
use ssot_runtime::clock::Clock;
use ssot_runtime::ids::Randomness;
use ssot_runtime::log::EventLog;
use ssot_runtime::secret::Secret;
use ssot_runtime::store::{SecretKind, Store};

use crate::faults::Numbers;
use crate::shell::Run;
use crate::workspace;

/// Events that happen between one kill and the next.
const BETWEEN: u64 = 60;
/// Longest time that a server lives after it has begun, in milliseconds.
const LONGEST: u64 = 400;
/// How long every client may take to have everything at the end.
const PATIENCE: Duration = Duration::from_mins(5);
const RUN: &str = "r-20260101-000000-0001";

/// How often, how many, and from which seed.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Servers that are killed
    #[arg(long, default_value_t = 20)]
    kills: u64,
    /// Clients that follow the run meanwhile
    #[arg(long, default_value_t = 50)]
    clients: usize,
    /// Where the moments come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program [default: the release build of this workspace]
    #[arg(long)]
    ssot: Option<PathBuf>,
}

/// A server at work.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server; gives the port that it listens on.
fn serve(program: &Path, folder: &Path, port: u16) -> Result<(Served, u16)> {
    let mut process = Command::new(program)
        .args(["serve", "--quiet", "--port", &port.to_string(), "--state"])
        .arg(folder.join("state"))
        .arg(folder.join("repository"))
        .stdout(Stdio::piped())
        .spawn()?;
    let out = process.stdout.take().context("the server says nothing")?;
    let served = Served(process);
    let mut link = String::new();
    BufReader::new(out).read_line(&mut link)?;
    let port = link.split(['/', ':', '#']).find_map(|part| part.parse().ok());
    Ok((served, port.context("the server printed no link")?))
}

/// A repository, and a token of the owner of the server.
async fn lay(folder: &Path) -> Result<Secret> {
    let root = folder.join("repository");
    std::fs::create_dir_all(root.join("shop"))?;
    std::fs::create_dir_all(folder.join("state"))?;
    std::fs::write(root.join("shop/text.py"), "A = 1\n")?;
    let git = |args: &[&str]| Run::new("git").args(args).directory(&root).output();
    git(&["init", "--quiet"])?;
    git(&["add", "--all"])?;
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    git(&[&who[..], &["commit", "--quiet", "--message", "Begin"]].concat())?;
    std::fs::create_dir_all(root.join(".ssot"))?;
    let store = folder.join("state/server.db");
    let store = Store::open(&store, Clock::system(), Randomness::system()).await?;
    let owner = store.add_user("owner", true).await?.user;
    Ok(store.grant(&owner, SecretKind::Token, "faults").await?.secret)
}

async fn write(log: &EventLog, run: &RunId, numbers: std::ops::Range<u64>) -> Result<()> {
    for number in numbers {
        let thought = format!("conclusion {number}");
        let kind = EventKind::AgentThinking { agent: Agent::Data, package: None, thought };
        log.append(run, &format!("thought/{number}"), kind).await?;
    }
    Ok(())
}

/// Follows until the last event; how many were missing, doubled or out of their place.
async fn follow(mut follower: Follower, last: u64) -> Result<u64> {
    let (mut applied, mut wrong) = (0, 0);
    while applied < last {
        match follower.next().await.context("the stream ended")?? {
            News::Events(events) => {
                for event in events {
                    wrong += u64::from(event.seq != applied + 1);
                    applied = event.seq;
                }
            }
            News::CaughtUp(seq) => wrong += u64::from(seq != applied),
            News::State(_) => {}
        }
    }
    Ok(wrong)
}

pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.kills > 0 && options.clients > 0, "nobody is killed, or nobody looks");
    let program = options.ssot.clone().unwrap_or_else(workspace::ssot);
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(killed(&program, folder.path(), options))
}

async fn killed(program: &Path, folder: &Path, options: &Options) -> Result<()> {
    let token = lay(folder).await?;
    let (run, log) = (RunId::new(RUN), folder.join("repository/.ssot/state.db"));
    let log = EventLog::open(&log, Clock::system()).await?;
    write(&log, &run, 0..1).await?;
    let (mut served, port) = serve(program, folder, 0)?;
    let server = Server::new(&format!("http://127.0.0.1:{port}"), token);
    let projects = server.get("/projects").await?;
    let project = projects[0]["project"].as_str().context("there is no project")?.to_owned();
    let last = 1 + options.kills * BETWEEN;
    let following: Vec<_> = (0..options.clients)
        .map(|_| tokio::spawn(follow(server.follow(&project, RUN, 0), last)))
        .collect();
    let mut numbers = Numbers::from(options.seed);
    for kill in 0..options.kills {
        let first = 1 + kill * BETWEEN;
        let half = first + numbers.below(BETWEEN);
        write(&log, &run, first..half).await?;
        tokio::time::sleep(Duration::from_millis(numbers.below(LONGEST))).await;
        drop(served);
        // What happens while nobody serves is told by the next server.
        write(&log, &run, half..first + BETWEEN).await?;
        (served, _) = serve(program, folder, port)?;
    }
    let mut wrong = 0;
    for client in following {
        let client = tokio::time::timeout(PATIENCE, client).await;
        wrong += client.context("a client did not come to the end")???;
    }
    drop(served);
    let verified = log.verify(&run).await?;
    ensure!(verified.fault.is_none() && verified.events == last, "the log is damaged");
    if wrong > 0 {
        bail!("{wrong} events were missing, doubled or out of their place");
    }
    let (kills, clients) = (options.kills, options.clients);
    println!("{kills} servers killed: {clients} clients saw {last} events each, once and in order");
    Ok(())
}
