//! What a key does. It changes what is seen, or asks for something that has to be done.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ssot_engine::Wish;
use ssot_model::PackageId;

use super::view::{Pane, Question, View};

/// Lines of one page of the lower part.
const PAGE: i16 = 8;

/// The keys and what they do, as they are told.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("up, down", "select a package"),
    ("enter", "everything about it; esc leads back"),
    ("page up, page down", "scroll the lower part"),
    ("tab", "alerts, gates of the repository, budget"),
    ("p", "pause the run, or let it go on"),
    ("a", "approve what the selected package waits for, or everything"),
    ("c", "cancel the run: it stops in good order"),
    ("r", "replay from the beginning; again: back to now"),
    ("space", "hold the replay"),
    ("+, -", "faster, slower"),
    ("left, right", "one event back, one on"),
    ("q", "leave; the run goes on"),
];

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// Nothing besides what is seen.
    Nothing,
    /// The terminal is given back.
    Leave,
    /// The run is told something.
    Tell(Wish),
    /// What it waits for is approved.
    Approve(Option<PackageId>),
}

/// Does what a key asks of the view, and gives what else it asks.
pub(super) fn press(view: &mut View, key: KeyEvent) -> Deed {
    if key.kind == KeyEventKind::Release {
        return Deed::Nothing;
    }
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    if is_control && matches!(key.code, KeyCode::Char('c' | 'd')) {
        return Deed::Leave;
    }
    if let Some(question) = view.question.take() {
        return answer(view, question, key.code);
    }
    match key.code {
        KeyCode::Char('q') => return Deed::Leave,
        KeyCode::Esc if matches!(view.pane, Pane::Package | Pane::Keys) => view.turn(Pane::Alerts),
        KeyCode::Esc if view.replay.is_some() => view.toggle_replay(),
        KeyCode::Up | KeyCode::Char('k') => view.select(-1),
        KeyCode::Down | KeyCode::Char('j') => view.select(1),
        KeyCode::Home => view.select(isize::MIN),
        KeyCode::End => view.select(isize::MAX),
        KeyCode::PageUp => view.scroll(-PAGE),
        KeyCode::PageDown => view.scroll(PAGE),
        KeyCode::Enter if view.selection().is_some() => view.turn(Pane::Package),
        KeyCode::Tab => {
            let at = Pane::ROUND.iter().position(|pane| *pane == view.pane);
            view.turn(Pane::ROUND[at.map_or(0, |at| (at + 1) % Pane::ROUND.len())]);
        }
        KeyCode::Char('?' | 'h') => view.turn(Pane::Keys),
        KeyCode::Char('r') => view.toggle_replay(),
        KeyCode::Char(' ') => view.hold(),
        KeyCode::Char('+' | '=') => view.faster(true),
        KeyCode::Char('-') => view.faster(false),
        KeyCode::Left => view.step(false),
        KeyCode::Right => view.step(true),
        KeyCode::Char('p' | 'a' | 'c') => return steer(view, key.code),
        _ => {}
    }
    Deed::Nothing
}

/// What steers the run, as it is now and not as a replay shows it.
fn steer(view: &mut View, key: KeyCode) -> Deed {
    if view.replay.is_some() {
        "this is a replay: r leads back to what is now".clone_into(&mut view.said);
        return Deed::Nothing;
    }
    if view.has_ended() {
        "the run has ended".clone_into(&mut view.said);
        return Deed::Nothing;
    }
    match key {
        KeyCode::Char('p') if view.fold.paused.is_some() => return Deed::Tell(Wish::Continue),
        KeyCode::Char('p') => return Deed::Tell(Wish::Pause),
        KeyCode::Char('c') => view.question = Some(Question::Cancel),
        _ => match view.approvable() {
            Some(question) => view.question = Some(question),
            None => "it waits for no approval".clone_into(&mut view.said),
        },
    }
    Deed::Nothing
}

fn answer(view: &mut View, question: Question, key: KeyCode) -> Deed {
    if !matches!(key, KeyCode::Char('y' | 'Y')) {
        "left as it is".clone_into(&mut view.said);
        return Deed::Nothing;
    }
    match question {
        Question::Cancel => Deed::Tell(Wish::Cancel),
        Question::Approve(what) => Deed::Approve(what),
    }
}
