//! What was found, and what was decided about it.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ssot_engine::audit;
use ssot_model::{Decision, Finding, Preference, Severity};
use ssot_runtime::store::{Role, User};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::Operation;
use super::people::plain;

/// Findings on one page.
const PAGE: usize = 50;
/// Longest reason and owner, in letters.
const REASON_LETTERS: usize = 500;
const OWNER_LETTERS: usize = 80;

/// Which findings are asked for. What is empty narrows nothing.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Filter {
    /// A part of a name or of a dotted name.
    text: String,
    /// The name of a rule.
    rule: String,
    /// The word of a verdict.
    verdict: String,
    /// `error`, `warning` or `note`; without it what needs nothing done is left out.
    severity: String,
    /// The page, from 1.
    page: usize,
}

/// A page of findings.
#[derive(Serialize, JsonSchema)]
struct FindingsPage<'a> {
    /// All that were asked for.
    total: usize,
    /// The page, from 1.
    page: usize,
    /// Pages.
    pages: usize,
    /// The findings of the page, in the form of `ssot.scan/1`.
    #[schemars(with = "Vec<Value>")]
    findings: Vec<&'a Finding>,
}

/// A decision that a finding may stay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    command_id: CommandId,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// Who answers for it.
    #[schemars(length(min = 1, max = 80))]
    owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(default)]
    expires: Option<String>,
}

/// A decision which implementation stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Preferred {
    command_id: CommandId,
    /// The dotted name of the definition that stays.
    #[schemars(length(min = 1, max = 500))]
    definition: String,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/projects/{project}/findings",
            ("What was found, the worst first", "viewers"),
            findings,
        )
        .asks::<Filter>()
        .answers::<FindingsPage<'static>>(200),
        Operation::new(
            Method::GET,
            "/projects/{project}/findings/{group}/audit",
            ("All that is known about a group, in the form of `ssot.audit/1`", "viewers"),
            audit_of,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/findings/{group}/accept",
            ("Decides that a finding may stay; written into ssot.toml", "operators"),
            accept_one,
        )
        .takes::<Decided>()
        .answers::<Value>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/findings/{group}/canonical",
            ("Decides which implementation stays; written into ssot.toml", "operators"),
            prefer_one,
        )
        .takes::<Preferred>()
        .answers::<Value>(200),
    ]
}

/// The findings of a filter, in their order.
fn narrowed<'a>(all: &'a [Finding], filter: &Filter) -> Vec<&'a Finding> {
    let severity = |it: &Finding| match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let is_asked_for = |it: &&Finding| {
        (filter.text.is_empty() || it.id.as_str() == filter.text || it.is_about(&filter.text))
            && (filter.rule.is_empty() || it.rule == filter.rule)
            && (filter.verdict.is_empty() || it.verdict_word() == filter.verdict)
            && match filter.severity.as_str() {
                "" => it.is_violation() || !filter.verdict.is_empty() || !filter.text.is_empty(),
                asked => severity(it) == asked,
            }
    };
    let mut found: Vec<&Finding> = all.iter().filter(is_asked_for).collect();
    found.sort_by_key(|it| (!it.is_violation(), std::cmp::Reverse(it.cost)));
    found
}

async fn findings(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let Query(filter) = filter.map_err(|error| Failure::unreadable(error.body_text()))?;
    let snapshot = served.read_through().await?;
    let found = narrowed(&snapshot.report.findings, &filter);
    let (total, page) = (found.len(), filter.page.max(1));
    let findings =
        found.into_iter().skip(PAGE.saturating_mul(page - 1)).take(PAGE).collect::<Vec<_>>();
    let told = FindingsPage { total, page, pages: total.div_ceil(PAGE).max(1), findings };
    Ok(Json(json!(told)))
}

async fn audit_of(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, group)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let snapshot = served.read_through().await?;
    let id = &snapshot.finding(&group).ok_or_else(Failure::not_found)?.id;
    let audit = served.audit(id).await?.ok_or_else(Failure::not_found)?;
    Ok(Json(json!(audit::document(std::slice::from_ref(&*audit)))))
}

async fn accept_one(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, group)): Path<(String, String)>,
    body: Body<Decided>,
) -> Result<Response, Failure> {
    // Whether it is open to the user is settled before the word is taken.
    app.project(&visitor.user, &project, Role::Operator).await?;
    let (work, user, decided) = (app.clone(), visitor.user.clone(), body.value.clone());
    let done = async move {
        let decision = accept(&work, &user, (&project, &group), &decided).await?;
        Ok((StatusCode::OK, decision))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Writes the decision down, notes it and reads the repository again.
async fn accept(
    app: &App,
    user: &User,
    (project, group): (&str, &str),
    decided: &Decided,
) -> Result<Decision, Failure> {
    let served = app.project(user, project, Role::Operator).await?;
    let reason = plain("reason", &decided.reason, REASON_LETTERS)?;
    let owner = plain("owner", &decided.owner, OWNER_LETTERS)?;
    let expires = decided.expires.clone().filter(|day| !day.is_empty());
    let snapshot = served.read_through().await?;
    let finding = snapshot.finding(group).ok_or_else(Failure::not_found)?.clone();
    let options = served.options().clone();
    let written = tokio::task::spawn_blocking(move || {
        ssot_engine::decide(&options, &finding, &reason, (&owner, expires.as_deref()))
    });
    let decision = written.await.map_err(ssot_engine::EngineError::internal)??;
    app.store.note(&user.user, Some(&served.project.project), "accepted", group).await?;
    served.read();
    Ok(decision)
}

async fn prefer_one(
    State(app): State<App>,
    visitor: Visitor,
    Path((project, group)): Path<(String, String)>,
    body: Body<Preferred>,
) -> Result<Response, Failure> {
    app.project(&visitor.user, &project, Role::Operator).await?;
    let (work, user, preferred) = (app.clone(), visitor.user.clone(), body.value.clone());
    let done = async move {
        let preference = prefer(&work, &user, (&project, &group), &preferred).await?;
        Ok((StatusCode::OK, preference))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Writes down who stays, notes it and reads the repository again: the plan is another one then.
async fn prefer(
    app: &App,
    user: &User,
    (project, group): (&str, &str),
    preferred: &Preferred,
) -> Result<Preference, Failure> {
    let served = app.project(user, project, Role::Operator).await?;
    let reason = plain("reason", &preferred.reason, REASON_LETTERS)?;
    let definition = plain("definition", &preferred.definition, REASON_LETTERS)?;
    let snapshot = served.read_through().await?;
    let finding = snapshot.finding(group).ok_or_else(Failure::not_found)?.clone();
    let options = served.options().clone();
    let written = tokio::task::spawn_blocking(move || {
        ssot_engine::prefer(&options, &finding, &definition, &reason)
    });
    let preference = written.await.map_err(ssot_engine::EngineError::internal)??;
    app.store.note(&user.user, Some(&served.project.project), "preferred", group).await?;
    served.read();
    Ok(preference)
}
