//! The screen, drawn from a view and nothing else.

mod lower;
mod middle;
mod swimlane;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};
use ssot_engine::fold::pending_said;
use ssot_model::{CompletionStatus, GateOutcome, RunOutcome, UnitState};
use ssot_pages::words::{count, span};

use super::view::{Question, View};

/// Rows of the swimlane at most, of ten on the screen.
const LANES_SHARE: u16 = 4;
/// Rows of the lower part at least.
const LOWER: u16 = 6;
/// Columns below which agents stand under packages.
const WIDE: u16 = 90;

/// How bad something is, as every part shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Open,
    Work,
    Rest,
}

/// Whether there are colours; without them weight says the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theme {
    pub(super) has_colours: bool,
}

impl Theme {
    fn style(self, tone: Tone) -> Style {
        let style = Style::new();
        match (tone, self.has_colours) {
            (Tone::Good, true) => style.fg(Color::Green),
            (Tone::Bad, true) => style.fg(Color::Red).add_modifier(Modifier::BOLD),
            (Tone::Open, true) => style.fg(Color::Yellow),
            (Tone::Work, true) => style.fg(Color::Cyan),
            (Tone::Rest, _) => style.add_modifier(Modifier::DIM),
            (Tone::Bad | Tone::Open, false) => style.add_modifier(Modifier::BOLD),
            (Tone::Good | Tone::Work, false) => style,
        }
    }

    fn span(self, tone: Tone, text: impl Into<String>) -> Span<'static> {
        Span::styled(visible(&text.into()), self.style(tone))
    }
}

/// A text of a repository or a tool without what a terminal would obey.
fn visible(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

fn plain(text: impl AsRef<str>) -> Span<'static> {
    Span::raw(visible(text.as_ref()))
}

fn strong(text: impl AsRef<str>) -> Span<'static> {
    Span::styled(visible(text.as_ref()), Style::new().add_modifier(Modifier::BOLD))
}

fn framed(title: String) -> Block<'static> {
    Block::bordered().border_type(BorderType::Plain).title(title)
}

pub(super) fn tone_of_state(state: UnitState) -> Tone {
    match state {
        UnitState::Done => Tone::Good,
        UnitState::Rejected | UnitState::Failed => Tone::Bad,
        UnitState::Blocked | UnitState::Cancelled => Tone::Open,
        UnitState::Queued => Tone::Rest,
        _ => Tone::Work,
    }
}

fn of_gate(outcome: Option<GateOutcome>) -> (Tone, &'static str, &'static str) {
    let (tone, sign) = match outcome {
        None => (Tone::Work, "\u{2026}"),
        Some(GateOutcome::Passed) => (Tone::Good, "\u{2713}"),
        Some(GateOutcome::Failed) => (Tone::Bad, "\u{2717}"),
        Some(GateOutcome::Skipped) => (Tone::Rest, "-"),
    };
    (tone, sign, outcome.map_or("running", GateOutcome::as_str))
}

fn of_status(status: Option<CompletionStatus>) -> (Tone, &'static str) {
    let tone = match status {
        None => Tone::Work,
        Some(CompletionStatus::Ok) => Tone::Good,
        Some(CompletionStatus::Error | CompletionStatus::Timeout) => Tone::Bad,
        Some(CompletionStatus::Cancelled | CompletionStatus::Interrupted) => Tone::Open,
    };
    (tone, status.map_or("at work", CompletionStatus::as_str))
}

/// Draws everything as it is at a time.
pub(super) fn screen(frame: &mut Frame<'_>, view: &View, theme: Theme, now: i64) {
    let area = frame.area();
    let waits = u16::try_from(view.fold.waiting.len().min(3)).unwrap_or(0);
    let lanes = swimlane::rows(view, now).min(area.height * LANES_SHARE / 10);
    let is_wide = area.width >= WIDE;
    let middle = middle::rows(view, is_wide);
    let rows = [
        Constraint::Length(2),
        Constraint::Length(waits),
        Constraint::Length(lanes),
        Constraint::Max(middle),
        Constraint::Min(LOWER),
        Constraint::Length(1),
    ];
    let [head, waiting, top, centre, bottom, foot] = Layout::vertical(rows).areas(area);
    heading(frame, head, view, theme, now);
    approvals(frame, waiting, view, theme);
    swimlane::draw(frame, top, view, theme, now);
    middle::draw(frame, centre, view, theme, is_wide, now);
    lower::draw(frame, bottom, view, theme, now);
    footing(frame, foot, view, theme);
}

/// How the run is, in a word.
fn state(view: &View) -> (Tone, &'static str) {
    let fold = &view.fold;
    match fold.outcome {
        Some(outcome) => {
            let tone = match outcome {
                RunOutcome::Complete => Tone::Good,
                RunOutcome::Failed => Tone::Bad,
                RunOutcome::Partial | RunOutcome::Cancelled => Tone::Open,
            };
            (tone, outcome.as_str())
        }
        None if fold.paused.is_some() => (Tone::Open, "paused"),
        None if !fold.waiting.is_empty() => (Tone::Open, "waits for approval"),
        None if fold.seq == 0 => (Tone::Rest, "begins"),
        None => (Tone::Work, "running"),
    }
}

fn heading(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme, now: i64) {
    let fold = &view.fold;
    let (tone, word) = state(view);
    let mut first = vec![strong(view.run.as_str()), plain("  "), theme.span(tone, word)];
    if !view.connection.is_empty() {
        first.extend([plain("  "), theme.span(Tone::Open, view.connection.clone())]);
    }
    let mut said =
        vec![format!("{} of {} landed", fold.landed(), count(fold.packages.len(), "package"))];
    if fold.started.is_some() {
        said.push(span(fold.past(view.time(now))));
    }
    match (fold.before, fold.after) {
        (Some(before), Some(after)) => said.push(format!("{before} violations became {after}")),
        (Some(before), None) => said.push(format!("{before} violations before")),
        _ => {}
    }
    if !fold.target.is_empty() {
        said.push(format!("lands on {}", fold.target));
    }
    let second = Line::from(plain(said.join(" \u{b7} ")));
    frame.render_widget(Paragraph::new(vec![Line::from(first), second]), area);
}

fn approvals(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let lines = view
        .fold
        .waiting
        .iter()
        .map(|it| Line::from(vec![theme.span(Tone::Open, "! "), plain(pending_said(it))]));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

fn footing(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let line = match (&view.question, view.replay) {
        (Some(Question::Cancel), _) => {
            Line::from(theme.span(Tone::Open, "stop this run? what has landed stays  y/n"))
        }
        (Some(Question::Approve(what)), _) => {
            let what = what.as_ref().map_or("everything that waits", |it| it.as_str());
            Line::from(theme.span(Tone::Open, format!("approve {what}?  y/n")))
        }
        (None, Some(replay)) => {
            let (shown, all) = view.position();
            let held = if replay.is_held { ", held" } else { "" };
            let said = format!("replay {}x{held}, event {shown} of {all}", replay.speed());
            Line::from(vec![theme.span(Tone::Work, said), plain("  space + - left right  r now")])
        }
        (None, None) if !view.said.is_empty() => Line::from(plain(&view.said)),
        (None, None) => Line::from(theme.span(
            Tone::Rest,
            "? keys  enter package  tab pane  p pause  a approve  c cancel  r replay  q leave",
        )),
    };
    frame.render_widget(Paragraph::new(line), area);
}
