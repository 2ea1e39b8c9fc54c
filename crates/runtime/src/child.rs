//! This program started once more, to do something that outlives a request.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::sync::watch;

use crate::environment::Environment;
use crate::files::read_text;
use crate::process::Ending;

/// How the program is started once more.
#[derive(Debug, Clone)]
pub struct Starter {
    program: PathBuf,
    environment: Environment,
}

/// What is left of a child: how it ended, and what it said last.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How.
    pub ending: Ending,
    /// What it said on standard error.
    pub said: String,
}

/// A child at work. It goes on when this is dropped.
#[derive(Debug, Clone)]
pub struct Child {
    process: Option<Pid>,
    ended: watch::Receiver<Option<Ended>>,
}

/// Largest file of what a child said that is read, in bytes.
const LARGEST_SAID: u64 = 256 * 1024;

impl Starter {
    /// Starts the running program, with an environment.
    pub fn this_executable(environment: Environment) -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, environment })
    }

    /// Starts it in a directory and in a process group of its own: what stops this process
    /// from a terminal does not stop the child. What it says goes to a file, so that it can go
    /// on speaking when this process is gone.
    pub fn start(
        &self,
        directory: &Path,
        words: &[OsString],
        said: &Path,
    ) -> std::io::Result<Child> {
        let variables: BTreeMap<_, _> = self.environment.iter().collect();
        let mut child = Command::new(&self.program)
            .args(words)
            .current_dir(directory)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(said)?)
            .process_group(0)
            .spawn()?;
        let process = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let (tell, ended) = watch::channel(None);
        let said = said.to_owned();
        tokio::spawn(async move {
            let ending = child.wait().await.map_or(Ending::Killed(None), Ending::from);
            let said = read_text(&said, LARGEST_SAID).unwrap_or_default();
            // Nobody listens any more when this fails.
            _ = tell.send(Some(Ended { ending, said }));
        });
        Ok(Child { process, ended })
    }
}

impl Child {
    /// How it ended, once it has.
    pub fn ended(&self) -> Option<Ended> {
        self.ended.borrow().clone()
    }

    /// Waits until it has ended.
    pub async fn wait(&mut self) -> Option<Ended> {
        self.ended.wait_for(Option::is_some).await.ok()?.clone()
    }

    /// Asks it to stop, as an interrupt at a terminal does. One that has ended is left alone.
    pub fn interrupt(&self) {
        if self.ended().is_none()
            && let Some(process) = self.process
        {
            // The only expected error is that it has just ended.
            _ = kill_process(process, Signal::INT);
        }
    }
}
