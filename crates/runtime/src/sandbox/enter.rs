//! The launcher's side: give up rights, then become the command.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set, set_no_new_privs};

use super::{JOB_VARIABLE, Job, Policy, files, syscalls};

/// Files that one process may hold open.
const OPEN_FILES: u64 = 4096;
/// Processes and threads of the user; generous, because the limit counts all
/// of them and not only those of the sandbox. It does not bind root.
const PROCESSES: u64 = 16 * 1024;
/// Largest file that may be written, in bytes.
const FILE_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// What root keeps: rights over files, which Landlock bounds, and the right to
/// become a lesser user. Everything that reaches the machine itself goes.
const KEPT_CAPABILITIES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::NET_BIND_SERVICE);

/// Why the command was not run.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// Not started as a launcher.
    #[error("no sandbox job in the environment; this command is not for direct use")]
    NoJob,
    /// The job cannot be read.
    #[error("the sandbox job cannot be read: {0}")]
    BadJob(#[from] serde_json::Error),
    /// A resource limit was refused.
    #[error("cannot limit {what}: {source}")]
    Limit {
        /// The resource.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A right could not be given up.
    #[error("cannot give up privileges: {0}")]
    Privileges(std::io::Error),
    /// The file rules were refused.
    #[error("cannot restrict file access: {0}")]
    Files(#[from] landlock::RulesetError),
    /// The system call filter was refused.
    #[error("cannot restrict system calls: {0}")]
    Syscalls(#[from] seccompiler::Error),
    /// The command itself could not be started.
    #[error("cannot run `{program}`: {source}")]
    Exec {
        /// The command.
        program: String,
        /// Why.
        source: std::io::Error,
    },
}

/// What the launcher says before the reason when the command was not run; the
/// runner recognises it in the launcher's standard error.
pub const REFUSED: &str = "ssot sandbox: ";

/// The command was not run. The text begins with [`REFUSED`] and belongs on
/// standard error.
#[derive(Debug, thiserror::Error)]
#[error("{REFUSED}{0}")]
pub struct Refused(EnterError);

/// Reads the job that [`super::Launcher`] left in the environment and enters.
pub fn enter_from_environment() -> Result<Infallible, Refused> {
    let job = std::env::var(JOB_VARIABLE).map_err(|_| Refused(EnterError::NoJob))?;
    let job = serde_json::from_str(&job).map_err(|error| Refused(error.into()))?;
    enter_and_exec(&job).map_err(Refused)
}

/// Takes the rights away and becomes the command; returns only to report why
/// the command did not run.
pub fn enter_and_exec(job: &Job) -> Result<Infallible, EnterError> {
    limit_resources(&job.policy)?;
    drop_capabilities()?;
    set_no_new_privs(true).map_err(|source| EnterError::Privileges(source.into()))?;
    files::restrict(&job.policy)?;
    // Last: the filter must not see the calls that set up the other layers.
    syscalls::restrict()?;
    let source = Command::new(&job.program).args(&job.args).env_clear().envs(&job.env).exec();
    Err(EnterError::Exec { program: job.program.clone(), source })
}

fn limit_resources(policy: &Policy) -> Result<(), EnterError> {
    let memory = policy.memory_mib.saturating_mul(1024 * 1024);
    for (what, resource, limit) in [
        ("address space", Resource::As, memory),
        ("core dumps", Resource::Core, 0),
        ("open files", Resource::Nofile, OPEN_FILES),
        ("processes", Resource::Nproc, PROCESSES),
        ("file size", Resource::Fsize, FILE_BYTES),
    ] {
        // Never above what the user was given.
        let hard = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        let limit = Rlimit { current: Some(hard), maximum: Some(hard) };
        setrlimit(resource, limit)
            .map_err(|source| EnterError::Limit { what, source: source.into() })?;
    }
    Ok(())
}

/// Only root has anything to give up: for everybody else the bounding set is
/// out of reach and `no_new_privs` keeps it that way.
fn drop_capabilities() -> Result<(), EnterError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    for capability in CapabilitySet::all().difference(KEPT_CAPABILITIES).iter() {
        match remove_capability_from_bounding_set(capability) {
            // Unknown to this kernel, or root of a container without the right to drop.
            Ok(()) | Err(rustix::io::Errno::INVAL | rustix::io::Errno::PERM) => {}
            Err(source) => return Err(EnterError::Privileges(source.into())),
        }
    }
    Ok(())
}
