//! What the history of the copies says, computed from a timeline of their versions.
//!
//! Nothing here reads git: a timeline is plain data, so that every claim can be tested
//! on a handful of texts.

mod cause;
mod difference;
mod fixes;
mod likeness;
mod mended;
mod origins;
mod repeated;
mod since;

use std::sync::Arc;

use ssot_facts::python::{Excerpt, LogicalLine, logical_lines};
use ssot_model::RepoPath;
use ssot_model::audit::{CommitRef, Cost, History};

pub use likeness::likeness;

/// Everything that is known about the past of one group.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Commits that were looked through.
    pub commits_read: usize,
    /// What is not known, and why.
    pub notes: Vec<String>,
    /// The commits that touched a copy, the oldest first.
    pub commits: Vec<TimelineCommit>,
    /// The members, in their order.
    pub copies: Vec<CopyTimeline>,
}

/// A commit that touched a copy.
#[derive(Debug, Clone)]
pub struct TimelineCommit {
    /// How it is named.
    pub commit: CommitRef,
    /// Its whole message.
    pub message: String,
    /// How many files it changed in all.
    pub files: usize,
    /// Whether it changed a test.
    pub tests: bool,
    /// Whether the known history ends here.
    pub boundary: bool,
}

/// One member through time.
#[derive(Debug, Clone)]
pub struct CopyTimeline {
    /// Where it is.
    pub path: RepoPath,
    /// Its name inside the module.
    pub qualified_name: String,
    /// As it is now; none when it cannot be read.
    pub now: Option<Arc<Version>>,
    /// What was done to it, the oldest first; the first one brings it into being.
    pub changes: Vec<CopyChange>,
    /// A definition that is no longer there and was there when this one began, the most
    /// alike.
    pub gone: Option<GoneSource>,
}

/// One change of one copy.
#[derive(Debug, Clone)]
pub struct CopyChange {
    /// Position of the commit in [`Timeline::commits`].
    pub commit: usize,
    /// The file afterwards.
    pub path: String,
    /// The name afterwards.
    pub name: String,
    /// Where it was before, when that was another file or name: path and name.
    pub moved_from: Option<(String, String)>,
    /// Before; none when it was not there.
    pub before: Option<Arc<Version>>,
    /// Afterwards; none when it was removed.
    pub after: Option<Arc<Version>>,
}

/// A definition that a copy may have been made of and that was removed since.
#[derive(Debug, Clone)]
pub struct GoneSource {
    /// Where it was.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its last version.
    pub version: Arc<Version>,
    /// The commit that removed it.
    pub removed: CommitRef,
}

/// A definition as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The line of the file on which it began, counted from one.
    pub line: u32,
    /// Its text, without the indentation that all lines share.
    pub text: String,
    /// Its logical lines.
    pub lines: Vec<LogicalLine>,
}

impl Version {
    /// Understands what was cut out of a file.
    pub fn new(excerpt: Excerpt) -> Self {
        let lines = logical_lines(&excerpt.text);
        Self { line: excerpt.line, text: excerpt.text, lines }
    }
}

/// What the timeline says.
pub fn trace(timeline: &Timeline) -> History {
    let since = since::Since::new(timeline);
    let copies = origins::copies(timeline, &since);
    let divergence = likeness::divergence(timeline);
    let together = since::together(timeline, &since);
    let repeated = repeated::repeated(timeline, &since);
    let missed_fixes = fixes::missed(timeline, &since);
    let mut history = History {
        commits_read: timeline.commits_read,
        notes: timeline.notes.clone(),
        copies,
        divergence,
        together,
        missed_fixes,
        repeated,
        fixes: Vec::new(),
        root_cause: Vec::new(),
        cost: Cost::default(),
    };
    history.fixes = mended::fixes(timeline, &history, &since);
    history.cost = since::cost(&history, &since);
    history.root_cause = cause::steps(timeline, &history, &since);
    history
}
