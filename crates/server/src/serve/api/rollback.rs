//! Undoing what has landed.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use ssot_engine::RollbackScope;
use ssot_model::{PackageId, RunId};
use ssot_runtime::store::{Role, User};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::runs::{is_latest, known_run};

/// What is undone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RollingBack {
    command_id: CommandId,
    scope: Scope,
    /// The package, and what builds on it.
    #[serde(default)]
    package: Option<PackageId>,
    /// A directory, file or definition, and what builds on what concerns it.
    #[serde(default)]
    component: Option<String>,
    /// A team's packages, and what builds on them.
    #[serde(default)]
    team: Option<String>,
}

/// How much is undone.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    Full,
    Package,
    Component,
    Team,
}

impl RollingBack {
    fn scope(&self) -> Result<RollbackScope, Failure> {
        let named = match self.scope {
            Scope::Full => Some(RollbackScope::Full),
            Scope::Package => self.package.clone().map(RollbackScope::Package),
            Scope::Component => self.component.clone().map(RollbackScope::Component),
            Scope::Team => self.team.clone().map(RollbackScope::Team),
        };
        named.ok_or_else(|| {
            Failure::invalid("the scope is not named: say `package`, `component` or `team`")
        })
    }
}

pub(super) async fn roll_back_one(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
    body: Body<RollingBack>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Approver).await?;
    let run = known_run(&served, &run).await?;
    let scope = body.value.scope()?;
    let (work, user) = (app.clone(), visitor.user.clone());
    let done = async move {
        let report = roll_back(&work, &user, (&project, &run), scope).await?;
        Ok((StatusCode::OK, report))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Undoes landings of the latest run while it is not at work.
pub(in super::super) async fn roll_back(
    app: &App,
    user: &User,
    (project, run): (&str, &RunId),
    scope: RollbackScope,
) -> Result<Value, Failure> {
    let served = app.project(user, project, Role::Approver).await?;
    if !is_latest(&served, run).await? {
        return Err(Failure::conflict("not-latest", "only the latest run can be undone"));
    }
    if served.at_work().await.is_some() {
        let failure = Failure::conflict("at-work", "the run goes on");
        return Err(failure.hinting("stop it before something of it is undone"));
    }
    let report = ssot_engine::rollback(served.records.root(), scope).await?;
    let id = &served.project.project;
    app.store.note(&user.user, Some(id), "rolled-back", run.as_str()).await?;
    served.read();
    Ok(json!(report))
}
