//! Services that tests need: started, asked for their health and stopped inside the sandbox
//! of each execution, so that they share its network and end with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use ssot_model::Service;

use super::scratch::{Scratch, write};
use super::{Runner, RunnerError};

const SCRIPT: &str = include_str!("ssot_services.py");
/// Most bytes that are read of what a service said.
const SAID_BYTES: u64 = 64 * 1024;

/// A service as the script reads it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Prepared {
    name: String,
    start: Vec<String>,
    health: Vec<String>,
    stop: Vec<String>,
    ready_seconds: u32,
}

/// Splits a command as a shell would.
pub fn split_command(command: &str) -> Result<Vec<String>, RunnerError> {
    let bad = |source| RunnerError::BadCommand { command: command.to_owned(), source };
    let words = shell_words::split(command).map_err(bad)?;
    if words.is_empty() { Err(RunnerError::NoCommand) } else { Ok(words) }
}

impl Runner {
    /// The same runner with services around every execution of tests and commands.
    pub fn with_services(
        mut self,
        services: &BTreeMap<String, Service>,
    ) -> Result<Self, RunnerError> {
        let prepare = |(name, service): (&String, &Service)| {
            let stop = service.stop.as_deref().map(split_command).transpose()?;
            Ok(Prepared {
                name: name.clone(),
                start: split_command(&service.start)?,
                health: split_command(&service.health)?,
                stop: stop.unwrap_or_default(),
                ready_seconds: service.ready_seconds,
            })
        };
        let services: Result<Vec<_>, RunnerError> = services.iter().map(prepare).collect();
        self.services = services?.into();
        Ok(self)
    }

    /// The words of a command with the services around it.
    pub(super) fn among_services(
        &self,
        scratch: &Scratch,
        command: Vec<String>,
    ) -> Result<Vec<String>, RunnerError> {
        if self.services.is_empty() {
            return Ok(command);
        }
        let directory = directory(scratch);
        std::fs::create_dir_all(&directory).map_err(|e| RunnerError::io(&directory, e))?;
        let (script, list) = (directory.join("ssot_services.py"), directory.join("services.json"));
        write(&script, SCRIPT)?;
        write(&list, &serde_json::to_string(&self.services[..])?)?;
        let python = self.python()?.to_string_lossy().into_owned();
        // Isolated: its own imports are no record of what the tests imported.
        let mut words = vec![python, "-I".to_owned()];
        let files = [&script, &list, &directory];
        words.extend(files.map(|path| path.to_string_lossy().into_owned()));
        words.extend(command);
        Ok(words)
    }

    /// An error when a service did not come up, so that nothing was run.
    pub(super) fn demand_services(&self, scratch: &Scratch) -> Result<(), RunnerError> {
        if self.services.is_empty() {
            return Ok(());
        }
        let said = super::command::read_text(&directory(scratch).join("failed"), SAID_BYTES);
        said.map_or(Ok(()), |said| Err(RunnerError::Service(said.trim().to_owned())))
    }
}

fn directory(scratch: &Scratch) -> PathBuf {
    scratch.path().join("services")
}
