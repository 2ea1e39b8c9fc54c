//! Runs: looking at them, and what may be said while they go on.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ssot_engine::{EngineError, ErrorKind, Wish};
use ssot_model::{CommitId, EventKind, PackageId, RunId, RunOutcome, Timestamp};
use ssot_runtime::ids::{LegacyRunId, parse_run_id};
use ssot_runtime::store::{Role, User};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::super::project::ServedProject;
use super::people::Bare;
use super::{Operation, rollback};

/// Events that are told at once at most.
const EVENTS: u32 = 1000;

/// A run of the list.
#[derive(Serialize, JsonSchema)]
struct RunView {
    run: RunId,
    /// Events in its log.
    events: u64,
    #[schemars(with = "i64")]
    started: Timestamp,
    #[schemars(with = "Option<i64>")]
    ended: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    outcome: Option<RunOutcome>,
    /// Whether this server has started it and it goes on.
    is_at_work: bool,
}

/// Where to go on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Cursor {
    /// The number of the last event that is known.
    after_seq: u64,
    /// How many, at most 1000.
    limit: Option<u32>,
}

/// An approval.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approving {
    command_id: CommandId,
    /// Only what concerns this package; everything that waits when it is left out.
    #[serde(default)]
    package: Option<PackageId>,
}

pub(super) fn operations() -> Vec<Operation> {
    let mut all = showing();
    all.extend(steering());
    all
}

/// What shows runs.
fn showing() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/projects/{project}/runs",
            ("The runs, the latest first", "viewers"),
            list,
        )
        .answers::<Vec<RunView>>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}",
            ("The report, `ssot.run/1`", "viewers"),
            report,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}/status",
            ("A run at a glance", "viewers"),
            status,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}/plan",
            (
                "Its plan, and what was expected of it as it began; nothing before there is one",
                "viewers",
            ),
            plan,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}/events",
            ("Its events", "viewers"),
            events,
        )
        .asks::<Cursor>()
        .answers::<Vec<Value>>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}/verify",
            ("Whether its log is whole", "viewers"),
            verify,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/runs/{run}/packages/{package}/diff",
            ("What a package that landed has changed", "viewers"),
            diff,
        )
        .answers::<Value>(200),
    ]
}

/// What changes how they go on.
fn steering() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/approve",
            ("Approves what it waits for", "approvers"),
            approve,
        )
        .takes::<Approving>()
        .answers::<Value>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/cancel",
            ("Stops it in good order", "operators"),
            cancel,
        )
        .takes::<Bare>()
        .answers::<Value>(202),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/pause",
            ("Lets it start and land nothing more", "operators"),
            pause,
        )
        .takes::<Bare>()
        .answers::<Value>(202),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/continue",
            ("Lets a paused one go on", "operators"),
            go_on,
        )
        .takes::<Bare>()
        .answers::<Value>(202),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/resume",
            ("Takes the latest one up", "operators"),
            resume,
        )
        .takes::<Bare>()
        .answers::<Value>(202),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs/{run}/rollback",
            ("Undoes landings", "approvers"),
            rollback::roll_back_one,
        )
        .takes::<rollback::RollingBack>()
        .answers::<Value>(200),
    ]
}

/// The run of an address, when the project has it.
pub(in super::super) async fn known_run(
    served: &ServedProject,
    run: &str,
) -> Result<RunId, Failure> {
    let missing = || match LegacyRunId::parse(run.as_bytes()) {
        // What an id of another system says is no secret of anybody's here.
        Some(id) => Failure::not_found().hinting(id.explained()),
        None => Failure::not_found(),
    };
    let run = parse_run_id(run).ok_or_else(missing)?;
    match served.records.head(&run).await? {
        0 => Err(Failure::not_found()),
        _ => Ok(run),
    }
}

/// A run of a project for a user who may at least do so much in the project.
async fn run_of(
    app: &App,
    visitor: &Visitor,
    (project, run): (&str, &str),
    needed: Role,
) -> Result<(Arc<ServedProject>, RunId), Failure> {
    let served = app.project(&visitor.user, project, needed).await?;
    let run = known_run(&served, run).await?;
    Ok((served, run))
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
) -> Result<Json<Value>, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let at_work = served.at_work().await;
    let runs = served.records.runs().await?.into_iter().map(|entry| RunView {
        is_at_work: at_work.as_ref() == Some(&entry.run),
        run: entry.run,
        events: entry.events,
        started: entry.started,
        ended: entry.ended,
        outcome: entry.outcome,
    });
    Ok(Json(json!(runs.collect::<Vec<_>>())))
}

async fn report(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    Ok(Json(json!(served.records.report(&run).await?)))
}

async fn status(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    Ok(Json(json!(served.records.status(&run).await?)))
}

async fn plan(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    let planned = served.records.plan(&run)?;
    let (plan, schedule) = planned.unzip();
    Ok(Json(json!({ "plan": plan, "schedule": schedule.flatten() })))
}

async fn events(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
    cursor: Result<Query<Cursor>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    let Query(cursor) = cursor.map_err(|error| Failure::unreadable(error.body_text()))?;
    let limit = cursor.limit.unwrap_or(EVENTS).min(EVENTS);
    Ok(Json(json!(served.records.events(&run, cursor.after_seq, limit).await?)))
}

