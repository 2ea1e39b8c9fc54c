//! The screen of a run that tests tell, and what keys do to it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use ssot_engine::Wish;
use ssot_model::{Event, EventKind, PackageId};
use ssot_pages::sample::{self, HOSTILE};

use super::draw::{self, Theme};
use super::keys::{Deed, KEYS, press};
use super::view::{Pane, Question, View};

/// A view of the first events of the log.
fn view(events: usize) -> View {
    let log = sample::log("");
    let mut view = View::new(log.run.clone());
    view.limits = log.limits;
    view.hear(log.events.into_iter().take(events));
    view.planned(log.plan, Some(log.schedule));
    view
}

fn whole() -> usize {
    sample::log("").events.len()
}

/// Where the log stands when something first waits for an approval.
fn waiting() -> usize {
    let asked = |event: &Event| matches!(event.kind, EventKind::ApprovalRequested { .. });
    sample::log("").events.iter().position(asked).expect("one waits") + 1
}

fn drawn(view: &View, size: (u16, u16), has_colours: bool) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a screen");
    let now = view.fold.started.map_or(0, |it| it.0) + 120_000;
    terminal.draw(|frame| draw::screen(frame, view, Theme { has_colours }, now)).expect("drawn");
    terminal
}

fn text(view: &View, size: (u16, u16)) -> String {
    drawn(view, size, false).backend().to_string()
}

