//! Conversations about a project.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use ssot_engine::chat::{self, Action, Known};
use ssot_engine::{RollbackScope, Snapshot};
use ssot_model::{Reference, Subject, ThreadId};
use ssot_runtime::store::{Role, User};
use tokio::sync::watch;

use super::super::app::{App, QUESTIONS};
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::super::limits::Place;
use super::super::project::ServedProject;
use super::people::plain;
use super::plan::{StartRun, begin};
use super::runs::{approve_run, cancel_run};
use super::{Operation, rollback};

/// Longest title and message, in letters.
const TITLE_LETTERS: usize = 80;
const MESSAGE_LETTERS: usize = 4000;
/// After which time a log that took no event is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// A conversation to be begun.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewThread {
    command_id: CommandId,
    #[schemars(length(min = 1, max = 80))]
    title: String,
}

/// Something said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    command_id: CommandId,
    #[schemars(length(min = 1, max = 4000))]
    text: String,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/projects/{project}/threads",
            ("Your conversations, the latest first", "viewers"),
            list,
        )
        .answers::<Vec<Value>>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/threads",
            ("Begins a conversation, whose events are a stream", "viewers"),
            add,
        )
        .takes::<NewThread>()
        .answers::<Value>(201),
        Operation::new(
            Method::POST,
            "/projects/{project}/threads/{thread}/messages",
            ("Says something; the answer comes as events", "viewers"),
            say,
        )
        .takes::<NewMessage>()
        .answers::<Value>(202),
    ]
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let threads = app.store.threads(&served.project.project, &visitor.user.user).await?;
    Ok(Json(threads).into_response())
}

async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
    body: Body<NewThread>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let title = plain("title", &body.value.title, TITLE_LETTERS)?;
    let (work, user) = (app.clone(), visitor.user.user.clone());
    let done = async move {
        let thread = work.store.add_thread(&served.project.project, &user, &title).await?;
        Ok((StatusCode::CREATED, thread))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

async fn say(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, thread)): Path<(String, String)>,
    body: Body<NewMessage>,
) -> Result<Response, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let id = ThreadId::new(thread);
    let known = app.store.thread(&served.project.project, &visitor.user.user, &id).await?;
    let thread = known.ok_or_else(Failure::not_found)?.thread;
    let text = body.value.text.trim().replace(['\r', '\n', '\t'], " ");
    let text = plain("text", &text, MESSAGE_LETTERS)?;
    let (work, user) = (app.clone(), visitor.user.clone());
    let command = body.value.command_id.clone();
    let done = async move {
        answer(&work, &user, (&project, &thread), (&command, &text)).await?;
        Ok((StatusCode::ACCEPTED, json!({ "thread": thread })))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Takes a message and answers it: both are events of the conversation.
async fn answer(
    app: &App,
    user: &User,
    (project, thread): (&str, &ThreadId),
    (command, text): (&CommandId, &str),
) -> Result<(), Failure> {
    let served = app.project(user, project, Role::Viewer).await?;
    // The first question may come before the first reading is over.
    let snapshot = served.read_through().await.ok();
    let runs = served.records.runs().await?;
    let known = Known { snapshot: snapshot.as_deref(), runs: &runs };
    let by = (&user.user, command.as_str());
    if let Some(llm) = app.llm.as_ref().filter(|_| chat::is_free(text, &known)) {
        let place = app.askers.take(&user.user).ok_or_else(|| {
            let message = format!("{QUESTIONS} of your questions are being answered");
            Failure::conflict("thinking", message).hinting("ask again when one has its answer")
        })?;
        let turn = app.conversation.wonder(llm, thread, by, text).await?;
        think(app.clone(), served, snapshot, (turn, place));
        return Ok(());
    }
    let turn = app.conversation.say(thread, by, text, &known).await?;
    let done = match turn.action().cloned() {
        None => Ok(None),
        Some(action) => act(app, user, project, (command, action)).await,
    };
    Ok(turn.conclude(done.map_err(|failure| told(&failure))).await?)
}

/// Lets a language model answer in its own time: the message is taken, and what comes of it
/// comes as events.
fn think(
    app: App,
    served: Arc<ServedProject>,
    snapshot: Option<Arc<Snapshot>>,
    (mut turn, place): (chat::FreeTurn, Place),
) {
    tokio::spawn(async move {
        let thought = Arc::clone(&app.thoughts).acquire_owned().await;
        let told = turn.conclude(&served.workshop, snapshot.as_deref(), app.stopping.clone()).await;
        drop((thought, place));
        match told {
            Ok(true) => app.metrics.thoughts.inc(),
            Ok(false) | Err(_) => app.metrics.thoughts_lost.inc(),
        };
        if told.is_err() {
            abandon(turn, app.stopping.clone()).await;
        }
    });
}

/// Says that there is no answer as soon as the log takes it again. A server that goes away
/// before does so when it starts.
async fn abandon(mut turn: chat::FreeTurn, mut stopping: watch::Receiver<bool>) {
    while turn.abandon().await.is_err() {
        let stopped = stopping.wait_for(|it| *it);
        if tokio::time::timeout(AGAIN, stopped).await.is_ok() {
            return;
        }
    }
}

fn told(failure: &Failure) -> String {
    let hint = failure.hint();
    let hint = if hint.is_empty() { String::new() } else { format!("; {hint}") };
    format!("That was not done: {}{hint}.", failure.message().trim_end_matches('.'))
}

/// Does what somebody asked for, when the user may; what it led to.
async fn act(
    app: &App,
    user: &User,
    project: &str,
    (command, action): (&CommandId, Action),
) -> Result<Option<Reference>, Failure> {
    match action {
        Action::Scan => {
            app.project(user, project, Role::Operator).await?.read();
            Ok(None)
        }
        Action::Run(groups) => {
            let asked = StartRun::of_groups(command.clone(), groups);
            let run = begin(app, user, project, &asked).await?;
            let label = run.to_string();
            Ok(Some(Reference { label, subject: Subject::Run { run } }))
        }
        Action::Approve(run) => {
            approve_run(app, user, (project, &run), None).await?;
            Ok(None)
        }
        Action::Cancel(run) => {
            cancel_run(app, user, project, &run).await?;
            Ok(None)
        }
        Action::RollBack(package) => {
            let served = app.project(user, project, Role::Approver).await?;
            let runs = served.records.runs().await?;
            let run = &runs.first().ok_or_else(Failure::not_found)?.run;
            let scope = package.map_or(RollbackScope::Full, RollbackScope::Package);
            rollback::roll_back(app, user, (project, run), scope).await?;
            Ok(None)
        }
    }
}
