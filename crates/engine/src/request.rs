//! What a run was asked to do, kept beside its log so that it can be taken up again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ssot_model::{Config, Plan, RunId, Schedule, Timestamp};
use ssot_runtime::files;

use crate::EngineError;

/// What a run was asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Request {
    /// When it began; the date of all its commits.
    pub(crate) started: Timestamp,
    /// Packages that are worked on at the same time.
    pub(crate) agents: usize,
    /// Teams that work at the same time; all when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) teams_at_once: Option<u32>,
    /// The branch that landings advance.
    pub(crate) target: String,
    /// Whether importers of a copy are rewritten.
    pub(crate) rewrite_imports: bool,
    /// Whether packages may land without a test command.
    pub(crate) allow_untested: bool,
    /// The configuration as it was.
    pub(crate) config: Config,
}

/// The directory of a run below the state directory.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder(PathBuf);

/// Largest file of a run that is read back, in bytes.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

impl RunFolder {
    pub(crate) fn new(state: &Path, run: &RunId) -> Self {
        Self(state.join("runs").join(run.as_str()))
    }

    pub(crate) fn save_request(&self, request: &Request) -> Result<(), EngineError> {
        let text = toml::to_string_pretty(request).map_err(EngineError::internal)?;
        self.save("request.toml", &text)
    }

    pub(crate) fn request(&self) -> Result<Request, EngineError> {
        let text = self.load("request.toml")?;
        toml::from_str(&text).map_err(EngineError::internal)
    }

    /// What it was asked; none of a run that has not written it down yet.
    pub(crate) fn begun(&self) -> Result<Option<Request>, EngineError> {
        let is_begun = files::exists(&self.0.join("request.toml"));
        is_begun.then(|| self.request()).transpose()
    }

    pub(crate) fn save_plan(&self, plan: &Plan) -> Result<(), EngineError> {
        self.save("plan.toml", &ssot_plan::render(plan)?)
    }

    /// The text of a pull request, for whoever opens it.
    pub(crate) fn save_pull_request(&self, name: &str, text: &str) -> Result<(), EngineError> {
        self.save(&format!("pull-requests/{name}"), text)
    }

    /// The plan; none when the run was killed before there was one.
    pub(crate) fn plan(&self) -> Result<Option<Plan>, EngineError> {
        if !files::exists(&self.0.join("plan.toml")) {
            return Ok(None);
        }
        Ok(Some(ssot_plan::parse(&self.load("plan.toml")?)?))
    }

    /// What is expected of the plan, kept so that it can be compared with what came.
    pub(crate) fn save_schedule(&self, schedule: &Schedule) -> Result<(), EngineError> {
        let text = serde_json::to_string_pretty(schedule).map_err(EngineError::internal)?;
        self.save("schedule.json", &text)
    }

    /// What was expected; none of runs that did not say so.
    pub(crate) fn schedule(&self) -> Option<Schedule> {
        let text = self.load("schedule.json").ok()?;
        serde_json::from_str(&text).ok()
    }

    fn save(&self, name: &str, text: &str) -> Result<(), EngineError> {
        let path = self.0.join(name);
        files::write_text(&path, text)
            .map_err(|error| EngineError::internal(format!("{}: {error}", path.display())))
    }

    fn load(&self, name: &str) -> Result<String, EngineError> {
        let path = self.0.join(name);
        files::read_text(&path, LARGEST_FILE).map_err(|error| {
            EngineError::user(format!("{}: {error}; the run cannot be taken up", path.display()))
        })
    }
}
