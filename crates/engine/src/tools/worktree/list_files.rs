//! `list_files`: what there is.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_model::RepoPath;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::Bench;
use crate::tools::SOON;

/// Files that are listed.
const LISTED: usize = 500;

/// The tool.
pub(super) struct ListFiles(pub(super) Bench);

/// What is listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Only files whose path begins with this: `shop/billing`. Empty for all.
    #[serde(default)]
    under: String,
}

/// What there is.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    files: Vec<RepoPath>,
    /// Further files that were not listed.
    more: usize,
}

impl Tool for ListFiles {
    type Input = Question;
    type Output = Answer;
    const NAME: &'static str = "list_files";
    const DESCRIPTION: &'static str =
        "The Python files of the repository, in order of their paths.";
    const TIMEOUT: Duration = SOON;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Answer, ToolFailure> {
        let mut files = self.0.files()?;
        files.retain(|path| path.as_str().starts_with(&asked.under));
        let more = files.len().saturating_sub(LISTED);
        files.truncate(LISTED);
        Ok(Answer { files, more })
    }
}
