//! `ssot serve`, as a client of its API meets it. What it refuses and whom is tested in its own
//! crate; `cargo xtask browser` looks at its pages.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::project;
use crate::support::command;

/// A server at work and the session of its owner.
struct Server {
    process: Child,
    address: String,
    cookie: String,
    project: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl Server {
    fn start(repository: &Path, state: &Path) -> Self {
        Self::start_at(repository, state, "0")
    }

    fn start_at(repository: &Path, state: &Path, port: &str) -> Self {
        let state = state.to_str().unwrap();
        let mut process =
            command(repository, &["serve", "--port", port, "--quiet", "--state", state])
                .arg(repository)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let mut link = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut link).unwrap();
        let (origin, code) = link.trim().split_once("/sign-in#").unwrap();
        let address = origin.trim_start_matches("http://").to_owned();
        let mut server = Self { process, address, cookie: String::new(), project: String::new() };
        let (_, head) = server.ask("POST", "/api/v1/sign-in", &json!({ "code": code }));
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut server.cookie);
        let (projects, _) = server.ask("GET", "/api/v1/projects", &Value::Null);
        projects[0]["project"].as_str().unwrap().clone_into(&mut server.project);
        server
    }

    fn connect(&self, method: &str, path: &str, body: &Value) -> BufReader<TcpStream> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (address, cookie) = (&self.address, &self.cookie);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Cookie: {cookie}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        BufReader::new(stream)
    }

    /// The body and the head of an answer that is a success.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (Value, String) {
        let mut answer = String::new();
        self.connect(method, path, body).read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {answer}");
        (serde_json::from_str(body).unwrap_or(Value::Null), head.to_owned())
    }

    fn of_project(&self, rest: &str) -> String {
        format!("/api/v1/projects/{}{rest}", self.project)
    }

    /// Reads the events of a stream after a position until one of a kind.
    fn follow(&self, stream: &str, after: u64, last: &str) -> Vec<(u64, String)> {
        let path = self.of_project(&format!("/streams/{stream}/events?after_seq={after}"));
        let mut seen = Vec::new();
        for line in self.connect("GET", &path, &Value::Null).lines() {
            let line = line.unwrap();
            let Some(message) = line.strip_prefix("data: ") else { continue };
            let message: Value = serde_json::from_str(message).unwrap();
            for event in message["events"].as_array().into_iter().flatten() {
                let kind = event["kind"].as_str().unwrap().to_owned();
                seen.push((event["seq"].as_u64().unwrap(), kind));
            }
            if seen.iter().any(|(_, kind)| kind == last) {
                return seen;
            }
        }
        panic!("the stream ended before {last}: {seen:?}");
    }
}

#[test]
fn a_run_goes_on_when_its_server_is_killed_and_nothing_of_it_is_missing() {
    let (repo, state) = (project::tested(), tempfile::tempdir().unwrap());
    let config = std::fs::read_to_string(repo.path().join("ssot.toml")).unwrap();
    repo.commit(&[("ssot.toml", &format!("{config}\n[budget.total]\nseconds = 5400\n"))]);
    let server = Server::start(repo.path(), state.path());
    let start = json!({ "command_id": "the-only-run" });
    let (started, _) = server.ask("POST", &server.of_project("/runs"), &start);
    let run = started["run"].as_str().unwrap().to_owned();
    let before = server.follow(&run, 0, "agent_started");
    drop(server);

    let server = Server::start(repo.path(), state.path());
    // What was asked for before is not done again.
    let (again, _) = server.ask("POST", &server.of_project("/runs"), &start);
    assert_eq!(again["run"], *run);
    let after = before.last().unwrap().0;
    let rest = server.follow(&run, after, "run_completed");
    let numbers: Vec<u64> = before.iter().chain(&rest).map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let (verified, _) =
        server.ask("GET", &server.of_project(&format!("/runs/{run}/verify")), &Value::Null);
    assert_eq!(
        (verified["events"].as_u64(), &verified["fault"]),
        (Some(numbers.len() as u64), &Value::Null)
    );
    let (report, _) = server.ask("GET", &server.of_project(&format!("/runs/{run}")), &Value::Null);
    assert_eq!(report["outcome"], "complete", "{report}");
    let (runs, _) = server.ask("GET", &server.of_project("/runs"), &Value::Null);
    assert_eq!(runs.as_array().map(Vec::len), Some(1));
    let package = report["packages"][0]["id"].as_str().unwrap();
    let diff = server.of_project(&format!("/runs/{run}/packages/{package}/diff"));
    let (diff, _) = server.ask("GET", &diff, &Value::Null);
    assert!(diff["diff"].as_str().unwrap().starts_with("diff --git"), "{diff}");
    // Its page knows what it might use up.
    let mut page = String::new();
    let path = format!("/p/{}/runs/{run}", server.project);
    server.connect("GET", &path, &Value::Null).read_to_string(&mut page).unwrap();
    assert!(page.contains("of 1 h 30 min"), "{page}");
}

