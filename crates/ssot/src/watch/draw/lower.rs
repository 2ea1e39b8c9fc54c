//! The lower part: alerts, gates, budget, one package, or the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};
use ssot_engine::fold::{Gate, checkpoint_said};
use ssot_model::{PackageId, Resource, UnitState};
use ssot_pages::words::{clock, count, short, span};

use super::super::keys::KEYS;
use super::super::view::{Pane, View};
use super::middle::took;
use super::{Theme, Tone, framed, of_gate, plain, strong, tone_of_state};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme, now: i64) {
    let (title, lines) = match view.pane {
        Pane::Alerts => (count(view.fold.alerts.len(), "alert"), alerts(view, theme)),
        Pane::Gates => {
            let gates = view.fold.gates.iter().flat_map(|it| gate(it, theme)).collect();
            ("gates of the repository".to_owned(), gates)
        }
        Pane::Budget => ("budget, checkpoints, branches".to_owned(), budget(view, theme)),
        Pane::Keys => ("keys".to_owned(), keys()),
        Pane::Package => {
            let name = view.selection().map_or_else(String::new, ToString::to_string);
            (name, package(view, theme, now))
        }
    };
    let lines =
        if lines.is_empty() { vec![Line::from(theme.span(Tone::Rest, "none"))] } else { lines };
    let most = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let shown = Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((view.scroll.min(most), 0));
    frame.render_widget(shown.block(framed(format!(" {title} "))), area);
}

fn alerts(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let told = view.fold.alerts.iter().rev().map(|it| {
        let tone = if it.class == "bad" { Tone::Bad } else { Tone::Open };
        let first = it.text.lines().next().unwrap_or_default();
        Line::from(vec![
            theme.span(Tone::Rest, format!("{} ", clock(it.at))),
            theme.span(tone, first),
        ])
    });
    told.collect()
}

fn gate(it: &Gate, theme: Theme) -> Vec<Line<'static>> {
    let (tone, sign, word) = of_gate(it.outcome);
    let phase = it.phase.as_str();
    let took = it.outcome.map_or_else(String::new, |_| span(it.millis));
    let mut lines = vec![Line::from(vec![
        theme.span(tone, format!("{sign} ")),
        strong(format!("{} {phase} ", it.name.as_str())),
        theme.span(tone, format!("{word} ")),
        theme.span(Tone::Rest, took),
    ])];
    lines.extend(it.evidence.lines().map(|line| Line::from(plain(format!("    {line}")))));
    lines
}

fn budget(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let used = view.fold.usage().unwrap_or_default();
    let rows = [
        (Resource::Time, used.millis, view.limits.seconds.map(|it| it * 1000)),
        (Resource::Cpu, used.cpu_millis, view.limits.cpu_seconds.map(|it| it * 1000)),
        (Resource::Disk, used.disk_kib, view.limits.disk_mib.map(|it| it * 1024)),
    ];
    let told = rows.into_iter().filter(|row| row.1 > 0 || row.2.is_some()).map(|row| {
        let (resource, used, limit) = row;
        let of = limit.map_or_else(
            || ", not limited".to_owned(),
            |limit| format!(" of {}", resource.amount(limit)),
        );
        let tone = if limit.is_some_and(|limit| used > limit) { Tone::Bad } else { Tone::Rest };
        Line::from(vec![plain(resource.amount(used)), theme.span(tone, of)])
    });
    let mut lines: Vec<Line<'static>> = told.collect();
    lines.extend(view.fold.checkpoints.iter().map(|it| {
        let (tone, word) = if it.is_met() { (Tone::Good, "met") } else { (Tone::Bad, "missed") };
        Line::from(vec![theme.span(tone, format!("{word} ")), plain(checkpoint_said(it))])
    }));
    lines.extend(view.fold.branches.iter().map(|it| {
        let at = it.commit.as_ref().map_or("withdrawn", |commit| short(commit.as_str()));
        let packages = count(it.packages.len(), "package");
        Line::from(plain(format!("{} at {at}: {packages}", it.name)))
    }));
    lines
}

fn package(view: &View, theme: Theme, now: i64) -> Vec<Line<'static>> {
    let found = view.selection().and_then(|id| Some((id, view.fold.packages.get(id)?)));
    let Some((id, unit)) = found else { return Vec::new() };
    let planned = view.plan.iter().flat_map(|plan| &plan.packages).find(|it| it.id == *id);
    let mut lines = Vec::new();
    if let Some(planned) = planned {
        lines.push(Line::from(strong(&planned.title)));
        let team = planned.team.as_deref().unwrap_or("anybody");
        let files = count(planned.write_set.len(), "file");
        let mut said = format!("{:?}, done by {team}, writes {files}", planned.priority);
        if !planned.depends_on.is_empty() {
            let names: Vec<&str> = planned.depends_on.iter().map(PackageId::as_str).collect();
            said = format!("{said}, after {}", names.join(", "));
        }
        lines.push(Line::from(theme.span(Tone::Rest, said)));
    }
    let state = unit.state();
    let told = format!("{} {}", state.as_str(), took(unit, view.time(now)));
    lines.push(Line::from(theme.span(tone_of_state(state), told)));
    lines.extend(unit.reason.lines().map(|line| Line::from(plain(line))));
    let way = unit.path.iter().filter(|it| it.0 != UnitState::Queued);
    let way: Vec<String> = way.map(|it| format!("{} {}", it.0.as_str(), clock(it.1))).collect();
    if !way.is_empty() {
        lines.push(Line::from(theme.span(Tone::Rest, way.join(" \u{2192} "))));
    }
    for (what, value) in [
        ("landed as ", short(&unit.commit)),
        ("undone by ", short(&unit.undone)),
        ("its work is kept at ", unit.kept.as_str()),
        ("", if unit.rehearsed { "rollback rehearsed" } else { "" }),
    ] {
        if !value.is_empty() {
            lines.push(Line::from(plain(format!("{what}{value}"))));
        }
    }
    lines.extend(unit.gates.iter().flat_map(|it| gate(it, theme)));
    lines
}

fn keys() -> Vec<Line<'static>> {
    let told =
        KEYS.iter().map(|(key, does)| Line::from(vec![strong(format!("{key:<20}")), plain(does)]));
    told.collect()
}
