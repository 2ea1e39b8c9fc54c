//! Running any other command of the repository, and what it cost.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ssot_model::GateCommand;

use super::scratch::{Scratch, write};
use super::services::split_command;
use super::{Place, Runner, RunnerError, Sources, tail};
use crate::git::Worktree;
use crate::process::Ending;

const MEASURE: &str = include_str!("ssot_measure.py");
/// Largest output that is read, in bytes.
const OUTPUT_BYTES: u64 = 32 * 1024 * 1024;

/// One execution of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRun {
    /// Whether it ended with exit code 0.
    pub success: bool,
    /// How it ended, in words.
    pub ending: String,
    /// Whether it was killed because its time was up.
    pub timed_out: bool,
    /// Everything it wrote, with `.` for the root of the tree; none when that is longer
    /// than can be compared.
    pub output: Option<String>,
    /// CPU time of all its processes, in milliseconds; none when it was killed.
    pub cpu_millis: Option<u64>,
    /// Largest resident size of one of its processes, in KiB; none when it was killed.
    pub peak_kib: Option<u64>,
}

impl Runner {
    /// Runs a command in a worktree, in the same sandbox and environment as the tests, and
    /// puts the worktree back afterwards.
    pub async fn run_command(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
        command: &GateCommand,
    ) -> Result<CommandRun, RunnerError> {
        let words = split_command(&command.command)?;
        let scratch = Scratch::create(&self.mark)?;
        scratch.write_probe(sources.modules)?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let script = scratch.probe().join("ssot_measure.py");
        write(&script, MEASURE)?;
        let (output, cost) = (scratch.path().join("output"), scratch.path().join("cost"));
        let python = self.python()?;
        let measured = [python, &script, &output, &cost].map(text);
        let words = self.among_services(&scratch, measured.into_iter().chain(words).collect())?;
        let limit = Duration::from_secs(command.timeout_seconds);
        let directory = tree.path().join(&command.directory);
        let line = self.line(&scratch, Place::of(tree), sources, &words, (&directory, limit))?;
        let finished = self.execute(&scratch, &line).await;
        let read = |path: &Path| read_text(path, OUTPUT_BYTES);
        let (cost, output) = (read(&cost), read(&output));
        let root = text(tree.path());
        let tree = tree.clone();
        let restored = tokio::task::spawn_blocking(move || tree.restore()).await;
        restored.map_err(|error| RunnerError::Sandbox(error.to_string()))??;
        let finished = finished?;
        self.demand_services(&scratch)?;
        let output = output.map(|output| output.replace(&root, "."));
        // Without a cost the command never ran or never ended, and what is said about that counts.
        let output = if cost.is_some() { output } else { Some(tail(&finished)) };
        let mut cost = cost.iter().flat_map(|text| text.split_whitespace());
        let mut figure = || cost.next().and_then(|figure| figure.parse().ok());
        Ok(CommandRun {
            success: finished.ending.success(),
            ending: finished.ending.to_string(),
            timed_out: finished.ending == Ending::TimedOut,
            output,
            cpu_millis: figure(),
            peak_kib: figure(),
        })
    }
}

/// A regular file's text, unless it is too long: the command may have put anything there.
pub(super) fn read_text(path: &Path, most: u64) -> Option<String> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    let readable = metadata.is_file() && metadata.len() <= most;
    let bytes = readable.then(|| std::fs::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
