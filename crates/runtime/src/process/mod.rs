//! Running a command: own process group, nothing inherited, time and output
//! bounded, and no way to take an unknown ending for success.

mod piped;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use crate::usage::{Meter, cpu_of_group, cpu_when_ended};

pub use piped::{Piped, Running};

/// Bytes kept from the beginning of each output stream.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Bytes kept from the end of each output stream.
pub const TAIL_BYTES: usize = 64 * 1024;
/// How long a pipe is read on after the process group is gone: a process that
/// left the group may hold it open for ever.
const DRAIN_GRACE: Duration = Duration::from_secs(2);
/// Passes over the process table until no marked process is left.
const TERMINATE_ROUNDS: usize = 20;
const READ_CHUNK: usize = 16 * 1024;
/// When CPU time is counted first, and how long the growing pauses between counts become.
const FIRST_COUNT: Duration = Duration::from_millis(20);
const LONGEST_COUNT: Duration = Duration::from_millis(320);

/// What is run, completely: nothing comes from the surroundings.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// The program, searched on `PATH` of `env` when it has no slash.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The working directory.
    pub directory: PathBuf,
    /// The whole environment.
    pub env: BTreeMap<OsString, OsString>,
    /// After this time the process group is killed.
    pub timeout: Duration,
    /// Counts its CPU time, also while it runs.
    pub meter: Meter,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With an exit code.
    Exited(i32),
    /// By a signal, or in a way that left no exit code.
    Killed(Option<i32>),
    /// Its time was up.
    TimedOut,
}

impl Ending {
    /// Only exit code 0 is success; a missing code is a failure.
    pub fn success(self) -> bool {
        self == Self::Exited(0)
    }
}

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        status.code().map_or_else(|| Self::Killed(status.signal()), Self::Exited)
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Killed(Some(signal)) => write!(f, "killed by signal {signal}"),
            Self::Killed(None) => f.write_str("ended without an exit code"),
            Self::TimedOut => f.write_str("its time was up"),
        }
    }
}

/// An output stream, bounded: its beginning and its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
}

