//! `run_status`: how a run is going.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use ssot_model::RunReport;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::ids::{LegacyRunId, no_run, parse_run_id};
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};
use tokio::runtime::Handle;

use super::{SOON, Workshop, failure};
use crate::pipeline;

/// The tool.
pub(super) struct RunStatus(pub(super) Workshop);

/// Which run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The run (`r-20260301-101500-3f9a`); the last one unless it is given.
    run: Option<String>,
}

impl Tool for RunStatus {
    type Input = Question;
    type Output = RunReport;
    const NAME: &'static str = "run_status";
    const DESCRIPTION: &'static str = "How a run of `ssot run` is going or how it ended, read from \
        its log: each package with its state and the reason when it did not land, violations and \
        tests before and after.";
    const TIMEOUT: Duration = SOON;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    // A log that grows.
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(
        &self,
        _: &UserExecutionContext,
        Question { run }: Question,
    ) -> Result<RunReport, ToolFailure> {
        let id = run.as_deref().map(|text| {
            parse_run_id(text).ok_or_else(|| {
                failure(match LegacyRunId::parse(text.as_bytes()) {
                    Some(_) => no_run(text),
                    None => format!("`{text}` is no run; they look like `r-20260301-101500-3f9a`"),
                })
            })
        });
        let id = id.transpose()?;
        let report = pipeline::report(&self.0.options.root, id.as_ref());
        Handle::current().block_on(report).map_err(failure)
    }
}
