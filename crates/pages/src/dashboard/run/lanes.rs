//! The swimlane: what was planned as outlines, what happened as bars. `assets/lanes.js` keeps
//! it up to date by the same measures.

use std::fmt::Write;

use ssot_engine::fold::{Fold, Lanes, Unit};
use ssot_model::{PackageId, Schedule, UnitState};

use crate::markup::escaped;
use crate::words::span;

/// Measures of the drawing, in pixels.
const LEFT: u64 = 130;
const WIDTH: u64 = 900;
const ROW: u64 = 36;
const TOP: u64 = 30;
const MARKS: u64 = 4;
/// Width of a letter, about.
const LETTER: u64 = 7;

/// Milliseconds as pixels of the axis.
fn x(lanes: &Lanes<'_>, millis: u64) -> u64 {
    LEFT + (millis.min(lanes.end).saturating_mul(WIDTH)) / lanes.end
}

/// The whole drawing.
pub(super) fn drawing(
    lanes: &Lanes<'_>,
    schedule: Option<&Schedule>,
    fold: &Fold,
    now: i64,
) -> String {
    let height = TOP + ROW * lanes.names.len() as u64;
    let (whole, tall) = (LEFT + WIDTH + 20, height + 8);
    let mut text = format!(
        "<svg class=\"swimlane\" viewBox=\"0 0 {whole} {tall}\" role=\"img\" \
             aria-label=\"The packages over time, planned and actual; the list below says the same in words\">\n"
    );
    // Writing to a string cannot fail.
    for mark in 0..=MARKS {
        let at = lanes.end * mark / MARKS;
        let (x, said) = (x(lanes, at), span(at));
        let anchor = if mark == MARKS { "end" } else { "middle" };
        let _ = writeln!(
            text,
            "<line class=\"mark\" x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{height}\"/>\
                 <text class=\"soft\" x=\"{x}\" y=\"20\" text-anchor=\"{anchor}\">{said}</text>"
        );
    }
    for (lane, name) in lanes.names.iter().enumerate() {
        let y = TOP + ROW * lane as u64 + ROW / 2 + 4;
        let _ = writeln!(text, "<text x=\"8\" y=\"{y}\">{}</text>", escaped(name));
    }
    for planned in schedule.into_iter().flat_map(|schedule| &schedule.packages) {
        let before = schedule.map_or(0, |schedule| schedule.before);
        let (from, to) = (x(lanes, before + planned.start), x(lanes, before + planned.end));
        let (y, width) = (TOP + ROW * planned.lane as u64 + 4, (to - from).max(2));
        let class = if planned.critical { "planned critical" } else { "planned" };
        let id = escaped(planned.id.as_str());
        let _ = writeln!(
            text,
            "<rect class=\"{class}\" x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"8\" rx=\"2\">\
                 <title>{id}: planned</title></rect>"
        );
    }
    for (id, unit) in &fold.packages {
        let Some(lane) = lanes.lane.get(id) else { continue };
        text.push_str(&actual(lanes, id, unit, *lane, fold, now));
    }
    text + "</svg>\n"
}

/// What happened to one package.
fn actual(
    lanes: &Lanes<'_>,
    id: &PackageId,
    unit: &Unit,
    lane: usize,
    fold: &Fold,
    now: i64,
) -> String {
    let y = TOP + ROW * lane as u64 + 14;
    let begun = unit.path.iter().position(|it| it.0 != UnitState::Queued);
    let Some(begun) = begun else { return String::new() };
    let mut text = String::new();
    let path = &unit.path[begun..];
    let first = x(lanes, fold.past(path[0].1.0));
    let mut last = first;
    for (at, (state, since)) in path.iter().enumerate() {
        if state.is_end() {
            continue;
        }
        let until = path.get(at + 1).map_or(now, |next| next.1.0);
        let (from, to) = (x(lanes, fold.past(since.0)), x(lanes, fold.past(until)));
        last = last.max(to);
        let (width, class) = ((to - from).max(1), state.as_str());
        let _ = writeln!(
            text,
            "<rect class=\"actual {class}\" x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"14\"/>"
        );
    }
    let (state, undone) = (unit.state(), !unit.undone.is_empty());
    let class = if undone { "halted" } else { super::super::runs::class(state) };
    let word = if undone { "rolled back" } else { state.as_str() };
    let width = (last - first).max(3);
    let short = escaped(id.as_str().split('-').next().unwrap_or_default());
    let name = if width > short.len() as u64 * LETTER + 8 {
        format!("<text x=\"{}\" y=\"{}\">{short}</text>", first + 4, y + 11)
    } else {
        String::new()
    };
    let id = escaped(id.as_str());
    format!(
        "<g class=\"unit {class}\"><title>{id}: {word}</title>{text}\
             <rect class=\"frame\" x=\"{first}\" y=\"{y}\" width=\"{width}\" height=\"14\" rx=\"2\"/>{name}</g>\n"
    )
}