impl Captured {
    fn push(&mut self, mut bytes: &[u8]) {
        let room = HEAD_BYTES - self.head.len();
        if room > 0 {
            let (first, rest) = bytes.split_at(room.min(bytes.len()));
            self.head.extend_from_slice(first);
            bytes = rest;
        }
        self.tail.extend(bytes);
        let excess = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..excess);
        self.dropped += excess as u64;
    }

    async fn read_from(&mut self, stream: Option<impl AsyncRead + Unpin>) {
        let Some(mut stream) = stream else { return };
        let mut chunk = vec![0; READ_CHUNK];
        // An unreadable pipe ends the capture; the exit status decides what it means.
        while let Ok(count @ 1..) = stream.read(&mut chunk).await {
            self.push(&chunk[..count]);
        }
    }

    /// The text with a remark where something was left out.
    pub fn text(&self) -> String {
        let mut bytes = self.head.clone();
        if self.dropped > 0 {
            bytes.extend(format!("\n[... {} bytes left out ...]\n", self.dropped).into_bytes());
        }
        bytes.extend(&self.tail);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The last `lines` lines.
    pub fn last_lines(&self, lines: usize) -> String {
        let text = self.text();
        let all: Vec<&str> = text.trim_end().lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

/// A process that came to an end, whichever.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub ending: Ending,
    /// What it wrote to its standard output.
    pub stdout: Captured,
    /// What it wrote to its standard error.
    pub stderr: Captured,
}

/// The process never ran, or nobody could wait for it.
#[derive(Debug, thiserror::Error)]
#[error("cannot run `{program}`: {source}")]
pub struct ProcessError {
    /// The program.
    pub program: String,
    /// Why.
    pub source: std::io::Error,
}

/// Kills the process group when it goes out of scope, so that neither an early
/// return nor a dropped future leaves a process behind.
#[derive(Debug)]
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn kill(&mut self) {
        if let Some(group) = self.0.take() {
            // The only expected error is that nobody is left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

impl CommandLine {
    /// The same with more words behind its own.
    #[must_use]
    pub fn followed_by(&self, words: Vec<String>) -> Self {
        let args = self.args.iter().cloned().chain(words.into_iter().map(OsString::from));
        Self { args: args.collect(), ..self.clone() }
    }

    fn failed(&self, source: std::io::Error) -> ProcessError {
        ProcessError { program: self.program.display().to_string(), source }
    }

    /// Starts it in a process group of its own.
    fn spawn(&self, stdin: Stdio) -> Result<Child, ProcessError> {
        Command::new(&self.program)
            .args(&self.args)
            .current_dir(&self.directory)
            .env_clear()
            .envs(&self.env)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| self.failed(source))
    }
}

/// Runs a command to its end. Dropping the future kills the whole group.
pub async fn run(line: &CommandLine) -> Result<Finished, ProcessError> {
    let mut child = line.spawn(Stdio::null())?;
    let mut group = Group::of(&child);
    // Without an id it has ended already, and nobody knows what it cost.
    let id = group.0;
    let mut counted = 0;
    let mut count = |millis: u64| {
        line.meter.add(millis.saturating_sub(counted));
        counted = counted.max(millis);
    };
    let mut ended = tokio::task::spawn_blocking(move || id.map_or(0, cpu_when_ended));
    let (mut stdout, mut stderr) = (Captured::default(), Captured::default());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let waited = {
        let reading = async { tokio::join!(stdout.read_from(out), stderr.read_from(err)) };
        tokio::pin!(reading);
        let waiting = tokio::time::timeout(line.timeout, &mut ended);
        tokio::pin!(waiting);
        let (mut drained, mut pause) = (false, FIRST_COUNT);
        let waited = loop {
            tokio::select! {
                waited = &mut waiting => break waited,
                _ = &mut reading, if !drained => drained = true,
                () = tokio::time::sleep(pause) => {
                    count(id.map_or(0, cpu_of_group));
                    pause = (pause * 2).min(LONGEST_COUNT);
                }
            }
        };
        // Also after a regular end: what stayed behind in the group goes now.
        group.kill();
        if !drained {
            let _ = tokio::time::timeout(DRAIN_GRACE, &mut reading).await;
        }
        waited
    };
    let (timed_out, cpu) = match waited {
        Ok(cpu) => (false, cpu),
        Err(_) => (true, ended.await),
    };
    let status = child.wait().await.map_err(|source| line.failed(source))?;
    let ending = if timed_out { Ending::TimedOut } else { status.into() };
    count(cpu.unwrap_or(0));
    Ok(Finished { ending, stdout, stderr })
}

/// Kills every process whose environment holds `variable` with a value that
/// begins with `prefix`: those that left their group and those that survived
/// a death of this program. A process that cleared its environment escapes.
pub fn terminate_marked(variable: &str, prefix: &str) {
    let needle = format!("{variable}={prefix}").into_bytes();
    for _ in 0..TERMINATE_ROUNDS {
        let marked = marked_processes(&needle);
        if marked.is_empty() {
            return;
        }
        for process in marked {
            let _ = kill_process(process, Signal::KILL);
        }
        // A killed process is listed until it is reaped.
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn marked_processes(needle: &[u8]) -> Vec<Pid> {
    let own = std::process::id();
    let Ok(table) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    table
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|id| *id != own)
        .filter(|id| {
            // Unreadable: another user's, or gone, or a zombie.
            std::fs::read(format!("/proc/{id}/environ")).is_ok_and(|environment| {
                environment.split(|byte| *byte == 0).any(|pair| pair.starts_with(needle))
            })
        })
        .filter_map(|id| Pid::from_raw(i32::try_from(id).ok()?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, Ending, HEAD_BYTES, Meter, TAIL_BYTES, run};
    use std::time::{Duration, Instant};

    fn shell(script: &str, timeout: Duration) -> CommandLine {
        CommandLine {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            directory: "/".into(),
            env: [("PATH".into(), "/usr/bin:/bin".into())].into(),
            timeout,
            meter: Meter::default(),
        }
    }

    #[tokio::test]
    async fn only_exit_code_zero_is_success() {
        for (script, success) in [("exit 0", true), ("exit 3", false), ("kill -9 $$", false)] {
            let finished = run(&shell(script, Duration::from_secs(10))).await.expect("starts");
            assert_eq!(finished.ending.success(), success, "{script}: {:?}", finished.ending);
        }
    }

    #[tokio::test]
    async fn cpu_time_is_counted_with_that_of_children() {
        let burn = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let script = format!("/bin/sh -c '{burn}'");
        let line = shell(&script, Duration::from_mins(1));
        let finished = run(&line).await.expect("starts");
        assert!(line.meter.millis() >= 20, "{}", line.meter.millis());
        assert!(finished.ending.success());
    }

    #[tokio::test]
    async fn a_missing_program_is_an_error() {
        let mut line = shell("", Duration::from_secs(1));
        line.program = "/nowhere/at/all".into();
        assert!(run(&line).await.is_err());
    }

    #[tokio::test]
    async fn a_hanging_group_is_killed_with_its_children() {
        let begun = Instant::now();
        let line = shell("sleep 100 & echo begun; wait", Duration::from_millis(300));
        let finished = run(&line).await.expect("starts");
        assert_eq!(finished.ending, Ending::TimedOut);
        assert_eq!(finished.stdout.text(), "begun\n");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn output_is_bounded_and_keeps_both_ends() {
        let script = "echo first; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last";
        let finished = run(&shell(script, Duration::from_secs(20))).await.expect("starts");
        let text = finished.stdout.text();
        assert!(text.starts_with("first\n") && text.ends_with("last\n"));
        assert!(text.len() < HEAD_BYTES + TAIL_BYTES + 100 && text.contains("bytes left out"));
    }

    #[tokio::test]
    async fn dropping_the_future_kills_the_group() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let file = directory.path().join("alive");
        let script = format!("sleep 1; touch {}", file.display());
        let line = shell(&script, Duration::from_secs(10));
        let cut = tokio::time::timeout(Duration::from_millis(200), run(&line)).await;
        assert!(cut.is_err());
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(!file.exists());
    }
}
