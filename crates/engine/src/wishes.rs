//! What people want of a run while it goes on: that it pauses, goes on, or stops.
//!
//! A wish is an event of the run's log, so whoever may write it may say it, from whatever
//! process; the sitting at work reads along.

use std::time::Duration;

use ssot_model::{Event, EventKind, RunId};
use ssot_runtime::log::{EventLog, Subscription};
use ssot_runtime::signal;
use tokio::sync::watch;

use crate::EngineError;

/// How often the log is asked whether another process has written a wish.
const LOOK: Duration = Duration::from_millis(100);

/// What somebody wants of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing more starts and nothing lands until it is told to go on.
    Pause,
    /// It goes on.
    Continue,
    /// It stops in good order; what has landed stays.
    Cancel,
}

impl Wish {
    /// The word used in commands and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Continue => "continue",
            Self::Cancel => "cancel",
        }
    }

    /// The step in which it is told and the event that tells it. Two that say the same of the
    /// same moment are one.
    pub(crate) fn event(self, head: u64, by: &str) -> (String, EventKind) {
        let by = by.trim().to_owned();
        let kind = match self {
            Self::Pause => EventKind::RunPaused { by },
            Self::Continue => EventKind::RunContinued { by },
            Self::Cancel => EventKind::RunCancelled { by },
        };
        (format!("run/{}/{head}", self.as_str()), kind)
    }
}

/// Why a wish means nothing to a run, when it does not.
pub(crate) fn check(
    run: &RunId,
    events: &[Event],
    wish: Wish,
    by: &str,
) -> Result<(), EngineError> {
    if by.trim().is_empty() {
        let wish = wish.as_str();
        return Err(EngineError::user(format!("{wish} needs --by: the log records who asked")));
    }
    let fold = crate::fold::Fold::of(None, events);
    let why = match wish {
        _ if fold.outcome.is_some() => "it has ended",
        Wish::Pause if fold.paused.is_some() => "it is paused already",
        Wish::Continue if fold.paused.is_none() => "it is not paused",
        _ => return Ok(()),
    };
    Err(EngineError::user(format!("run {run} cannot be told to {}: {why}", wish.as_str())))
}

/// What a sitting of a run hears.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// Turns true when it has to stop.
    pub(crate) cancelled: watch::Receiver<bool>,
    /// Whether it is paused.
    pub(crate) paused: watch::Receiver<bool>,
}

/// Listens to signals, and to the log after a position.
pub(crate) fn listen(log: &EventLog, run: &RunId, after_seq: u64) -> Wishes {
    let (cancel, cancelled) = watch::channel(false);
    let (pause, paused) = watch::channel(false);
    log.follow_others(LOOK);
    tokio::spawn(hear(signal::interrupted(), log.subscribe(run, after_seq), cancel, pause));
    Wishes { cancelled, paused }
}

async fn hear(
    mut interrupted: watch::Receiver<bool>,
    mut events: Subscription,
    cancel: watch::Sender<bool>,
    pause: watch::Sender<bool>,
) {
    loop {
        tokio::select! {
            () = cancel.closed() => return,
            // A signal is the last wish there is.
            Ok(_) = interrupted.wait_for(|asked| *asked) => {
                cancel.send_replace(true);
                return;
            }
            event = events.next() => match event {
                Ok(Some(event)) => match event.kind {
                    EventKind::RunPaused { .. } => drop(pause.send_replace(true)),
                    EventKind::RunContinued { .. } => drop(pause.send_replace(false)),
                    EventKind::RunCancelled { .. } => drop(cancel.send_replace(true)),
                    _ => {}
                },
                // The log is closed: nobody can wish for anything any more but by a signal.
                Ok(None) | Err(_) => break,
            },
        }
    }
    tokio::select! {
        () = cancel.closed() => {}
        Ok(_) = interrupted.wait_for(|asked| *asked) => drop(cancel.send_replace(true)),
    }
}
