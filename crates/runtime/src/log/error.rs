//! What can go wrong with the log, and what to do about it.

use std::path::PathBuf;

use ssot_model::RunId;

use super::MAX_EVENT_BYTES;

/// Why the log did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error(
        "cannot open the event log {}: {reason}; check that its directory exists and can be written",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is something else.
    #[error("{} is not an event log of ssot ({reason}); move it away", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// The file was written by a newer program.
    #[error(
        "the event log {} has version {found}, this program knows {known}; use a newer ssot",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A setting on which durability rests did not take effect.
    #[error(
        "the event log {} refuses {setting} = {wanted} and has `{found}`; put it on a local file system",
        path.display()
    )]
    Setting {
        /// The file.
        path: PathBuf,
        /// The name of the setting.
        setting: &'static str,
        /// What it has to be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// Reading failed.
    #[error("cannot read the event log: {0}; check the disk, then try again")]
    Read(String),
    /// An event is not what was written.
    #[error(
        "event {seq} of run {run} is damaged: {reason}; `verify` tells how far the log is sound"
    )]
    Damaged {
        /// The run.
        run: RunId,
        /// Its number.
        seq: u64,
        /// How that shows.
        reason: String,
    },
    /// There is no such run.
    #[error("the event log knows no run {0}; `ssot status` lists the runs")]
    UnknownRun(RunId),
    /// A write or a sync failed; nothing is acknowledged any more.
    #[error(
        "the event log stopped, a write failed: {0}; make room or repair the disk, then resume the run"
    )]
    Stopped(String),
    /// Another process has taken the run over.
    #[error(
        "run {run} was taken over: this process began epoch {ours}, the log is at {current}; leave it to the other"
    )]
    Superseded {
        /// The run.
        run: RunId,
        /// The epoch of this process.
        ours: u32,
        /// The epoch of the log.
        current: u32,
    },
    /// The event is too large to be kept.
    #[error(
        "the event of step {step} in run {run} has {bytes} bytes, the limit is {MAX_EVENT_BYTES}; shorten its texts"
    )]
    TooLarge {
        /// The run.
        run: RunId,
        /// The step.
        step: String,
        /// Size of its JSON.
        bytes: usize,
    },
    /// The log was closed by this process.
    #[error("the event log is closed; open it again")]
    Closed,
}

impl LogError {
    pub(super) fn read(error: &sqlx::Error) -> Self {
        Self::Read(error.to_string())
    }
}
