//! What each page of the dashboard costs the server, on the results of the corpus.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ssot_runtime::clock::Clock;
use ssot_runtime::ids::Randomness;
use ssot_runtime::net::{Ask, Reach, ask};
use ssot_runtime::secret::Secret;
use ssot_runtime::store::{SecretKind, Store};

use super::corpus::Corpus;
use crate::shell::Run;
use crate::{sdist, workspace};

/// How often each page is asked for in one round.
const ASKED: usize = 40;
/// How long the first reading of the corpus may take.
const READING: Duration = Duration::from_hours(1);
/// The largest page, in bytes.
const PAGE_BYTES: usize = 64 * 1024 * 1024;

/// A server at work on the corpus.
struct Served {
    process: Child,
    base: String,
    token: Secret,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// Makes the corpus a repository, and starts a server on it.
    async fn start(corpus: &Corpus, working: &Path) -> Result<Self> {
        let folder = working.join("pages");
        let (root, state) = (folder.join("corpus"), folder.join("state"));
        sdist::remove(&state)?;
        std::fs::create_dir_all(&state)?;
        if !root.join(".git").is_dir() {
            sdist::remove(&root)?;
            Run::new("cp").arg("-r").arg(&corpus.directory).arg(&root).output()?;
            let git = |args: &[&str]| Run::new("git").args(args).directory(&root).output();
            git(&["init", "--quiet"])?;
            git(&["add", "--all", "--force"])?;
            let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
            git(&[&who[..], &["commit", "--quiet", "--message", "The corpus"]].concat())?;
        }
        let store = state.join("server.db");
        let store = Store::open(&store, Clock::system(), Randomness::system()).await?;
        let owner = store.add_user("owner", true).await?.user;
        let token = store.grant(&owner, SecretKind::Token, "bench").await?.secret;
        drop(store);
        let mut process = Command::new(workspace::ssot())
            .args(["serve", "--quiet", "--port", "0", "--state"])
            .arg(&state)
            .arg(&root)
            .stdout(Stdio::piped())
            .spawn()?;
        let out = process.stdout.take().context("the server says nothing")?;
        let mut served = Self { process, base: String::new(), token };
        let mut link = String::new();
        BufReader::new(out).read_line(&mut link)?;
        let base = link.split_once("/sign-in").context("the server printed no link")?.0;
        base.clone_into(&mut served.base);
        Ok(served)
    }

    /// The text of an address.
    async fn get(&self, path: &str, patience: Duration) -> Result<Vec<u8>> {
        let authorization = hyper::header::AUTHORIZATION;
        let bearer = format!("Bearer {}", self.token.reveal());
        let answer = ask(Ask {
            method: hyper::Method::GET,
            address: format!("{}{path}", self.base),
            headers: vec![(authorization, bearer)],
            body: Vec::new(),
            reach: Reach { private: false, loopback: true },
            largest: PAGE_BYTES,
            patience,
        })
        .await?;
        ensure!(answer.status == 200, "{path} answered with status {}", answer.status);
        Ok(answer.body)
    }

    /// Nanoseconds of CPU that the server has used, all threads together.
    fn cpu(&self) -> Result<u64> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            // A thread that ends meanwhile has nothing to do with a page.
            let Ok(said) = std::fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let used = said.split(' ').next().and_then(|it| it.parse::<u64>().ok());
            sum += used.context("the kernel does not say what a thread used")?;
        }
        Ok(sum)
    }
}

/// Asks for every page and prints what it costs.
pub(super) fn table(corpus: &Corpus, working: &Path, rounds: u32) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measured(corpus, working, rounds))
}

async fn measured(corpus: &Corpus, working: &Path, rounds: u32) -> Result<String> {
    let served = Served::start(corpus, working).await?;
    let minute = Duration::from_mins(1);
    let projects: Value = serde_json::from_slice(&served.get("/api/v1/projects", minute).await?)?;
    let project = projects[0]["project"].as_str().context("there is no project")?.to_owned();
    // The first question waits until the repository has been read.
    let findings = format!("/api/v1/projects/{project}/findings");
    let findings: Value = serde_json::from_slice(&served.get(&findings, READING).await?)?;
    let worst = findings["findings"][0]["id"].as_str().context("nothing was found")?.to_owned();
    let base = format!("/p/{project}");
    let pages = [
        ("projects", "/".to_owned()),
        ("settings", "/settings".to_owned()),
        ("overview", base.clone()),
        ("findings", format!("{base}/findings")),
        ("findings, a word and a page", format!("{base}/findings?text=get&page=3")),
        ("findings, everything by rule", format!("{base}/findings?show=all&group=rule")),
        ("concept", format!("{base}/concepts/{worst}")),
        ("plan", format!("{base}/plan")),
        ("runs", format!("{base}/runs")),
        ("chat", format!("{base}/chat")),
    ];
    let mut text = String::from(
        "| page | KiB | CPU ms, median | CPU ms, 95th percentile |\n|---|---|---|---|\n",
    );
    for (name, path) in pages {
        let (mut costs, mut bytes) = (Vec::new(), 0);
        // The first time fills what is kept, the past of a concept among it.
        served.get(&path, minute).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..ASKED * rounds as usize {
            let before = served.cpu()?;
            bytes = served.get(&path, minute).await?.len();
            costs.push(served.cpu()? - before);
        }
        costs.sort_unstable();
        let at = |percent: usize| costs[(costs.len() - 1) * percent / 100] as f64 / 1e6;
        let (median, high, kib) = (at(50), at(95), bytes.div_ceil(1024));
        eprintln!("{name}: {kib} KiB, {median:.1} ms, {high:.1} ms");
        // Writing to a text does not fail.
        let _ = writeln!(text, "| {name} | {kib} | {median:.1} | {high:.1} |");
    }
    Ok(text)
}
