//! A process that is talked with while it runs.

use std::process::Stdio;

use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::{
    Captured, CommandLine, DRAIN_GRACE, Ending, FIRST_COUNT, Group, LONGEST_COUNT, ProcessError,
};
use crate::usage::{Meter, cpu_of_group, cpu_when_ended};

/// A process with both ends of its pipes.
#[derive(Debug)]
pub struct Piped {
    /// What it reads.
    pub stdin: ChildStdin,
    /// What it writes.
    pub stdout: ChildStdout,
    /// The process itself.
    pub running: Running,
}

/// A process at work. Dropping it kills its whole group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Group,
    stderr: JoinHandle<Captured>,
    counting: Counting,
    program: String,
}

/// Counts what a group costs until it is dropped.
#[derive(Debug)]
struct Counting {
    task: JoinHandle<()>,
    meter: Meter,
    counted: tokio::sync::watch::Receiver<u64>,
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Piped {
    /// Starts a command; its own limit of time is for whoever talks with it to keep.
    pub fn start(line: &CommandLine) -> Result<Self, ProcessError> {
        let mut child = line.spawn(Stdio::piped())?;
        let group = Group::of(&child);
        let gone = || line.failed(std::io::Error::other("it has no pipes"));
        let (stdin, stdout) = child.stdin.take().zip(child.stdout.take()).ok_or_else(gone)?;
        let err = child.stderr.take();
        let stderr = tokio::spawn(async move {
            let mut captured = Captured::default();
            captured.read_from(err).await;
            captured
        });
        let counting = Counting::start(&group, line.meter.clone());
        let program = line.program.display().to_string();
        let running = Running { child, group, stderr, counting, program };
        Ok(Self { stdin, stdout, running })
    }
}

impl Running {
    /// Waits until it has ended by itself.
    pub async fn wait(&mut self) -> Result<Ending, ProcessError> {
        let id = self.group.0;
        let ended = tokio::task::spawn_blocking(move || id.map_or(0, cpu_when_ended));
        let cpu = ended.await.unwrap_or(0);
        self.counting.settle(cpu);
        let program = &self.program;
        let status = self.child.wait().await;
        let status = status.map_err(|source| ProcessError { program: program.clone(), source })?;
        Ok(status.into())
    }

    /// Kills what is left of it, and gives what it said on standard error.
    pub async fn end(mut self) -> Captured {
        self.group.kill();
        // A process that left the group may hold the pipe open for ever.
        let said = tokio::time::timeout(DRAIN_GRACE, &mut self.stderr).await;
        said.ok().and_then(Result::ok).unwrap_or_default()
    }
}

impl Counting {
    fn start(group: &Group, meter: Meter) -> Self {
        let (tell, counted) = tokio::sync::watch::channel(0);
        let (id, counter) = (group.0, meter.clone());
        let task = tokio::spawn(async move {
            let Some(id) = id else { return };
            let mut pause = FIRST_COUNT;
            let mut known = 0;
            loop {
                tokio::time::sleep(pause).await;
                let now = cpu_of_group(id);
                counter.add(now.saturating_sub(known));
                known = known.max(now);
                if tell.send(known).is_err() {
                    return;
                }
                pause = (pause * 2).min(LONGEST_COUNT);
            }
        });
        Self { task, meter, counted }
    }

    /// What the process cost altogether is known now.
    fn settle(&mut self, cpu: u64) {
        self.task.abort();
        self.meter.add(cpu.saturating_sub(*self.counted.borrow()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    use super::super::{CommandLine, Ending, Meter};
    use super::Piped;

    fn shell(script: &str) -> CommandLine {
        CommandLine {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            directory: "/".into(),
            env: [("PATH".into(), "/usr/bin:/bin".into())].into(),
            timeout: Duration::from_mins(1),
            meter: Meter::default(),
        }
    }

    #[tokio::test]
    async fn it_answers_while_it_runs_and_is_gone_when_it_is_ended() {
        let line = shell("read word; echo got $word; echo aside >&2; exit 3");
        let mut piped = Piped::start(&line).expect("starts");
        piped.stdin.write_all(b"tea\n").await.expect("written");
        let mut said = BufReader::new(piped.stdout).lines();
        assert_eq!(said.next_line().await.expect("read").as_deref(), Some("got tea"));
        assert_eq!(piped.running.wait().await.expect("waited"), Ending::Exited(3));
        assert_eq!(piped.running.end().await.text(), "aside\n");
    }

    #[tokio::test]
    async fn what_does_not_end_is_killed_with_its_children() {
        let piped = Piped::start(&shell("sleep 100 & echo begun; wait")).expect("starts");
        let mut said = BufReader::new(piped.stdout).lines();
        assert_eq!(said.next_line().await.expect("read").as_deref(), Some("begun"));
        piped.running.end().await;
        // The pipe is closed because nobody is left who could write into it.
        assert_eq!(said.next_line().await.expect("read"), None);
    }
}
