//! The plan, and starting a run of it.

use std::collections::BTreeSet;
use std::ffi::OsString;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ssot_engine::{EngineError, render_plan};
use ssot_model::{GroupId, LandingMode, Mode, PackageId, Plan, Priority, RunId};
use ssot_runtime::files;
use ssot_runtime::ids::{IdManager, Randomness};
use ssot_runtime::store::{Role, User};

use super::super::app::App;
use super::super::body::{Body, CommandId, once};
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::super::project::ServedProject;
use super::Operation;

/// Most packages that are worked on at a time.
const AGENTS: u16 = 256;

/// What is run, and how. What is left out is as the configuration says.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartRun {
    command_id: CommandId,
    /// How much has to be proved.
    #[serde(default)]
    mode: Option<Mode>,
    /// Packages worked on at a time.
    #[serde(default)]
    agents: Option<u16>,
    /// The teams that take part, by name.
    #[serde(default)]
    teams: Vec<String>,
    /// How what has landed is handed over.
    #[serde(default)]
    landing: Option<LandingMode>,
    /// Packages of the plan that are left out.
    #[serde(default)]
    without: BTreeSet<PackageId>,
    /// Only what concerns these groups; everything when empty.
    #[serde(default)]
    groups: BTreeSet<GroupId>,
    /// What is changed in packages of the plan.
    #[serde(default)]
    edits: Vec<PackageEdit>,
    /// What becomes of modules that import a copy; as planned when it is left out.
    #[serde(default)]
    importers: Option<Importers>,
    /// The branch that landings advance; one of ssot's own when it is left out.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    target: Option<String>,
    /// Whether packages may land without a test command.
    #[serde(default)]
    allow_untested: bool,
}

impl StartRun {
    /// A run of what concerns some groups, as the configuration says.
    pub(super) fn of_groups(command_id: CommandId, groups: Vec<GroupId>) -> Self {
        Self {
            command_id,
            mode: None,
            agents: None,
            teams: Vec::new(),
            landing: None,
            without: BTreeSet::new(),
            groups: groups.into_iter().collect(),
            edits: Vec::new(),
            importers: None,
            target: None,
            allow_untested: false,
        }
    }
}

impl StartRun {
    fn changes_the_plan(&self) -> bool {
        let is_whole = self.without.is_empty() && self.groups.is_empty() && self.edits.is_empty();
        !is_whole || self.importers == Some(Importers::Kept)
    }
}

/// What becomes of modules that import a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Importers {
    /// As the plan says.
    Planned,
    /// They stay as they are: the name is left in its place and leads to what stays.
    Kept,
}

/// A change of one package.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PackageEdit {
    package: PackageId,
    #[serde(default)]
    priority: Option<Priority>,
    #[serde(default)]
    team: Option<String>,
}

/// A run that has begun.
#[derive(Debug, Serialize, JsonSchema)]
struct Started {
    /// The run, whose events are a stream.
    run: RunId,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/projects/{project}/plan",
            ("What would be done, and when", "viewers"),
            plan,
        )
        .answers::<Value>(200),
        Operation::new(
            Method::POST,
            "/projects/{project}/runs",
            ("Starts a run", "operators"),
            start_run,
        )
        .takes::<StartRun>()
        .answers::<Started>(201),
    ]
}

async fn plan(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
) -> Result<Json<Value>, Failure> {
    let served = app.project(&visitor.user, &project, Role::Viewer).await?;
    let snapshot = served.read_through().await?;
    let (plan, schedule) =
        snapshot.plan.as_ref().map_err(|reason| Failure::invalid(reason.clone()))?;
    Ok(Json(json!({ "plan": plan, "schedule": schedule })))
}

async fn start_run(
    State(app): State<App>,
    visitor: Visitor,
    Path(project): Path<String>,
    body: Body<StartRun>,
) -> Result<Response, Failure> {
    app.project(&visitor.user, &project, Role::Operator).await?;
    let (work, user, asked) = (app.clone(), visitor.user.clone(), body.value.clone());
    let done = async move {
        let run = begin(&work, &user, &project, &asked).await?;
        Ok((StatusCode::CREATED, Started { run }))
    };
    Ok(once(&app, &visitor.user, (&body.value.command_id, &body), done).await)
}

