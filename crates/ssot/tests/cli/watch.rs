//! `ssot watch`, and `ssot pause`, `ssot continue` and `ssot cancel` on what it shows.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::project;
use crate::support::{Repo, command};

/// A run in a process of its own, and what somebody sees who watches it.
struct Watched {
    run: Child,
    watch: Child,
    lines: Lines<BufReader<ChildStdout>>,
    seen: Vec<Value>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        for process in [&mut self.run, &mut self.watch] {
            // It may have ended by itself.
            _ = process.kill();
            _ = process.wait();
        }
    }
}

impl Watched {
    fn start(repo: &Repo) -> Self {
        let mut run = command(repo.path(), &["run"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Its first line says that the log knows it.
        let mut said = BufReader::new(run.stderr.take().unwrap());
        said.read_line(&mut String::new()).unwrap();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let mut watch = command(repo.path(), &["watch", "--format", "json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(watch.stdout.take().unwrap()).lines();
        Self { run, watch, lines, seen: Vec::new() }
    }

    /// Reads on until an event, which is given.
    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        for line in self.lines.by_ref() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            self.seen.push(event.clone());
            if is_it(&event) {
                return event;
            }
        }
        panic!("the log ended before it: {:#?}", self.seen.last());
    }

    fn until_kind(&mut self, kind: &str) -> Value {
        self.until(|event| event["kind"] == kind)
    }

    fn exit_codes(mut self) -> (Option<i32>, Option<i32>, Vec<Value>) {
        let codes = (self.run.wait().unwrap().code(), self.watch.wait().unwrap().code());
        (codes.0, codes.1, std::mem::take(&mut self.seen))
    }
}

fn is_about_the_untouched_tree(event: &Value) -> bool {
    event["kind"] == "gate_completed" && event["gate"] == "tests" && event["phase"] == "before"
}

#[test]
fn a_run_that_is_paused_starts_nothing_until_it_is_let_go_on() {
    let repo = project::tested();
    let mut watched = Watched::start(&repo);
    watched.until_kind("agent_started");
    repo.ssot(&["continue", "latest", "--by", "Ada"]).expect(2).says(&["it is not paused"]);
    repo.ssot(&["pause", "latest", "--by", " "]).expect(2).says(&["--by"]);
    repo.ssot(&["pause", "latest", "--by", "Ada"]).expect(0);
    watched.until_kind("run_paused");
    repo.ssot(&["pause", "latest", "--by", "Ada"]).expect(2).says(&["paused already"]);
    let status = repo.ssot(&["status"]).expect(0).stdout;
    assert!(status.contains("paused by Ada") && status.contains("ssot continue "), "{status}");
    // From here on packages would start.
    watched.until(is_about_the_untouched_tree);
    let before = watched.seen.len();
    let said = repo.ssot(&["continue", "latest", "--by", "Grace", "--format", "json"]).expect(0);
    assert_eq!(said.json()["told"], "continue");
    watched.until_kind("run_continued");
    let started = |event: &Value| event["kind"] == "package_changed" && event["state"] != "queued";
    assert!(!watched.seen.iter().any(started), "{:#?}", &watched.seen[before..]);
    watched.until_kind("run_completed");
    let (run, watch, seen) = watched.exit_codes();
    assert_eq!((run, watch), (Some(0), Some(0)));
    let numbers: Vec<u64> = seen.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());

    repo.ssot(&["cancel", "latest", "--by", "Ada"]).expect(2).says(&["it has ended"]);
    repo.ssot(&["report", "--verify"]).expect(0);
    // The record of a run that ended reads like the run.
    let id = seen[0]["run"].as_str().unwrap();
    let record = repo.ssot(&["watch", id]).expect(0).stdout;
    for words in ["paused by Ada", "Grace lets it go on", "\u{2713} p", "ended: complete"] {
        assert!(record.contains(words), "{words} is not in:\n{record}");
    }
    let again = repo.ssot(&["watch", "--format", "json"]).expect(0).stdout;
    assert_eq!(again.lines().count(), seen.len());
}

#[test]
fn a_run_that_is_cancelled_stops_and_is_taken_up_to_the_same_end() {
    let repo = project::tested();
    repo.ssot(&["watch"]).expect(2).says(&["ssot run"]);
    let mut watched = Watched::start(&repo);
    watched.until_kind("agent_started");
    repo.ssot(&["pause", "latest", "--by", "Ada"]).expect(0);
    watched.until(is_about_the_untouched_tree);
    repo.ssot(&["cancel", "latest", "--by", "Ada"]).expect(0);
    let end = watched.until_kind("run_completed");
    assert_eq!(end["outcome"], "cancelled");
    let (run, watch, seen) = watched.exit_codes();
    assert_eq!((run, watch), (Some(130), Some(1)));
    assert!(!seen.iter().any(|event| event["kind"] == "package_landed"));
    repo.ssot(&["watch", "r-20260301-101500-3f9a"]).expect(2).says(&["there is no run"]);

    // Neither the pause nor the end is remembered by who takes it up.
    repo.ssot(&["resume", "--quiet"]).expect(0);
    let undisturbed = project::tested();
    undisturbed.ssot(&["run", "--quiet"]).expect(0);
    assert_eq!(repo.tree("ssot/consolidate"), undisturbed.tree("ssot/consolidate"));
}

/// Watches in a terminal of its own, ends it by a key or a signal, and says what the terminal
/// was told and whether it is as it was.
const ON_A_TERMINAL: &str = r#"
import fcntl, os, pty, signal, struct, sys, termios

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    for number in range(3):
        os.dup2(slave, number)
    os.execv(sys.argv[2], [sys.argv[2], "watch"])
said = b""
while b"complete" not in said:
    said += os.read(master, 65536)
drawn = termios.tcgetattr(slave)
if sys.argv[1] == "key":
    os.write(master, b"q")
else:
    os.kill(child, getattr(signal, sys.argv[1]))
while b"\x1b[?1049l" not in said:
    said += os.read(master, 65536)
_, status = os.waitpid(child, 0)
raw = drawn[3] & (termios.ICANON | termios.ECHO) == 0
print(raw, termios.tcgetattr(slave) == before, b"\x1b[?1049h" in said, os.waitstatus_to_exitcode(status))
"#;

#[test]
fn the_terminal_is_given_back_however_the_watch_ends() {
    let repo = project::tested();
    repo.ssot(&["run", "--quiet"]).expect(0);
    for (how, code) in [("key", 0), ("SIGTERM", 130), ("SIGINT", 130), ("SIGHUP", 130)] {
        let output = Command::new("python3")
            .args(["-c", ON_A_TERMINAL, how, env!("CARGO_BIN_EXE_ssot")])
            .current_dir(repo.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.trim(), format!("True True True {code}"), "{how}: {complaint}");
    }
}
