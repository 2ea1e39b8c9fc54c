//! Progress of long work, on standard error.
//!
//! A reader of events and of nothing else: replaying the log of a run gives the
//! same lines. On a terminal each package that is worked on has a line and one
//! bar counts them all; elsewhere what matters is told line by line.

mod board;
mod screen;

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ssot_engine::Observer;
use ssot_model::Event;

use crate::output;
pub(crate) use board::Board;
use screen::Screen;

/// How often what moves is drawn.
const TICK: Duration = Duration::from_millis(120);

/// The progress of one run.
pub(crate) struct Progress {
    board: Board,
    sink: Sink,
}

/// Where progress goes.
enum Sink {
    Screen(Screen),
    Lines,
    Nowhere,
}

impl Progress {
    /// Progress as standard error takes it.
    pub(crate) fn new(quiet: bool) -> Self {
        let sink = match quiet {
            true => Sink::Nowhere,
            false if std::io::stderr().is_terminal() => Sink::Screen(Screen::new()),
            false => Sink::Lines,
        };
        Self { board: Board::default(), sink }
    }

    /// Takes an event.
    pub(crate) fn see(&mut self, event: &Event) {
        let line = self.board.see(event);
        match &mut self.sink {
            Sink::Nowhere => {}
            Sink::Lines => line.iter().for_each(|line| output::message(line)),
            Sink::Screen(screen) => screen.show(&self.board, line.as_deref()),
        }
    }

    /// As the observer of a run; what was drawn goes away with it.
    pub(crate) fn observer(mut self) -> Observer {
        Box::new(move |event| self.see(event))
    }
}

/// A sign of life during work without events; it goes away when dropped.
pub(crate) struct Waiting(Option<ProgressBar>);

impl Waiting {
    /// Shows what is being done, on a terminal only.
    pub(crate) fn start(quiet: bool, what: &str) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("a fixed template"));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
