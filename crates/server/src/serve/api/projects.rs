//! The repositories that are served, and to whom.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ssot_engine::repository_root;
use ssot_model::{ProjectId, UserId};
use ssot_runtime::store::{Project, Role};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::Operation;
use super::people::{Bare, plain};

const NAME_LETTERS: usize = 80;

/// A project that is open to you.
#[derive(Debug, Serialize, JsonSchema)]
struct ProjectView {
    /// The identity.
    project: ProjectId,
    /// What it is called.
    name: String,
    /// As what it is open to you.
    role: Role,
}

/// A repository of this machine to be served.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewProject {
    command_id: CommandId,
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// The folder, with a slash at its beginning. Nothing is fetched from elsewhere.
    path: String,
}

/// Somebody to whom a project is to be open.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    command_id: CommandId,
    user: UserId,
    role: Role,
}

pub(super) fn operations() -> Vec<Operation> {
    const MEMBERS: &str = "admins of the project";
    vec![
        Operation::new(
            Method::GET,
            "/projects",
            ("The projects that are open to you", "everybody who has signed in"),
            list,
        )
        .answers::<Vec<ProjectView>>(200),
        Operation::new(
            Method::POST,
            "/projects",
            ("Serves a repository of this machine", "admins of the server"),
            add,
        )
        .takes::<NewProject>()
        .answers::<ProjectView>(201),
        Operation::new(
            Method::POST,
            "/projects/{project}/scan",
            ("Reads the repository again", "operators"),
            scan,
        )
        .takes::<Bare>()
        .answers::<Value>(202),
        Operation::new(
            Method::GET,
            "/projects/{project}/members",
            ("To whom the project is open", "viewers"),
            members,
        )
        .answers::<Vec<Value>>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/members",
            ("Opens the project to somebody", MEMBERS),
            add_member,
        )
        .takes::<NewMember>()
        .answers::<Value>(200),
        Operation::new(
            Method::DELETE,
            "/projects/{project}/members/{user}",
            ("Closes the project to somebody", MEMBERS),
            drop_member,
        )
        .answers::<Value>(200),
    ]
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<Vec<ProjectView>>, Failure> {
    let view = |(Project { project, name, .. }, role)| ProjectView { project, name, role };
    Ok(Json(app.open_to(&visitor.user).await?.into_iter().map(view).collect()))
}

async fn add(
    State(app): State<App>,
    visitor: Visitor,
    body: Body<NewProject>,
) -> Result<Response, Failure> {
    if !visitor.user.is_admin {
        return Err(Failure::forbidden("admin"));
    }
    let name = plain("name", &body.value.name, NAME_LETTERS)?;
    let path = PathBuf::from(&body.value.path);
    if !path.is_absolute() {
        let message = "`path` is a folder of this machine, with a slash at its beginning";
        return Err(Failure::invalid(message));
    }
    let (work, by) = (app.clone(), visitor.user.user.clone());
    let done = async move {
        let root = repository_root(&path)?;
        let project = work.store.add_project(&name, &root).await?;
        work.store.note(&by, Some(&project.project), "project-added", &name).await?;
        let Project { project, name, .. } = project;
        Ok((StatusCode::CREATED, ProjectView { project, name, role: Role::Admin }))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn scan(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Operator).await?;
    let done = async move {
        served.read();
        Ok((StatusCode::ACCEPTED, Value::Null))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn members(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    Ok(Json(app.store.members(&served.project.project).await?).into_response())
}

async fn add_member(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
    body: Body<NewMember>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Admin).await?;
    let (work, by) = (app.clone(), visitor.user.user.clone());
    let (user, role) = (body.value.user.clone(), body.value.role);
    let done = async move {
        if work.store.user(&user).await?.is_none() {
            return Err(Failure::invalid(format!("there is no user {user}")));
        }
        let id = &served.project.project;
        work.store.set_member(id, &user, role).await?;
        let detail = format!("{user} {}", role.as_str());
        work.store.note(&by, Some(id), "member-set", &detail).await?;
        Ok((StatusCode::OK, Value::Null))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn drop_member(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, user)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let served = app.project(&visitor.user, &project, Role::Admin).await?;
    let id = &served.project.project;
    if !app.store.remove_member(id, &UserId::new(&user)).await? {
        return Err(Failure::not_found());
    }
    app.store.note(&visitor.user.user, Some(id), "member-dropped", &user).await?;
    Ok(Json(Value::Null))
}
