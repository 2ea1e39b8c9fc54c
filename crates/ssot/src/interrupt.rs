//! Waiting for a run, and for the user who has waited long enough.

use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use ssot_engine::EngineError;
use tokio::signal::unix::{SignalKind, signal};

use crate::output;

/// How long what runs gets to notice that it was stopped.
const GRACE: Duration = Duration::from_secs(2);

/// What came of waiting.
pub(crate) enum Waited<T> {
    /// The work ended, perhaps early because it was asked to.
    Done(T),
    /// It was asked a second time and is left as it is.
    Interrupted,
}

/// Drives the work to its end. The engine ends it in good order at the first
/// signal; the second one leaves it as a power cut would, which loses nothing.
pub(crate) fn wait<T>(
    work: impl Future<Output = Result<T, EngineError>>,
) -> anyhow::Result<Waited<T>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads of the run cannot be started")?;
    let waited = runtime.block_on(async {
        tokio::select! {
            biased;
            done = work => done.map(Waited::Done).map_err(anyhow::Error::from),
            asked = asked_twice() => asked.map(|()| Waited::Interrupted),
        }
    });
    runtime.shutdown_timeout(GRACE);
    waited
}

/// Two requests to stop.
async fn asked_twice() -> anyhow::Result<()> {
    let told = "signals cannot be received";
    let mut terminate = signal(SignalKind::terminate()).context(told)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(told)?;
    for request in 0..2 {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if request == 0 {
            output::message("stopping; interrupt once more to leave everything as it is");
        }
    }
    Ok(())
}
