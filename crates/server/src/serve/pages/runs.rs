//! Pages about runs.

use axum::extract::{Path, State};
use axum::response::Html;
use ssot_model::{Event, RunId};
use ssot_pages::dashboard::{self, RunCard, RunView, RunsView};

use super::super::api::known_run;
use super::super::app::App;
use super::super::failure::Failure;
use super::super::project::ServedProject;
use super::Shown;
use super::shell::{Guest, of_project};

/// Runs of the list.
const LISTED: usize = 50;
/// Events that are read at a time.
const EVENTS: u32 = 1000;
/// A run that was started elsewhere and said something so lately is at work, in milliseconds.
const LATELY: i64 = 30_000;

/// The latest runs at a glance.
pub(super) async fn cards(
    app: &App,
    served: &ServedProject,
    most: usize,
) -> Result<Vec<RunCard>, Failure> {
    let (mut cards, now) = (Vec::new(), app.clock.now());
    for entry in served.records.runs().await?.into_iter().take(most) {
        let status = served.records.status(&entry.run).await?;
        let by = app.store.doer("run-started", entry.run.as_str()).await?;
        cards.push(RunCard::of(&status, by, now));
    }
    Ok(cards)
}

pub(super) async fn list(
    State(app): State<App>,
    guest: Guest,
    Path(project): Path<String>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let runs = cards(&app, &served, LISTED).await?;
    Ok(Html(dashboard::runs(&RunsView { shell, runs, now: app.clock.now() })))
}

pub(super) async fn run(
    State(app): State<App>,
    guest: Guest,
    Path((project, run)): Path<(String, String)>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let run = known_run(&served, &run).await?;
    let events = all(&served, &run).await?;
    let planned = served.records.plan(&run)?;
    let (now, last) = (app.clock.now(), events.last().map_or(0, |event| event.at.0));
    let is_ours = served.at_work().await.as_ref() == Some(&run);
    let view = RunView {
        shell,
        run: &run,
        events: &events,
        plan: planned.as_ref().map(|(plan, _)| plan),
        schedule: planned.as_ref().and_then(|(_, schedule)| schedule.as_ref()),
        limits: served.records.limits(&run)?,
        by: app.store.doer("run-started", run.as_str()).await?,
        alive: is_ours || now.0 - last < LATELY,
        now,
    };
    Ok(Html(dashboard::run(&view)))
}

/// The whole log of a run.
async fn all(served: &ServedProject, run: &RunId) -> Result<Vec<Event>, Failure> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let page = served.records.events(run, after, EVENTS).await?;
        let is_last = page.len() < EVENTS as usize;
        events.extend(page);
        if is_last {
            return Ok(events);
        }
    }
}
