//! What can go wrong with the log, and what to do about it.

use ssot_model::RunId;

use super::MAX_EVENT_BYTES;
use crate::sqlite::DatabaseError;

/// Why the log did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] DatabaseError),
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
