//! What stands around every page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use ssot_pages::dashboard::{ProjectLink, Shell, User};
use ssot_runtime::ids::IdManager;
use ssot_runtime::store::Role;

use super::super::app::App;
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::super::project::ServedProject;
use super::Lost;

/// Somebody who looks at a page; whoever has not signed in is led to where one does.
pub(super) struct Guest(pub(super) Visitor);

impl FromRequestParts<App> for Guest {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        use axum::http::StatusCode;
        use axum::response::IntoResponse;
        match Visitor::from_request_parts(parts, app).await {
            Ok(visitor) => Ok(Self(visitor)),
            Err(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
                Err(Lost(Failure::signed_out()).into_response())
            }
            Err(answer) => Err(answer),
        }
    }
}

/// The shell of a page that is about no project.
pub(super) async fn plain(app: &App, guest: &Guest) -> Result<Shell, Failure> {
    let role = if guest.0.user.is_admin { Role::Admin } else { Role::Viewer };
    shell(app, guest, None, role).await
}

/// A project for a guest, with its shell.
pub(super) async fn of_project(
    app: &App,
    guest: &Guest,
    project: &str,
) -> Result<(Arc<ServedProject>, Shell), Failure> {
    let served = app.project(&guest.0.user, project, Role::Viewer).await?;
    let role = app.role(&guest.0.user, &served.project.project).await?;
    let link =
        ProjectLink { id: served.project.project.to_string(), name: served.project.name.clone() };
    let shell = shell(app, guest, Some(link), role.unwrap_or(Role::Viewer)).await?;
    Ok((served, shell))
}

async fn shell(
    app: &App,
    guest: &Guest,
    project: Option<ProjectLink>,
    role: Role,
) -> Result<Shell, Failure> {
    let user = &guest.0.user;
    let projects = app
        .open_to(user)
        .await?
        .into_iter()
        .map(|(project, _)| ProjectLink { id: project.project.to_string(), name: project.name });
    Ok(Shell {
        user: Some(User {
            name: user.name.clone(),
            role: role.as_str().to_owned(),
            may_operate: role >= Role::Operator,
            may_approve: role >= Role::Approver,
            may_administer: user.is_admin,
        }),
        project,
        projects: projects.collect(),
        // Every command names its origin, which no other page can.
        csrf: String::new(),
        unique: IdManager::system().command(),
    })
}
