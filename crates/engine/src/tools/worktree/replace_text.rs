//! `replace_text`: the one way to change a file.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_runtime::files;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::Bench;
use crate::tools::SOON;

/// The tool.
pub(super) struct ReplaceText(pub(super) Bench);

/// What is changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// The file, from the root of the repository.
    path: String,
    /// The text that goes, letter by letter, with enough around it that it stands there once.
    #[schemars(length(min = 1))]
    old: String,
    /// The text that takes its place.
    new: String,
}

/// What was changed.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    /// The line at which the new text begins.
    line: usize,
}

impl Tool for ReplaceText {
    type Input = Change;
    type Output = Changed;
    const NAME: &'static str = "replace_text";
    const DESCRIPTION: &'static str = "Replaces a text that stands exactly once in a file of \
        your write set. Other files cannot be changed.";
    const TIMEOUT: Duration = SOON;
    // The text that goes is there once before, and what takes its place afterwards.
    const EFFECT: Effect = Effect::Checkable;
    const NEEDS: Permission = Permission::Write;
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(&self, _: &UserExecutionContext, change: Change) -> Result<Changed, ToolFailure> {
        let Change { path, old, new } = change;
        let tree = &self.0.0;
        if !tree.write_set.iter().any(|it| it.as_str() == path) {
            let may: Vec<&str> = tree.write_set.iter().map(ssot_model::RepoPath::as_str).collect();
            return Err(ToolFailure(format!(
                "`{path}` is outside of what you may change: {}",
                may.join(", ")
            )));
        }
        if old.is_empty() {
            return Err(ToolFailure("`old` is empty".to_owned()));
        }
        let (path, text) = self.0.text(&path)?;
        let at = match text.matches(&old).count() {
            1 => text.find(&old).unwrap_or_default(),
            0 => return Err(ToolFailure(format!("`old` is not in it; read `{path}` again"))),
            times => {
                return Err(ToolFailure(format!(
                    "`old` is in it {times} times; say more of what stands around it"
                )));
            }
        };
        let changed = format!("{}{new}{}", &text[..at], &text[at + old.len()..]);
        files::write_beneath(&tree.root, &path, changed.as_bytes())
            .map_err(|error| ToolFailure(format!("`{path}`: {error}")))?;
        Ok(Changed { line: text[..at].matches('\n').count() + 1 })
    }
}
