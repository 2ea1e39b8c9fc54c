//! A project of a server.

use anyhow::Context;
use serde_json::{Map, Value, json};
use ssot_client::{ClientError, Follower, News as Heard, Server, State};
use ssot_model::RunId;
use ssot_pages::words::{count, span};
use ssot_runtime::secret::Secret;

use super::super::keys::Deed;
use super::{News, Planned};
use crate::exit::Usage;

/// Where a run is.
pub(crate) struct Address {
    /// The server, `https://ssot.example.org`.
    pub(crate) server: String,
    /// What opens it.
    pub(crate) token: Secret,
    /// The project, by id or name; none when the token opens one alone.
    pub(crate) project: Option<String>,
}

/// The log of one run of a project of a server.
pub(crate) struct Remote {
    server: Server,
    /// What the paths of its runs begin with.
    runs: String,
    run: RunId,
    follower: Follower,
}

impl Remote {
    pub(super) async fn open(address: Address, run: Option<RunId>) -> anyhow::Result<Self> {
        let server = Server::new(&address.server, address.token);
        let projects = server.get("/projects").await.map_err(told)?;
        let project = chosen(&projects, address.project.as_deref())?;
        let runs = format!("/projects/{project}/runs");
        let run = if let Some(run) = run {
            run
        } else {
            let all = server.get(&runs).await.map_err(told)?;
            let latest = all[0]["run"].as_str().map(RunId::new);
            latest.ok_or_else(|| Usage("there has been no run in this project".to_owned()))?
        };
        let follower = server.follow(&project, run.as_str(), 0);
        Ok(Self { server, runs, run, follower })
    }

    pub(super) fn run(&self) -> &RunId {
        &self.run
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.runs, self.run)
    }

    pub(super) async fn plan(&self) -> anyhow::Result<Option<Planned>> {
        let planned = match self.server.get(&self.path("/plan")).await {
            Ok(planned) => planned,
            Err(error) if error.is_final() => return Err(told(error)),
            // The stream says how the connection is; the plan is asked for again with what follows.
            Err(_) => return Ok(None),
        };
        if planned["plan"].is_null() {
            return Ok(None);
        }
        let read = serde_json::from_value(json!([planned["plan"], planned["schedule"]]));
        Ok(Some(read.context("the server told a plan that this program does not know")?))
    }

    pub(super) async fn next(&mut self) -> anyhow::Result<News> {
        let heard = self.follower.next().await.context("the stream was ended")?;
        Ok(match heard.map_err(told)? {
            Heard::Events(events) => News::Events(events),
            Heard::CaughtUp(_) => News::CaughtUp,
            Heard::State(State::Live) => News::Connection(String::new()),
            Heard::State(State::Connecting) => News::Connection("connecting".to_owned()),
            Heard::State(State::Waiting(pause)) => {
                let millis = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                News::Connection(format!("connection lost, again in {}", span(millis)))
            }
        })
    }

    pub(super) async fn carry_out(&self, deed: &Deed) -> String {
        let mut body = Map::new();
        let command = match deed {
            Deed::Tell(wish) => wish.as_str(),
            Deed::Approve(package) => {
                if let Some(package) = package {
                    body.insert("package".to_owned(), json!(package));
                }
                "approve"
            }
            Deed::Nothing | Deed::Leave => return String::new(),
        };
        let answer = self.server.command(&self.path(&format!("/{command}")), body).await;
        match (answer, deed) {
            (Ok(answer), Deed::Approve(_)) => {
                let given = answer["approved"].as_array().map_or(0, Vec::len);
                format!("{} given", count(given, "approval"))
            }
            (Ok(_), _) => format!("told to {command}"),
            (Err(error), _) => error.to_string(),
        }
    }
}

/// The project that is meant.
fn chosen(projects: &Value, named: Option<&str>) -> anyhow::Result<String> {
    let all: Vec<(&str, &str)> = projects
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| Some((it["project"].as_str()?, it["name"].as_str()?)))
        .collect();
    let found = match named {
        Some(named) => all.iter().find(|(id, name)| *id == named || *name == named),
        None if all.len() == 1 => all.first(),
        None => None,
    };
    if let Some((id, _)) = found {
        return Ok((*id).to_owned());
    }
    let names: Vec<&str> = all.iter().map(|(_, name)| *name).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let said =
        named.map_or("name one with --project".to_owned(), |it| format!("`{it}` is not one"));
    Err(Usage(format!("which project? {said}; open to this token: {names}")).into())
}

/// What the user can change is told as such.
fn told(error: ClientError) -> anyhow::Error {
    if error.is_final() && !matches!(error, ClientError::Unknown(_)) {
        return Usage(error.to_string()).into();
    }
    error.into()
}
