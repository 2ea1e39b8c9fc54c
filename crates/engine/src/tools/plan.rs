//! `plan`: what a run would do.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use ssot_model::{Mode, Plan};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{LATER, Workshop, failure};
use crate::survey;

/// The tool.
pub(super) struct MakePlan(pub(super) Workshop);

/// How it is planned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// How much has to be proved; what `ssot.toml` says unless it is given.
    mode: Option<Mode>,
    /// Whether importers of a copy are rewritten to the canonical module.
    #[serde(default)]
    rewrite_imports: bool,
}

impl Tool for MakePlan {
    type Input = Question;
    type Output = Plan;
    const NAME: &'static str = "plan";
    const DESCRIPTION: &'static str = "What `ssot run` would do for the commit that is checked out: \
        packages with their groups, the files each would write, what waits for what, and what is \
        left alone with the reason. Changes nothing.";
    const TIMEOUT: Duration = LATER;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::PerUser;

    fn generation(&self) -> Option<String> {
        self.0.generation()
    }

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Plan, ToolFailure> {
        survey::plan(&self.0.options, asked.rewrite_imports, asked.mode).map_err(failure)
    }
}
