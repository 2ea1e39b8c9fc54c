//! The terminal while it is ours, and back as it was afterwards: at the end, on an error, on a
//! panic (`ratatui::init` sees to that) and on a signal.

use std::time::Duration;

use anyhow::Context;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event as Input, KeyEvent};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Keys that wait to be looked at.
const KEYS: usize = 64;
/// How often the thread that reads keys looks whether anybody wants them.
const LOOK: Duration = Duration::from_millis(100);

/// The terminal; dropping it gives it back.
pub(super) struct Terminal {
    pub(super) screen: DefaultTerminal,
}

impl Terminal {
    pub(super) fn take() -> anyhow::Result<Self> {
        let screen = ratatui::try_init().context("the terminal cannot be drawn on")?;
        Ok(Self { screen })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// What comes from the terminal.
pub(super) enum Typed {
    Key(KeyEvent),
    /// It has another size.
    Resized,
}

/// Reads the keys in a thread of its own: the terminal can only be waited for.
pub(super) fn keys() -> mpsc::Receiver<Typed> {
    let (send, receive) = mpsc::channel(KEYS);
    std::thread::spawn(move || {
        while !send.is_closed() {
            let typed = match event::poll(LOOK) {
                Ok(false) => continue,
                Ok(true) => event::read(),
                Err(error) => Err(error),
            };
            let typed = match typed {
                Ok(Input::Key(key)) => Typed::Key(key),
                Ok(Input::Resize(..)) => Typed::Resized,
                Ok(_) => continue,
                // The terminal is gone: closing the channel says so.
                Err(_) => return,
            };
            if send.blocking_send(typed).is_err() {
                return;
            }
        }
    });
    receive
}

/// The signals that end the program.
pub(super) struct Signals([Signal; 3]);

impl Signals {
    pub(super) fn listen() -> anyhow::Result<Self> {
        let told = "signals cannot be received";
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [first, second, third] = kinds.map(signal);
        Ok(Self([first.context(told)?, second.context(told)?, third.context(told)?]))
    }

    pub(super) async fn any(&mut self) {
        let [first, second, third] = &mut self.0;
        tokio::select! {
            _ = first.recv() => {}
            _ = second.recv() => {}
            _ = third.recv() => {}
        }
    }
}
