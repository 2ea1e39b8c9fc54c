//! `read_file`: the lines of a file.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::Bench;
use crate::tools::SOON;

/// Lines that are shown when nobody says how many.
const SHOWN: usize = 400;

/// The tool.
pub(super) struct ReadFile(pub(super) Bench);

/// What is read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The file, from the root of the repository.
    path: String,
    /// The first line, from 1.
    #[schemars(range(min = 1))]
    from: Option<usize>,
    /// The last line; 400 lines are shown unless it says otherwise.
    to: Option<usize>,
}

/// What was read.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// Lines of the whole file.
    lines: usize,
    /// Those that were asked for, each with its number before it.
    text: String,
}

impl Tool for ReadFile {
    type Input = Question;
    type Output = Answer;
    const NAME: &'static str = "read_file";
    const DESCRIPTION: &'static str = "Lines of a file, each with its number and a colon before \
        it; these are not part of the text.";
    const TIMEOUT: Duration = SOON;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Answer, ToolFailure> {
        let (_, text) = self.0.text(&asked.path)?;
        let from = asked.from.unwrap_or(1).max(1);
        let to = asked.to.unwrap_or(from.saturating_add(SHOWN - 1));
        let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let shown = numbered.filter(|(number, _)| (from..=to).contains(number));
        let shown: Vec<String> = shown.map(|(number, line)| format!("{number}: {line}")).collect();
        Ok(Answer { lines: text.lines().count(), text: shown.join("\n") })
    }
}
