//! Planned against actual: of each lane one row as it was meant and one as it is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use ssot_engine::fold::{Lanes, Unit};
use ssot_model::{PackageId, UnitState};
use ssot_pages::words::span;

use super::super::view::View;
use super::{Theme, Tone, framed, plain, tone_of_state};

/// Columns for the names of the lanes.
const NAMES: usize = 12;

/// One column of a row.
#[derive(Clone, Copy)]
struct Cell {
    sign: char,
    style: Style,
}

const EMPTY: Cell = Cell { sign: ' ', style: Style::new() };

/// Rows that all lanes need.
pub(super) fn rows(view: &View, now: i64) -> u16 {
    let lanes = Lanes::new(view.schedule.as_ref(), &view.fold, now).names.len();
    // An axis and a frame.
    if lanes == 0 { 0 } else { u16::try_from(lanes * 2 + 3).unwrap_or(u16::MAX) }
}

/// The sign of a state, so that colours are not needed to tell them apart.
fn sign(state: UnitState) -> char {
    match state {
        UnitState::Worktree => '\u{2591}',
        UnitState::Rewrite => '\u{2592}',
        UnitState::Gates => '\u{2593}',
        UnitState::Land => '\u{2588}',
        UnitState::Done => '\u{2713}',
        UnitState::Rejected | UnitState::Failed => '\u{2717}',
        _ => '\u{b7}',
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme, now: i64) {
    if area.height < 3 {
        return;
    }
    let now = view.time(now);
    let lanes = Lanes::new(view.schedule.as_ref(), &view.fold, now);
    let width = usize::from(area.width).saturating_sub(NAMES + 2).max(1);
    let column = |millis: u64| {
        let at = u128::from(millis.min(lanes.end)) * width as u128 / u128::from(lanes.end);
        (at as usize).min(width - 1)
    };
    let mut planned = vec![vec![EMPTY; width]; lanes.names.len()];
    let mut actual = planned.clone();
    let schedule = view.schedule.as_ref();
    for it in schedule.into_iter().flat_map(|schedule| &schedule.packages) {
        let before = schedule.map_or(0, |schedule| schedule.before);
        let Some(row) = planned.get_mut(it.lane) else { continue };
        let sign = if it.critical { '\u{2501}' } else { '\u{2500}' };
        let style = theme.style(if it.critical { Tone::Open } else { Tone::Rest });
        row[column(before + it.start)..=column(before + it.end)].fill(Cell { sign, style });
    }
    for (at, (id, unit)) in view.fold.packages.iter().enumerate() {
        let Some(row) = lanes.lane.get(id).and_then(|lane| actual.get_mut(*lane)) else { continue };
        let style = if at == view.selected { Modifier::REVERSED } else { Modifier::empty() };
        happened((row, &column), (view, theme), (id, unit), (style, now));
    }
    let mut lines = vec![axis(lanes.end, width)];
    for ((name, planned), actual) in lanes.names.iter().zip(&planned).zip(&actual) {
        lines.push(line(name, planned));
        lines.push(line("", actual));
    }
    // The lane of the selected package stays in sight.
    let lane = view.selection().and_then(|id| lanes.lane.get(id)).copied().unwrap_or(0);
    let inside = usize::from(area.height.saturating_sub(2));
    let past = (lane * 2 + 3).saturating_sub(inside);
    let shown = Paragraph::new(lines).scroll((u16::try_from(past).unwrap_or(0), 0));
    frame.render_widget(shown.block(framed(" planned and actual ".to_owned())), area);
}

/// What one package did, on its row.
fn happened(
    (row, column): (&mut [Cell], &dyn Fn(u64) -> usize),
    (view, theme): (&View, Theme),
    (id, unit): (&PackageId, &Unit),
    (weight, now): (Modifier, i64),
) {
    let begun = unit.path.iter().position(|it| it.0 != UnitState::Queued);
    let Some(begun) = begun else { return };
    let path = &unit.path[begun..];
    let first = column(view.fold.past(path[0].1.0));
    let mut last = first;
    for (at, (state, since)) in path.iter().enumerate() {
        let from = column(view.fold.past(since.0));
        let until = if state.is_end() {
            from
        } else {
            column(view.fold.past(path.get(at + 1).map_or(now, |next| next.1.0)))
        };
        let style = theme.style(tone_of_state(*state)).add_modifier(weight);
        row[from..=until.max(from)].fill(Cell { sign: sign(*state), style });
        last = last.max(until);
    }
    // Its number where there is room, beside the sign of how it ended.
    let short = id.as_str().split('-').next().unwrap_or_default();
    if last - first > short.chars().count() {
        let style = theme.style(tone_of_state(unit.state())).add_modifier(weight);
        for (cell, letter) in row[first..].iter_mut().zip(short.chars()) {
            *cell = Cell { sign: letter, style: style.add_modifier(Modifier::BOLD) };
        }
    }
}

fn axis(end: u64, width: usize) -> Line<'static> {
    let (middle, last) = (span(end / 2), span(end));
    let gap = (width / 2).saturating_sub(3 + middle.len() / 2);
    let rest = width.saturating_sub(3 + gap + middle.len() + last.len());
    let text = format!("{:NAMES$}0 s{:gap$}{middle}{:rest$}{last}", "", "", "");
    Line::from(Span::styled(text, Style::new().add_modifier(Modifier::DIM)))
}

/// A row with neighbours of one style as one piece.
fn line(name: &str, cells: &[Cell]) -> Line<'static> {
    let name: String = name.chars().take(NAMES - 1).collect();
    let mut spans = vec![plain(format!("{name:NAMES$}"))];
    for run in cells.chunk_by(|a, b| a.style == b.style) {
        let text: String = run.iter().map(|cell| cell.sign).collect();
        spans.push(Span::styled(text, run[0].style));
    }
    Line::from(spans)
}
