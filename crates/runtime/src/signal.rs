//! The signals by which somebody asks the program to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// A flag that turns true when the process is asked to stop by SIGINT or SIGTERM.
/// Where signals cannot be listened to, it stays false.
pub fn interrupted() -> watch::Receiver<bool> {
    let (asked, receiver) = watch::channel(false);
    let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    if let (Ok(interrupt), Ok(terminate)) = streams {
        tokio::spawn(wait(interrupt, terminate, asked));
    }
    receiver
}

async fn wait(mut interrupt: Signal, mut terminate: Signal, asked: watch::Sender<bool>) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = asked.closed() => return,
    }
    // Nobody listens any more when this fails; then there is nothing to stop.
    let _ = asked.send(true);
}
