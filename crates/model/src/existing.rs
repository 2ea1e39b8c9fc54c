//! What `ssot find` answers: whether something exists already.

use serde::Serialize;

use crate::{DefinitionKind, RepoPath, Span};

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Existence {
    /// It is there: use it.
    Exists,
    /// Something like it is there: look before you write.
    Similar,
    /// Nothing is like it.
    New,
}

impl Existence {
    /// Likeness in percent from which something counts as there.
    const THERE: u8 = 95;

    /// What the best likeness says, in percent; none when nothing was found.
    pub fn of(best: Option<u8>) -> Self {
        match best {
            Some(Self::THERE..) => Self::Exists,
            Some(_) => Self::Similar,
            None => Self::New,
        }
    }

    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Similar => "similar",
            Self::New => "new",
        }
    }
}

/// What is there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Existing {
    /// The form of this document, `ssot.find/1`.
    pub schema: &'static str,
    /// The answer in one word.
    pub answer: Existence,
    /// What is like the thing that was asked for, the most alike first.
    pub matches: Vec<Match>,
    /// Matches beyond those that were asked for.
    pub more: usize,
    /// Matches in tests, scripts, generated and foreign code that were left out.
    pub aside: usize,
    /// Definitions that were looked at.
    pub definitions: usize,
    /// Other worktrees of the repository that were looked at.
    pub worktrees: Vec<OtherTree>,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

impl Existing {
    /// The form of the document.
    pub const SCHEMA: &'static str = "ssot.find/1";
}

/// Another worktree of the same repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherTree {
    /// Where it is.
    pub path: String,
    /// The branch that it has checked out; none for a detached head.
    pub branch: Option<String>,
    /// Files that differ from the commit checked out here, uncommitted ones included.
    pub files: usize,
}

/// One definition that is like the thing that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// How alike, in percent.
    pub likeness: u8,
    /// Why.
    pub reasons: Vec<String>,
    /// What it is.
    pub kind: DefinitionKind,
    /// The name under which it is imported.
    pub dotted: String,
    /// The file.
    pub path: RepoPath,
    /// Its lines.
    #[serde(flatten)]
    pub span: Span,
    /// The parameters as they would be written, with the return annotation; empty for
    /// what is no function.
    pub signature: String,
    /// First line of the docstring.
    pub summary: String,
    /// What the file is for: `production`, `test` and so on.
    pub role: &'static str,
    /// The worktree that has it, when it is not this one.
    pub worktree: Option<String>,
    /// Where that worktree is.
    pub directory: Option<String>,
}
