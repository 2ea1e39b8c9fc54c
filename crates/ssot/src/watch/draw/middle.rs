//! Packages and agents, side by side where there is room.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use ssot_engine::fold::{AgentLane, Unit};
use ssot_model::{Agent, PackageId, UnitState};
use ssot_pages::words::{count, span};

use super::super::view::View;
use super::{Theme, Tone, framed, of_gate, of_status, plain, strong, tone_of_state};

/// Rows of the agents, their frame included.
const AGENTS: u16 = 12;
/// Letters of an id that are shown.
const ID: usize = 26;

/// Rows that everything needs.
pub(super) fn rows(view: &View, is_wide: bool) -> u16 {
    let packages = u16::try_from(view.fold.packages.len()).unwrap_or(u16::MAX).saturating_add(2);
    if is_wide { packages.max(AGENTS) } else { packages.saturating_add(AGENTS) }
}

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    view: &View,
    theme: Theme,
    is_wide: bool,
    now: i64,
) {
    let halves = if is_wide {
        Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)])
    } else {
        Layout::vertical([Constraint::Min(4), Constraint::Max(AGENTS)])
    };
    let [left, right] = halves.areas(area);
    packages(frame, left, view, theme, now);
    agents(frame, right, view, theme);
}

fn packages(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme, now: i64) {
    let lines: Vec<Line<'_>> = view
        .fold
        .packages
        .iter()
        .enumerate()
        .map(|(at, (id, unit))| {
            let line = package(id, unit, theme, view.time(now));
            let weight = if at == view.selected { Modifier::REVERSED } else { Modifier::empty() };
            line.patch_style(ratatui::style::Style::new().add_modifier(weight))
        })
        .collect();
    let inside = usize::from(area.height.saturating_sub(2)).max(1);
    let past = (view.selected + 1).saturating_sub(inside);
    let title = format!(" {} ", count(view.fold.packages.len(), "package"));
    let shown = Paragraph::new(lines).scroll((u16::try_from(past).unwrap_or(0), 0));
    frame.render_widget(shown.block(framed(title)), area);
}

fn package(id: &PackageId, unit: &Unit, theme: Theme, now: i64) -> Line<'static> {
    let state = unit.state();
    let (tone, word) = if unit.undone.is_empty() {
        (tone_of_state(state), state.as_str())
    } else {
        (Tone::Open, "rolled back")
    };
    let short: String = id.as_str().chars().take(ID).collect();
    let mut spans = vec![plain(format!("{short:ID$} ")), theme.span(tone, format!("{word:<11} "))];
    spans.push(plain(format!("{:>9} ", took(unit, now))));
    let mut gates: Vec<(&str, Tone, &str)> = Vec::new();
    for gate in &unit.gates {
        let (tone, sign, _) = of_gate(gate.outcome);
        let name = gate.name.as_str();
        match gates.iter_mut().find(|it| it.0 == name) {
            Some(it) => *it = (name, tone, sign),
            None => gates.push((name, tone, sign)),
        }
    }
    for (name, tone, sign) in gates {
        // Two letters tell the gates apart; the detail has the words.
        spans.push(theme.span(tone, format!("{}{sign} ", name.get(..2).unwrap_or(name))));
    }
    Line::from(spans)
}

/// How long it has been at work.
pub(super) fn took(unit: &Unit, now: i64) -> String {
    let first = unit.path.iter().find(|it| it.0 != UnitState::Queued).map(|it| it.1.0);
    let end = if unit.state().is_end() { unit.path.last().map_or(now, |it| it.1.0) } else { now };
    first.map_or_else(String::new, |first| span(u64::try_from(end - first).unwrap_or(0)))
}

fn agents(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let both = Agent::ORDER.into_iter().zip(&view.fold.agents);
    let lines: Vec<Line<'_>> =
        both.flat_map(|(agent, lane)| of_agent(agent, lane, theme)).collect();
    frame.render_widget(Paragraph::new(lines).block(framed(" agents ".to_owned())), area);
}

/// What it does or concluded, and its latest tool.
fn of_agent(agent: Agent, lane: &AgentLane, theme: Theme) -> [Line<'static>; 2] {
    let (tone, word) = if lane.begun { of_status(lane.status) } else { (Tone::Rest, "not yet") };
    let said = if lane.thought.is_empty() { &lane.task } else { &lane.thought };
    let name = strong(format!("{:<9}", agent.as_str()));
    let first = Line::from(vec![name, theme.span(tone, format!("{word} ")), plain(said)]);
    let second = match lane.tools.last() {
        Some(tool) => {
            let (tone, word) = of_status(tool.status);
            Line::from(vec![
                plain(format!("{:9}{} ", "", tool.name)),
                theme.span(tone, format!("{word} ")),
                theme.span(Tone::Rest, format!("{}  ", count(lane.calls, "call"))),
                plain(&tool.summary),
            ])
        }
        None => Line::default(),
    };
    [first, second]
}