fn key(view: &mut View, code: KeyCode) -> Deed {
    press(view, KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn a_run_at_work_is_seen_at_a_glance() {
    insta::assert_snapshot!("watch_at_work", text(&view(waiting()), (120, 44)));
}

#[test]
fn a_run_that_ended_fits_a_small_terminal() {
    insta::assert_snapshot!("watch_ended_small", text(&view(whole()), (80, 40)));
}

#[test]
fn everything_about_a_package_is_one_key_away() {
    let mut view = view(whole());
    key(&mut view, KeyCode::Down);
    key(&mut view, KeyCode::Enter);
    assert_eq!(view.pane, Pane::Package);
    insta::assert_snapshot!("watch_package", text(&view, (110, 50)));
}

#[test]
fn no_size_of_a_terminal_breaks_the_screen() {
    for (width, height) in [(1, 1), (3, 40), (20, 5), (80, 8), (300, 100)] {
        for events in [0, 1, waiting(), whole()] {
            let mut view = view(events);
            for pane in [Pane::Alerts, Pane::Gates, Pane::Budget, Pane::Package, Pane::Keys] {
                view.turn(pane);
                drawn(&view, (width, height), true);
            }
        }
    }
}

#[test]
fn without_colours_nothing_is_coloured_and_with_them_something_is() {
    for has_colours in [false, true] {
        let terminal = drawn(&view(whole()), (120, 44), has_colours);
        let cells = &terminal.backend().buffer().content;
        let is_coloured =
            cells.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(is_coloured, has_colours);
    }
}

#[test]
fn text_of_a_repository_cannot_steer_the_terminal() {
    let log = sample::log(HOSTILE);
    let mut view = View::new(log.run.clone());
    view.hear(log.events);
    view.planned(log.plan, Some(log.schedule));
    for pane in [Pane::Alerts, Pane::Gates, Pane::Package] {
        view.turn(pane);
        let terminal = drawn(&view, (200, 60), true);
        let is_control = |cell: &ratatui::buffer::Cell| cell.symbol().contains(char::is_control);
        assert!(!terminal.backend().buffer().content.iter().any(is_control));
    }
}

#[test]
fn keys_ask_before_they_change_the_run() {
    let mut view = view(waiting());
    assert_eq!(key(&mut view, KeyCode::Char('p')), Deed::Tell(Wish::Pause));
    for (asks, question, deed) in [
        ('c', Question::Cancel, Deed::Tell(Wish::Cancel)),
        ('a', Question::Approve(None), Deed::Approve(None)),
    ] {
        for (reply, expected) in [('n', Deed::Nothing), ('y', deed.clone())] {
            assert_eq!(key(&mut view, KeyCode::Char(asks)), Deed::Nothing);
            assert_eq!(view.question, Some(question.clone()));
            assert_eq!(key(&mut view, KeyCode::Char(reply)), expected);
            assert_eq!(view.question, None);
        }
    }
    // The selected package alone, when it is one that waits.
    let waits = view.fold.waiting[0].package.clone();
    let at = view.fold.packages.keys().position(|id| Some(id) == waits.as_ref());
    view.select(at.and_then(|at| at.try_into().ok()).expect("it is there"));
    key(&mut view, KeyCode::Char('a'));
    assert_eq!(key(&mut view, KeyCode::Char('y')), Deed::Approve(waits));
    let control = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(press(&mut view, control), Deed::Leave);
    assert_eq!(key(&mut view, KeyCode::Char('q')), Deed::Leave);
}

#[test]
fn a_paused_run_is_let_go_on_by_the_key_that_paused_it() {
    let mut view = view(waiting());
    let (run, seq, at) = (view.run.clone(), view.applied() + 1, sample::log("").events[0].at);
    let kind = EventKind::RunPaused { by: "Ada".to_owned() };
    let paused = Event { v: 1, epoch: 1, run, seq, at, step: "run/pause/1".to_owned(), kind };
    view.hear([paused]);
    assert!(text(&view, (100, 30)).contains("paused"));
    assert_eq!(key(&mut view, KeyCode::Char('p')), Deed::Tell(Wish::Continue));
}

#[test]
fn a_run_that_ended_is_not_steered_and_can_be_replayed() {
    let mut view = view(whole());
    for steers in ['p', 'a', 'c'] {
        assert_eq!(key(&mut view, KeyCode::Char(steers)), Deed::Nothing);
        assert_eq!((view.question.clone(), view.said.as_str()), (None, "the run has ended"));
    }
    let end = format!("{:?}", view.fold);
    key(&mut view, KeyCode::Char('r'));
    assert_eq!(view.position().0, 0);
    view.pass(0);
    let (mut shown, all) = view.position();
    assert!(0 < shown && shown < all);
    key(&mut view, KeyCode::Char('+'));
    assert!(text(&view, (100, 30)).contains("replay 600x"));
    key(&mut view, KeyCode::Char(' '));
    view.pass(1_000_000);
    assert_eq!(view.position().0, shown, "it is held");
    key(&mut view, KeyCode::Char(' '));
    while view.replay.is_some() {
        view.pass(10);
        assert!(view.position().0 >= shown);
        shown = view.position().0;
    }
    assert_eq!(format!("{:?}", view.fold), end, "a replay ends as the run did");
}

#[test]
fn single_events_can_be_gone_back_to() {
    let mut view = view(whole());
    let (end, all) = (format!("{:?}", view.fold), view.position().1);
    key(&mut view, KeyCode::Left);
    assert_eq!(view.position(), (all - 1, all));
    assert!(view.fold.outcome.is_none() && view.replay.is_some_and(|it| it.is_held));
    key(&mut view, KeyCode::Right);
    assert_eq!(view.position(), (all, all));
    key(&mut view, KeyCode::Esc);
    assert_eq!((format!("{:?}", view.fold), view.replay), (end, None));
}

#[test]
fn an_event_is_taken_in_once_and_in_its_place() {
    let log = sample::log("");
    let mut view = View::new(log.run.clone());
    view.hear(log.events[..4].to_vec());
    view.hear(log.events[2..6].to_vec());
    // Not the next one: it has to come again in its place.
    view.hear(log.events[8..].to_vec());
    assert_eq!((view.applied(), view.fold.seq), (6, 6));
}

#[test]
fn every_key_is_told() {
    let mut view = view(whole());
    key(&mut view, KeyCode::Char('?'));
    let text = text(&view, (100, 60));
    for (key, does) in KEYS {
        assert!(text.contains(key) && text.contains(does), "{key}: {does}\n{text}");
    }
    key(&mut view, KeyCode::Tab);
    assert_eq!(view.pane, Pane::Alerts);
    assert_eq!(view.selection(), Some(&PackageId::new("p01-round-money")));
}
