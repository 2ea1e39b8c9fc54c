//! A run as somebody watches it: on a terminal, or line by line.
//!
//! The log is the only thing that is looked at: a run that goes on and one that ended long ago
//! are shown by the same code.

mod draw;
mod keys;
mod source;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

use std::time::Duration;

use ssot_model::RunOutcome;
use ssot_runtime::clock::Clock;
use tokio::time::{MissedTickBehavior, interval};

use crate::exit::Exit;
use crate::output;
use crate::progress::Board;
use draw::Theme;
use keys::Deed;
use source::News;
pub(crate) use source::{Address, Source};
use terminal::{Signals, Terminal, Typed};
use view::View;

/// How often what moves is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// Frames in which nothing moves but the clock.
const STILL: u32 = 10;

/// How the events are told where nobody looks at a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// For people: what matters.
    Text,
    /// For programs: every event, as the log holds it.
    Json,
}

/// Tells the events until the run has ended.
pub(crate) async fn tell(mut source: Source, lines: Lines, quiet: bool) -> anyhow::Result<Exit> {
    let mut signals = Signals::listen()?;
    let (mut board, mut outcome, mut is_caught_up) = (Board::default(), None, false);
    loop {
        let news = tokio::select! {
            news = source.next() => news?,
            () = signals.any() => return Ok(Exit::Interrupted),
        };
        match news {
            News::CaughtUp => is_caught_up = true,
            News::Connection(how) => output::note(quiet || how.is_empty(), &how),
            News::Events(events) => {
                for event in events {
                    outcome = Board::ending(&event, outcome);
                    match lines {
                        Lines::Json => output::result(&(serde_json::to_string(&event)? + "\n"))?,
                        Lines::Text => {
                            if let Some(line) = board.see(&event) {
                                output::result(&(line + "\n"))?;
                            }
                        }
                    }
                }
            }
        }
        // A run that was taken up again has more than one end.
        if let Some(outcome) = outcome.filter(|_| is_caught_up) {
            return Ok(Exit::clean_if(outcome == RunOutcome::Complete));
        }
    }
}

/// Shows the run until somebody has seen enough.
pub(crate) async fn show(
    mut source: Source,
    has_colours: bool,
    by: Option<&str>,
) -> anyhow::Result<Exit> {
    let clock = Clock::system();
    let mut signals = Signals::listen()?;
    let mut view = View::new(source.run().clone());
    let mut terminal = Terminal::take()?;
    let mut typed = terminal::keys();
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut still, mut is_new) = (0_u32, true);
    loop {
        if is_new {
            let now = clock.now().0;
            terminal.screen.draw(|frame| draw::screen(frame, &view, Theme { has_colours }, now))?;
            still = 0;
        }
        let deed = tokio::select! {
            biased;
            () = signals.any() => return Ok(Exit::Interrupted),
            key = typed.recv() => {
                is_new = true;
                match key {
                    Some(Typed::Key(key)) => keys::press(&mut view, key),
                    Some(Typed::Resized) => Deed::Nothing,
                    None => Deed::Leave,
                }
            }
            _ = frames.tick() => {
                still += 1;
                let moves = view.replay.is_some_and(|it| !it.is_held);
                if moves {
                    view.pass(FRAME.as_millis() as i64);
                }
                is_new = moves || still >= STILL;
                Deed::Nothing
            }
            news = source.next() => {
                is_new = true;
                match news? {
                    News::Events(events) => view.hear(events),
                    News::Connection(how) => view.connection = how,
                    News::CaughtUp => {}
                }
                if view.wants_plan() && let Some((plan, schedule)) = source.plan().await? {
                    view.planned(plan, schedule);
                }
                Deed::Nothing
            }
        };
        match deed {
            Deed::Leave => break,
            Deed::Nothing => {}
            asked => {
                view.said = source.carry_out(&asked, by).await;
                is_new = true;
            }
        }
    }
    Ok(match view.fold.outcome {
        None | Some(RunOutcome::Complete) => Exit::Clean,
        Some(_) => Exit::Findings,
    })
}
