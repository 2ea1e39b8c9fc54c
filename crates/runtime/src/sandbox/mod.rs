//! The sandbox around the repository's own code.
//!
//! The program re-executes itself: the outer process starts the launcher with
//! a [`Job`] in one environment variable; the launcher, still single-threaded,
//! takes away its own rights and then becomes the command. No `fork` handler
//! and no unsafe code is needed, and a launcher that cannot restrict itself
//! never runs the command.

mod enter;
mod files;
mod layers;
mod syscalls;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process::CommandLine;
use crate::usage::Meter;

pub use enter::{EnterError, REFUSED, Refused, enter_and_exec, enter_from_environment};
pub use layers::{Layers, probe_layers};

/// The variable in which the launcher finds its [`Job`].
pub const JOB_VARIABLE: &str = "SSOT_SANDBOX_JOB";
/// The variable that marks every process of one execution.
pub const MARK_VARIABLE: &str = "SSOT_SANDBOX";

/// What the command may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Directories that it may change.
    pub writable: Vec<PathBuf>,
    /// Directories and files that it may read and execute, besides the system's.
    pub readable: Vec<PathBuf>,
    /// Largest address space of one process, in MiB.
    pub memory_mib: u64,
    /// Whether it may use the network of this machine.
    #[serde(default)]
    pub network: bool,
}

/// The command and its policy, as the launcher gets them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What the command may do.
    pub policy: Policy,
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
}

/// How this program starts itself as the launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher {
    /// An executable that calls [`enter_from_environment`] for `args`.
    pub program: PathBuf,
    /// The arguments that lead there, for example a hidden subcommand.
    pub args: Vec<String>,
}

impl Launcher {
    /// The running executable with its hidden subcommand.
    pub fn this_executable(subcommand: &str) -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, args: vec![subcommand.to_owned()] })
    }

    /// The command line that runs `job` in `directory` inside all layers that
    /// the machine offers.
    pub fn command_line(
        &self,
        job: &Job,
        directory: &Path,
        timeout: Duration,
    ) -> Result<CommandLine, serde_json::Error> {
        let mut words: Vec<OsString> = vec![self.program.clone().into_os_string()];
        words.extend(self.args.iter().map(OsString::from));
        if let Some(outer) = &probe_layers().bubblewrap {
            words = layers::bubblewrap_words(outer, &job.policy).into_iter().chain(words).collect();
        }
        let program = words.remove(0);
        let mut env: BTreeMap<OsString, OsString> = BTreeMap::new();
        env.insert(JOB_VARIABLE.into(), serde_json::to_string(job)?.into());
        // The mark must be there from the first instant, not from the `exec` on.
        if let Some(mark) = job.env.get(MARK_VARIABLE) {
            env.insert(MARK_VARIABLE.into(), mark.into());
        }
        let directory = directory.to_path_buf();
        let meter = Meter::default();
        Ok(CommandLine { program, args: words, directory, env, timeout, meter })
    }
}
