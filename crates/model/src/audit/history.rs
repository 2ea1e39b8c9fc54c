//! Where the copies of a group came from and what became of them.

use serde::{Deserialize, Serialize};

use crate::{CommitId, RepoPath, Timestamp};

/// The history of a group. Copies are named by their position among the members.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// Commits that were looked through, merges left out.
    pub commits_read: usize,
    /// What is not known, and why.
    pub notes: Vec<String>,
    /// One entry a member, in the order of the members.
    pub copies: Vec<CopyHistory>,
    /// How alike the copies were after each commit that changed one of them, oldest first.
    pub divergence: Vec<DivergencePoint>,
    /// Commits after the split that changed more than one copy, oldest first.
    pub together: Vec<Together>,
    /// Fixes of one copy that would still apply to another, the most certain first.
    pub missed_fixes: Vec<MissedFix>,
    /// Changes that were made to one copy and later to another, oldest first.
    pub repeated: Vec<Repeated>,
    /// Every fix of a copy and what became of it in the others, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// How it came to this, each step with its commit.
    pub root_cause: Vec<CauseStep>,
    /// What the copies have cost so far.
    pub cost: Cost,
}

/// A commit as a reader wants it named. Every text is as the repository has it, so it may
/// hold anything but NUL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRef {
    /// The commit.
    pub id: CommitId,
    /// When it was committed.
    pub at: Timestamp,
    /// The day of that, `YYYY-MM-DD` in UTC.
    pub date: String,
    /// The author's name.
    pub author: String,
    /// The first line of the message.
    pub subject: String,
}

/// One member through time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyHistory {
    /// Where it is now.
    pub path: RepoPath,
    /// Its name inside the module.
    pub qualified_name: String,
    /// How it came into being; none when the history does not say.
    pub introduced: Option<Introduction>,
    /// Moves and renames since, oldest first.
    pub relocations: Vec<Relocation>,
    /// Commits that changed its text since, docstrings and layout included.
    pub changes: usize,
    /// Commits after the split that changed statements of it and of no other copy.
    pub alone: usize,
    /// Lines that these commits added.
    pub lines_added: usize,
    /// Lines that these commits removed.
    pub lines_removed: usize,
    /// Who changed it, introduction included, the busiest first.
    pub authors: Vec<AuthorShare>,
}

/// The first commit that has a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// The commit.
    pub commit: CommitRef,
    /// Where it was put.
    pub path: String,
    /// The name it had.
    pub qualified_name: String,
    /// From what it was copied; none when nothing was like it.
    pub source: Option<CopySource>,
    /// Whether the known history ends here, so that it may be older.
    pub at_the_boundary: bool,
}

/// What a copy was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopySource {
    /// The member, when it is one.
    pub member: Option<usize>,
    /// Where it was at that time.
    pub path: String,
    /// The name it had.
    pub qualified_name: String,
    /// How much of the two was equal, in percent.
    pub likeness: u8,
    /// The commit that removed it, when it is no longer there.
    pub removed: Option<CommitRef>,
}

/// A definition got another file or name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocation {
    /// The commit.
    pub commit: CommitRef,
    /// `path:name` before.
    pub from: String,
    /// `path:name` after.
    pub to: String,
}

/// How often somebody changed a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorShare {
    /// The author's name.
    pub name: String,
    /// Commits.
    pub changes: usize,
}

/// How alike the copies were at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivergencePoint {
    /// The commit.
    pub commit: CommitRef,
    /// The copies it changed.
    pub changed: Vec<usize>,
    /// How much of two copies was equal afterwards, in percent, the mean of all pairs.
    pub likeness: u8,
}

/// A commit that changed several copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    /// The commit.
    pub commit: CommitRef,
    /// The copies it changed.
    pub copies: Vec<usize>,
    /// Statements that it wrote into more than one of them.
    pub same_lines: usize,
}

/// A fix of one copy that another still lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedFix {
    /// The fix.
    pub commit: CommitRef,
    /// The copy that was fixed.
    pub fixed: usize,
    /// The copy that was not.
    pub unfixed: usize,
    /// What speaks for a fix, in points; higher is more certain.
    pub score: i32,
    /// What gave the points.
    pub reasons: Vec<String>,
    /// The places.
    pub hunks: Vec<MissedHunk>,
}

/// A change of one copy that looks like a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The fix.
    pub commit: CommitRef,
    /// The copy that was fixed.
    pub copy: usize,
    /// What became of it in the copies that were there already.
    pub fates: Vec<FixFate>,
}

/// What became of a fix in another copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixFate {
    /// The other copy.
    pub copy: usize,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fate {
    /// The same commit changed this copy too.
    AtOnce,
    /// It came later.
    Later {
        /// The commit that brought it.
        commit: CommitRef,
    },
    /// It would still apply.
    Missing,
    /// What it replaced is not there: it never was, or went another way.
    Unneeded,
}

/// One place of a missed fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedHunk {
    /// The file of the fixed copy at that commit.
    pub path: String,
    /// The lines before the fix, numbered as they were before it.
    pub before: Vec<SourceLine>,
    /// The lines after the fix, numbered as they were after it.
    pub after: Vec<SourceLine>,
    /// The lines of the other copy, in its file as it is now.
    pub unfixed: Vec<SourceLine>,
    /// Whether names or literals differ between the copies there.
    pub renamed: bool,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// Its number, counted from one.
    pub line: u32,
    /// Its text.
    pub text: String,
}

/// A change that was made to one copy and later to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// The first time.
    pub first: CommitRef,
    /// The copy that had it first.
    pub from: usize,
    /// The second time.
    pub again: CommitRef,
    /// The copy that got it then.
    pub to: usize,
    /// Whole days between the two.
    pub days: i64,
    /// Statements that were written once more.
    pub lines: usize,
    /// Whether the first looks like a fix.
    pub fix: bool,
}

/// One step of how it came to this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseStep {
    /// What happened; names stand between backticks.
    pub text: String,
    /// The commit that shows it.
    pub commit: CommitRef,
}

/// What the copies have cost in changes since the first of them was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Commits that changed more than one copy.
    pub commits_together: usize,
    /// Commits that changed one copy only.
    pub commits_alone: usize,
    /// Statements that were written more than once, at once or later.
    pub lines_twice: usize,
    /// Changes that were repeated in another commit.
    pub repeated: usize,
    /// The longest time until one was repeated, in days.
    pub longest_delay_days: i64,
    /// Fixes that are still missing somewhere.
    pub missed_fixes: usize,
}