/// Starts a run and waits until its log has begun.
pub(super) async fn begin(
    app: &App,
    user: &User,
    project: &str,
    asked: &StartRun,
) -> Result<RunId, Failure> {
    let served = app.project(user, project, Role::Operator).await?;
    let run = IdManager::new(app.clock.clone(), Randomness::system()).run();
    let mut words: Vec<OsString> = ["run", ".", "--quiet", "--format", "json", "--run-id"]
        .into_iter()
        .map(OsString::from)
        .collect();
    words.push(run.as_str().into());
    words.extend(flags(asked)?);
    if asked.changes_the_plan() {
        let file = app.state().join(format!("plan-{run}.toml"));
        let text = render_plan(&edited(&served, asked).await?)?;
        files::write_text(&file, &text).map_err(EngineError::internal)?;
        words.extend(["--plan".into(), file.into()]);
    }
    let said = app.state().join(format!("said-{run}.txt"));
    served.start(app.starter(), &run, &words, said).await?;
    app.store.note(&user.user, Some(&served.project.project), "run-started", run.as_str()).await?;
    Ok(run)
}

/// The words of the command line that say what was asked for.
fn flags(asked: &StartRun) -> Result<Vec<OsString>, Failure> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |flag: &str, value: String| words.extend([flag.to_owned(), value]);
    if let Some(mode) = asked.mode {
        add("--mode", mode.as_str().to_owned());
    }
    if let Some(landing) = asked.landing {
        add("--landing", landing.as_str().to_owned());
    }
    if let Some(agents) = asked.agents {
        if !(1..=AGENTS).contains(&agents) {
            return Err(Failure::invalid(format!("`agents` is 1 to {AGENTS}")));
        }
        add("--agents", agents.to_string());
    }
    let is_name = |name: &String| !name.is_empty() && !name.contains(',');
    if !asked.teams.iter().all(is_name) {
        return Err(Failure::invalid("`teams` has names without a comma"));
    }
    if !asked.teams.is_empty() {
        // Together, so that a name that begins with `-` is no flag.
        words.push(format!("--teams={}", asked.teams.join(",")));
    }
    if let Some(target) = &asked.target {
        // Together, as above; what is no name of a branch is refused by the program.
        words.push(format!("--target={target}"));
    }
    if asked.allow_untested {
        words.push("--allow-untested".to_owned());
    }
    Ok(words.into_iter().map(OsString::from).collect())
}

/// The plan that was read last with what was asked for.
async fn edited(served: &std::sync::Arc<ServedProject>, asked: &StartRun) -> Result<Plan, Failure> {
    let snapshot = served.read_through().await?;
    let (plan, _) = snapshot.plan.as_ref().map_err(|reason| Failure::invalid(reason.clone()))?;
    let mut plan = plan.clone();
    let known: BTreeSet<&PackageId> = plan.packages.iter().map(|it| &it.id).collect();
    let named = asked.without.iter().chain(asked.edits.iter().map(|edit| &edit.package));
    if let Some(unknown) = named.into_iter().find(|id| !known.contains(id)) {
        return Err(Failure::invalid(format!("the plan has no package {unknown}")));
    }
    for package in &mut plan.packages {
        let concerns = |group: &GroupId| asked.groups.contains(group);
        let is_asked_for = asked.groups.is_empty()
            || package.groups.iter().any(|it| concerns(&it.group))
            || package.places.iter().any(|it| concerns(&it.finding));
        package.enabled &= is_asked_for && !asked.without.contains(&package.id);
    }
    with_what_they_wait_for(&mut plan, asked);
    // What is written then is less than was planned.
    plan.rewrite_imports &= asked.importers != Some(Importers::Kept);
    for edit in &asked.edits {
        let package = plan.packages.iter_mut().find(|it| it.id == edit.package);
        if let Some(package) = package {
            package.priority = edit.priority.unwrap_or(package.priority);
            if let Some(team) = &edit.team {
                package.team = Some(team.clone()).filter(|team| !team.is_empty());
            }
        }
    }
    Ok(plan)
}

/// Whoever asks for groups alone gets the packages that these wait for as well.
fn with_what_they_wait_for(plan: &mut Plan, asked: &StartRun) {
    if asked.groups.is_empty() {
        return;
    }
    let mut needed: BTreeSet<PackageId> = BTreeSet::new();
    // Packages stand after those that they wait for.
    for package in plan.packages.iter().rev() {
        if package.enabled || needed.contains(&package.id) {
            needed.extend(package.depends_on.iter().cloned());
        }
    }
    for package in &mut plan.packages {
        package.enabled |= needed.contains(&package.id) && !asked.without.contains(&package.id);
    }
}

#[cfg(test)]
mod tests {
    use super::{StartRun, flags};

    #[test]
    fn what_is_asked_for_becomes_words_that_are_no_flags_of_their_own() {
        let asked = r#"{ "command_id": "a-command", "agents": 3, "teams": ["--full", "core"],
            "target": "--plan=x" }"#;
        let asked: StartRun = serde_json::from_str(asked).expect("a command");
        let words = flags(&asked).expect("words");
        let words: Vec<_> = words.iter().map(|it| it.to_string_lossy()).collect();
        assert_eq!(words, ["--agents", "3", "--teams=--full,core", "--target=--plan=x"]);
    }
}
