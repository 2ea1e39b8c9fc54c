//! Pages about what was found in a project and what would be done.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query as QueryOf, State};
use axum::response::Html;
use ssot_model::{Finding, GroupId, PackageId};
use ssot_pages::dashboard::{self, ConceptView, FindingsView, OverviewView, PlanView, Query};
use ssot_pages::report::Sources;
use ssot_runtime::files::Root;

use super::super::app::App;
use super::super::failure::Failure;
use super::super::project::{Reading, ServedProject, workers};
use super::runs::cards;
use super::shell::{Guest, of_project};
use super::{Lost, Shown};

/// Runs of the overview.
const RECENT: usize = 3;

pub(super) async fn overview(
    State(app): State<App>,
    guest: Guest,
    Path(project): Path<String>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let (mut snapshot, reading) = (served.snapshot(), served.reading());
    if snapshot.is_none() && reading == Reading::Done {
        // It was over between the two looks.
        snapshot = served.snapshot();
    }
    let mut running = cards(&app, &served, RECENT).await?;
    running.retain(|card| card.outcome.is_none());
    let view = OverviewView {
        shell,
        report: snapshot.as_ref().map(|it| &it.report),
        trend: snapshot.as_ref().map_or(&[], |it| it.trend.as_slice()),
        running,
        scanned: snapshot.as_ref().map(|it| it.at),
        scanning: reading == Reading::Running,
        now: app.clock.now(),
    };
    if let (None, Reading::Failed(reason)) = (&snapshot, reading) {
        return Err(Failure::invalid(reason).into());
    }
    Ok(Html(dashboard::overview(&view)))
}

pub(super) async fn findings(
    State(app): State<App>,
    guest: Guest,
    Path(project): Path<String>,
    pairs: Result<QueryOf<Vec<(String, String)>>, QueryRejection>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let snapshot = served.read_through().await?;
    let QueryOf(pairs) = pairs.map_err(|error| Failure::unreadable(error.body_text()))?;
    let query = Query::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let view = FindingsView {
        shell,
        report: Some(&snapshot.report),
        belongings: &snapshot.belongings,
        hosted: served.forge.as_ref().zip(snapshot.commit.as_ref()),
        query,
    };
    Ok(Html(dashboard::findings(&view)))
}

pub(super) async fn concept(
    State(app): State<App>,
    guest: Guest,
    Path((project, group)): Path<(String, String)>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let snapshot = served.read_through().await?;
    let finding = snapshot.finding(&group).ok_or_else(Failure::not_found)?;
    // With the past when it was read; reading it takes longer than a page may.
    let past = served.past_of(&finding.id);
    let audit = past.as_deref().or_else(|| snapshot.audits.get(&finding.id));
    let sources = sources(&served, finding)?;
    let package = snapshot.plan.as_ref().ok().and_then(|(plan, _)| {
        let is_it = |package: &&ssot_model::Package| concerns(package, &finding.id);
        plan.packages.iter().find(is_it).map(|package| package.id.clone())
    });
    let hosted = served.forge.as_ref().zip(snapshot.commit.as_ref());
    let view = ConceptView { shell, finding, audit, sources: &sources, package, hosted };
    Ok(Html(dashboard::concept(&view)))
}

fn concerns(package: &ssot_model::Package, group: &GroupId) -> bool {
    package.groups.iter().any(|it| it.group == *group)
        || package.places.iter().any(|it| it.finding == *group)
}

/// The files of a finding, opened beneath the root.
fn sources(served: &ServedProject, finding: &Finding) -> Result<Sources, Failure> {
    let root = Root::open(served.records.root()).map_err(ssot_engine::EngineError::internal)?;
    let read = |path: &ssot_model::RepoPath, largest| root.read(path, largest).ok();
    Ok(Sources::read(std::iter::once(finding), read))
}

pub(super) async fn plan(
    State(app): State<App>,
    guest: Guest,
    Path(project): Path<String>,
    QueryOf(asked): QueryOf<BTreeMap<String, String>>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let snapshot = served.read_through().await?;
    let (plan, schedule) = match &snapshot.plan {
        Ok(both) => both,
        Err(reason) => return Err(Lost(Failure::invalid(reason.clone()))),
    };
    let only = asked.get("only").map(|id| PackageId::new(id.as_str()));
    let head = ssot_engine::head(served.records.root());
    let view = PlanView {
        shell,
        plan: Some((plan, schedule)),
        only: only.into_iter().collect(),
        teams: snapshot.teams.clone(),
        agents: workers() as usize,
        editable: true,
        planned: Some(snapshot.at),
        stale: head != snapshot.commit,
        now: app.clock.now(),
    };
    Ok(Html(dashboard::plan(&view)))
}