async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    let verified = served.records.verify(&run).await?;
    let fault = verified.fault.map(|fault| json!({ "seq": fault.seq, "reason": fault.reason }));
    Ok(Json(json!({ "run": run, "events": verified.events, "fault": fault })))
}

async fn diff(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run, package)): Path<(String, String, String)>,
) -> Result<Json<Value>, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Viewer).await?;
    let (previous, commit) = landing(&served, &run, &package).await?;
    let (records, from, to) = (served.records.clone(), previous, commit.clone());
    let diff = tokio::task::spawn_blocking(move || records.diff(&from, &to)).await;
    let diff = diff.map_err(EngineError::internal)??;
    Ok(Json(json!({ "package": package, "commit": commit, "diff": diff })))
}

/// The commit by which a package landed, and the one before.
async fn landing(
    served: &ServedProject,
    run: &RunId,
    wanted: &str,
) -> Result<(CommitId, CommitId), Failure> {
    let mut after = 0;
    loop {
        let events = served.records.events(run, after, EVENTS).await?;
        let Some(last) = events.last() else { return Err(Failure::not_found()) };
        after = last.seq;
        for event in events {
            match event.kind {
                EventKind::PackageLanded { package, commit, previous, .. }
                    if package.as_str() == wanted =>
                {
                    return Ok((previous, commit));
                }
                _ => {}
            }
        }
    }
}

async fn approve(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
    body: Body<Approving>,
) -> Result<Response, Failure> {
    let (_, run) = run_of(&app, &visitor, (&project, &run), Role::Approver).await?;
    let (work, user, package) = (app.clone(), visitor.user.clone(), body.value.package.clone());
    let done = async move {
        let given = approve_run(&work, &user, (&project, &run), package.as_ref()).await?;
        Ok((StatusCode::OK, given))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Approves what a run waits for and takes the run up, unless it is at work.
pub(in super::super) async fn approve_run(
    app: &App,
    user: &User,
    (project, run): (&str, &RunId),
    package: Option<&PackageId>,
) -> Result<Value, Failure> {
    let served = app.project(user, project, Role::Approver).await?;
    let given = served.records.approve(run, package, &user.name).await?;
    let id = &served.project.project;
    app.store.note(&user.user, Some(id), "approved", run.as_str()).await?;
    if served.at_work().await.is_none() && is_latest(&served, run).await? {
        take_up(app, &served, run).await?;
    }
    Ok(json!({ "approved": given }))
}

async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    wished(app, visitor, place, body, Wish::Cancel).await
}

/// Asks a run to stop.
pub(in super::super) async fn cancel_run(
    app: &App,
    user: &User,
    project: &str,
    run: &RunId,
) -> Result<(), Failure> {
    tell(app, user, (project, run), Wish::Cancel).await
}

/// Tells a run what somebody wants of it, wherever it was started.
async fn tell(
    app: &App,
    user: &User,
    (project, run): (&str, &RunId),
    wish: Wish,
) -> Result<(), Failure> {
    let served = app.project(user, project, Role::Operator).await?;
    let told = served.records.steer(run, wish, &user.name).await;
    told.map_err(|error| match error.kind() {
        ErrorKind::User => Failure::conflict("not-at-work", error.to_string()),
        _ => error.into(),
    })?;
    if wish == Wish::Cancel {
        // Its log says so already; a signal says it at once.
        served.cancel(run).await;
    }
    let done = match wish {
        Wish::Pause => "run-paused",
        Wish::Continue => "run-continued",
        Wish::Cancel => "run-cancelled",
    };
    let id = &served.project.project;
    Ok(app.store.note(&user.user, Some(id), done, run.as_str()).await?)
}

async fn pause(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    wished(app, visitor, place, body, Wish::Pause).await
}

async fn go_on(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    wished(app, visitor, place, body, Wish::Continue).await
}

async fn wished(
    app: App,
    visitor: Visitor,
    (project, run): (String, String),
    body: Body<Bare>,
    wish: Wish,
) -> Result<Response, Failure> {
    let (_, run) = run_of(&app, &visitor, (&project, &run), Role::Operator).await?;
    let (work, user) = (app.clone(), visitor.user.clone());
    let done = async move {
        tell(&work, &user, (&project, &run), wish).await?;
        Ok((StatusCode::ACCEPTED, Value::Null))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, run)): Path<(String, String)>,
    body: Body<Bare>,
) -> Result<Response, Failure> {
    let (served, run) = run_of(&app, &visitor, (&project, &run), Role::Operator).await?;
    let (work, user) = (app.clone(), visitor.user.user.clone());
    let done = async move {
        if !is_latest(&served, &run).await? {
            return Err(Failure::conflict("not-latest", "only the latest run can be taken up"));
        }
        take_up(&work, &served, &run).await?;
        let id = &served.project.project;
        work.store.note(&user, Some(id), "run-resumed", run.as_str()).await?;
        Ok((StatusCode::ACCEPTED, Value::Null))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

pub(super) async fn is_latest(served: &ServedProject, run: &RunId) -> Result<bool, Failure> {
    Ok(served.records.runs().await?.first().is_some_and(|latest| latest.run == *run))
}

async fn take_up(app: &App, served: &ServedProject, run: &RunId) -> Result<(), Failure> {
    let words = ["resume", ".", "--quiet", "--format", "json"].map(Into::into);
    let said = app.state().join(format!("said-{run}.txt"));
    served.start(app.starter(), run, &words, said).await
}