#[test]
fn a_server_that_is_told_to_stop_ends_in_good_order() {
    let (repo, state) = (project::untested(), tempfile::tempdir().unwrap());
    let mut server = Server::start(repo.path(), state.path());
    let (ready, _) = server.ask("GET", "/api/v1/me", &Value::Null);
    assert_eq!(ready["name"], "owner");
    let id = server.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.process.wait().unwrap().success());
    // A run that cannot begin says why, in the words of the program.
    let server = Server::start(repo.path(), state.path());
    let path = server.of_project("/runs");
    let mut answer = String::new();
    let start = json!({ "command_id": "without-tests" });
    server.connect("POST", &path, &start).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 422") && answer.contains("test"), "{answer}");
}

#[test]
fn a_run_is_watched_through_a_server_that_is_killed_meanwhile() {
    let (repo, state) = (project::tested(), tempfile::tempdir().unwrap());
    let server = Server::start(repo.path(), state.path());
    let (address, elsewhere) = (format!("http://{}", server.address), tempfile::tempdir().unwrap());
    let port = server.address.rsplit(':').next().unwrap().to_owned();
    let word = json!({ "command_id": "a-token-for-the-watch", "name": "watch" });
    let (token, _) = server.ask("POST", "/api/v1/tokens", &word);
    let start = json!({ "command_id": "the-only-run" });
    let (started, _) = server.ask("POST", &server.of_project("/runs"), &start);
    let run = started["run"].as_str().unwrap();

    let watch = |args: &[&str]| {
        let mut words = vec!["watch", "--server", &address];
        words.extend(args);
        let mut command = command(elsewhere.path(), &words);
        command.env("SSOT_TOKEN", token["secret"].as_str().unwrap());
        command
    };
    let mut watching = watch(&["--format", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut seen: Vec<Value> = Vec::new();
    let mut until = |kind: &str, seen: &mut Vec<Value>| {
        while seen.last().is_none_or(|event| event["kind"] != kind) {
            let line = lines.next().expect("the watch goes on").unwrap();
            seen.push(serde_json::from_str(&line).unwrap());
        }
    };
    until("agent_started", &mut seen);
    // Killed twice, as nobody is asked: at the beginning, and when packages are at work.
    drop(server);
    let server = Server::start_at(repo.path(), state.path(), &port);
    until("package_changed", &mut seen);
    drop(server);
    let _server = Server::start_at(repo.path(), state.path(), &port);
    until("run_completed", &mut seen);
    assert!(watching.wait().unwrap().success());
    let numbers: Vec<u64> = seen.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());

    // What the log here holds is what came through, to the letter.
    let here = repo.ssot(&["watch", run, "--format", "json"]).expect(0).stdout;
    let here: Vec<Value> = here.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(here, seen);
    let words = watch(&["--project", "nowhere"]).output().unwrap();
    assert_eq!(words.status.code(), Some(2));
    let refused = watch(&[]).env("SSOT_TOKEN", "").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("SSOT_TOKEN"), "{said}");
    let lines = watch(&[run, "--plain"]).output().unwrap();
    assert!(String::from_utf8_lossy(&lines.stdout).contains("ended: complete"));
}

/// Holds a database for itself until its input ends.
const HOLDS: &str = r#"
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"#;

#[test]
fn a_database_that_somebody_holds_is_told_and_nothing_of_it_stays() {
    let (repo, state) = (project::tested(), tempfile::tempdir().unwrap());
    let server = Server::start(repo.path(), state.path());
    let probe = |path: &str| {
        let mut answer = String::new();
        server.connect("GET", path, &Value::Null).read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(probe("/readyz").starts_with("HTTP/1.1 200"));
    let mut holder = Command::new("python3")
        .args(["-c", HOLDS])
        .arg(state.path().join("server.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "held\n");
    // Whoever looks sees everything; whoever wants to change something is told.
    for path in ["/livez", "/api/v1/me", "/settings"] {
        assert!(probe(path).starts_with("HTTP/1.1 200"), "{path}");
    }
    let word = json!({ "command_id": "while-it-is-held", "name": "patient" });
    let mut answer = String::new();
    server.connect("POST", "/api/v1/tokens", &word).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"store\""), "{answer}");
    assert!(probe("/readyz").starts_with("HTTP/1.1 503"));
    drop(holder.stdin.take());
    holder.wait().unwrap();
    // Nothing was done under this word: sent again, it is done.
    let (token, _) = server.ask("POST", "/api/v1/tokens", &word);
    assert!(token["secret"].is_string(), "{token}");
    assert!(probe("/readyz").starts_with("HTTP/1.1 200"));
}
