//! How what has landed is handed over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CommitId, PackageId};

/// How what has landed is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LandingConfig {
    /// As which branches.
    pub mode: LandingMode,
}

/// As which branches what has landed is handed over. The target branch holds all of it in
/// each mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LandingMode {
    /// The target branch alone.
    #[default]
    Branch,
    /// Also a branch for each package, each on top of the one before.
    Stack,
    /// Also a branch for each owner of `CODEOWNERS`, with the text of a pull request.
    PullRequests,
}

impl LandingMode {
    /// The word used on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Stack => "stack",
            Self::PullRequests => "pull-requests",
        }
    }
}

/// A branch beside the target branch, made from what has landed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedBranch {
    /// Its name.
    pub name: String,
    /// Its head; none when it was withdrawn, because its packages were rolled back.
    pub commit: Option<CommitId>,
    /// Whose files it is about; none for a branch of a stack.
    pub owner: Option<String>,
    /// The packages that it is about, in the order in which they landed.
    pub packages: Vec<PackageId>,
    /// Packages that it holds besides, because these rest on them.
    pub along: Vec<PackageId>,
}

impl PreparedBranch {
    /// What the file with the text of its pull request is called.
    pub fn file(&self) -> String {
        let last = self.name.rsplit('/').next().unwrap_or(&self.name);
        format!("{last}.md")
    }
}
