//! `search_text`: where something stands.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_model::RepoPath;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::Bench;
use crate::tools::LATER;

/// Places that are told.
const TOLD: usize = 200;
/// Letters of a line that are told.
const LETTERS: usize = 200;

/// The tool.
pub(super) struct SearchText(pub(super) Bench);

/// What is sought.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The text, as it stands on one line.
    #[schemars(length(min = 1))]
    text: String,
    /// Only files whose path begins with this.
    #[serde(default)]
    under: String,
}

/// A line with the text.
#[derive(Debug, Serialize)]
struct Place {
    path: RepoPath,
    line: usize,
    text: String,
}

/// Where it stands.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    places: Vec<Place>,
    /// Further lines that were not told.
    more: usize,
}

impl Tool for SearchText {
    type Input = Question;
    type Output = Answer;
    const NAME: &'static str = "search_text";
    const DESCRIPTION: &'static str = "The lines of Python files in which a text stands, letter \
        by letter.";
    const TIMEOUT: Duration = LATER;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::PerUser;

    fn generation(&self) -> Option<String> {
        self.0.generation()
    }

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Answer, ToolFailure> {
        let mut answer = Answer { places: Vec::new(), more: 0 };
        if asked.text.is_empty() {
            return Err(ToolFailure("`text` is empty".to_owned()));
        }
        for path in self.0.files()? {
            if !path.as_str().starts_with(&asked.under) {
                continue;
            }
            // What is no text has no line.
            let Ok((path, text)) = self.0.text(path.as_str()) else { continue };
            for (at, line) in text.lines().enumerate().filter(|it| it.1.contains(&asked.text)) {
                if answer.places.len() == TOLD {
                    answer.more += 1;
                    continue;
                }
                let text = line.trim().chars().take(LETTERS).collect();
                answer.places.push(Place { path: path.clone(), line: at + 1, text });
            }
        }
        Ok(answer)
    }
}
