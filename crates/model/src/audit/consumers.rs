//! What others use of a member, and what would break if another stood in its place.

use serde::{Deserialize, Serialize};

use crate::RepoPath;

/// What one module uses of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The module.
    pub path: RepoPath,
    /// Whether it is a test.
    pub test: bool,
    /// What it uses, in the order of the lines.
    pub uses: Vec<Use>,
}

/// One way in which a module uses a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The way: `imports`, `calls`, `creates`, `inherits`, `decorates`, `reads`, or the
    /// attribute with a dot in front, in parentheses when it is called: `.send()`.
    pub what: String,
    /// The lines, sorted.
    pub lines: Vec<u32>,
}

/// A place that would break if a candidate stood in the place of the other members.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Breakage {
    /// `path:line` of it.
    pub place: String,
    /// The dotted name of the member that it uses today.
    pub uses: String,
    /// Why it would break.
    pub why: String,
}

/// The choice among the candidates as a contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    /// The dotted name of the second candidate.
    pub runner_up: String,
    /// How many points it is behind.
    pub behind: i64,
    /// What speaks for the first: criterion and both figures.
    pub ahead: Vec<String>,
    /// What speaks for the second.
    pub against: Vec<String>,
    /// What would turn the choice, the smallest change first.
    pub turns: Vec<String>,
}
