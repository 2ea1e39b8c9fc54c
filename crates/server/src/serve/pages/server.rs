//! Pages about the server: projects, the way in, settings.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use ssot_pages::dashboard::{
    self, Health, NewToken, ProjectCard, ProjectMembers, ProjectsView, SettingsView, Shell,
    SignInView, TokenRow, UserRow,
};
use ssot_runtime::store::Role;

use super::super::app::App;
use super::super::door::Anybody;
use super::super::oidc;
use super::Shown;
use super::shell::{Guest, plain};

/// Runs of a project that are looked at for the list.
const RECENT: usize = 3;

pub(super) async fn projects(State(app): State<App>, guest: Guest) -> Shown {
    let shell = plain(&app, &guest).await?;
    let mut projects = Vec::new();
    for (project, _) in app.open_to(&guest.0.user).await? {
        projects.push(card(&app, &guest, project.project.as_str()).await?);
    }
    Ok(Html(dashboard::projects(&ProjectsView { shell, projects, now: app.clock.now() })))
}

async fn card(
    app: &App,
    guest: &Guest,
    project: &str,
) -> Result<ProjectCard, super::super::failure::Failure> {
    let served = app.project(&guest.0.user, project, Role::Viewer).await?;
    let snapshot = served.snapshot();
    let health = snapshot.as_ref().map(|it| Health::of(&it.report));
    let (mut running, mut waiting) = (u32::from(served.at_work().await.is_some()), 0);
    for entry in served.records.runs().await?.into_iter().take(RECENT) {
        if entry.outcome.is_none() {
            let status = served.records.status(&entry.run).await?;
            waiting += status.waiting.len() as u32;
        }
    }
    running = running.max(u32::from(waiting > 0));
    let concepts = |report: &ssot_model::ScanReport| {
        report.violations().filter(|finding| finding.verdict.is_some()).count() as u32
    };
    Ok(ProjectCard {
        id: project.to_owned(),
        name: served.project.name.clone(),
        place: served.project.root.display().to_string(),
        health: health.as_ref().map(|it| (it.score, it.word())),
        concepts: snapshot.as_ref().map_or(0, |it| concepts(&it.report)),
        removable: snapshot.as_ref().map_or(0, |it| it.report.removable_lines()),
        lines: snapshot.as_ref().map_or(0, |it| it.report.lines),
        trend: snapshot.as_ref().map_or_else(Vec::new, |it| {
            it.trend.iter().map(|point| point.verdicts.values().sum()).collect()
        }),
        scanned: snapshot.as_ref().map(|it| it.at),
        running,
        waiting,
    })
}

pub(super) async fn sign_in(State(app): State<App>, visitor: Anybody) -> Response {
    if visitor.0.is_some() {
        return Redirect::to("/").into_response();
    }
    let provider = oidc::offered(&app);
    let provider_out = provider.as_ref().map(|_| oidc::OUT.to_owned());
    let view = SignInView { shell: Shell::default(), error: String::new(), provider, provider_out };
    Html(dashboard::sign_in(&view)).into_response()
}

pub(super) async fn settings(State(app): State<App>, guest: Guest) -> Shown {
    settings_with(&app, &guest, None).await
}

/// The members of the projects that somebody administers.
async fn administered(
    app: &App,
    guest: &Guest,
) -> Result<Vec<ProjectMembers>, super::super::failure::Failure> {
    let user = &guest.0.user;
    let users = if user.is_admin { app.store.users().await? } else { Vec::new() };
    let mut projects = Vec::new();
    for (project, role) in app.open_to(user).await? {
        if role < Role::Admin {
            continue;
        }
        let members = app.store.members(&project.project).await?;
        let is_other = |it: &&ssot_runtime::store::User| {
            !it.is_closed && !it.is_admin && !members.iter().any(|member| member.user == it.user)
        };
        let others = users.iter().filter(is_other);
        projects.push(ProjectMembers {
            id: project.project.to_string(),
            name: project.name,
            others: others.map(|it| (it.user.to_string(), it.name.clone())).collect(),
            members: members
                .into_iter()
                .map(|it| (it.user.to_string(), it.name, it.role.as_str().to_owned()))
                .collect(),
        });
    }
    Ok(projects)
}

/// The settings with a secret that is told this once.
pub(super) async fn settings_with(app: &App, guest: &Guest, new_token: Option<NewToken>) -> Shown {
    let shell = plain(app, guest).await?;
    let tokens = app.store.tokens(&guest.0.user.user).await?.into_iter().map(|held| TokenRow {
        id: held.name,
        name: held.label,
        made: held.created,
        used: held.used,
        expires: Some(held.expires),
    });
    let projects = administered(app, guest).await?;
    let users = if guest.0.user.is_admin {
        let row = |user: ssot_runtime::store::User| UserRow {
            id: user.user.to_string(),
            name: user.name,
            role: if user.is_admin { "admin" } else { "member" }.to_owned(),
            seen: user.seen,
        };
        Some(app.store.users().await?.into_iter().filter(|it| !it.is_closed).map(row).collect())
    } else {
        None
    };
    let view = SettingsView {
        shell,
        tokens: tokens.collect(),
        new_token,
        projects,
        project_roles: ["viewer", "operator", "approver", "admin"].map(str::to_owned).to_vec(),
        users,
        roles: vec!["member".to_owned(), "admin".to_owned()],
        now: app.clock.now(),
    };
    Ok(Html(dashboard::settings(&view)))
}
